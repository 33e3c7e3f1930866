"""Atoms and coefficients as plain data that can be read back: what of them is compared, and nothing else."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

import sympy

from mvgraph.errors import SpecError, UsageError
from mvgraph.language.expr import Expr
from mvgraph.language.table import Table
from mvgraph.language.word import Word, convert, hints
from mvgraph.objective import keys
from mvgraph.objective.atoms import KL, Atom, Draw, Likelihood, LogMeanExp, Stratum, Stream
from mvgraph.objective.comparisons import CE, Deviation, PooledKL
from mvgraph.objective.difference.coefficients import Data, expression, formula
from mvgraph.objective.difference.gaps import Constant
from mvgraph.objective.games import Fake, Generator, Latent, Match, Observation, Reconstruction
from mvgraph.objective.routes import inner
from mvgraph.objective.statistics import Statistical
from mvgraph.objective.text import signed_sum
from mvgraph.registry import nearest
from mvgraph.vocab.network.mlp import Mlp

KIND = "kind"  # says in every record what it is

ATOMS = (Likelihood, KL, CE, Deviation, PooledKL, LogMeanExp, Statistical, Generator, Constant)
PARTS = (Draw, Stratum, Match, Fake, Latent, Observation, Reconstruction)
KEYS = (
    *(keys.Ref, keys.Prior, keys.Standard, keys.Marginalised, keys.Empirical, keys.Auxiliary, keys.Expert, keys.Joint),
    *(keys.Pooled, keys.Fused, keys.Mixture, keys.Pool, keys.Centered),
)
KINDS: dict[str, type] = {cls.__name__: cls for cls in (*ATOMS, *PARTS, *KEYS)}


def _unsaid(ref: keys.Ref) -> Stream:
    """How something is drawn is no part of an objective: it is not written, and what is read says nothing of it."""
    return Stream(ref, "posterior", frozenset())


REST: dict[type, Callable[[dict[str, Any]], dict[str, Any]]] = {
    Draw: lambda own: {"stream": _unsaid(own["ref"])},
    Deviation: lambda own: {"own": _unsaid(own["of"].ref), "members": ()},
    PooledKL: lambda own: {"stream": _unsaid(own["of"].ref), "members": ()},
    LogMeanExp: lambda own: {"text": signed_sum(inner(own["parts"]), separator=" ")},
    Match: lambda _own: {"network": Mlp()},
}


def written(value: Any) -> Data:
    """An atom, or a part of one, as plain data.

    >>> written(keys.Expert(keys.Ref("z"), "image"))
    {'kind': 'Expert', 'ref': {'kind': 'Ref', 'node': 'z', 'view': None}, 'view': 'image'}
    """
    if isinstance(value, tuple):
        return [written(v) for v in value]
    if isinstance(value, Mapping):
        return {name: written(v) for name, v in value.items()}
    if isinstance(value, sympy.Basic):
        return formula(value)
    if isinstance(value, Word):
        return value.write()
    if type(value) in KINDS.values():
        return {KIND: type(value).__name__, **parts(value)}
    return str(value) if isinstance(value, Fraction) else value


def parts(record: Any) -> dict[str, Data]:
    """The fields of a record that decide what it is, as plain data."""
    return {name: written(getattr(record, name)) for name in compared(type(record))}


def compared(cls: type) -> tuple[str, ...]:
    """The fields of a kind of record that decide what it is; what a mask alone asks for is none of them."""
    return tuple(f.name for f in fields(cls) if f.compare and not (cls is Stratum and f.name == "component"))


def read(data: Data) -> Any:
    """What was written, with nothing said of how it is drawn.

    >>> read({"kind": "Expert", "ref": {"kind": "Ref", "node": "z", "view": None}, "view": "image"})
    Expert(ref=Ref(node='z', view=None), view='image')

    Raises:
        UsageError: the data are nobody's structure: an unknown kind, a field too few or too many, or of a wrong type.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get(KIND), str):
        raise UsageError(f"a structure is a record with its '{KIND}', and here is {data!r:.80}")
    cls = KINDS.get(data[KIND])
    if cls is None:
        raise UsageError(f"there is no kind '{data[KIND]}' of structure; {nearest(data[KIND], sorted(KINDS))}")
    own = values(cls, {name: value for name, value in data.items() if name != KIND})
    return cls(**own, **REST.get(cls, _nothing)(own))


def _nothing(_own: dict[str, Any]) -> dict[str, Any]:
    return {}


def values(cls: type, data: Data) -> dict[str, Any]:
    """The values of the fields of a kind of record.

    Raises:
        UsageError: a field is missing, there is another one, or its value is of a wrong type.
    """
    known = compared(cls)
    if not isinstance(data, Mapping) or set(known) != set(data):
        raise UsageError(f"a structure of {cls.__name__} has the fields {', '.join(known)}, and here is {data!r:.80}")
    return {name: _read(hints(cls)[name], data[name], f"{cls.__name__}.{name}") for name in known}


def _read(hint: Any, data: Data, where: str) -> Any:
    """A field's value, as its type asks for it."""
    origin = typing.get_origin(hint)
    if hint in SCALARS:
        return SCALARS[hint](data)
    if origin in SEVERAL:
        return SEVERAL[origin](typing.get_args(hint), data, where)
    if hint is Atom or (isinstance(data, Mapping) and KIND in data):
        found = read(data)
        if isinstance(found, ATOMS if hint is Atom else hint):
            return found
        raise UsageError(f"a structure of the kind '{type(found).__name__}' cannot stand at {where}")
    try:
        return convert(hint, data, ())
    except SpecError:
        raise UsageError(f"{where} cannot be {data!r:.80}") from None


def _tuple(each: tuple[Any, ...], data: Data, where: str) -> tuple[Any, ...]:
    if not isinstance(data, list | tuple):
        raise UsageError(f"{where} is a list, and here is {data!r:.80}")
    types = each[:1] * len(data) if each[1:] == (...,) else each
    if len(types) != len(data):
        raise UsageError(f"{where} is a list of {len(types)}, and here are {len(data)}")
    return tuple(_read(t, d, where) for t, d in zip(types, data, strict=True))


def _table(each: tuple[Any, ...], data: Data, where: str) -> Table[Any]:
    if not isinstance(data, Mapping):
        raise UsageError(f"{where} has values by names, and here is {data!r:.80}")
    return Table({str(name): _read(each[0], value, where) for name, value in data.items()})


def _fraction(data: Data) -> Fraction:
    try:
        return Fraction(data if isinstance(data, int | str) else "")
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"{data!r:.80} is no fraction; write one as '1/3'") from None


SCALARS: dict[Any, Callable[[Data], Any]] = {Expr: expression, Fraction: _fraction}
SEVERAL: dict[Any, Callable[[tuple[Any, ...], Data, str], Any]] = {tuple: _tuple, Table: _table}
