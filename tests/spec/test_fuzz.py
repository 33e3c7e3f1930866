"""Every value of every good spec deleted, renamed, retyped, moved: a spec, or located problems, and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import pytest

from mvgraph.errors import Path, Problem, SpecError
from mvgraph.spec.item import Item, plant
from mvgraph.spec.merging import Written
from mvgraph.spec.model import Spec
from mvgraph.spec.overrides import apply
from mvgraph.spec.reading import interpret, load
from mvgraph.spec.writing import tree
from mvgraph.spec.yaml12 import parse

from .texts import GOOD

OTHERS: list[Any] = [
    None,
    True,
    0,
    3,
    -1,
    2.5,
    float("inf"),
    "",
    "zzz",
    "V",
    "normal",
    "[",
    "1/0",
    [],
    [[]],
    ["z", "z"],
    {},
]
OTHERS += [{"a": 1}, {"normal": 3}, {"mlp": None}, {"a": 1, "b": 2}, object()]


def changed(item: Item, path: Path, change: Any) -> Item:
    """The item with one value changed: `change(mapping or list, key)` returns the new mapping or list."""
    if len(path) == 1:
        return replace(item, value=change(item.value, path[0]))
    inside = item.value.copy()
    inside[path[0]] = changed(inside[path[0]], path[1:], change)
    return replace(item, value=inside)


def without(inside: Any, key: Any) -> Any:
    """Delete."""
    pairs = inside.items() if isinstance(inside, dict) else enumerate(inside)
    kept = [(k, v) for k, v in pairs if k != key]
    return dict(kept) if isinstance(inside, dict) else [v for _, v in kept]


def renamed(inside: Any, key: Any) -> Any:
    """Rename a key; double an item of a list."""
    if isinstance(inside, list):
        return [*inside, inside[key]]
    return {(f"{k}x" if k == key else k): v for k, v in inside.items()}


def replaced(new: Item) -> Any:
    """Put another value in the place."""

    def change(inside: Any, key: Any) -> Any:
        copy = inside.copy()
        copy[key] = replace(new, place=inside[key].place)
        return copy

    return change


def mutants(item: Item) -> Iterator[Item]:
    """All specs that differ from a good one in one place."""
    places = [(path, inside) for path, inside in item.walk() if path]
    for number, (path, _) in enumerate(places):
        yield changed(item, path, without)
        yield changed(item, path, renamed)
        for other in OTHERS:
            yield changed(item, path, replaced(plant(other)))
        for step in (1, 7):
            yield changed(item, path, replaced(places[(number + step) % len(places)][1]))


def problems_of(read: Callable[[], Spec]) -> tuple[Problem, ...]:
    """What is wrong with a spec: nothing, or its problems; any other exception fails the test."""
    try:
        read()
    except SpecError as error:
        return error.problems
    return ()


def overridden(base: Written, override: str) -> Spec:
    """The spec with one override."""
    return interpret(apply(base, [override], {}))


def check(written: Written) -> bool:
    """Whether the mutant is a spec; if not, its problems are located."""
    problems = problems_of(lambda: interpret(written))
    for problem in problems:
        assert problem.place is not None
        assert problem.code.startswith("MVG1")
        assert problem.message
        assert problem.excerpt
    if not problems:
        spec = interpret(written)
        assert load(tree(spec)) == spec
    return not problems


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_no_mutant_escapes(text: str) -> None:
    item = parse(text, "good.yaml")
    lines = {"good.yaml": tuple(text.splitlines())}
    verdicts = [check(Written(mutant, lines)) for mutant in mutants(item)]
    assert verdicts.count(False) > len(verdicts) // 2


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_no_cut_of_the_text_escapes(text: str) -> None:
    for end in range(0, len(text), 7):
        for broken in (text[:end] + "\n", text[:end] + "\n" + text[end + 3 :]):
            assert all(p.place for p in problems_of(partial(load, broken)))


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_no_override_escapes(text: str) -> None:
    item = parse(text, "good.yaml")
    base = Written(item, {"good.yaml": tuple(text.splitlines())})
    for path, _ in item.walk():
        for keys, value in product((path, path[:-1], (*path, "x")), ("zzz", "[1", "null")):
            override = f"{'.'.join(map(str, keys))}={value}"
            assert all(p.place for p in problems_of(partial(overridden, base, override)))
