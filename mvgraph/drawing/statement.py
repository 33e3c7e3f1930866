"""What can be said of a model beside its picture: where it comes from, its objective, and what that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mvgraph.drawing.building import draft
from mvgraph.drawing.diagram import Group
from mvgraph.drawing.folding import Folding, fold
from mvgraph.drawing.lighting import groups
from mvgraph.language.table import Table
from mvgraph.objective.canonical import derive
from mvgraph.objective.deriving import extent
from mvgraph.spec.about import About
from mvgraph.spec.model import Spec

MOST_TERMS = 2000  # more are no help to a reader


@dataclass(frozen=True)
class Statement:
    """What is said of a model.

    Arguments:
        name: of the model.
        about: where it comes from.
        terms: those of the objective, of each phase by its name; an objective without phases has no name.
        verdict: whether it is a bound, in words; nothing where it was not asked.
        reasons: why it is none.
        flags: what keeps it from being the plain evidence bound.
        note: why the terms are not there, where they are not.
    """

    name: str
    about: About = field(default_factory=About)
    terms: Mapping[str, tuple[Group, ...]] = field(default_factory=Table)
    verdict: str = ""
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    note: str = ""


def state(spec: Spec, *, unroll: bool = False, with_parameters: bool = False) -> Statement:
    """The statement on a spec, its terms with what they come from in a picture.

    Arguments:
        spec: a checked spec.
        unroll: the picture has every view and level by its name.
        with_parameters: the picture has dots for parameters.
    """
    if extent(spec) > MOST_TERMS:
        many = f"with {len(spec.views)} views the objective has more than {MOST_TERMS:,} terms; draw it with fewer"
        return Statement(spec.name, spec.about, note=f"{many}, e.g. --views 3, to see them")
    objective, whole = derive(spec), draft(spec, with_parameters=with_parameters)
    terms = groups(spec, whole, Folding() if unroll else fold(spec, whole), objective)
    reason = objective.verdict.reason
    if objective.is_bound:
        return Statement(spec.name, spec.about, terms, reason, (), objective.flags)
    return Statement(spec.name, spec.about, terms, "no bound is proven", tuple(reason.split("; ")), objective.flags)
