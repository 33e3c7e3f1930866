"""The JSON Schema of the language, made from the vocabulary and the keys of `mvgraph.spec.grammar`.

Alternatives are written as cases by JSON type (`if`, `then`) and not as `anyOf`, so that a validator's errors
are about the case that was meant.
"""

from __future__ import annotations

import copy
import typing
from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, Literal

from mvgraph.language.expr import Formula
from mvgraph.language.table import Table
from mvgraph.language.word import Word, default, describe, hints, option_name
from mvgraph.spec.grammar import (
    NODES,
    RECORDS,
    TERMS,
    DensityText,
    Evidence,
    Node,
    OneView,
    Posteriors,
    Range,
    SampleText,
    Targets,
    Views,
    Whole,
    alternatives,
    described,
    is_word,
    keys,
    slot,
    summary,
)
from mvgraph.spec.model import Latent, Posterior, Value, View
from mvgraph.spec.phases import Phase
from mvgraph.spec.terms import WrittenTerm
from mvgraph.vocab.after import After
from mvgraph.vocab.center import Center
from mvgraph.vocab.family import Family
from mvgraph.vocab.fusion import Fusion
from mvgraph.vocab.game import Game
from mvgraph.vocab.network import Network
from mvgraph.vocab.optimizer import Optimizer
from mvgraph.vocab.param import Param
from mvgraph.vocab.sampler import Sampler
from mvgraph.vocab.statistic import Statistic

Schema = dict[str, Any]

_ONE: Schema = {"additionalProperties": False, "minProperties": 1, "maxProperties": 1}
KINDS: tuple[type[Word], ...] = (Family, Fusion, Center, Network, Optimizer, Param, Sampler, Statistic, Game, After)
MOST_VIEWS = 1000
MOST_SIZE = 10**7  # of a whole number that is a size or a count of what is held at once
MOST_TIME = 10**9
TIMES = ("epochs", "steps", "start", "patience")
VIEW = r"^\w[\w-]*$"
NODE = r"^[^\W\d]\w*$"
OPEN = r"^[1-9][0-9]{0,2}\.\.([1-9][0-9]{0,2})?$"
_JSON = {int: "integer", float: "number", bool: "boolean", str: "string", type(None): "null"}


