"""Writing a spec: canonical YAML that reads back as the same spec."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mvgraph.language.expr import Formula
from mvgraph.language.table import Table
from mvgraph.language.word import plain
from mvgraph.spec.grammar import (
    RECORDS,
    TERMS,
    Dim,
    Evidence,
    Node,
    OneView,
    Plate,
    Posteriors,
    Targets,
    Views,
    Whole,
    keys,
)
from mvgraph.spec.levels import fold, fold_posteriors
from mvgraph.spec.model import OpenViews, Spec
from mvgraph.spec.nodes import Levels
from mvgraph.spec.numerals import numeral
from mvgraph.spec.yaml12 import SCALARS

WIDTH = 120


def _nodes(spec: Spec) -> tuple[Node, ...]:
    return (*spec.conditions, *spec.discretes, *fold(spec.latents, spec.observed), *spec.pseudo)


def tree(spec: Spec) -> dict[str, Any]:
    """A spec as plain data, in the order of the language, without its defaults."""
    whole = Whole(
        mvgraph=1,
        name=spec.name,
        about=spec.about,
        params=spec.params,
        views=Views(spec.views, spec.open_views),
        view_defaults=spec.view_defaults,
        p=Table({n.name: n for n in _nodes(spec)}),
        q=Posteriors(spec.mixture, fold_posteriors(spec.latents, spec.posteriors)),
        objective=spec.objective,
        phases=spec.phases,
        estimator=spec.estimator,
        training=spec.training,
        moves=spec.moves,
    )
    found = {**_record(whole), **({} if spec.phases else {"objective": _record(spec.objective)})}
    return {key.name: found[key.name] for key in keys(Whole) if key.name in found}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of nested data by its path; a list of plain values is one.

    >>> dict(leaves({"p": {"z": {"dim": 3}}, "hidden": [8, 8]}))
    {'p.z.dim': 3, 'hidden': [8, 8]}
    """
    inner = isinstance(value, list) and any(isinstance(v, Mapping | list) for v in value)
    parts = value.items() if isinstance(value, Mapping) else enumerate(value) if inner else ()
    if not parts:
        yield path, value
    for key, part in parts:
        yield from leaves(part, f"{path}.{key}" if path else str(key))


def _record(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    cls: type = type(value)
    for key in keys(cls):
        if not key.field:
            found[key.name] = typing.get_args(key.hint)[0]
        elif (content := getattr(value, key.field)) != key.default:
            found[key.name] = _value(key.hint, content)
    return found


def _value(hint: Any, value: Any) -> Any:
    if hint in _SPECIAL:
        return _SPECIAL[hint](value)
    return _plain(value)


def _plain(value: Any) -> Any:
    if type(value) in TERMS.values():
        return {value.word: _record(value)}
    if type(value) in _SPECIAL:
        return _SPECIAL[type(value)](value)
    if isinstance(value, RECORDS):
        return _record(value)
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return plain(value)


def _formula(formula: Formula) -> Any:
    for read in (int, float):
        try:
            value = read(formula.text)
        except ValueError:
            continue
        return value if numeral(value) == formula.text else formula.text
    return formula.text


def _evidence(text: str) -> Any:
    if not text.startswith("["):
        return text
    return [_one_view(n) for n in text[1:-1].split(", ")]


def _one_view(text: str) -> Any:
    return int(text) if text.isdecimal() and not text.startswith("0") else text


def _targets(text: str) -> Any:
    node, _, views = text.strip("{}").partition(": ")
    return {node: _evidence(views)} if views else _evidence(text)


def _views(views: Views) -> Any:
    if views.open is not None:
        return _open(views.open)
    return {v.name: _record(v) or None for v in views.views}


def _open(views: OpenViews) -> Any:
    if views.most == views.least:
        return views.least
    return f"{views.least}..{views.most or ''}"


def _dim(dim: Any) -> Any:
    by_position = isinstance(dim, Mapping) and list(dim) == [str(i + 1) for i in range(len(dim))]
    return list(dim.values()) if by_position else _plain(dim)


def _posteriors(q: Posteriors) -> dict[str, Any]:
    mixture = {"mixture": q.mixture} if q.mixture != "none" else {}
    return {**mixture, **{p.name: _record(p) for p in q.latents}}


_SPECIAL: dict[Any, Callable[[Any], Any]] = {
    Formula: _formula,
    Evidence: _evidence,
    Targets: _targets,
    Plate: lambda plate: _record(plate) if isinstance(plate, Levels) else "view",
    Dim: _dim,
    OneView: _one_view,
    Views: _views,
    Posteriors: _posteriors,
}


def dump(spec: Spec) -> str:
    """Canonical YAML of a spec: the same bytes for the same spec, defaults left out; `load(dump(spec)) == spec`."""
    return "".join(_entry(key, value, 0, key in _OPENED) for key, value in tree(spec).items())


_OPENED = ("views", "p", "q", "objective", "phases", "params")  # one line an entry; others on one line where they fit


def _entry(key: str, value: Any, indent: int, opened: bool = False) -> str:
    """`key: value`, on one line where it fits."""
    start = f"{' ' * indent}{_text(key, flow=False)}:"
    line = f"{start} {_flow(value)}" if isinstance(value, dict | list) else f"{start} {_scalar(value, flow=False)}"
    if not value or not isinstance(value, dict | list) or (len(line) <= WIDTH and not opened):
        return line + "\n"
    if isinstance(value, list):
        return f"{start}\n" + "".join(_item(v, indent + 2) for v in value)
    inner = key == "objective"
    return f"{start}\n" + "".join(_entry(k, v, indent + 2, inner) for k, v in value.items())


def _item(value: Any, indent: int) -> str:
    if isinstance(value, dict) and len(value) > 1:
        lines = "".join(_entry(k, v, indent + 2, k == "objective") for k, v in value.items())
        return f"{' ' * indent}- {lines.lstrip()}"
    line = f"{' ' * indent}- {_flow(value)}"
    if isinstance(value, dict) and value:
        key, content = next(iter(value.items()))
        start = f"{' ' * indent}- {_text(key, flow=False)}:"
        line = f"{start} {_flow(content)}"
        if len(line) > WIDTH and isinstance(content, dict):
            return f"{start}\n" + "".join(_entry(k, v, indent + 4) for k, v in content.items())
    return line + "\n"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(k, flow=True)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value, flow=True)


def _scalar(value: Any, *, flow: bool) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        text = numeral(value)
        return text if re.search(r"[.e]", text) else f"{text}.0"
    return _text(str(value), flow=flow)


_SAFE = re.compile(r"[^\W_][\w ./+*^()|-]*(?:\[\w+\])?[\w ./+*^()|-]*")
_SAFE_IN_FLOW = re.compile(r"[^\W_][\w ./+*^()|-]*")
_NOT_TEXT = re.compile("|".join(pattern for pattern, _ in SCALARS.values() if pattern))


def _text(text: str, *, flow: bool) -> str:
    """A text: plain where nothing in it has a meaning in YAML, else quoted."""
    safe = (_SAFE_IN_FLOW if flow else _SAFE).fullmatch(text) and not text.endswith(" ")
    if safe and not _NOT_TEXT.fullmatch(text):
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(c) for c in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08x}"
