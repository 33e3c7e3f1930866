"""What a faulty spec may have been meant to be: every faulty part is a hole, and holes can be filled in several ways.

What holds of a spec however its holes are filled is certain. What holds for some fillings only cannot be told before
the faults are mended. A slip of the pen, a name with a known one very like it, is filled in one way.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from itertools import product
from typing import Any, Literal

from mvgraph.errors import Path, Problem
from mvgraph.language.expr import Formula
from mvgraph.language.table import Table
from mvgraph.language.word import Word, default
from mvgraph.registry import Suggestion
from mvgraph.spec.grammar import (
    RECORDS,
    TERMS,
    DensityText,
    Evidence,
    Node,
    OneView,
    Range,
    SampleText,
    Targets,
    Views,
    Whole,
    alternatives,
    keys,
    node_class,
    option,
    slot,
    within,
)
from mvgraph.spec.item import Item, plant
from mvgraph.spec.merging import Written
from mvgraph.spec.reading import read
from mvgraph.spec.terms import WrittenTerm
from mvgraph.spec.validating import LACKS

MOST = 6  # ways to fill a hole
ORDINARY = ("normal", "laplace", "categorical", "poe", "mlp", "adam", "linear")  # what most specs have in a word slot
UNKNOWN_KEYS = ("MVG112", "MVG119")
Tree = dict[str, Any]


@dataclass(frozen=True)
class Filling:
    """A spec whose holes are filled, and where they were: what is found there is about no text of the user's."""

    spec: Written
    holes: tuple[Path, ...]


@dataclass(frozen=True)
class Patch:
    """One way to fill a hole: a key gets another name (None: it is taken away), or a value is another one."""

    path: Path
    value: Any = None
    rename: bool = False

    @property
    def hole(self) -> Path:
        """Where the hole is afterwards."""
        return (*self.path[:-1], self.value) if self.rename and self.value is not None else self.path


def fillings(spec: Written, problems: Sequence[Problem]) -> list[Filling]:
    """A written spec with the holes that some problems are, filled in each of the ways that are tried."""
    tree = spec.item.plain
    slips = [c for p in problems if isinstance(p.remedy, Suggestion) and p.remedy.close for c in _named(tree, p)[:1]]
    if slips:
        return [Filling(_changed(spec, slips), tuple(c.path for c in slips if not c.rename))]
    holes = [(p, ways) for p in problems if (ways := [*_named(tree, p), *_valued(tree, p.path, p.code in LACKS)])]
    count = min(MOST, max((len(ways) for _, ways in holes), default=0))
    return [_filled(spec, tree, [(p.path, ways[n % len(ways)]) for p, ways in holes]) for n in range(count)]


def _filled(spec: Written, tree: Tree, holes: list[tuple[Path, Patch]]) -> Filling:
    """One filling; a hole that does not take its value is one of the value around it."""
    changes = [change for _, change in holes]
    for _ in range(4):
        filled = _changed(spec, changes)
        _, left = read(filled)
        wrong = [i for i, c in enumerate(changes) if any(_below(p.path, c.hole[:-1]) for p in left)]
        if not wrong:
            break
        for i in wrong:
            around = [*_valued(tree, changes[i].path[:-1], False)]
            changes[i] = around[0] if around and len(changes[i].path) > 2 else changes[i]
    return Filling(filled, tuple(c.hole for c in changes))


def _below(path: Path, above: Path) -> bool:
    return path[: len(above)] == above


def _named(tree: Tree, problem: Problem) -> list[Patch]:
    """What a name that is not known could be: the one that is like it, else any that is known."""
    hint = problem.remedy
    if not isinstance(hint, Suggestion) or not problem.path:
        return []
    parent, value = _at(tree, problem.path[:-1]), _at(tree, problem.path)
    words = [hint.close] if hint.close else list(hint.words)
    if isinstance(parent, dict) and problem.path[-1] == hint.word:
        if problem.code in UNKNOWN_KEYS and not hint.close:
            words = _required(tree, problem.path[:-1])
        names: list[str | None] = [w for w in words if w not in parent]
        return [Patch(problem.path, name, rename=True) for name in [*names, None]]
    if isinstance(value, str):
        return [Patch(problem.path, text) for w in words if (text := _with(value, hint.word, w)) != value]
    if isinstance(value, list):
        return [Patch(problem.path, [w if str(v) == hint.word else v for v in value]) for w in words]
    return []


