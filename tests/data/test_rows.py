"""Rows of several sources: joined by id wherever they have ids, in files and in Python alike."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mvgraph.data.aligning import Align
from mvgraph.data.batch import Batch
from mvgraph.data.loading import read
from mvgraph.data.objects import tabulate
from mvgraph.data.tables import DataWarning, Tables
from mvgraph.data.validation import batch
from mvgraph.errors import DataError, UsageError

from .specs import small

NAN = float("nan")


class Frame:
    """What a data frame of pandas is to mvgraph."""

    def __init__(self, values: Any, index: Any, columns: Any = None) -> None:
        self.values, self.index = np.asarray(values), np.asarray(index)
        self.columns = list(columns if columns is not None else range(self.values.shape[1]))

    def to_numpy(self) -> Any:
        return self.values


class Series:
    """What a series of pandas is to mvgraph."""

    def __init__(self, values: Any, index: Any) -> None:
        self.values, self.index = np.asarray(values), np.asarray(index)

    def to_numpy(self) -> Any:
        return self.values


def column(values: Any, index: Any) -> Frame:
    return Frame(np.asarray(values, dtype=float)[:, None], index)


def entries(tables: Tables, view: str) -> list[float]:
    """The single column of a view, NaN where it is missing."""
    values = np.asarray(tables.views[view]).reshape(len(tables))
    return [float(v) if there else NAN for v, there in zip(values, tables.seen(view), strict=True)]


def test_frames_are_joined_by_index() -> None:
    found = tabulate({"a": column([1, 2, 3], list("pqr")), "b": column([30, 10, 20], list("rpq"))})
    assert found.ids == ("p", "q", "r")
    assert entries(found, "a") == [1, 2, 3]
    assert entries(found, "b") == [10, 20, 30]


def test_an_id_that_a_frame_lacks_is_a_missing_view() -> None:
    found = tabulate({"a": column([1, 2, 3], list("pqr")), "b": Series([30.0, 40.0, 10.0], list("rsp"))})
    assert found.ids == ("p", "q", "r", "s")
    assert found.seen("a").tolist() == [True, True, True, False]
    assert found.seen("b").tolist() == [True, False, True, True]
    assert entries(found, "b")[2:] == [30, 40]


def test_pandas_itself() -> None:
    pandas = pytest.importorskip("pandas")
    a = pandas.DataFrame({"x": [1.0, 2.0, 3.0]}, index=["p", "q", "r"])
    shuffled = a.loc[["r", "p", "q"]]
    assert entries(tabulate({"a": a, "b": shuffled["x"]}), "b") == [1, 2, 3]
    plain = a.reset_index(drop=True)
    assert tabulate({"a": plain, "b": plain}).ids == ()
    assert entries(tabulate({"a": plain, "b": plain.iloc[[2, 0]]}), "b")[::2] == [1, 3]


def test_the_default_index_names_no_row() -> None:
    count = range(3)
    found = tabulate({"a": column([1, 2, 3], count), "b": np.array([[1.0], [2.0], [3.0]])})
    assert found.ids == ()
    with pytest.raises(DataError, match=r"numbers of rows differ(.|\n)*the default index 0, 1, 2, ... of a data frame"):
        tabulate({"a": column([1, 2, 3], count), "b": column([1, 2], range(2))})


def test_a_frame_that_was_cut_out_of_the_default_index_is_joined_by_it() -> None:
    found = tabulate({"a": column([0, 10, 20, 30], range(4)), "b": column([31, 11], [3, 1])})
    assert entries(found, "b")[1::2] == [11, 31]
    assert found.seen("b").tolist() == [False, True, False, True]
    with pytest.raises(DataError, match="view 'a' has no ids"):
        tabulate({"a": column([0, 10], range(2)), "b": column([31, 11], [3, 1])})


@given(st.permutations(range(8)), st.permutations(range(8)), st.integers(1, 8), st.integers(1, 8))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_order_of_rows_never_matters(first: list[int], second: list[int], some: int, others: int) -> None:
    """Whatever the order of rows, each value stands in the row of its id; the mask says which ids were there."""
    a, b = first[:some], second[:others]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        found = tabulate(
            {"a": column(a, [f"m{i}" for i in a]), "b": column(b, [f"m{i}" for i in b])},
            mask={"b": Series([i != 3 for i in sorted(b)], [f"m{i}" for i in sorted(b)])},
        )
    assert set(found.ids) == {f"m{i}" for i in {*a, *b}}
    for row, name in enumerate(found.ids):
        number = int(name[1:])
        assert found.seen("a")[row] == (number in a)
        assert found.seen("b")[row] == (number in b and number != 3)
        for view in ("a", "b"):
            assert not found.seen(view)[row] or found.views[view][row] == number


def test_things_without_ids_are_not_mixed_with_things_that_have_some() -> None:
    frame, plain = column([1, 2], list("vu")), np.array([[10.0], [20.0]])
    with pytest.raises(DataError, match=r"view 'b' has no ids to match(.|\n)*align='position'"):
        tabulate({"a": frame, "b": plain})
    with pytest.raises(DataError, match="view 'b' has no ids to match") as caught:
        tabulate({"a": frame, "b": plain[:1]})
    assert "position" not in str(caught.value)
    assert tabulate({"a": frame, "b": plain}, how="position").ids == ("v", "u")
    with pytest.raises(DataError, match="numbers of rows differ"):
        tabulate({"a": frame, "b": plain[:1]}, how="position")


def test_ids_that_are_given_name_what_has_none() -> None:
    frame, plain = column([1, 2], list("vu")), np.array([[10.0], [20.0]])
    found = tabulate({"a": frame, "b": plain}, ids=["u", "v"])
    assert found.ids == ("v", "u")
    assert entries(found, "b") == [20, 10]
    with pytest.raises(DataError, match="every view has other ids of its own"):
        tabulate({"a": frame}, ids=["x", "y"])
    assert tabulate({"a": frame}, ids=["x", "y"], how="position").ids == ("x", "y")
    with pytest.raises(DataError, match=r"there are 3 ids, and view 'b' has 2"):
        tabulate({"b": plain}, ids=["u", "v", "w"])
    with pytest.raises(DataError, match="ids are a list of texts or numbers, not 'uv'"):
        tabulate({"b": plain}, ids="uv")


def test_pairing_by_position_says_which_ids_differ() -> None:
    with pytest.warns(
        DataWarning, match=r"2 of 2 rows have another id in view 'b' than in view 'a', the first .* 'u' and 'v'"
    ):
        found = tabulate({"a": column([1, 2], list("uv")), "b": column([3, 4], list("vu"))}, how="position")
    assert entries(found, "b") == [3, 4]
    with pytest.raises(UsageError, match="align is 'id' or 'position', not 'place'"):
        tabulate({"a": [[1.0]]}, how="place")  # type: ignore[arg-type]


@pytest.mark.parametrize("how", ["id", "position"])
def test_ids_are_there_once(how: Align) -> None:
    with pytest.raises(DataError, match="ids occur more than once: 'u'"):
        tabulate({"a": column([1, 2], list("uu")), "b": column([3, 4], list("vu"))}, how=how)
    with pytest.raises(DataError, match=r"row 1 .* of view 'a' has no id"):
        tabulate({"a": Frame([[1.0], [2.0]], np.array(["u", None], dtype=object))})


def test_one_mask_for_views_in_different_orders_is_given_by_view_or_with_ids() -> None:
    views = {"a": column([1, 2], list("uv")), "b": column([3, 4], list("vu"))}
    with pytest.raises(DataError, match=r"rows in different orders(.|\n)*give it by view"):
        tabulate(views, np.array([[True, False], [True, True]]))
    frame = Frame([[True, False], [True, True]], list("uv"), ["a", "b"])
    assert tabulate(views, frame).seen("b").tolist() == [False, True]
    assert tabulate(views, {"b": [True, False]}).seen("b").tolist() == [False, True]
    with pytest.raises(DataError, match="the mask of view 'b' has no row 'v'"):
        tabulate(views, {"b": Series([True, True], list("uw"))})
    with pytest.raises(DataError, match="the mask of view 'b' is not one true or false a row"):
        tabulate(views, {"b": ["yes", "no"]})


@dataclass
class Annotated:
    """What AnnData is to mvgraph."""

    X: Any
    obs_names: Any
    var_names: Any


def test_annotated_data_are_joined_by_the_names_of_their_observations() -> None:
    @dataclass
    class Modalities:
        mod: dict[str, Annotated]
        obs_names: Any

    rna = Annotated(np.array([[1.0], [2.0]]), ["c1", "c2"], ["gene"])
    adt = Annotated(np.array([[20.0], [30.0]]), ["c2", "c3"], ["protein"])
    found = tabulate(Modalities({"rna": rna, "adt": adt}, ["c1", "c2", "c3"]))
    assert found.ids == ("c1", "c2", "c3")
    assert found.columns == {"rna": ("gene",), "adt": ("protein",)}
    assert found.views["adt"][1:].tolist() == [[20.0], [30.0]]
    assert found.seen("adt").tolist() == [False, True, True]


NEAR = {
    "case": (["m01", "m02", "m03"], ["m01", "M02", "M03"], "2 differ only in case: 'm02' and 'M02', 'm03' and 'M03'"),
    "numbers": (["1", "2"], ["1.0", "2.0"], "2 differ only in the way in which numbers are written: '1' and '1.0'"),
    "zeros": (
        ["01", "02", "10"],
        ["1", "2", "10"],
        "2 differ only in the way in which numbers are written: '01' and '1'",
    ),
    "blanks": (["u", "v"], ["u", "v "], "1 differ only in blanks: 'v' and 'v '"),
    "punctuation": (["u-1", "v"], ["u_1", "v"], "1 differ only in punctuation: 'u-1' and 'u_1'"),
    "several": (["M-05"], ["m 5"], "1 differ only in how they are written: 'M-05' and 'm 5'"),
}


@pytest.mark.parametrize("kind", NEAR)
def test_ids_that_are_almost_alike_are_told_and_not_joined(kind: str) -> None:
    ours, theirs, message = NEAR[kind]
    with pytest.warns(DataWarning) as caught:
        found = tabulate({"a": column(range(len(ours)), ours), "b": column(range(len(theirs)), theirs)})
    assert message in str(caught[0].message)
    assert "only equal ids are joined" in str(caught[0].message)
    assert len(found) == len({*ours, *theirs})


def test_ids_of_which_few_match_are_told_with_examples() -> None:
    ours, theirs = [f"s{i}" for i in range(40)], [f"s{i}" for i in range(37, 67)]
    with pytest.warns(DataWarning, match=r"3 of the 30 ids of view 'b' occur in view 'a'; 's40', 's41', 's42' do not"):
        tabulate({"a": column(range(40), ours), "b": column(range(30), theirs)})


def test_an_honest_overlap_is_not_warned_of() -> None:
    ours, theirs = [f"s{i:02d}" for i in range(50)], [f"s{i:02d}" for i in range(59, 19, -1)]
    found = tabulate({"a": column(range(50), ours), "b": column(range(59, 19, -1), theirs)})
    assert len(found) == 60
    complete = found.seen("a") & found.seen("b")
    assert complete.sum() == 30
    assert np.array_equal(found.views["a"][complete], found.views["b"][complete])
    thirds = [[f"s{i}" for i in range(start, start + 20)] for start in (0, 10, 20)]
    assert len(tabulate({v: column(range(20), t) for v, t in zip("abc", thirds, strict=True)})) == 40


def test_files_and_frames_follow_one_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("id,x\nu,1\nv,2\n", encoding="utf-8")
    Path("b.csv").write_text("id,y\nv,20\nw,30\n", encoding="utf-8")
    files = read(["a=a.csv", "b=b.csv"])
    frames = tabulate({"a": column([1, 2], list("uv")), "b": column([20, 30], list("vw"))})
    assert files.ids == frames.ids
    assert [entries(files, v)[1] for v in "ab"] == [entries(frames, v)[1] for v in "ab"] == [2, 20]
    np.save("c.npy", np.zeros((2, 1)))
    with pytest.raises(DataError, match=r"c.npy: error MVG706: view 'c' of c.npy has no ids(.|\n)*--align position"):
        read(["a=a.csv", "c=c.npy"])
    assert read(["a=a.csv", "c=c.npy"], align="position").ids == ("u", "v")


def test_a_batch_counts_its_rows_by_their_views() -> None:
    views = {"a": np.ones((6, 2)), "b": np.ones((6, 3))}
    mask = np.array([[1, 1], [1, 0], [1, 1], [0, 1], [1, 1], [1, 0]])
    found = batch(small("a", "b"), views, mask)
    assert found.patterns == {("a", "b"): 3, ("a",): 2, ("b",): 1}
    assert found.counted() == "6 rows: 3 with a and b, 2 with a only, 1 with b only"
    assert found.rows(torch.tensor([0, 2])).counted() == "2 rows: all with a and b"
    assert found.rows(torch.tensor([1])).counted() == "1 row: all with a only"
    many = torch.rand(200, 9, generator=torch.Generator().manual_seed(0)) < 0.9
    said = Batch({f"v{i}": torch.zeros(200, 1) for i in range(9)}, many).counted()
    assert said.startswith("200 rows: ")
    assert "with all 9 views" in said
    assert "all but v" in said
    assert "other sets of views" in said


def test_a_view_that_the_data_lack_is_missing_on_request() -> None:
    found = batch(small("a", "label"), {"a": np.ones((2, 2))}, partial=True)
    assert found.mask.tolist() == [[True, False]] * 2
    with pytest.raises(DataError, match="view 'label' is not in the data"):
        batch(small("a", "label"), {"a": np.ones((2, 2))})


def test_tables_have_ids_already() -> None:
    with pytest.raises(UsageError, match="tables have ids and a mask of their own"):
        batch(small("a", "b"), tabulate({"a": np.ones((2, 2))}), ids=["u", "v"])
