"""Overrides on top of a spec: texts such as `p.z.dim=32`, and keywords such as `beta=2.5`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from mvgraph.errors import Place, Problem, SpecError
from mvgraph.registry import nearest
from mvgraph.spec.grammar import Whole, keys
from mvgraph.spec.item import Item, plant
from mvgraph.spec.merging import Written, laid
from mvgraph.spec.yaml12 import parse_value

OPTION = "--set"


def apply(base: Written, sets: Sequence[str], keywords: Mapping[str, Any]) -> Written:
    """A written spec with its overrides, the texts in their order, then the keywords.

    An override that cannot be read, or names nothing in the spec, is one more of its problems.
    """
    problems: list[Problem] = []
    texts = tuple(sets)
    steps: list[Callable[[Written], Written]] = [partial(_with_text, texts, n) for n in range(len(texts))]
    steps += [partial(_with_keyword, key, value) for key, value in keywords.items()]
    for step in steps:
        try:
            base = step(base)
        except SpecError as error:
            problems += error.problems
    return base.beside(*problems)


def named(base: Written, sets: Sequence[str], names: Callable[[], Sequence[str]]) -> Written | None:
    """The base with its open views named, where a text overrides one of them by its name; None where none does.

    Arguments:
        base: a written spec.
        sets: overrides as texts.
        names: gives the names of the views, those of the data; asked only if they are needed.
    """
    views = base.item.value.get("views")
    paths = [text.partition("=")[0].split(".") for text in sets]
    if views is None or isinstance(views.value, dict) or ["views"] in paths:
        return None
    if not any(path[0].strip() == "views" for path in paths):
        return None
    return laid(base, Written(plant({"views": {name: {} for name in names()}}, views.place), base.lines))


def _with_text(texts: tuple[str, ...], number: int, base: Written) -> Written:
    """One `a.b.c=VALUE` on top of a spec."""
    text = texts[number]
    place = Place(OPTION, number + 1, 1)
    left, equals, right = text.partition("=")
    path = [part.strip() for part in left.split(".")]
    if not equals or not all(path):
        remedy = "write a.b.c=VALUE, e.g. p.z.dim=32"
        raise SpecError(Problem("MVG117", (), f"'{text}' is not an override", remedy).at(place, text))
    value = parse_value(right, replace(place, column=len(left) + 2), texts)
    path = [*_start(path[0], base, place, text), *path[1:]]
    columns = _columns(left)
    columns = [1] * (len(path) - len(columns)) + columns
    item = replace(value, place=replace(place, column=columns[-1]))
    for key, column in zip(reversed(path), reversed([1, *columns[:-1]]), strict=True):
        item = Item({key: item}, replace(place, column=column), patch=True)
    return laid(base, Written(item, {OPTION: texts}))


def _columns(left: str) -> list[int]:
    """Where each key of a path starts, from one."""
    starts = [0]
    for part in left.split("."):
        starts.append(starts[-1] + len(part) + 1)
    return [start + 1 for start in starts[:-1]]


def _with_keyword(key: str, value: Any, base: Written) -> Written:
    """One keyword on top of a spec."""
    place = Place(f"keyword {key}", 1, 1)
    text = " ".join(f"{key}={value!r}".split("\n"))  # a module is shown over many lines
    item = plant(value, place)
    for name in reversed(_start(key, base, place, text)):
        item = Item({name: item}, place)
    return laid(base, Written(item, {place.file: (text,)}))


def _start(key: str, base: Written, place: Place, text: str) -> list[str]:
    """The path that the first key of an override stands for: a key of the top level, or a param."""
    known = [k.name for k in keys(Whole) if k.name not in ("mvgraph", "extends")]
    if key in known:
        return [key]
    params = base.item.value.get("params")
    names = list(params.value) if params and isinstance(params.value, dict) else []
    if key in names:
        return ["params", key]
    message = f"the spec has no key and no param '{key}'"
    raise SpecError(Problem("MVG117", (key,), message, nearest(key, [*names, *known])).at(place, text))
