"""The difference of two objectives as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mvgraph.objective.difference.operations import Operation, lines
from mvgraph.objective.difference.relation import Finding

if TYPE_CHECKING:
    from mvgraph.objective.difference.delta import Difference, Plates, Terms

SETTINGS = ("players", "distributions", "params", "estimator", "networks", "training")


def document(delta: Difference) -> dict[str, Any]:
    """Everything as plain data."""
    return {
        "a": delta.a.name,
        "b": delta.b.name,
        "views": list(delta.a.view_names),
        **({"plates": _plates(delta.plates)} if delta.plates else {}),
        "names": {"nodes": dict(delta.names.nodes), "views": dict(delta.names.views)},
        "assuming": dict(delta.assuming),
        "verdict": str(delta.verdict),
        "finding": finding_data(delta.finding),
        "special": finding_data(delta.special) if delta.special else None,
        **(_sums(delta.terms) if delta.plates else _terms(delta.terms)),
        "residual": lines(delta.residual),
        "phases": {name: (_sums if delta.plates else _terms)(terms) for name, terms in delta.phases.items()},
        "graph": {k: {"gained": list(g.gained), "lost": list(g.lost)} for k, g in vars(delta.graph).items()},
        **{k: [vars(change) for change in getattr(delta, k)] for k in SETTINGS},
    }


def _terms(terms: Terms) -> dict[str, Any]:
    """What brings A, and what brings B, into the form in which they are compared; and there the one into the other."""
    forms = {"a": _listed(terms.ours), "b": _listed(terms.theirs)}
    return {"forms": forms, "operations": _listed(terms.operations)}


def _plates(plates: Plates) -> dict[str, Any]:
    """From which number of views on the terms hold, and where they were derived."""
    return {"since": plates.since, "derived_at": list(plates.counts), "fewer": list(plates.fewer)}


def _sums(terms: Terms) -> dict[str, Any]:
    """The terms beside each other as texts: sums over views are not read back."""
    changed = [{"atom": str(x.atom), "before": str(x.before), "after": str(x.after)} for x in terms.changed]
    return {
        "shared": lines(terms.shared),
        "changed": changed,
        "removed": lines(terms.removed),
        "added": lines(terms.added),
    }


def _listed(operations: Iterable[Operation]) -> list[dict[str, Any]]:
    return [each.to_json() for each in operations]


def finding_data(found: Finding) -> dict[str, Any]:
    """A relation as plain data."""
    return {
        "relation": str(found.relation),
        "factor": str(found.factor),
        "under": dict(found.under),
        "given": list(found.given),
        "lower": found.lower,
        "gap": lines(found.gap),
        "constant": found.constant,
        "notes": list(found.notes),
    }
