"""The house rules that a program can hold: floors, length of files, imports, docstrings, words that are not said."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

import mvgraph
from mvgraph.cli import engine
from mvgraph.spec import zoo

ROOT = Path(mvgraph.__file__).parent
FLOORS = (
    *("deferring", "processes", "files", "tracing", "errors", "registry"),
    *("language", "vocab", "spec", "graph", "objective"),
    "drawing",
    *("planning", "data", "module", "training", "evaluation", "interface", "cli", "__main__"),
)
MOST_LINES = 400
FILES = sorted(ROOT.rglob("*.py"))


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def floor(module: str) -> str:
    return module.removeprefix("mvgraph.").split(".")[0]


def imports(tree: ast.AST) -> set[str]:
    """The modules of mvgraph that a file imports when it is imported itself."""
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for part in node.body
        for inner in ast.walk(part)
    }
    nodes = [n for n in ast.walk(tree) if id(n) not in typing_only]
    plain = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    froms = [n for n in nodes if isinstance(n, ast.ImportFrom) and n.module]
    members = {f"mvgraph.{a.name}" for n in froms if n.module == "mvgraph" for a in n.names}
    return {m for m in plain | members | {str(n.module) for n in froms} if m.startswith("mvgraph.")}


@pytest.mark.parametrize("file", FILES, ids=name)
def test_imports_point_down(file):
    own = file.relative_to(ROOT).with_suffix("").parts[0]
    if own == "__init__":
        return
    found = imports(ast.parse(file.read_text(encoding="utf-8")))
    above = sorted(m for m in found if FLOORS.index(floor(m)) > FLOORS.index(own))
    assert not above, f"{own} stands below {above}"


@pytest.mark.parametrize("file", FILES, ids=name)
def test_files_are_short(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("file", FILES, ids=name)
def test_imports_stand_at_the_top(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = [n.lineno for f in functions for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert not inside


FORBIDDEN = {"eval", "exec", "hasattr", "__import__"}


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_forbidden_calls(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    called = {n.func.id: n.lineno for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    assert not FORBIDDEN & set(called)
    assert not [n.lineno for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler) and n.type is None]


def undocumented(body: list[ast.stmt], before: str = "", *, overriding: bool = False) -> list[str]:
    """The public classes and functions without a docstring; what overrides a documented method needs none."""
    found = []
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found += [] if ast.get_docstring(node) else [before + node.name]
            found += undocumented(node.body, f"{before}{node.name}.", overriding=bool(node.bases))
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            found += [] if overriding or ast.get_docstring(node) else [before + node.name]
    return found


@pytest.mark.parametrize("file", FILES, ids=name)
def test_everything_public_has_a_docstring(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert not undocumented(tree.body)


def test_the_public_names_are_there():
    assert sorted(mvgraph.__all__) == list(mvgraph.__all__)
    for public in mvgraph.__all__:
        assert getattr(mvgraph, public) is not None


def test_the_command_line_leaves_the_public_names_alone():
    assert engine.compile is not None
    assert mvgraph.compile.__module__ == "mvgraph.interface.models"
    assert set(dir(mvgraph)) == set(mvgraph.__all__)


def test_no_verb_has_the_name_of_a_module():
    modules = {p.stem for p in ROOT.iterdir()}
    assert not modules & set(mvgraph.__all__)


CHECKOUT = ROOT.parent
REPOSITORY = pytest.mark.skipif(not (CHECKOUT / "pyproject.toml").is_file(), reason="needs the whole checkout")


@REPOSITORY
def test_pins_hold_what_is_needed():
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)$", (CHECKOUT / "constraints.txt").read_text(), re.MULTILINE))
    assert pins["torch"] == "2.13.0"
    assert not [version for version in pins.values() if "+" in version]
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    needed = [re.split("[><=~]", n)[0] for n in project["dependencies"] + project["optional-dependencies"]["dev"]]
    normal = {re.sub(r"[-_.]+", "-", pin).lower() for pin in pins}
    assert {re.sub(r"[-_.]+", "-", n).lower() for n in needed} <= normal


@REPOSITORY
def test_the_readme_names_files_that_exist():
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    scripts = re.findall(r"\bsh ((?:examples|tests)/\S+\.sh)", text)
    links = re.findall(r"\]\(([\w./-]+)\)", text)
    assert scripts
    assert not [path for path in scripts + links if not (CHECKOUT / path).exists()]
    named = re.findall(r"^mvgraph (?:explain|check|train|plan) (\w+)(?: |$)", text, re.MULTILINE)
    assert not [spec for spec in named if spec not in zoo.names()]


TIMERS = {"process_time", "perf_counter", "thread_time", "timeit"}  # `monotonic` ends a wait
PATIENCE = 120  # seconds that a test waits at least, until it takes a process for one that hangs


@pytest.mark.parametrize("file", sorted(Path(__file__).parent.rglob("*.py")), ids=lambda f: f.name)
def test_tests_measure_no_time(file):
    """What is to be fast is held by counted work (`tests/work.py`); seconds are measured by `benchmarks`."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names}
    assert not TIMERS & names
    options = [option for n in ast.walk(tree) if isinstance(n, ast.Call) for option in n.keywords]
    limits = [option.value for option in options if option.arg == "timeout" and isinstance(option.value, ast.Constant)]
    assert all(limit.value >= PATIENCE for limit in limits)
