"""Text to items: YAML by PyYAML's composer, scalars by the core schema of YAML 1.2, bombs refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from yaml import MarkedYAMLError, YAMLError
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from mvgraph.errors import CONTROL, Path, Place, Problem, SpecError
from mvgraph.spec.item import CONTROL_REFUSED, DEEPEST, Item

MOST_NODES = 20_000
MOST_DIGITS = 300
T = TypeVar("T")

_BLANK = re.compile(r"[ \t]*(?:[#\r\n]|\Z)")  # the rest of a line without anything in it
_TAG = "tag:yaml.org,2002:"
_WORDS = {"true": True, "false": False}


def _integer(text: str) -> int:
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _float(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


SCALARS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "null": (r"null|Null|NULL|~|", lambda _: None),
    "bool": (r"true|True|TRUE|false|False|FALSE", lambda text: _WORDS[text.lower()]),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", _integer),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        _float,
    ),
    "str": (r"", str),
}


class _Loader(Reader, Scanner, Parser, Composer, BaseResolver):
    """PyYAML's front end, up to nodes; nothing is ever constructed."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        self.text = text
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self.depth = 0
        self.count = 0

    def scan_to_next_token(self) -> None:
        """PyYAML takes no tabs between tokens; YAML does, where they do not indent."""
        super().scan_to_next_token()
        while self.peek() == "\t" and not self._indents():
            self.forward()
            super().scan_to_next_token()

    def _indents(self) -> bool:
        """Whether what stands here is the indentation of something."""
        before, after = self.text[self.index - self.column : self.index], _BLANK.match(self.text, self.index)
        return not (self.flow_level or before.strip() or after)

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST or self.count > MOST_NODES:
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise _BombError(event.start_mark, self.depth > DEEPEST)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _BombError(Exception):
    def __init__(self, mark: Any, deep: bool) -> None:
        self.mark = mark
        limit = f"nests deeper than {DEEPEST} levels" if deep else f"has more than {MOST_NODES} values"
        self.what = f"the text {limit}"
        super().__init__(self.what)


for _name, (_pattern, _) in SCALARS.items():
    if _pattern:
        _Loader.add_implicit_resolver(_TAG + _name, re.compile(f"(?:{_pattern})$"), None)


def parse(text: str, file: str) -> Item:
    """The items of a spec's text: one mapping.

    >>> parse("{a: 1e-3, b: no, c: 0o17}", "<text>").plain
    {'a': 0.001, 'b': 'no', 'c': 15}

    Raises:
        SpecError: the text is not one YAML document, or a mapping says a key twice; all such keys at once.
    """
    item, problems = scan(text, file)
    if problems:
        raise SpecError(*problems)
    return item


def scan(text: str, file: str) -> tuple[Item, tuple[Problem, ...]]:
    """The items of a spec's text, and what in it is left out because it may not stand there.

    Raises:
        SpecError: the text is not one YAML mapping, and nothing more can be read from it.
    """
    return _guarded(text, file, tuple(text.splitlines()), _Reading.whole)


def parse_value(text: str, place: Place, lines: tuple[str, ...]) -> Item:
    """The items of one YAML value that stands at `place` in `lines`.

    >>> parse_value("[1, 2]", Place("--set", 1, 3), ("a=[1, 2]",)).plain
    [1, 2]
    """
    padded = "\n" * (place.line - 1) + " " * (place.column - 1) + text
    return _guarded(padded, place.file, lines, _Reading.value)


def _guarded(text: str, file: str, lines: tuple[str, ...], read: Callable[[_Reading, _Loader], T]) -> T:
    try:
        return read(_Reading(file, lines), _Loader(text))
    except _BombError as bomb:
        problem = _problem("MVG104", bomb.what, "a spec is small: write it out", file, lines, bomb.mark)
        raise SpecError(problem) from None
    except ReaderError as error:
        raise SpecError(_unreadable(error, text, file)) from None
    except MarkedYAMLError as error:
        raise SpecError(_syntax(error, file, lines)) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise SpecError(Problem("MVG102", (), f"not YAML: {error}").at(Place(file, 1, 1))) from None


def _problem(code: str, message: str, remedy: str, file: str, lines: tuple[str, ...], mark: Any) -> Problem:
    line, column = (mark.line, mark.column) if mark else (0, 0)
    return Problem(code, (), message, remedy).at(
        Place(file, line + 1, column + 1), lines[line] if line < len(lines) else ""
    )


def _unreadable(error: ReaderError, text: str, file: str) -> Problem:
    before = text[: error.position].split("\n")
    place = Place(file, len(before), len(before[-1]) + 1)
    remedy = "save the spec as plain UTF-8 text"
    return Problem("MVG106", (), "a character here may not stand in a text", remedy).at(place)


