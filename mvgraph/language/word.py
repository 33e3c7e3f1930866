"""A word with options: `word` or `{word: {option: value}}`, the shape of every vocabulary entry."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from typing import Any, ClassVar, Literal, Self, Union

from mvgraph.errors import Problem, SpecError
from mvgraph.registry import Registry


@dataclass(frozen=True)
class Word:
    """Base of all vocabulary: a frozen dataclass whose fields are its YAML options.

    A subclass for a kind of word sets `registry`; a subclass for a word sets `word`. An option whose name
    is a Python keyword carries a trailing underscore in the class (`from_` is `from` in YAML).
    """

    word: ClassVar[str] = ""
    registry: ClassVar[Registry[Any]]

    @classmethod
    def read(cls, value: object) -> Self:
        """The word that a YAML value stands for.

        >>> from mvgraph.vocab.family import Family
        >>> Family.read({"laplace": {"scale": 0.75}})
        Laplace(scale=0.75)

        Raises:
            UnknownWord: no such word. SpecError: an option that the word does not have, or of a wrong type.
        """
        name, options = split(value)
        found = cls.registry[name]
        return typing.cast(Self, build(found, options))

    def write(self) -> str | dict[str, Any]:
        """The shortest YAML value that reads back as this word."""
        options = {
            option_name(f): plain(getattr(self, f.name)) for f in fields(self) if getattr(self, f.name) != default(f)
        }
        return {self.word: options} if options else self.word

    def __repr__(self) -> str:
        options = ", ".join(
            f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if getattr(self, f.name) != default(f)
        )
        return f"{type(self).__name__}({options})"


def split(value: object) -> tuple[str, Mapping[str, Any]]:
    """Take `word` or `{word: options}` apart."""
    if isinstance(value, str):
        return value, {}
    if isinstance(value, Mapping) and len(value) == 1:
        name, options = next(iter(value.items()))
        return str(name), options or {}
    raise SpecError(Problem("MVG111", (), f"expected a word or {{word: {{option: value}}}}, found {value!r}"))


def build(cls: type[Word], options: Mapping[str, Any]) -> Word:
    """An instance of `cls` from YAML options."""
    known = {option_name(f): f for f in fields(cls)}
    types_ = hints(typing.cast(type, cls))
    unknown = [o for o in options if o not in known]
    if unknown:
        text = f"'{cls.word}' has no option '{unknown[0]}'"
        raise SpecError(Problem("MVG112", (unknown[0],), text, f"its options: {', '.join(known) or 'none'}"))
    missing = [o for o, f in known.items() if o not in options and default(f) is MISSING]
    if missing:
        raise SpecError(Problem("MVG113", (), f"'{cls.word}' needs the option '{missing[0]}'"))
    values = {known[o].name: convert(types_[known[o].name], v, (o,)) for o, v in options.items()}
    return cls(**values)


def option_name(field: Field[Any]) -> str:
    """The YAML name of a field."""
    return field.name.rstrip("_")


def default(field: Field[Any]) -> Any:
    """The default of a field, or `MISSING`."""
    return field.default_factory() if field.default_factory is not MISSING else field.default


@cache
def hints(cls: type) -> Mapping[str, Any]:
    """The resolved types of a class's fields."""
    return typing.get_type_hints(cls)


def convert(hint: Any, value: Any, path: tuple[str | int, ...]) -> Any:
    """A YAML value as the Python value that a type asks for: the one type-directed reader of the language."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _first(args, value, path)
    if origin is Literal:
        return value if value in args and type(value) in map(type, args) else _refuse(hint, value, path)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            _refuse(hint, value, path)
        each = args[:1] * len(value) if args[1:] == (...,) else args
        if len(each) != len(value):
            _refuse(hint, value, path)
        return tuple(convert(a, v, (*path, i)) for i, (a, v) in enumerate(zip(each, value, strict=True)))
    if hint is type(None):
        return value if value is None else _refuse(hint, value, path)
    if isinstance(hint, type) and issubclass(hint, Word):
        return value if isinstance(value, hint) else hint.read(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    return _refuse(hint, value, path)


def _first(alternatives: tuple[Any, ...], value: Any, path: tuple[str | int, ...]) -> Any:
    for hint in alternatives:
        try:
            return convert(hint, value, path)
        except SpecError:
            continue
    return _refuse(Union[alternatives], value, path)  # noqa: UP007 - built at run time


def _refuse(hint: Any, value: Any, path: tuple[str | int, ...]) -> typing.NoReturn:
    raise SpecError(Problem("MVG114", path, f"expected {describe(hint)}, found {value!r}"))


def describe(hint: Any) -> str:
    """A type in the user's words.

    >>> describe(tuple[int, ...])
    'a list of whole numbers'
    """
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(describe(a) for a in args if a is not type(None))
    if origin is Literal:
        return " or ".join(repr(a) for a in args)
    if origin is tuple:
        return f"a list of {describe(args[0]).removeprefix('a ')}s"
    names = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
    registry = getattr(hint, "registry", None)
    return f"a {registry.noun}" if registry else names.get(hint, str(hint))


def plain(value: Any) -> Any:
    """A field's value as YAML data."""
    if isinstance(value, Word):
        return value.write()
    return [plain(v) for v in value] if isinstance(value, tuple) else value


def inline(value: Any) -> str:
    """A word, number or table as it is written, in one line.

    >>> from mvgraph.vocab.family import Family
    >>> inline(Family.read({"laplace": {"scale": 0.75}})), inline([784]), inline({"a": 1.0})
    ('laplace(scale: 0.75)', '[784]', '{a: 1.0}')
    """
    written = value.write() if isinstance(value, Word) else value
    if isinstance(value, Word) and isinstance(written, dict):
        ((name, options),) = written.items()
        return f"{name}({', '.join(f'{k}: {inline(v)}' for k, v in options.items())})"
    if isinstance(written, Mapping):
        return "{" + ", ".join(f"{k}: {inline(v)}" for k, v in written.items()) + "}"
    if isinstance(written, list | tuple):
        return f"[{', '.join(map(inline, written))}]"
    return "?" if written is None else str(written)
