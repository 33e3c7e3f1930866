"""Tables of text that are not quite what they should be: read right and said, or refused with the cause."""

from __future__ import annotations

import gzip
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvgraph.data.delimited import table
from mvgraph.data.loading import read
from mvgraph.data.tables import DataWarning
from mvgraph.errors import DataError


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


ODD = {
    "semicolons": ("a.csv", "id;x;y\nu;1;2\nv;3;4.5\n", "a.csv is read with semicolons between its cells"),
    "decimal commas": ("a.csv", "id;x;y\nu;1;2\nv;3;4,5\n", "with semicolons between its cells and decimal commas"),
    "tabs": ("a.csv", "id\tx\ty\nu\t1\t2\nv\t3\t4.5\n", "a.csv is read with tabs between its cells"),
    "tabs and decimal commas": ("a.csv", "id\tx\ty\nu\t1\t2\nv\t3\t4,5\n", "tabs between its cells and decimal commas"),
    "commas": ("a.tsv", "id,x,y\nu,1,2\nv,3,4.5\n", "a.tsv is read with commas between its cells"),
    "commas in tabs": ("a.tsv", "id\tx\ty\nu\t1\t2\nv\t3\t4,5\n", "tabs between its cells and decimal commas"),
}


@pytest.mark.parametrize("kind", ODD)
def test_other_delimiters_are_read_and_said(kind: str) -> None:
    name, text, message = ODD[kind]
    with pytest.warns(DataWarning, match=message):
        found = read([f"a={write(name, text)}"])
    assert found.ids == ("u", "v")
    assert found.columns["a"] == ("x", "y")
    assert found.views["a"].tolist() == [[1, 2], [3, 4.5]]


def test_comments_are_left_out() -> None:
    text = "# made on Monday, by hand\n#\n\nid,x,y\nu,1,2\n# a note, in the middle, of it, all\nv,3,4\n"
    assert read([f"a={write('a.csv', text)}"]).views["a"].tolist() == [[1, 2], [3, 4]]
    header = read([f"a={write('a.tsv', '#id' + chr(9) + 'x' + chr(10) + 'u' + chr(9) + '1.5' + chr(10))}"])
    assert header.columns["a"] == ("x",)


@pytest.mark.parametrize("name", ["a.csv.gz", "a.tsv.gz", "a.CSV.GZ"])
def test_packed_tables(name: str) -> None:
    comma = "\t" if "tsv" in name else ","
    Path("set").mkdir()
    for file in (Path(name), Path("set") / name):
        file.write_bytes(gzip.compress(f"id{comma}x\nu{comma}1.5\n".encode()))
    assert read([f"a={name}"]).views["a"].tolist() == read(["set"]).views["a"].tolist() == [[1.5]]
    Path(name).write_bytes(b"no gzip")
    with pytest.raises(DataError, match="cannot be read as a table"):
        read([f"a={name}"])


def test_two_delimiters_that_both_fit_are_asked_about() -> None:
    with pytest.raises(DataError, match="commas and semicolons both separate its cells"):
        read([f"a={write('a.csv', 'id;x,y' + chr(10) + 'u;0,5' + chr(10))}"])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_a_spreadsheet_leaves_is_left_out(end: str) -> None:
    """Columns and lines that are empty, and its ends of lines."""
    text = end.join(["id,x,y,,", "u,1,2,,", ",,,,", "v,,,,", ",,,,", ""])
    Path("a.csv").write_bytes(text.encode())
    found = read(["a=a.csv"])
    assert found.columns["a"] == ("x", "y")
    assert found.ids == ("u", "v")
    assert found.seen("a").tolist() == [True, False]


HEADERLESS = {
    "floats": "m00,0.53,-1.2,0.4\nm01,0.1,0.2,0.3\nm02,-0.5,1.2,0.1\n",
    "labels": "m00,2\nm01,0\nm02,3\nm03,1\n",
    "two": "m00,0.5,7\nm01,0.4,9\nm02,0.6,8\n",
}


@pytest.mark.parametrize("kind", HEADERLESS)
def test_a_header_that_looks_like_a_row_is_told(kind: str) -> None:
    with pytest.warns(DataWarning, match=r"the first line is taken for the header, and looks like a row: 'm00', "):
        assert read([f"a={write('a.csv', HEADERLESS[kind])}"]).ids[0] == "m01"


