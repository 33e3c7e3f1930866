"""Values within values within values, which are looked up in tables many times."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")
_KEPT = "_hash"


def hashed_once(cls: type[T]) -> type[T]:
    """A frozen dataclass whose values work out their hash when it is first asked for, and keep it.

    >>> from dataclasses import dataclass
    >>> @hashed_once
    ... @dataclass(frozen=True)
    ... class Pair:
    ...     parts: tuple[object, object]
    >>> hash(Pair((1, Pair((2, 3))))) == hash(Pair((1, Pair((2, 3)))))
    True
    """
    whole = cls.__hash__

    def remembered(self: Any) -> int:
        try:
            found: int = self._hash
        except AttributeError:
            found = self.__dict__[_KEPT] = whole(self)
        return found

    def state(self: Any) -> dict[str, Any]:
        """What is copied or sent: a text has another hash in another process."""
        return {name: value for name, value in self.__dict__.items() if name != _KEPT}

    cls.__hash__, cls.__getstate__ = remembered, state  # type: ignore[method-assign]
    return cls
