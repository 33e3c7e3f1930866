"""A written term, its derived terms written out for each evidence, targets and component."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy

from mvgraph.language.index import parse_views
from mvgraph.objective import latex
from mvgraph.objective.canonical import Objective
from mvgraph.objective.evidence import Views
from mvgraph.objective.family import Site, drawn, relevant
from mvgraph.objective.notation import notation
from mvgraph.objective.prose import copies, views_text
from mvgraph.objective.report import Line, prose
from mvgraph.objective.terms import Term
from mvgraph.objective.text import signed
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import JensenShannon, Route, WrittenTerm

MOST_PIECES = 40  # bindings and components of one term that are written out
Group = tuple[Views, Views, Views | None]


def expansion(objective: Objective, written: WrittenTerm) -> Iterator[Line]:
    """The derived terms of a written one, by what they infer from and what they score."""
    groups: dict[Group, list[Term]] = {}
    for term in (t for t in objective.derived if t.scope.term is written):
        scope = term.scope
        component = scope.component if scope.split is None else None
        groups.setdefault((scope.evidence.views, scope.targets.views, component), []).append(term)
    for group, terms in list(groups.items())[:MOST_PIECES]:
        yield Line(_title(objective.spec, written, group, terms))
        yield from (_line(objective.spec, t) for t in terms)
        yield from (line.deeper() for line in prose(_left_out(objective.spec, written, group)))
    if len(groups) > MOST_PIECES:
        yield Line(f"and {len(groups) - MOST_PIECES} pieces more of the same kind")


def _line(spec: Spec, term: Term) -> Line:
    weight = sympy.expand(term.weight)
    return Line(signed(weight, term.atom), latex.signed(notation(spec), weight, term.atom), 1)


def _title(spec: Spec, written: WrittenTerm, group: Group, terms: Sequence[Term]) -> str:
    evidence, targets, component = group
    if isinstance(written, JensenShannon):
        return f"the part of {', '.join(dict.fromkeys(str(t.atom.keys[0]) for t in terms))}:"
    if not isinstance(written, Route):
        against = f", against {views_text(targets)}" if targets != evidence else ""
        return "all together:" if written.gathers else f"of the posterior of {views_text(evidence)}{against}:"
    head = f"infer from {views_text(evidence)}, score {views_text(targets)}"
    if component is None:
        mixed = spec.mixture != "none" and any(t.atom.is_distance for t in terms)
        return f"{head}, all components together:" if mixed else f"{head}:"
    return f"{head}, component S = {views_text(component)} with weight {terms[0].share}:"


def _left_out(spec: Spec, written: WrittenTerm, group: Group) -> Iterator[str]:
    """What the rule drops: barren latents, ratios that cancel or are left out, terms whose weight is zero."""
    evidence, targets, component = group
    if not isinstance(written, Route):
        return
    needed = relevant(spec, targets, parse_views(written.to).node)
    barren = [str(r) for v in spec.latents for r in copies(spec, v) if r not in needed]
    if barren:
        yield f"barren, dropped with its KL: {', '.join(barren)}"
    if spec.mixture != "none" and component is None:
        return
    views = evidence if component is None else component
    site = Site(spec, views, views, frozenset(spec.view_names))
    by_source: dict[str, list[str]] = {}
    for ref in needed:
        by_source.setdefault(drawn(site, ref).stream.source, []).append(str(ref))
    if "prior" in by_source:
        yield f"drawn from the prior, so its KL is zero: {', '.join(by_source['prior'])}"
    if "aux" in by_source:
        yield f"drawn from the auxiliary prior, its ratio left out: {', '.join(by_source['aux'])}"
