"""What has to be the same, beside the terms, for two objectives to be one."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.objective.bounds import values
from mvgraph.objective.difference.naming import Names
from mvgraph.objective.difference.settings import changes, distributions
from mvgraph.objective.evidence import drop_rates
from mvgraph.objective.playbook import order
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import BatchStatistic


def conditions(a: Spec, b: Spec, names: Names) -> tuple[str, ...]:
    """What the two specs do not share and the terms do not show, as what a relation of the terms would need."""
    return tuple(_conditions(a, b, names))


def _conditions(a: Spec, b: Spec, names: Names) -> Iterator[str]:
    ours, theirs = distributions(a, Names()), distributions(b, names)
    if other := [c.what for c in changes(distributions, a, b, names) if c.what in ours and c.what in theirs]:
        yield f"the same distributions: {', '.join(other)}"
    if order(a) and order(b) and order(a) != order(b):
        yield "the same moves of the players"
    if drop_rates(a) != drop_rates(b):
        yield "the same random evidence"
    statistics = all(any(isinstance(t, BatchStatistic) for t in (*s.maximize, *s.minimize)) for s in (a, b))
    if statistics and a.training.batch_size != b.training.batch_size:
        yield "the same size of a batch"
    if bool(a.phases) != bool(b.phases):
        yield f"the phases of {'A' if a.phases else 'B'} trained as one"


def unequal(a: Spec, b: Spec) -> tuple[str, ...]:
    """The params of both whose declared numbers, at the end of a schedule, are not the same."""
    ours, theirs = values(a), values(b)
    return tuple(sorted(str(s) for s in ours if s in theirs and ours[s] != theirs[s] and str(s) != "M_obs"))
