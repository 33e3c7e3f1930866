"""The difference of two objectives as operations that turn one into the other, and as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mvgraph.errors import UsageError
from mvgraph.objective.difference.relation import Finding, Weighted

if TYPE_CHECKING:
    from mvgraph.objective.difference.delta import Difference, Terms

Operation = dict[str, str]
Lines = dict[str, str]  # coefficients by atoms, as texts


def lines(terms: Iterable[Weighted]) -> Lines:
    """A sum of terms as plain data: the text of every atom, and its coefficient."""
    return {str(atom): str(coefficient) for coefficient, atom in terms}


def operations(terms: Terms) -> list[Operation]:
    """What turns the terms of A into those of B: `remove`, `reweigh` and `add`, in this order."""
    return [
        *({"op": "remove", "atom": str(a), "coefficient": str(c)} for c, a in terms.removed),
        *(
            {"op": "reweigh", "atom": str(x.atom), "coefficient": str(x.after), "was": str(x.before)}
            for x in terms.changed
        ),
        *({"op": "add", "atom": str(a), "coefficient": str(c)} for c, a in terms.added),
    ]


def apply(found: Sequence[Operation], base: Lines) -> Lines:
    """The terms that operations make from those of a base.

    >>> apply([{"op": "add", "atom": "y", "coefficient": "2"}], {"x": "1"})
    {'x': '1', 'y': '2'}

    Raises:
        UsageError: an operation does not fit: what it takes or changes is not there, or has another coefficient.
    """
    result = dict(base)
    for step in found:
        was = step.get("was", step["coefficient"] if step["op"] == "remove" else None)
        if result.get(step["atom"]) != was:
            raise UsageError(f"cannot {step['op']} {step['atom']}: its coefficient is {result.get(step['atom'])}")
        if step["op"] == "remove":
            del result[step["atom"]]
        else:
            result[step["atom"]] = step["coefficient"]
    return dict(sorted(result.items()))


def document(delta: Difference) -> dict[str, Any]:
    """Everything as plain data."""
    settings = ("players", "distributions", "params", "estimator", "networks", "training")
    return {
        "a": delta.a.name,
        "b": delta.b.name,
        "views": list(delta.a.view_names),
        "names": {"nodes": dict(delta.names.nodes), "views": dict(delta.names.views)},
        "assuming": dict(delta.assuming),
        "verdict": str(delta.verdict),
        "finding": finding_data(delta.finding),
        "special": finding_data(delta.special) if delta.special else None,
        "operations": operations(delta.terms),
        "residual": lines(delta.residual),
        "phases": {name: operations(terms) for name, terms in delta.phases.items()},
        "graph": {k: {"gained": list(g.gained), "lost": list(g.lost)} for k, g in vars(delta.graph).items()},
        **{k: [vars(change) for change in getattr(delta, k)] for k in settings},
    }


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
