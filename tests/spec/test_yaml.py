"""Texts that are YAML 1.2, and texts that are not."""

import io
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from mvgraph.errors import Place, SpecError
from mvgraph.spec.reading import load
from mvgraph.spec.yaml12 import parse

from .texts import SMALL


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1.0e-3", 0.001),
        (".5", 0.5),
        ("5.", 5.0),
        ("-1", -1),
        ("+1", 1),
        ("08", 8),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("1:30", "1:30"),
        ("2020-01-01", "2020-01-01"),
        ("1_000", "1_000"),
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("y", "y"),
        ("True", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("null", None),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ("-.INF", float("-inf")),
        ("=", "="),
        ("!!str 1", "1"),
        ("!!float 1", 1.0),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    read = parse(f"a: {text}", "t").plain["a"]
    assert read == value
    assert type(read) is type(value)


def test_keys_are_texts_and_know_their_places() -> None:
    item = parse("a:\n  1: [x, {on: 2}]\n  <<: 3\n", "t.yaml")
    assert item.plain == {"a": {"1": ["x", {"on": 2}], "<<": 3}}
    places = item.document({}).places
    assert places[("a", "1")] == Place("t.yaml", 2, 3)
    assert places[("a", "1", 1, "on")] == Place("t.yaml", 2, 11)


def test_an_alias_stands_for_its_anchor() -> None:
    assert parse("a: &x {b: 1}\nc: *x\n", "t").plain == {"a": {"b": 1}, "c": {"b": 1}}


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "message"),
    [
        ("", "MVG105", 1, 1, "the spec is empty"),
        ("# nothing\n", "MVG105", 1, 1, "the spec is empty"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "MVG103", 4, 3, "the key 'c' stands twice; it stands in line 3 already"),
        ("a:\n\tb: 1\n", "MVG102", 2, 1, "a tab stands here"),
        ("a: [1, 2\nb: 3\n", "MVG102", 2, 2, "expected ',' or ']'"),
        ("a: b: c\n", "MVG102", 1, 5, "mapping values are not allowed here"),
        ("a: {b: 1\n", "MVG102", 2, 1, "not YAML"),
        ("a: *b\n", "MVG102", 1, 4, "undefined alias"),
        ("a: 'x\n", "MVG102", 2, 1, "unexpected end of stream"),
        ("- a\n", "MVG108", 1, 1, "a spec is a mapping"),
        ("just words\n", "MVG108", 1, 1, "a spec is a mapping"),
        ("a: 1\n---\nb: 2\n", "MVG107", 3, 1, "a second document"),
        ("a: !!python/name:os.system 1\n", "MVG109", 1, 4, "tag"),
        ("a: !secret 1\n", "MVG109", 1, 4, "tag"),
        ("a: !!int x\n", "MVG109", 1, 4, "'x' is not of the type"),
        ("? [a]\n: 1\n", "MVG102", 1, 3, "a key is a single word"),
        ("a: " + "9" * 5000, "MVG102", 1, 4, "more than 300 digits"),
        ("a: " + "[" * 100_000, "MVG104", 1, 53, "nests deeper than 50"),
        ("a:\n" + "- 1\n" * 30_000, "MVG104", 19_999, 3, "more than 20000 values"),
        (BOMB, "MVG104", 1, 5, "more than 20000 values"),
        ("a: &a [*a]\n", "MVG104", 1, 4, "nests deeper than 50"),
        ("a: x\x00y\n", "MVG106", 1, 5, "may not stand in a text"),
        ("a: \ud800\n", "MVG106", 1, 4, "may not stand in a text"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_is_no_spec_is_told_with_its_place(text: str, code: str, line: int, column: int, message: str) -> None:
    with pytest.raises(SpecError, match=message.replace("[", r"\[").replace("]", r"\]")) as caught:
        parse(text, "bad.yaml")
    problem = caught.value.problems[0]
    assert (problem.code, problem.place) == (code, Place("bad.yaml", line, column))
    assert problem.message


def test_all_keys_that_stand_twice_are_told_at_once() -> None:
    with pytest.raises(SpecError, match="stands twice") as caught:
        parse("a: 1\na: 2\nb: {c: 1, c: 2}\n", "t")
    assert [p.place.line for p in caught.value.problems if p.place] == [2, 3]


def refused(source: str | Path, match: str) -> None:
    with pytest.raises(SpecError, match=match) as caught:
        load(source)
    (problem,) = caught.value.problems
    assert problem.place is not None
    assert problem.remedy


def test_files_that_are_no_spec(tmp_path: Path) -> None:
    refused(tmp_path / "nothing.yaml", "there is no such file")
    refused(tmp_path, "a folder")
    empty = tmp_path / "empty.yaml"
    empty.touch()
    refused(empty, "the spec is empty")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"mvgraph: 1\nname: \xff\xfe\x00\n")
    refused(binary, r"binary.yaml:2:7.*not UTF-8")
    utf16 = tmp_path / "utf16.yaml"
    utf16.write_bytes(SMALL.encode("utf-16"))
    refused(utf16, "not UTF-8")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as stream:
        stream.truncate(100 << 20)
    refused(huge, "larger than 1 MiB")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="the system has no endless file")
def test_an_endless_file_is_refused() -> None:
    refused("/dev/zero", "larger than 1 MiB")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="rights hold for ordinary users of POSIX only")
def test_a_file_without_rights_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "closed.yaml"
    file.touch(0o000)
    with pytest.raises(SpecError, match="cannot be read"):
        load(file)


@pytest.mark.skipif(os.name != "posix", reason="POSIX has pipes by name")
@pytest.mark.parametrize("text", ["", "extends: {pipe}\n"])
def test_a_pipe_by_name_is_refused_and_never_waited_for(tmp_path: Path, text: str) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    source = tmp_path / "over.yaml" if text else pipe
    if text:
        source.write_text(text.format(pipe=pipe.name), encoding="utf-8")
    refused(source, "this is a pipe, not a file")


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="the system hands no files over by number")
def test_a_pipe_that_the_shell_hands_over_is_read() -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        stream.write(SMALL)
    assert load(f"/dev/fd/{reader}") == load(SMALL)
    os.close(reader)


@pytest.mark.parametrize(
    "text",
    [
        SMALL.replace(": ", ":\t").replace("\n", "\t# what a tab may do\n"),
        SMALL.replace(", ", ",\t").replace("{z", "{\tz\t").replace("z\t: {", "z: {"),
        SMALL.replace("views: 3\n", "views: 3\t\n\t\n"),
    ],
)
def test_tabs_that_do_not_indent_are_blanks(text: str) -> None:
    assert "\t" in text
    assert load(text) == load(SMALL)


def test_a_path_with_a_null_character_is_refused() -> None:
    with pytest.raises(SpecError, match="cannot be read"):
        load("a\0b.yaml")


def test_bytes_at_the_start_that_mark_utf8_are_skipped(tmp_path: Path) -> None:
    file = tmp_path / "bom.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load(file) == load(SMALL)


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(SMALL.encode())))
    assert load("-").name == "small"
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(b"nam: x\n")))
    with pytest.raises(SpecError, match="<stdin>:1:1"):
        load("-")


def test_loading_never_imports_torch() -> None:
    code = "import sys; from mvgraph.spec.reading import load; load(sys.argv[1]); print('torch._C' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, SMALL], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
