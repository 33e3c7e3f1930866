"""The JSON Schema of operations on objectives, made from the records that they and all atoms are."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable
from fractions import Fraction
from inspect import getdoc
from typing import Any, Literal, Union

from mvgraph.language.expr import Expr
from mvgraph.language.table import Table
from mvgraph.language.word import Word, hints
from mvgraph.objective.atoms import Atom
from mvgraph.objective.difference.coefficients import NODES
from mvgraph.objective.difference.operations import OPERATIONS, Operation
from mvgraph.objective.difference.structure import ATOMS, KIND, KINDS, compared

Schema = dict[str, Any]

NUMBER: Schema = {"type": "string", "pattern": r"^-?\d+(/[1-9]\d*)?$"}
PLAIN: dict[Any, Schema] = {
    **{str: {"type": "string"}, bool: {"type": "boolean"}, int: {"type": "integer"}, float: {"type": "number"}},
    **{type(None): {"type": "null"}, Fraction: NUMBER},
    **{Expr: {"$ref": "#/$defs/coefficient"}, Atom: {"$ref": "#/$defs/atom"}},
}


def json_schema() -> Schema:
    """A list of operations, as `mvgraph diff --json` gives it.

    >>> json_schema()["items"]["anyOf"][0]
    {'$ref': '#/$defs/remove'}
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Operations on an objective",
        "description": "Applied one after another to the terms of an objective they give those of another one. "
        "What is beside `op` and `structure` is for people, and is not read back.",
        "type": "array",
        "items": _any(OPERATIONS),
        "$defs": {
            **{word: _operation(cls) for word, cls in OPERATIONS.items()},
            "coefficient": _coefficient(),
            "atom": {"description": "What is weighed in an objective.", **_any(cls.__name__ for cls in ATOMS)},
            **{name: _record(cls) for name, cls in KINDS.items()},
        },
    }


def _any(names: Iterable[str]) -> Schema:
    return {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in names]}


def _operation(cls: type[Operation]) -> Schema:
    inside = {"op": {"const": cls.word}, "structure": _fields(cls)}
    return {"description": _about(cls), "type": "object", "properties": inside, "required": list(inside)}


def _record(cls: type) -> Schema:
    """A record that says what it is."""
    return {"description": _about(cls), **_fields(cls, {KIND: {"const": cls.__name__}})}


def _fields(cls: type, before: Schema | None = None) -> Schema:
    inside = {**(before or {}), **{name: _value(hints(cls)[name]) for name in compared(cls)}}
    return {"type": "object", "properties": inside, "required": list(inside), "additionalProperties": False}


def _about(cls: type) -> str:
    return (getdoc(cls) or "").splitlines()[0]


def _coefficient() -> Schema:
    """A number, a param, or a sum, product, power or function of such."""
    one = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False}
    parts = {"type": "array", "items": {"$ref": "#/$defs/coefficient"}}
    inside = {"param": {"type": "string", "minLength": 1}, **dict.fromkeys(NODES, parts)}
    about = "A number such as '1/3', or a record of one entry: a param, or a sum, product, power, … of coefficients."
    return {"description": about, "anyOf": [NUMBER, {**one, "properties": inside}]}


def _value(hint: Any) -> Schema:
    """What a field of some type may hold."""
    if hint in PLAIN:
        return PLAIN[hint]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in COMPOSED:
        return COMPOSED[origin](args)
    if issubclass(hint, Word):
        return {"type": ["string", "object"], "description": f"a {hint.registry.noun}, as a spec has it"}
    return _any(name for name, cls in KINDS.items() if issubclass(cls, hint))


def _array(args: tuple[Any, ...]) -> Schema:
    if args[1:] == (...,):
        return {"type": "array", "items": _value(args[0])}
    return {"type": "array", "prefixItems": [_value(a) for a in args], "minItems": len(args), "maxItems": len(args)}


def _alternatives(args: tuple[Any, ...]) -> Schema:
    return {"anyOf": [_value(a) for a in args]}


COMPOSED: dict[Any, Callable[[tuple[Any, ...]], Schema]] = {
    **dict.fromkeys((Union, types.UnionType), _alternatives),
    tuple: _array,
    Table: lambda args: {"type": "object", "additionalProperties": _value(args[0])},
    Literal: lambda args: {"enum": list(args)},
}