def _with(text: str, word: str, other: str) -> str:
    """A text with another name in the place of a word, whatever its case."""
    start = text.find(word)
    ends = start + len(word)
    inside = (text[start - 1 : start] + text[ends : ends + 1]).replace(".", " ")
    if start < 0 or any(c.isalnum() or c == "_" for c in inside):
        return text
    return text[:start] + other + text[ends:]


def _required(tree: Tree, path: Path) -> list[str]:
    """The keys that a mapping lacks."""
    value, cls = _at(tree, path), _record(tree, path)
    return [k.name for k in keys(cls) if k.required and k.name not in value] if cls else []


def _valued(tree: Tree, path: Path, lacks: bool) -> Iterator[Patch]:
    """Values that could stand at a place, or keys that could."""
    cls = _record(tree, path)
    if lacks and cls is not None:
        for name in _required(tree, path):
            hint = next(k.hint for k in keys(cls) if k.name == name)
            yield from (Patch((*path, name), v) for v in samples(tree, (*path, name), hint)[:1])
        return
    place, hint = path, _hint(path)
    while place and slot(hint) is None and _in_word(place):
        place, hint = place[:-1], _hint(place[:-1])
    values = samples(tree, place, hint) if place else []
    yield from (Patch(place, value) for value in values)
    if place and isinstance(place[-1], str) and _optional(tree, place):
        yield Patch(place, rename=True)


def _in_word(path: Path) -> bool:
    """Whether a path leads to an option of a word."""
    return any(slot(_hint(path[:end])) is not None for end in range(len(path)))


def _optional(tree: Tree, path: Path) -> bool:
    cls = _record(tree, path[:-1])
    return cls is not None and any(k.name == path[-1] and not k.required for k in keys(cls))


def _at(tree: Any, path: Path) -> Any:
    """The value at a path, or None."""
    for key in path:
        inside = isinstance(tree, dict) and key in tree
        inside = inside or (isinstance(tree, list) and isinstance(key, int) and key < len(tree))
        if not inside:
            return None
        tree = tree[key]
    return tree


def _hint(path: Path) -> Any:
    """The type that the language has at a path; None where it has no such place."""
    hint: Any = Whole
    for key in path:
        kind = slot(hint)
        if kind is not None and key in kind.registry:
            hint = kind.registry[str(key)]
        elif isinstance(hint, type) and issubclass(hint, Word):
            hint = option(hint, str(key))
        else:
            hint = within(hint, key)
    return hint


def _record(tree: Tree, path: Path) -> type | None:
    """The class of the mapping with fixed keys that stands at a path."""
    hint, value = _hint(path), _at(tree, path)
    if not isinstance(value, dict):
        return None
    if hint == Node:
        return node_class(value)
    return next((each for each in alternatives(hint) if each in RECORDS), None)


def samples(tree: Tree, path: Path, hint: Any) -> list[Any]:
    """Some values of a type, such as could stand in a spec; those that use what the spec declares among them."""
    value = _at(tree, path)
    if hint in _TEXTS:
        return _TEXTS[hint](tree, path)
    if path[-1:] == ("given",):
        return [*([[value]] if isinstance(value, str) else []), _latents(tree), []]
    if (kind := slot(hint)) is not None:
        return [*([1.0] if float in alternatives(hint) else []), *_words(kind)]
    found = [s for each in alternatives(hint) for s in _samples(tree, path, each)]
    items = [typing.get_args(each)[0] for each in alternatives(hint) if typing.get_origin(each) is tuple]
    return [*([[value]] if type(value) in items else []), *found]


