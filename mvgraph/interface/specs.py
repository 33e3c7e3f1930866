"""Specs: read, written and checked. Each verb takes a spec, the name of a reference spec, or a path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mvgraph import graph
from mvgraph.errors import Problem, SpecError
from mvgraph.spec import reading, writing, zoo
from mvgraph.spec.model import Spec
from mvgraph.spec.overrides import apply

Source = str | Path | Mapping[str, Any] | Spec


def names() -> list[str]:
    """The reference models by name, sorted.

    >>> "mopoe" in names()
    True
    """
    return zoo.names()


def published() -> list[str]:
    """The settings of published experiments by name, sorted; each extends a reference model.

    >>> load("published/mopoe").training.epochs
    300
    """
    return zoo.published()


def load(source: Source, **overrides: Any) -> Spec:
    """The spec that a name, a path, YAML text, or data stand for.

    >>> load("mopoe", beta=1.5, views=3).view_names
    ('1', '2', '3')

    Arguments:
        source: a reference name, a path, `-` for standard input, YAML text of several lines, a mapping, or a spec.
        overrides: a key of the spec's top level, which merges there, or the name of a param.

    Raises:
        SpecError: with one problem for everything that is not well formed.
    """
    return reading.load(source, **overrides)


def dump(spec: Source) -> str:
    """Canonical YAML of a spec; `load(dump(spec)) == spec`."""
    return writing.dump(load(spec))


def check(source: Source, **overrides: Any) -> list[Problem]:
    """Everything that is wrong with a spec, all at once; empty when it is fine.

    >>> [p.code for p in check({"name": "empty"})][:1]
    ['MVG116']
    """
    return examined(source, (), overrides)


def examined(source: Source, sets: Sequence[str], overrides: Mapping[str, Any]) -> list[Problem]:
    """Everything that is wrong with a spec and its overrides, as texts and by keyword."""
    if isinstance(source, Spec) and not (sets or overrides):
        return graph.check(source)
    try:
        return graph.examine(apply(reading.gather(source), sets, overrides))
    except SpecError as error:
        return graph.refused(error.problems)


def sound(source: Source, *, sets: Sequence[str] = (), **overrides: Any) -> Spec:
    """A spec that has passed the checks, each value at its place in the text.

    Raises:
        SpecError: with all its errors; warnings do not count.
    """
    if isinstance(source, Spec) and not (sets or overrides):
        return accepted(source)
    written = apply(reading.gather(source), sets, overrides)
    _refuse(graph.examine(written))
    return reading.interpret(written)


def accepted(spec: Spec) -> Spec:
    """A spec as it was read, each value at its place in the text, if it passes the checks.

    Raises:
        SpecError: with all its errors; warnings do not count.
    """
    _refuse(graph.check(spec))
    return spec


def _refuse(problems: Sequence[Problem]) -> None:
    if any(p.severity == "error" for p in problems):
        raise SpecError(*(p for p in problems if p.severity != "warning"))
