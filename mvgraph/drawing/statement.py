"""What can be said of a model beside its picture: where it comes from, its objective, and what that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mvgraph.drawing.building import draft
from mvgraph.drawing.diagram import Group
from mvgraph.drawing.folding import Folding, fold
from mvgraph.drawing.lighting import groups
from mvgraph.language.table import Table
from mvgraph.objective.deriving import extent
from mvgraph.objective.explaining import Account
from mvgraph.spec.about import About
from mvgraph.spec.model import Spec

MOST_TERMS = 4000  # more of them, one by one, are no help to a reader
MOST_FOLDED = 12_000  # that become a few sums; more take long to derive


@dataclass(frozen=True)
class Statement:
    """What is said of a model.

    Arguments:
        name: of the model.
        about: where it comes from.
        terms: those of the objective, of each phase by its name; an objective without phases has no name.
        where: what the indices of their sums run over; nothing where there are none.
        verdict: whether it is a bound, in words; nothing where it was not asked.
        reasons: why it is none.
        flags: what keeps it from being the plain evidence bound.
        note: why the terms are not there, where they are not.
    """

    name: str
    about: About = field(default_factory=About)
    terms: Mapping[str, tuple[Group, ...]] = field(default_factory=Table)
    where: str = ""
    verdict: str = ""
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    note: str = ""


def state(spec: Spec, *, unroll: bool = False, with_parameters: bool = False) -> Statement:
    """The statement on a spec, its terms with what they come from in a picture: sums are folded as its views are.

    Arguments:
        spec: a checked spec.
        unroll: the picture has every view and level by its name.
        with_parameters: the picture has dots for parameters.
    """
    most = MOST_TERMS if unroll else MOST_FOLDED
    if extent(spec) > most:
        many = f"with {len(spec.views)} views the objective has more than {most:,} terms; draw it with fewer"
        return Statement(spec.name, spec.about, note=f"{many}, e.g. --views 3, to see them")
    account, whole = Account(spec, unfold=True if unroll else None), draft(spec, with_parameters=with_parameters)
    terms = groups(account, whole, Folding() if unroll else fold(spec, whole))
    objective, where = account.objective, _where(account)
    reason = objective.verdict.reason
    if objective.is_bound:
        return Statement(spec.name, spec.about, terms, where, reason, (), objective.flags)
    reasons = tuple(reason.split("; "))
    return Statement(spec.name, spec.about, terms, where, "no bound is proven", reasons, objective.flags)


def _where(account: Account) -> str:
    """What the indices of folded sums run over, of all phases."""
    parts = account.objective.phases.values() or [account.objective]
    folded = [account.folded(one.terms) for one in parts]
    legends = dict.fromkeys(found.legend for found in folded if found is not None and found.legend)
    return "; ".join(legends)
