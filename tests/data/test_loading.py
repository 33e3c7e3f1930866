"""Files: every kind that is read, alignment by id, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mvgraph.data.loading import read
from mvgraph.data.tables import DataWarning
from mvgraph.data.validation import batch
from mvgraph.errors import DataError

from .specs import small


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_npz_holds_views_ids_and_masks() -> None:
    np.savez("d.npz", a=np.zeros((2, 2)), b=np.ones((2, 3)), ids=np.array(["u", "v"]), mask_b=np.array([True, False]))
    found = read(["d.npz"])
    assert found.names == ("a", "b")
    assert found.ids == ("u", "v")
    assert found.seen("b").tolist() == [True, False]


def test_npz_gives_the_views_that_the_spec_names() -> None:
    np.savez("d.npz", a=np.zeros((2, 2)), b=np.ones((2, 3)), names=np.array(["x", "y", "z"]))
    assert read(["d.npz"], small("a", "b")).names == ("a", "b")
    with pytest.raises(DataError, match="the array 'names' holds <U1, not numbers"):
        read(["d.npz"])


def test_arrays_by_key_and_by_file() -> None:
    np.savez("d.npz", first=np.zeros((2, 2)), second=np.ones((2, 3)))
    np.save("label.npy", np.array([0, 1]))
    found = read(["a=d.npz:first", "b=d.npz:second", "label=label.npy"])
    assert {n: v.shape for n, v in found.views.items()} == {"a": (2, 2), "b": (2, 3), "label": (2,)}
    assert found.source("a") == "d.npz"


def test_a_folder_holds_a_file_for_each_view() -> None:
    """Tables and arrays are named by their files, an archive names its own; views that the spec lacks are left out."""
    Path("set").mkdir()
    write("set/a.csv", "id,p\nu,1\nv,2\n")
    write("set/notes.txt", "nothing to read")
    np.savez("set/more.npz", b=np.ones((2, 3)), other=np.zeros((2, 1)), ids=np.array(["v", "u"]))
    np.save("set/unknown.npy", np.zeros((5, 2)))
    found = read(["set"], small("a", "b"))
    assert found.names == ("a", "b")
    assert found.ids == ("u", "v")
    write("set/a.csv", "id,p\nu,1\nu,2\n")
    with pytest.raises(DataError, match="ids occur more than once: 'u'"):
        read(["set"], small("a", "b"))


def test_tables_are_aligned_by_id() -> None:
    write("a.csv", "id,x,y\nu,1,2\nv,3,4\nw,,\n")
    write("b.tsv", "id\tp\tq\tr\nw\t0\t1\t0\nu\t1\t1\t1\n")
    found = read(["a=a.csv", "b=b.tsv"])
    assert found.ids == ("u", "v", "w")
    assert found.seen("a").tolist() == [True, True, False]
    assert found.seen("b").tolist() == [True, False, True]
    assert found.views["b"].tolist() == [[1, 1, 1], [0, 0, 0], [0, 1, 0]]
    ready = batch(small("a", "b"), found)
    assert ready.mask.tolist() == [[True, True], [True, False], [False, True]]


def test_ids_of_npz_and_csv_meet() -> None:
    np.savez("d.npz", b=np.eye(3), ids=np.array([3, 1, 2]))
    write("a.csv", "id,x,y\n1,1,1\n2,2,2\n3,3,3\n")
    found = read(["a=a.csv", "d.npz"])
    assert found.views["b"].tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]


def test_a_column_of_whole_numbers_is_a_vector_of_classes() -> None:
    write("label.csv", "id,label\nu,0\nv,\nw,2\n")
    found = read(["label=label.csv"])
    assert found.views["label"].dtype.kind == "i"
    assert found.seen("label").tolist() == [True, False, True]


def test_a_hole_in_a_table_is_named_by_row_and_column() -> None:
    write("a.csv", "id,x,y\nu,1,2\nv,3,\n")
    write("b.csv", "id,p,q,r\nu,0,0,0\nv,0,0,1\n")
    with pytest.raises(DataError, match=r"a.csv: error MVG712: view 'a', row 'v', column 'y': nan is not a number"):
        batch(small("a", "b"), read(["a=a.csv", "b=b.csv"]))


def test_warns_where_no_id_is_shared() -> None:
    write("a.csv", "id,x,y\nu,1,2\n")
    write("b.csv", "id,p,q,r\nv,0,0,1\n")
    with pytest.warns(DataWarning, match="no id occurs in two files"):
        read(["a=a.csv", "b=b.csv"])


def test_bundled_digits() -> None:
    found = read(["digits"])
    assert found.names == ("upper", "lower", "label")
    assert found.views["upper"].shape == (1797, 32)
    assert (found.views["upper"].min(), found.views["upper"].max()) == (0.0, 1.0)
    assert np.unique(found.views["label"]).tolist() == list(range(10))


def test_one_row_can_be_loaded() -> None:
    write("a.csv", "id,x\nu,1.5\n")
    assert len(read(["a=a.csv"])) == 1


BAD_TEXTS = [
    ("id,x,y\nu,1,coc\n", "column 'y' holds text: 'coc' in row 'u'"),
    ("id,x,y\nu,1,2\nu,3,4\n", "ids occur more than once: 'u'"),
    ("id,x,y\n", "there are no rows below the header"),
    ("", "there are no rows below the header"),
    ("id\nu\n", "there is no column beside the ids"),
    ("id,x,y\nu,1\n", "line 2 has 2 cells, the header has 3"),
    ("id,x\n,1\n", "line 2 has no id"),
]


@pytest.mark.parametrize(("text", "words"), BAD_TEXTS)
def test_refuses_tables(text: str, words: str) -> None:
    write("a.csv", text)
    with pytest.raises(DataError, match=words):
        read(["a=a.csv"])


def test_refuses_files() -> None:
    Path("broken.npz").write_bytes(b"PK\x03\x04 this is no archive")
    Path("broken.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr'")
    Path("latin.csv").write_bytes(b"id,x\n\xff\xfe,1\n")
    Path("folder").mkdir()
    np.savez("two.npz", p=np.zeros(2), q=np.zeros(2))
    np.save("plain.npy", np.zeros((2, 2)))
    np.save("empty.npy", np.zeros((0, 2)))
    write("a.txt", "1")
    sources = {
        "nothing.npz": "there is no such file",
        "a=folder": "is a folder",
        "a=a.txt": "cannot read files of the kind '.txt'",
        "plain.npy": "it is not said which view this is",
        "a=empty.npy": "the array 'a' has no rows",
        "broken.npz": "cannot be read as npz",
        "a=broken.npy": "cannot be read as npy",
        "a=latin.csv": "cannot be read as a table",
        "a=two.npz": "write a=two.npz:KEY; its arrays: p, q",
        "a=two.npz:r": "there is no array 'r'",
    }
    with pytest.raises(DataError) as caught:
        read(list(sources))
    assert all(words in str(caught.value) for words in sources.values())


def test_never_unpickles() -> None:
    objects = np.array([{"a": 1}, None], dtype=object)
    np.savez("d.npz", a=objects)
    np.save("a.npy", objects)
    for source in ("d.npz", "a=a.npy"):
        with pytest.raises(DataError, match="Python objects are never read"):
            read([source])


def test_refuses_rows_that_cannot_be_matched() -> None:
    np.save("b.npy", np.zeros((2, 3)))
    np.save("c.npy", np.zeros((3, 3)))
    write("a.csv", "id,x,y\nu,1,2\nv,1,2\n")
    write("d.csv", "id,x,y\nv,1,2\n")
    assert read(["a=a.csv", "b=b.npy"], align="position").ids == ("u", "v")
    with pytest.raises(DataError, match="numbers of rows differ"):
        read(["b=b.npy", "c=c.npy"])
    with pytest.raises(DataError, match=r"b.npy: error MVG706: view 'b' of b.npy has no ids"):
        read(["a=a.csv", "b=b.npy", "d=d.csv"])
    with pytest.raises(DataError, match=r"view 'b' is also in b.npy"):
        read(["b=b.npy", "b=c.npy"])
    with pytest.raises(DataError, match="no data are given"):
        read([])


def test_reading_imports_no_torch(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    np.save(tmp_path / "a.npy", np.zeros((2, 2)))
    code = "import sys; from mvgraph.data import loading, filling, splitting; loading.read(['a=a.npy']); "
    code += "print([m for m in ('torch._C', 'lightning', 'sklearn') if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(root)}, check=False
    )
    assert run.stdout.strip() == "[]", run.stderr
