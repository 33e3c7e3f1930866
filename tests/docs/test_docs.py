"""The documentation: every marked block runs and prints what the page says; links lead somewhere; tables are new.

`MVGRAPH_UPDATE_GOLDEN=1` writes what was printed into the pages. See `pages.py` for the marks.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mvgraph as mg
from mvgraph.drawing.rendering import SUFFIXES

from .pages import Block, blocks, same

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
UPDATE = os.environ.get("MVGRAPH_UPDATE_GOLDEN") == "1"
RUNNING = [p for p in PAGES if any(b.kind in ("run", "file") for b in blocks(p.read_text(encoding="utf-8")))]


class Page:
    """A page being run in a folder; `found` collects the output of its blocks, by where they stand."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.blocks = blocks(path.read_text(encoding="utf-8"))
        self.folder = folder
        scripts = str(Path(sys.executable).parent)
        paths = os.pathsep.join([str(folder), str(ROOT)])  # the page's own words, and a checkout that is not installed
        own = {"PATH": scripts + os.pathsep + os.environ["PATH"], "PYTHONPATH": paths, "COLUMNS": "120"}
        quiet = {"PYTHONWARNINGS": "ignore", "PYTHONIOENCODING": "utf-8"}
        self.environment = {k: v for k, v in os.environ.items() if k != "MVGRAPH_UPDATE_GOLDEN"} | own | quiet
        self.interpreter: subprocess.Popen[str] | None = None
        self.found: dict[int, str] = {}

    def run(self) -> None:
        """Every block in order."""
        printed, asked = "", None
        for block in self.blocks:
            if block.kind == "output":
                assert asked, "an output without a block that runs"
                self.found[block.start], printed, asked = printed, "", None
                continue
            assert not printed.strip(), f"printed, and the page does not show it:\n{printed}"
            if block.kind == "file":
                target = self.folder / block.about
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(block.body, encoding="utf-8")
            elif block.kind == "run" and block.language == "python":
                printed, asked = self.python(block.body), block
            elif block.kind == "run":
                self.found[block.start] = "".join(self.console(block.body))
        assert not printed.strip(), f"printed, and the page does not show it:\n{printed}"

    def python(self, code: str) -> str:
        """What a block prints, in the interpreter of the page."""
        if self.interpreter is None:
            driver = [sys.executable, str(Path(__file__).with_name("interpreter.py"))]
            pipe = subprocess.PIPE
            self.interpreter = subprocess.Popen(
                driver, stdin=pipe, stdout=pipe, text=True, encoding="utf-8", cwd=self.folder, env=self.environment
            )
        assert self.interpreter.stdin
        assert self.interpreter.stdout
        self.interpreter.stdin.write(json.dumps(code) + "\n")
        self.interpreter.stdin.flush()
        return str(json.loads(self.interpreter.stdout.readline()))

    def console(self, body: str) -> Iterator[str]:
        """The commands of a block, each followed by what it prints."""
        for line in body.splitlines():
            if line.startswith("$ "):
                done = subprocess.run(
                    ["sh", "-c", line[2:]],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    encoding="utf-8",
                    cwd=self.folder,
                    env=self.environment,
                    check=False,
                )
                yield line + "\n" + "".join(f"{each.rstrip()}\n" for each in done.stdout.splitlines())

    def close(self) -> None:
        """End the interpreter."""
        if self.interpreter is not None and self.interpreter.stdin and self.interpreter.stdout:
            self.interpreter.stdin.close()
            self.interpreter.wait(60)
            self.interpreter.stdout.close()


@pytest.mark.parametrize("path", RUNNING, ids=lambda p: p.stem)
def test_a_page_does_what_it_says(path: Path, tmp_path: Path) -> None:
    page = Page(path, tmp_path)
    try:
        page.run()
    finally:
        page.close()
    wrong = [b for b in page.blocks if b.start in page.found and not same(b.body, page.found[b.start], b.tolerance)]
    if UPDATE:
        path.write_text(updated(path.read_text(encoding="utf-8"), wrong, page.found), encoding="utf-8")
    for block in () if UPDATE else wrong:
        assert page.found[block.start] == block.body
    assert UPDATE or not wrong