HONEST = {
    "numbered from 1": "id,1,2,3\nu,0.5,1.5,2.5\nv,1.5,2.5,0.5\n",
    "numbered from 0": "id,0,1\nu,0,1\nv,1,0\n",
    "one column": "id,1\nu,0\nv,1\n",
    "years": "id,2019,2020,2021\nu,2000,2050,1990\nv,2010,2020,2030\n",
    "wavelengths": "id,400.5,420.1,450.7\nu,0.1,0.2,0.3\nv,0.3,0.1,0.2\n",
    "names": "id,0.5,x\nu,0.4,1\nv,0.6,2\n",
}


@pytest.mark.parametrize("kind", HONEST)
def test_columns_that_have_numbers_for_names_are_read(kind: str) -> None:
    assert read([f"a={write('a.csv', HONEST[kind])}"]).ids == ("u", "v")


@given(st.integers(2, 6), st.integers(4, 12), st.integers(0, 10**6))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_every_table_that_lost_its_first_row_is_told(columns: int, rows: int, seed: int) -> None:
    """Whatever the scales of the columns; and none that has names."""
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(rows, columns)) * 10.0 ** draw.integers(-3, 4, columns) + draw.normal(size=columns) * 5
    lines = [",".join([f"m{i}", *(f"{v:.6g}" for v in line)]) for i, line in enumerate(values)]
    names = ",".join(["id", *(f"x{i}" for i in range(columns))])
    for header, told in ((lines[0], True), (names, False)):
        file = write("a.csv", "\n".join([header, *lines[1:]]) + "\n")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            table(file, "a", ",")
        assert bool(caught) == told


def test_a_first_column_of_numbers_is_told() -> None:
    with pytest.warns(DataWarning, match="the first column, 'x', is taken for ids, and holds numbers such as '0.5'"):
        read([f"a={write('a.csv', 'x,y,z' + chr(10) + '0.5,1,2' + chr(10) + '-0.25,3,4' + chr(10))}"])
    with pytest.raises(DataError, match=r"ids occur more than once: '1'(.|\n)*the first column is taken for the ids"):
        read([f"a={write('a.csv', 'x,y' + chr(10) + '1,2' + chr(10) + '1,3' + chr(10))}"])
    times = "time,x\n0.1,5\n0.2,6\n0.3,9.5\n"
    assert read([f"a={write('a.csv', times)}"]).ids == ("0.1", "0.2", "0.3")


def test_a_cell_of_text_among_numbers_says_what_a_missing_value_is() -> None:
    with pytest.raises(DataError, match=r"'n.d.' in row 'v'(.|\n)*an empty cell is a missing value"):
        read([f"a={write('a.csv', 'id,x,y' + chr(10) + 'u,1,2' + chr(10) + 'v,n.d.,3' + chr(10))}"])
    with pytest.raises(DataError, match=r"'0,5' in row 'u'(.|\n)*write decimal points"):
        read([f"a={write('a.csv', 'id,x,y' + chr(10) + 'u,' + chr(34) + '0,5' + chr(34) + ',2' + chr(10))}"])


def test_an_empty_source_is_none() -> None:
    for source in ("", " "):
        with pytest.raises(DataError, match="the name of a source is empty"):
            read([source])


def test_archives_say_what_they_hold() -> None:
    good = {"a": np.zeros((3, 2)), "b": np.ones((3, 2))}
    np.savez("d.npz", **good, mask_zzz=np.ones(3, dtype=bool))
    with pytest.raises(DataError, match="'mask_zzz' is the mask of a view 'zzz' that is not there"):
        read(["d.npz"])
    for mask in (np.array([True, False, True]), np.array([[1, 1], [1, 0], [1, 1]])):
        np.savez("d.npz", **good, mask=mask)
        with pytest.raises(DataError, match=r"'mask' does not say of which view(.|\n)*call a mask mask_VIEW"):
            read(["d.npz"])
        with pytest.raises(DataError, match="'mask' does not say of which view"):
            read(["a=d.npz:a"])
    np.savez("d.npz", **good, mask=np.full((3, 4, 4), 0.5))
    assert read(["d.npz"]).names == ("a", "b", "mask")
    np.savez("d.npz", **good, version=np.float64(3.0))
    with pytest.raises(DataError, match="the array 'version' is a single number and has no rows"):
        read(["d.npz"])


def test_other_files_in_an_archive_are_left_out_and_told() -> None:
    np.savez("d.npz", a=np.zeros((3, 2)))
    with zipfile.ZipFile("d.npz", "a") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.warns(DataWarning, match="'readme.txt' is no array, and left out"):
        assert read(["d.npz"]).names == ("a",)
