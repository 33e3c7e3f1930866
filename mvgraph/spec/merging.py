"""One spec on top of another: `extends`, `--set` and keyword overrides are the same merge.

A mapping merges, a scalar or a list replaces, null removes what is there. A bare word resets to the word's defaults; a
word with options merges them where it names the same word, and else replaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_origin

from mvgraph.errors import Path as Keys
from mvgraph.errors import Problem, SpecError
from mvgraph.language.table import Table
from mvgraph.language.word import Word, inline
from mvgraph.registry import nearest
from mvgraph.spec.grammar import Posteriors, Views, Whole, alternatives, option, slot, within
from mvgraph.spec.item import Item
from mvgraph.spec.model import View
from mvgraph.spec.schema import MOST_VIEWS
from mvgraph.spec.source import Source, find_base
from mvgraph.spec.yaml12 import scan

MOST_BASES = 20
Count = tuple[int, int | None]


@dataclass(frozen=True)
class Written:
    """A spec before it has a meaning.

    Arguments:
        item: its values with their places.
        lines: the lines of its files.
        counts: how many views its bases allow.
        problems: what is wrong with the texts and with how they lie on each other, and notes on the latter.
        whole: whether all that it extends could be read.
    """

    item: Item
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: tuple[Count, ...] = ()
    problems: tuple[Problem, ...] = ()
    whole: bool = True

    def locate(self, problem: Problem, item: Item) -> Problem:
        """A problem at an item."""
        place = item.place
        lines = self.lines.get(place.file, ()) if place else ()
        return problem.at(place, lines[place.line - 1] if place and place.line <= len(lines) else "")

    def beside(self, *problems: Problem) -> Written:
        """The same with further problems."""
        return replace(self, problems=(*self.problems, *problems))


def written(source: Source, trail: tuple[str, ...] = ()) -> Written:
    """The items of a text, merged onto those of the specs that it extends.

    Raises:
        SpecError: the text cannot be read.
    """
    item, problems = scan(source.text, source.name)
    return based(Written(item, {source.name: source.lines}, problems=problems), source, trail)


def based(top: Written, source: Source | None = None, trail: tuple[str, ...] = ()) -> Written:
    """A spec merged onto those that its key `extends` names, if it has one and they can be read."""
    extends = top.item.value.get("extends")
    if extends is None or not isinstance(extends.value, str):
        return top
    names = (*trail, *([_identity(source)] if source else ()))
    over = replace(top, item=Item({k: v for k, v in top.item.value.items() if k != "extends"}, top.item.place))
    try:
        base = find_base(extends.value, source.file.parent if source and source.file else None)
        _refuse_endless([*names, _identity(base)], Path(base.name).name)
    except SpecError as error:
        problems = (top.locate(replace(p, path=("extends",)), extends) for p in error.problems)
        return replace(over.beside(*problems), whole=False)
    try:
        return laid(written(base, names), over)
    except SpecError as error:  # the base is no YAML
        return replace(over.beside(*error.problems), whole=False)


def _refuse_endless(names: list[str], last: str) -> None:
    if names[-1] in names[:-1]:
        circle = " -> ".join([*(Path(n).name for n in names[:-1]), last])
        remedy = "let one of them start with `mvgraph: 1`"
        raise SpecError(Problem("MVG118", (), f"specs extend each other in a circle: {circle}", remedy))
    if len(names) > MOST_BASES:
        message = f"a chain of more than {MOST_BASES} specs that extend each other"
        raise SpecError(Problem("MVG145", (), message, "write what the last ones say into one spec"))


def _identity(source: Source) -> str:
    return str(source.file.resolve()) if source.file else source.name


def laid(base: Written, over: Written) -> Written:
    """One spec on top of another, places and lines kept."""
    layer = Layer()
    item = layer.merge(base.item, over.item, Whole, ())
    problems = (*base.problems, *over.problems, *(over.locate(p, Item(None, p.place)) for p in layer.problems))
    counts = base.counts + _counts(base.item)
    result = Written(item, {**base.lines, **over.lines}, counts, problems, base.whole and over.whole)
    return result.beside(*_view_problems(result, over.item.value.get("views")))


@dataclass
class Layer:
    """A spec that is laid on top of another, and what is to be said of that."""

    problems: list[Problem] = field(default_factory=list)

    def merge(self, base: Item, over: Item, hint: Any, path: Keys) -> Item:
        """One value on top of another; `hint` is the type that the language has at this place."""
        kind = slot(hint)
        if kind is not None and (_word(kind, base.value) or _word(kind, over.value)):
            return self._words(kind, base, over, path)
        if over.patch and isinstance(base.value, list):
            return self._patched(base, over, hint, path)
        if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
            return over
        merged = dict(base.value)
        for key, item in over.value.items():
            if item.patch and key not in merged and _is_named(hint):
                self._say(
                    Problem("MVG117", (*path, key), f"there is no '{key}' here", nearest(key, list(merged))), item
                )
            else:
                self._put(merged, key, item, within(hint, key), path)
        return Item(merged, over.place or base.place)

    def _put(self, merged: dict[str, Item], key: str, item: Item, hint: Any, path: Keys) -> None:
        """One value under a key: merged, new, or taken away."""
        if item.value is None and key in merged:
            del merged[key]
        elif item.value is None and type(None) not in alternatives(hint):
            message = f"there is no '{key}' to remove here"
            self._say(Problem("MVG143", (*path, key), message, _nothing(key, merged, hint)), item)
        else:
            merged[key] = self.merge(merged[key], item, hint, (*path, key)) if key in merged else item

    def _words(self, kind: type[Word], base: Item, over: Item, path: Keys) -> Item:
        word = _word(kind, over.value)
        if word is None or word != _word(kind, base.value):
            return over
        under = base.value[word].value if isinstance(base.value, dict) else None
        if not isinstance(over.value, dict):
            if under:
                self._say(_reset(path, word, base), over)
            return over
        options = over.value[word]
        if not (isinstance(options.value, dict) and isinstance(under, dict | None)):
            return over
        merged = dict(under or {})
        for name, item in options.value.items():
            self._put(merged, name, item, option(kind.registry[word], name), (*path, word))
        return Item({word: Item(merged, options.place)}, over.place)

    def _patched(self, base: Item, over: Item, hint: Any, path: Keys) -> Item:
        items = list(base.value)
        for key, item in over.value.items():
            if key.isdecimal() and int(key) < len(items):
                items[int(key)] = self.merge(items[int(key)], item, within(hint, int(key)), (*path, int(key)))
            else:
                remedy = f"it has {len(items)} items, numbered from 0"
                self._say(Problem("MVG117", path, f"the list has no item '{key}'", remedy), item)
        return Item(items, base.place)

    def _say(self, problem: Problem, item: Item) -> None:
        self.problems.append(problem.at(item.place))


def _nothing(key: str, merged: Mapping[str, Item], hint: Any) -> str:
    """The remedy where null is to remove what is not there."""
    known = nearest(key, list(merged))
    return f"{known}; a new view is written {key}: {{}}" if hint is View else known


def _reset(path: Keys, word: str, base: Item) -> Problem:
    """What a bare word takes away from the same word with options."""
    ((_, options),) = base.plain.items()
    lost = ", ".join(f"{k}: {inline(v)}" for k, v in options.items())
    message = f"'{word}' by itself has its defaults: {lost} of the spec below is reset"
    remedy = f"write {{{word}: {{}}}} to keep it, or {{{word}: null}} to reset it without this note"
    return Problem("MVG144", path, message, remedy, severity="note")


def _is_named(hint: Any) -> bool:
    """Whether a mapping's keys are names of the user's: `--set` steps only into those that exist."""
    return any(each in (Views, Posteriors) or get_origin(each) is Table for each in alternatives(hint))


def _word(kind: type[Word], value: Any) -> str | None:
    """The word that a value names, if it names one."""
    name = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else value
    return name if isinstance(name, str) and name in kind.registry else None


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


def _view_problems(result: Written, over: Item | None) -> list[Problem]:
    """The number of views that a layer sets, where the base does not allow it."""
    views = result.item.value.get("views")
    count = view_counts(views.value) if views and over else None
    outside = [
        _in_words(least, most)
        for least, most in result.counts
        if count and (count[0] < least or (count[1] or MOST_VIEWS + 1) > (most or MOST_VIEWS + 1))
    ]
    if not (count and over and outside):
        return []
    message = f"the model is for {outside[0]}, not for {_in_words(*count)}"
    remedy = f"give it {outside[0]}"
    if views and isinstance(views.value, dict):
        remedy += "; its views are open: name all of them, e.g. views={a: {}, b: {likelihood: student_t}}"
    return [result.locate(Problem("MVG141", ("views",), message, remedy), over)]


def _in_words(least: int, most: int | None) -> str:
    if least == most:
        return f"exactly {least} view{'' if least == 1 else 's'}"
    return f"{least} to {most} views" if most else f"{least} or more views"