def test_the_tests_of_the_vocabulary_take_words_from_outside(tmp_path: Path) -> None:
    page = Page(ROOT / "docs" / "adding-a-word.md", tmp_path)
    page.blocks = [b for b in page.blocks if b.kind == "file"]
    page.run()
    contract = [str(ROOT / "tests" / "vocab" / f"test_{name}.py") for name in ("families", "fusions", "kl")]
    words = [
        "-k",
        "exponential or gumbel or barycenter",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        str(ROOT / "pyproject.toml"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *contract, *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=page.environment,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) > 40


def updated(text: str, wrong: list[Block], found: dict[int, str]) -> str:
    """A page with the output of some blocks replaced."""
    for block in reversed(wrong):
        text = text[: block.start] + found[block.start] + text[block.end :]
    return text


@pytest.mark.parametrize("path", RUNNING, ids=lambda p: p.stem)
def test_every_block_of_a_page_that_runs_is_marked(path: Path) -> None:
    unmarked = [b.body for b in blocks(path.read_text(encoding="utf-8")) if not b.mark]
    assert not unmarked or path.name == "README.md"


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_links_lead_to_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text) + re.findall(r'\bsrc(?:set)?="([^"]+)"', text)
    assert not [link for link in links if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_what_may_stand_under_a_key_is_said_in_words(path: Path) -> None:
    assert not re.findall(r"<class|mvgraph\.spec\.", path.read_text(encoding="utf-8"))


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert not [p.name for p in PAGES[1:] if p.stem != "index" and f"]({p.name})" not in index]


@pytest.mark.parametrize("options", [["--quick"], pytest.param([], marks=pytest.mark.slow)], ids=["quick", "all"])
def test_generated_sections_are_up_to_date(options: list[str]) -> None:
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "up to date\n", f"run `python docs/generate.py`: {done.stdout}{done.stderr}"


@pytest.mark.parametrize(
    ("expected", "found", "tolerance", "equal"),
    [
        ("a 1.5\n", "a 1.5\n", 0.0, True),
        ("a 1.5\n", "a 1.6\n", 0.0, False),
        ("a 1.5\n", "a 1.6\n", 0.1, True),
        ("a 1.5\n", "a 1.9\n", 0.1, False),
        ("took ... s\n", "took 12.3 s\n", 0.0, True),
        ("took ... s\n", "took 12.3\n", 0.0, False),
    ],
)
def test_output_is_compared(expected: str, found: str, tolerance: float, equal: bool) -> None:
    assert same(expected, found, tolerance) is equal


def test_every_reference_model_is_in_the_table() -> None:
    """The sixteen of the tutorial, the nine beside them, and every variant."""
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    tables = page.split("\n## ")[1:]
    listed = [re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) for table in tables]
    assert [len(names) for names in listed[:2]] == [16, 9]
    assert sorted(name for names in listed for name in names) == mg.names()


def test_the_page_on_drawing_names_every_file_and_shows_every_picture() -> None:
    page = (ROOT / "docs" / "drawing.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`(\.\w+)`", page)) >= set(SUFFIXES)
    shown = set(re.findall(r'src(?:set)?="images/drawing/([^"]+)"', page))
    assert shown == {p.name for p in (ROOT / "docs" / "images" / "drawing").iterdir()}


def test_every_picture_of_the_gallery_is_shown() -> None:
    """Each reference model folded and unrolled, each in light and dark, and nothing that no one sees."""
    page = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    shown = set(re.findall(r'src(?:set)?="gallery/([^"]+)"', page))
    models = {f"{name}{end}.svg" for name in mg.names() for end in ("", "_dark", "_unrolled", "_unrolled_dark")}
    assert shown == models | {"legend.svg", "legend_dark.svg"}
    assert shown == {p.name for p in (ROOT / "docs" / "gallery").iterdir()}


def test_a_picture_is_current_until_something_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    same = importlib.import_module("generate").same
    drawn = '<path d="M10.00 5.25L3 4"/>'
    assert same(drawn, drawn.replace("5.25", "5.26"), drawn=True)
    assert not same(drawn, drawn.replace("5.25", "5.26"), drawn=False)
    assert not same(drawn, drawn.replace("5.25", "6.25"), drawn=True)
    assert not same(drawn, drawn.replace("L", "M"), drawn=True)
    assert not same(drawn, drawn.replace("L3 4", ""), drawn=True)
