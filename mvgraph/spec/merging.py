"""One spec on top of another: `extends`, `--set` and keyword overrides are the same merge.

A mapping merges, a scalar or a list replaces, null removes. A value in a word slot replaces, unless it names
the same word: then the options merge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_origin

from mvgraph.errors import Problem, SpecError
from mvgraph.language.table import Table
from mvgraph.language.word import Word
from mvgraph.registry import nearest
from mvgraph.spec.grammar import Posteriors, Views, Whole, alternatives, option, slot, within
from mvgraph.spec.item import Item
from mvgraph.spec.schema import MOST_VIEWS
from mvgraph.spec.source import Source, find
from mvgraph.spec.yaml12 import parse

MOST_BASES = 20
Count = tuple[int, int | None]


@dataclass(frozen=True)
class Written:
    """A spec before it has a meaning: its items, the lines of its files, how many views its bases allow."""

    item: Item
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: tuple[Count, ...] = ()

    def fail(self, problem: Problem, item: Item) -> SpecError:
        """An error at an item."""
        place = item.place
        lines = self.lines.get(place.file, ()) if place else ()
        return SpecError(problem.at(place, lines[place.line - 1] if place and place.line <= len(lines) else ""))


def written(source: Source, trail: tuple[str, ...] = ()) -> Written:
    """The items of a text, merged onto those of the specs that it extends.

    Raises:
        SpecError: a text cannot be read, or the texts extend each other in a circle.
    """
    return based(Written(parse(source.text, source.name), {source.name: source.lines}), source, trail)


def based(top: Written, source: Source | None = None, trail: tuple[str, ...] = ()) -> Written:
    """A spec merged onto those that its key `extends` names, if it has one."""
    extends = top.item.value.get("extends")
    if extends is None or not isinstance(extends.value, str):
        return top
    beside = source.file.parent if source and source.file else None
    try:
        base = _base(extends.value, beside)
    except SpecError as error:
        first = error.problems[0]
        raise top.fail(Problem(first.code, ("extends",), first.message, first.remedy), extends) from None
    names = (*trail, *([_identity(source)] if source else ()))
    if _identity(base) in names or len(names) > MOST_BASES:
        circle = " -> ".join([*(Path(n).name for n in names), Path(base.name).name])
        raise top.fail(Problem("MVG118", ("extends",), f"specs extend each other in a circle: {circle}"), extends)
    rest = {k: v for k, v in top.item.value.items() if k != "extends"}
    return laid(written(base, names), Written(Item(rest, top.item.place), top.lines))


def _base(name: str, beside: Path | None) -> Source:
    if name == "-" or "\n" in name:
        remedy = "write the name of a reference spec, or the path of a file"
        raise SpecError(Problem("MVG100", (), "a spec cannot extend standard input or a text", remedy))
    return find(name, beside)


def _identity(source: Source) -> str:
    return str(source.file.resolve()) if source.file else source.name


def laid(base: Written, over: Written) -> Written:
    """One spec on top of another, places and lines kept.

    Raises:
        SpecError: the number of views is not one that the base allows.
    """
    item = _merged(base, over)
    result = Written(item, {**base.lines, **over.lines}, base.counts + _counts(base.item))
    _check_views(result, over.item.value.get("views"))
    return result


def _merged(base: Written, over: Written) -> Item:
    try:
        return merge(base.item, over.item, Whole)
    except SpecError as error:
        raise over.fail(error.problems[0], Item(None, error.problems[0].place)) from None


def merge(base: Item, over: Item, hint: Any) -> Item:
    """One value on top of another; `hint` is the type that the language has at this place."""
    kind = slot(hint)
    if kind is not None and (_word(kind, base.value) or _word(kind, over.value)):
        return _merge_words(kind, base, over)
    if over.patch and isinstance(base.value, list):
        return _patched(base, over, hint)
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    merged = dict(base.value)
    for key, item in over.value.items():
        if item.value is None and key in base.value:
            del merged[key]
        elif item.patch and key not in merged and _is_named(hint):
            problem = Problem("MVG117", (key,), f"there is no '{key}' here", nearest(key, list(merged)))
            raise SpecError(problem.at(item.place))
        elif item.value is not None or _may_be_null(hint):
            merged[key] = merge(merged[key], item, within(hint, key)) if key in merged else item
    return Item(merged, over.place or base.place)


def _is_named(hint: Any) -> bool:
    """Whether a mapping's keys are names of the user's: `--set` steps only into those that exist."""
    return any(each in (Views, Posteriors) or get_origin(each) is Table for each in alternatives(hint))


def _may_be_null(hint: Any) -> bool:
    return hint is None or hint is Views


def _word(kind: type[Word], value: Any) -> str | None:
    """The word that a value names, if it names one."""
    name = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else value
    return name if isinstance(name, str) and name in kind.registry else None


def _merge_words(kind: type[Word], base: Item, over: Item) -> Item:
    word = _word(kind, over.value)
    if word is None or word != _word(kind, base.value) or not isinstance(over.value, dict):
        return base if word is not None and word == _word(kind, base.value) else over
    options = over.value[word]
    under = base.value[word] if isinstance(base.value, dict) else Item({}, base.place)
    merged = dict(under.value or {}) if isinstance(under.value, dict | None) else {}
    if not isinstance(options.value, dict | None):
        return over
    for name, item in (options.value or {}).items():
        inner = option(kind.registry[word], name)
        if item.value is None and name in merged:
            del merged[name]
        else:
            merged[name] = merge(merged[name], item, inner) if name in merged else item
    return Item({word: Item(merged, options.place)}, over.place)


def _patched(base: Item, over: Item, hint: Any) -> Item:
    items = list(base.value)
    for key, item in over.value.items():
        if not (key.isdecimal() and int(key) < len(items)):
            remedy = f"it has {len(items)} items, numbered from 0"
            problem = Problem("MVG117", (), f"the list has no item '{key}'", remedy)
            raise SpecError(problem.at(item.place))
        items[int(key)] = merge(items[int(key)], item, within(hint, int(key)))
    return Item(items, base.place)


def view_counts(value: Any) -> Count | None:
    """How many views the `views` of a text allow: least and most; None where they cannot be read.

    >>> view_counts("2.."), view_counts("2..4"), view_counts(3)
    ((2, None), (2, 4), (3, 3))
    """
    if isinstance(value, dict):
        return len(value), len(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value, value
    least, dots, most = value.partition("..") if isinstance(value, str) else ("", "", "")
    if not (dots and least.isdecimal() and (most.isdecimal() or not most)):
        return None
    return int(least), int(most) if most else None


def _counts(item: Item) -> tuple[Count, ...]:
    """The range that the open views of a base set."""
    views = item.value.get("views")
    count = view_counts(views.value) if views and not isinstance(views.value, dict) else None
    return (count,) if count else ()


def _check_views(result: Written, over: Item | None) -> None:
    views = result.item.value.get("views")
    count = view_counts(views.value) if views and over else None
    for least, most in result.counts if count else ():
        if count and (count[0] < least or (count[1] or MOST_VIEWS + 1) > (most or MOST_VIEWS + 1)):
            allowed = _in_words(least, most)
            problem = Problem("MVG141", ("views",), f"the model is for {allowed}, not for {_in_words(*count)}")
            raise result.fail(problem, over or result.item)


def _in_words(least: int, most: int | None) -> str:
    if least == most:
        return f"exactly {least} view{'' if least == 1 else 's'}"
    return f"{least} to {most} views" if most else f"{least} or more views"
