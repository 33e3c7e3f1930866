"""What a terminal would obey never reaches one: spec keys and values, headers, ids, file names, arguments."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import mvgraph as mg
from mvgraph.data.tables import DataWarning
from mvgraph.errors import HIDDEN, Problem, SpecError, harmless

pty = pytest.importorskip("pty", reason="the system has no pseudo-terminals")
EVIL = "\x1b]0;pwned\x07\x1b[31m"
ROWS = "\n".join(f"s{i},{i},{i % 3}" for i in range(8))


def on_a_terminal(*arguments: str | Path, folder: Path) -> str:
    """What the command writes where both of its streams are a terminal."""
    master, slave = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(Path(mg.__file__).parent.parent), "TERM": "xterm"}
    command = [sys.executable, "-m", "mvgraph", *map(str, arguments)]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=environment)
    os.close(slave)
    seen = b""
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        seen += piece
    process.wait(timeout=120)
    os.close(master)
    return seen.decode("utf-8", "replace").replace("\r\n", "\n")


@pytest.mark.parametrize(
    "line",
    [
        r'"\e]0;pwned\a\e[31mkey": 3',
        r'name: "\e]0;pwned\a"',
        r'p: {"\e]0;pwned\a": {latent: normal, dim: 1}}',
        "name: x\u202ey\nzzz\u202e: 1",
        r'views: {"a\u009b31m": {}, b: {}}',
    ],
)
@pytest.mark.parametrize("verb", ["check", "explain"])
def test_a_hostile_spec(tmp_path: Path, line: str, verb: str) -> None:
    (tmp_path / "evil.yaml").write_text(f"extends: mvae\n{line}\n", encoding="utf-8")
    seen = on_a_terminal(verb, "evil.yaml", folder=tmp_path)
    assert "error" in seen
    assert not HIDDEN.search(seen), ascii(seen)


@pytest.mark.parametrize(
    ("file", "header"), [("a.csv", f"id,{EVIL}x,y"), (f"a{EVIL}.csv", "id,x,y"), ("a.csv", "id,x\u202ez,y")]
)
def test_hostile_data(tmp_path: Path, file: str, header: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / file).write_text(f"{header}\n{ROWS}\n{EVIL},x,1\n", encoding="utf-8")
    seen = on_a_terminal("train", "mvae", "--data", "data", "--epochs", "1", folder=tmp_path)
    assert "error" in seen
    assert not HIDDEN.search(seen), ascii(seen)


@pytest.mark.parametrize(
    "arguments",
    [["check", f"a{EVIL}.yaml"], [EVIL], ["explain", "mvae", f"--{EVIL}"], ["check", "mvae", "--set", EVIL]],
)
def test_hostile_arguments(tmp_path: Path, arguments: list[str]) -> None:
    seen = on_a_terminal(*arguments, folder=tmp_path)
    assert "has a control character" in seen
    assert not HIDDEN.search(seen), ascii(seen)


def test_a_good_answer_is_as_it_was(tmp_path: Path) -> None:
    assert on_a_terminal("check", "mvae", folder=tmp_path) == "mvae: fine\n"


@pytest.mark.parametrize("text", [EVIL, "\u202e", "\u2066", "\x9b", "\r", "\ud800"], ids=ascii)
def test_messages_in_python_are_harmless(text: str) -> None:
    for said in (Problem("MVG1", (text,), text, text), SpecError(text), DataWarning(text)):
        assert not HIDDEN.search(str(said))
    assert harmless("tab\tline\nGröße 模型") == "tab\tline\nGröße 模型"