def _syntax(error: MarkedYAMLError, file: str, lines: tuple[str, ...]) -> Problem:
    what = error.problem or error.context or "cannot read this"
    mark = error.problem_mark or error.context_mark
    if "'\\t'" in what:
        return _problem("MVG102", "not YAML: a tab stands here", "indent with spaces", file, lines, mark)
    if "\t" in (lines[mark.line] if mark and mark.line < len(lines) else ""):
        return _problem("MVG102", f"not YAML: {what}", "there is a tab in this line: use spaces", file, lines, mark)
    bare = mark and mark.line < len(lines) and _DENSITY.search(lines[mark.line])
    hint = "quote a density of several views: 'q(z | a, b)', without brackets" if bare else _hint(what)
    return _problem("MVG102", f"not YAML: {what}", hint, file, lines, mark)


_DENSITY = re.compile(r"[pq]\(\s*[\w.]+\s*\|\s*\[")


def _hint(what: str) -> str:
    hints = {
        "mapping values": "one `key: value` a line; quote a text that contains ': '",
        "block end": "keys of one mapping start in the same column",
        "expected ',' or": "close the bracket, or put a comma between the items",
        "undefined alias": "an alias *name needs an anchor &name before it",
    }
    return next((hint for start, hint in hints.items() if start in what), "check the indentation, colons and brackets")


def _node(loader: _Loader) -> Node:
    node = loader.get_node()
    if node is None:  # pragma: no cover - `check_node` comes first
        raise YAMLError("no document")
    return node


class _Reading:
    """Nodes to items, every problem collected."""

    def __init__(self, file: str, lines: tuple[str, ...]) -> None:
        self.file = file
        self.lines = lines
        self.count = 0
        self.problems: list[Problem] = []

    def whole(self, loader: _Loader) -> tuple[Item, tuple[Problem, ...]]:
        if not loader.check_node():
            remedy = "start from a reference spec: `extends: mopoe`"
            raise SpecError(Problem("MVG105", (), "the spec is empty", remedy).at(Place(self.file, 1, 1)))
        node = _node(loader)
        item = self.item(node, self.place(node), ())
        if loader.check_node():
            self.note("MVG107", "a second document starts here", "one spec a file: remove the '---'", loader.get_node())
        if not isinstance(item.value, dict):
            if not self.problems:
                self.note("MVG108", "a spec is a mapping of keys to values", "start with `mvgraph: 1`", node)
            raise SpecError(*self.problems)
        return item, tuple(self.problems)

    def value(self, loader: _Loader) -> Item:
        if not loader.check_node():
            return Item(None)
        node = _node(loader)
        item = self.item(node, self.place(node), ())
        if loader.check_node():
            self.note("MVG107", "a second document starts here", "write one value", loader.get_node())
        if self.problems:
            raise SpecError(*self.problems)
        return item

    def place(self, node: Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def note(self, code: str, message: str, remedy: str, node: Any, path: Path = ()) -> None:
        problem = _problem(code, message, remedy, self.file, self.lines, node.start_mark)
        self.problems.append(replace(problem, path=path))

    def item(self, node: Node, place: Place, path: Path) -> Item:
        self.count += 1
        if self.count > MOST_NODES or len(path) > DEEPEST:
            raise _BombError(node.start_mark, len(path) > DEEPEST)
        if node.tag.removeprefix(_TAG) not in (*SCALARS, "map", "seq"):
            self.note("MVG109", f"a spec is data: the tag {node.tag} is not allowed", "remove the tag", node, path)
            return Item(None, place)
        if isinstance(node, MappingNode):
            return Item(self.mapping(node, path), place)
        if isinstance(node, SequenceNode):
            return Item([self.item(n, self.place(n), (*path, i)) for i, n in enumerate(node.value)], place)
        return Item(self.scalar(node, path), place)

    def mapping(self, node: MappingNode, path: Path) -> dict[str, Item]:
        found: dict[str, Item] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.note("MVG102", "a key is a single word or number", "quote it, or close the bracket", key)
            elif CONTROL.search(key.value):  # written as "\\e" or the like
                self.note(*CONTROL_REFUSED, key)
            elif key.value in found:
                first = found[key.value].place
                where = f"it stands in line {first.line} already" if first else ""
                self.note("MVG103", f"the key '{key.value}' stands twice; {where}", "remove one of them", key)
            else:
                found[key.value] = self.item(value, self.place(key), (*path, key.value))
        return found

    def scalar(self, node: Node, path: Path) -> Any:
        kind = node.tag.removeprefix(_TAG)
        if kind in ("int", "float") and len(node.value) > MOST_DIGITS:
            self.note("MVG102", f"a number of more than {MOST_DIGITS} digits", "write it shorter", node, path)
            return 0
        pattern, construct = SCALARS.get(kind, SCALARS["str"])
        if pattern and not re.fullmatch(pattern, node.value):
            self.note("MVG109", f"'{node.value}' is not of the type that its tag demands", "remove the tag", node, path)
            return None
        if CONTROL.search(node.value):  # written as "\\e" or the like
            self.note(*CONTROL_REFUSED, node, path)
            return ""
        return construct(node.value)