def json_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a spec, for editors and for `load`."""
    return copy.deepcopy(_json_schema(_vocabulary()))


def shared_schema() -> Schema:
    """The same schema, shared: not to be changed."""
    return _json_schema(_vocabulary())


def _vocabulary() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(kind.registry.names()) for kind in KINDS)


@cache
def _json_schema(_vocabulary: tuple[tuple[str, ...], ...]) -> Schema:
    whole = record(Whole)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mvgraph",
        **whole,
        "if": {"required": ["phases"]},
        "else": {"required": ["objective"], "properties": {"objective": _about(described(Whole, "objective"))}},
        "$defs": {kind.registry.noun: word_slot(kind) for kind in KINDS},
    }


def of(hint: Any) -> Schema:
    """The schema of the values that a type reads."""
    if hint in _SPECIAL:
        return _SPECIAL[hint]()
    parts = alternatives(hint)
    if len(parts) > 1:
        return _cases(hint, [of(part) for part in parts])
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return {"enum": list(args)}
    if origin is tuple:
        each = {"items": of(args[0])} if args[1:] == (...,) else _exactly(args)
        return {"type": "array", **each}
    if origin is Table:
        return {"type": "object", "additionalProperties": of(args[0])}
    if is_word(hint):
        return {"$ref": f"#/$defs/{hint.registry.noun}"}
    return record(hint) if hint in RECORDS else {"type": _JSON[hint]} if hint in _JSON else {}


def _exactly(args: tuple[Any, ...]) -> Schema:
    return {"prefixItems": [of(a) for a in args], "minItems": len(args), "maxItems": len(args)}


def _types(schema: Schema) -> list[str]:
    """The JSON types that a schema may accept."""
    if "enum" in schema:
        return sorted({_JSON[type(v)] for v in schema["enum"]})
    if "$ref" in schema:
        return ["string", "object"]
    found = schema.get("type", [])
    return [found] if isinstance(found, str) else list(found)


def _cases(hint: Any, parts: list[Schema]) -> Schema:
    """One of several schemas: by JSON type where they are apart, else any of them."""
    expected = {"x-expected": spoken(hint), **({"x-noun": kind.registry.noun} if (kind := slot(hint)) else {})}
    kinds = [_types(p) for p in parts]
    every = sorted({k for kind in kinds for k in kind})
    if sum(map(len, kinds)) > len(every):
        return {"anyOf": parts, **expected}
    rules = [
        {"if": {"type": kind}, "then": part | (expected if "enum" in part else {})}
        for kind, part in zip(kinds, parts, strict=True)
        if set(part) != {"type"}
    ]
    return {"type": every, **expected, **({"allOf": rules} if rules else {})}


def spoken(hint: Any) -> str:
    """A type in the user's words.

    >>> spoken(int | Literal["full"] | None)
    'a whole number or full'
    """
    parts = [p for p in alternatives(hint) if p is not type(None)]
    if len(parts) > 1:
        return " or ".join(map(spoken, parts))
    if parts[0] is Formula:
        return "a number or a formula"
    if typing.get_origin(parts[0]) is Literal:
        return " or ".join(map(str, typing.get_args(parts[0])))
    return "a mapping" if typing.get_origin(parts[0]) is Table or parts[0] in RECORDS else describe(parts[0])


def record(cls: type) -> Schema:
    """The schema of a mapping with fixed keys."""
    found = {k.name: {**_counted(k.name, of(k.hint)), **dict(k.bounds), **_about(k.about)} for k in keys(cls)}
    return {
        "type": "object",
        "description": summary(cls),
        "properties": found,
        "required": [k.name for k in keys(cls) if k.required],
        "additionalProperties": False,
    }


def _about(text: str) -> Schema:
    return {"description": text} if text else {}


def _counted(name: str, schema: Schema) -> Schema:
    """Whole numbers of a spec are counts: one at least."""
    return schema if name == "mvgraph" else _within(schema, {"minimum": 1, "maximum": _most(name)})


def _most(name: str) -> int:
    """The largest whole number under a key: times may be long, sizes have to fit into memory."""
    return MOST_TIME if name in TIMES else MOST_SIZE


def _within(schema: Schema, bounds: Schema) -> Schema:
    """A schema with bounds for its whole numbers, those of its entries too, where it has none of its own."""
    if isinstance(schema.get("additionalProperties"), dict):
        schema = {**schema, "additionalProperties": _within(schema["additionalProperties"], bounds)}
    if "items" in schema:
        schema = {**schema, "items": _within(schema["items"], bounds)}
    if "allOf" in schema:
        schema = {**schema, "allOf": [{**r, "then": _within(r["then"], bounds)} for r in schema["allOf"]]}
    return {**bounds, **schema} if "integer" in _types(schema) else schema


def word_slot(kind: type[Word]) -> Schema:
    """The schema of `word` or `{word: {option: value}}`, for one kind of word."""
    noun = kind.registry.noun
    words = {name: _options(kind.registry[name]) for name in kind.registry.names()}
    needy = [name for name, options in words.items() if options["required"]]
    bare: Schema = {"enum": list(words), "x-noun": noun}
    if needy:
        bare = {**bare, "not": {"enum": needy}, "x-needs": {name: words[name]["required"] for name in needy}}
    return {
        "type": ["string", "object"],
        "description": summary(kind),
        "x-noun": noun,
        "if": {"type": "string"},
        "then": bare,
        "else": {"properties": words, **_ONE, "x-noun": noun},
    }


def _options(cls: type[Word]) -> Schema:
    types_ = hints(typing.cast(type, cls))
    found = {
        name: {**_within(of(types_[f.name]), {"maximum": _most(name)}), **_about(described(cls, name))}
        for f in fields(cls)
        for name in [option_name(f)]
    }
    return {
        "type": ["object", "null"],
        "description": summary(cls),
        "properties": found,
        "required": [option_name(f) for f in fields(cls) if default(f) is MISSING],
        "additionalProperties": False,
        "x-word": cls.word,
    }


def _named(schema: Schema, pattern: str, what: str) -> Schema:
    return {"type": "object", "additionalProperties": schema, "propertyNames": {"pattern": pattern, "x-noun": what}}


def _views() -> Schema:
    view = {**record(View), "type": ["object", "null"]}
    return {
        "type": ["object", "integer", "string"],
        "minimum": 1,
        "maximum": MOST_VIEWS,
        "x-expected": "a mapping of views, a number such as 3, or `2..` for two or more",
        **{k: v for k, v in _named(view, VIEW, "view").items() if k != "type"},
        "minProperties": 1,
        "pattern": OPEN,
    }


def _p() -> Schema:
    node = {**record(Latent), "x-also": list(NODES)}
    for key, cls in NODES.items():
        node = {"type": "object", "if": {"required": [key]}, "then": record(cls), "else": node}
    return {**_named(node, NODE, "node"), "minProperties": 1}


def _q() -> Schema:
    mixture = of(hints(Posteriors)["mixture"])
    return {"type": "object", "properties": {"mixture": mixture}, "additionalProperties": record(Posterior)}


def _phases() -> Schema:
    return {"type": "array", "items": record(Phase), "minItems": 1, "x-expected": "a list of one phase at least"}


def _term() -> Schema:
    terms = {word: record(cls) for word, cls in TERMS.items()}
    return {"type": "object", "properties": terms, **_ONE, "x-noun": "term"}


def _value() -> Schema:
    words = Param.registry.names()
    one = {"type": "object", "minProperties": 1, "maxProperties": 1}
    named = {**one, "propertyNames": {"enum": words}}
    meant = {**one, "additionalProperties": {"type": ["object", "null"]}}
    return {
        "type": ["number", "string", "object"],
        "x-expected": "a number, a schedule, or a mapping of views to numbers",
        "if": {"anyOf": [{"type": "string"}, named, meant]},
        "then": {"$ref": f"#/$defs/{Param.registry.noun}"},
        "else": {"additionalProperties": {"type": "number"}},
    }


def _one_view() -> Schema:
    return {"type": ["string", "integer"], "pattern": VIEW, "minimum": 1, "x-expected": "the name or number of a view"}


def _evidence() -> Schema:
    expected = "V, a bound variable, or a list of views"
    return {"type": ["string", "array"], "items": _one_view(), "minItems": 1, "x-expected": expected}


def _targets() -> Schema:
    node = {**_named(_evidence(), NODE, "node"), "minProperties": 1, "maxProperties": 1}
    expected = "V, a bound variable, a list of views, or a mapping of a pseudo node to one of these"
    case = {"if": {"type": "object"}, "then": node, "else": _evidence()}
    return {"type": ["string", "array", "object"], "x-expected": expected, **case}


_SPECIAL: dict[Any, Callable[[], Schema]] = {
    Formula: lambda: {"type": ["number", "string"], "x-expected": "a number or a formula"},
    Evidence: _evidence,
    Targets: _targets,
    Range: lambda: {"type": "string"},
    DensityText: lambda: {"type": "string"},
    OneView: _one_view,
    SampleText: lambda: {"type": "string"},
    Views: _views,
    Table[Node]: _p,
    Posteriors: _q,
    tuple[Phase, ...]: _phases,
    WrittenTerm: _term,
    Table[Value]: lambda: _named(_value(), NODE, "param"),
}