def _samples(tree: Tree, path: Path, hint: Any) -> list[Any]:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return list(args)
    if origin is tuple:
        return [[s] for s in samples(tree, (*path, 0), args[0])[:2]]
    if origin is Table:
        return [{}]
    if hint is Views:
        return [2, 3]
    if hint is WrittenTerm:
        return [{word: _least(tree, path, TERMS[word])} for word in ("elbo", "kl")]
    if hint == Node:
        return [_least(tree, path, node_class(_at(tree, path) or {}))]
    return [_least(tree, path, hint)] if hint in RECORDS else _PLAIN.get(hint, [])


_PLAIN: dict[Any, list[Any]] = {int: [1, 2], float: [1.0, 0.5], bool: [True, False], str: ["text"]}


def _least(tree: Tree, path: Path, cls: type) -> Tree:
    """The least mapping of a class."""
    needed = [(k.name, samples(tree, (*path, k.name), k.hint)) for k in keys(cls) if k.required]
    return {name: values[0] for name, values in needed if values}


def _words(kind: type[Word]) -> list[Any]:
    needs = {n: any(default(f) is MISSING for f in fields(kind.registry[n])) for n in kind.registry.names()}
    names = [n for n, needy in needs.items() if not needy]
    return sorted(names, key=lambda n: (ORDINARY.index(n) if n in ORDINARY else len(ORDINARY), n))


def _latents(tree: Tree) -> list[str]:
    nodes = tree.get("p")
    known = nodes.items() if isinstance(nodes, dict) else ()
    return [name for name, node in known if isinstance(node, dict) and "latent" in node]


def _variables(tree: Tree, path: Path) -> list[str]:
    """The variables of the term around a place."""
    bound = next((b for end in range(len(path), 0, -1) if isinstance(b := _at(tree, (*path[:end], "for")), dict)), {})
    return list(bound)


def _formulas(tree: Tree, path: Path) -> list[Any]:
    params, variables = tree.get("params"), _variables(tree, path)
    names = [*(params if isinstance(params, dict) else ()), *(f"size({v})" for v in variables)]
    return [1, *([" + ".join(map(str, names))] if names else [])]


def _sets(tree: Tree, path: Path) -> list[Any]:
    variables = _variables(tree, path)
    return ["V", *([variables] if variables else []), *variables]


def _densities(tree: Tree, path: Path) -> list[Any]:
    views = [*_variables(tree, path), "V"]
    return [*(f"q({z} | {v})" for z, v in product(_latents(tree), views)), *(f"p({z})" for z in _latents(tree))]


_TEXTS: dict[Any, Callable[[Tree, Path], list[Any]]] = {
    Formula: _formulas,
    Evidence: _sets,
    Targets: _sets,
    Range: lambda _tree, _path: ["V", "subsets"],
    DensityText: _densities,
    SampleText: _densities,
    OneView: lambda _tree, _path: [1],
}


def _changed(spec: Written, changes: Sequence[Patch]) -> Written:
    item = spec.item
    for change in sorted(changes, key=lambda c: len(c.path), reverse=True):  # the inner ones first: keys are renamed
        item = _put(item, change.path, change)
    return replace(spec, item=item, problems=())


def _put(item: Item, path: Path, change: Patch) -> Item:
    """An item with one change at a path; as it is where there is no such path."""
    inside: Any = item.value
    key: Any = path[0]
    there = isinstance(inside, dict) or (isinstance(inside, list) and isinstance(key, int) and key < len(inside))
    if not there or (len(path) > 1 and isinstance(inside, dict) and key not in inside):
        return item
    if len(path) > 1:
        return replace(item, value=_replaced(inside, key, _put(inside[key], path[1:], change)))
    if not change.rename:
        place = inside[key].place if isinstance(inside, list) or key in inside else item.place
        return replace(item, value=_replaced(inside, key, plant(change.value, place)))
    renamed = {change.value if k == key else k: v for k, v in inside.items()}
    return replace(item, value={k: v for k, v in renamed.items() if k is not None})


def _replaced(inside: Any, key: str | int, value: Item) -> Any:
    if isinstance(inside, dict):
        return {**inside, key: value}
    return [value if i == key else other for i, other in enumerate(inside)]
