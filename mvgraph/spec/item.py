"""Plain data of which every piece knows its place: what a text becomes before it has a meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from mvgraph.errors import CONTROL, Path, Place, Problem, SpecError
from mvgraph.language.expr import Formula
from mvgraph.language.word import Word
from mvgraph.spec.document import Document

DEEPEST = 50
CONTROL_REFUSED = ("MVG106", "a control character may not stand in a text", "write it without")


@dataclass(frozen=True)
class Item:
    """A value and its place: a dict or a list of items, a text, a number, a boolean or None.

    `patch` marks the mappings that `--set` makes: they may step into a list by the number of an item.
    """

    value: Any
    place: Place | None = None
    patch: bool = False

    @property
    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {k: v.plain for k, v in self.value.items()}
        return [v.plain for v in self.value] if isinstance(self.value, list) else self.value

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Item]]:
        """This item and all items inside it, with their paths."""
        yield path, self
        for key, item in self.inside():
            yield from item.walk((*path, key))

    def inside(self) -> Iterable[tuple[str | int, Item]]:
        """The items right inside this one, with their keys or numbers."""
        if isinstance(self.value, dict):
            return self.value.items()
        return enumerate(self.value) if isinstance(self.value, list) else ()

    def document(self, lines: Mapping[str, tuple[str, ...]]) -> Document:
        """The data and the places apart."""
        return Document(self.plain, {p: i.place for p, i in self.walk() if i.place is not None}, dict(lines))


def plant(value: Any, place: Place | None = None, depth: int = 0) -> Item:
    """Python data as an item, all at one place.

    >>> plant({"dim": (1, 2)}).plain
    {'dim': [1, 2]}

    Raises:
        SpecError: the data nest deeper than a spec can, or without end; a text has a control character.
    """
    if depth > DEEPEST:
        raise SpecError(Problem("MVG104", (), f"the data nest deeper than {DEEPEST} levels").at(place))
    if isinstance(value, Mapping):
        return Item({_key(k, place): plant(v, place, depth + 1) for k, v in _distinct(value, place).items()}, place)
    if isinstance(value, list | tuple):
        return Item([plant(v, place, depth + 1) for v in value], place)
    if isinstance(value, Word):
        return plant(value.write(), place, depth + 1)
    return Item(_text(value, place) if isinstance(value, str) else _scalar(value), place)


def _text(text: str, place: Place | None) -> str:
    if CONTROL.search(text):
        code, message, remedy = CONTROL_REFUSED
        raise SpecError(Problem(code, (), f"{message}: {text!r:.80}", remedy).at(place))
    return text


def _key(key: object, place: Place | None) -> str:
    """A key as a text: a name, or a number such as the position of a view."""
    if isinstance(key, bool) or not isinstance(key, str | Integral):
        raise SpecError(Problem("MVG102", (), f"a key is a name or a whole number, not {key!r:.80}").at(place))
    return _text(str(key), place)


def _distinct(value: Mapping[Any, Any], place: Place | None) -> Mapping[Any, Any]:
    """A mapping whose keys are different texts, too: 1 and '1' are one key."""
    texts = [str(k) for k in value]
    twice = next((t for t in texts if texts.count(t) > 1), None) if len(set(texts)) < len(texts) else None
    if twice is not None:
        message = f"the key '{twice}' stands twice, as a text and as a number"
        raise SpecError(Problem("MVG103", (), message, "remove one of them").at(place))
    return value


def _scalar(value: Any) -> Any:
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else value
