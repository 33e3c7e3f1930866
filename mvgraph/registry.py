"""Vocabularies: words found by looking into a package, in entry points, or registered by a user."""

from __future__ import annotations

import difflib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module, metadata
from typing import Any, Generic, TypeVar

from mvgraph.errors import Problem, SpecError, UnknownWord

T = TypeVar("T")

ENTRY_POINTS = "mvgraph.vocab"


class Suggestion(str):
    """A remedy that knows what it is about: a word that is not known, those that are, and which of them is like it."""

    __slots__ = ("close", "word", "words")

    word: str
    words: tuple[str, ...]
    close: str | None


def nearest(word: str, words: list[str], *, surely: bool = False) -> str:
    """A hint at the nearest known word, or at all of them: a `Suggestion`; at the first where one is `surely` meant.

    >>> nearest("norml", ["laplace", "normal"])
    "did you mean 'normal'? known: laplace, normal"
    >>> nearest("z", [])
    'there is none'
    """
    lower = {w.lower(): w for w in reversed(words)}
    close = [lower[w] for w in difflib.get_close_matches(str(word).lower(), list(lower), n=1)] or words[:surely]
    hint = f"did you mean '{close[0]}'? " if close else ""
    suggestion = Suggestion(f"{hint}known: {', '.join(words)}" if words else "there is none")
    suggestion.word, suggestion.words, suggestion.close = str(word), tuple(words), close[0] if close else None
    return suggestion


class Registry(Generic[T]):
    """The words of one kind, e.g. all families: classes of `package` whose `word` is set.

    Words are found on the first look-up, so that importing a vocabulary costs nothing. Third parties add
    theirs by the entry-point group `mvgraph.vocab` (a name is `kind.word`, the object a class) or by `add`.
    """

    def __init__(self, noun: str, package: str) -> None:
        self.noun = noun
        self.package = package
        self._words: dict[str, type[T]] = {}
        self._complete = False

    def add(self, word: str, cls: type[T]) -> None:
        """Register a class under a word.

        Raises:
            SpecError: the word is taken by another class.
        """
        if self._words.get(word, cls) is not cls:
            both = f"{self._words[word].__module__} and {cls.__module__}"
            raise SpecError(f"the {self.noun} '{word}' is defined twice: {both}")
        self._words[word] = cls

    def names(self) -> list[str]:
        """All words of this kind, sorted."""
        return sorted(self._all())

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __contains__(self, word: object) -> bool:
        return word in self._all()

    def __getitem__(self, word: str) -> type[T]:
        words = self._all()
        if word not in words:
            raise UnknownWord(Problem("MVG110", (), f"unknown {self.noun} '{word}'", nearest(str(word), sorted(words))))
        return words[word]

    def _all(self) -> dict[str, type[T]]:
        if not self._complete:
            self._complete = True  # words that register themselves while they load find it so
            try:
                self._discover()
            except Exception:
                self._complete = False  # a broken entry point is named at every look-up
                raise
        return self._words

    def _discover(self) -> None:
        package = import_module(self.package)
        for info in pkgutil.iter_modules(package.__path__):
            module = import_module(f"{self.package}.{info.name}")
            for cls in vars(module).values():
                if isinstance(cls, type) and cls.__module__ == module.__name__ and vars(cls).get("word"):
                    self.add(vars(cls)["word"], cls)
        for entry in _offered(metadata.entry_points):
            kind, _, word = entry.name.partition(".")
            if kind == self.noun:
                self.add(word, _loaded(entry))


@cache
def _offered(find: Callable[..., Iterable[metadata.EntryPoint]]) -> tuple[metadata.EntryPoint, ...]:
    """The words that installed packages offer, all kinds together: they are looked for once, for that takes a while."""
    return tuple(find(group=ENTRY_POINTS))


def _loaded(entry: metadata.EntryPoint) -> Any:
    """What an entry point leads to.

    Raises:
        SpecError: it leads nowhere; names the distribution that offers it.
    """
    try:
        return entry.load()
    except (ImportError, AttributeError) as error:
        source = f" of the distribution '{entry.dist.name}'" if entry.dist else ""
        message = f"the word '{entry.name}'{source} cannot be loaded from {entry.value}: {error}"
        raise SpecError(Problem("MVG412", (), message, "install it anew, or remove it")) from error
