"""The derivation of an objective as text, step by step: p, q, each route expanded, the sum, the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sympy

from mvgraph.language.index import parse_views
from mvgraph.language.word import inline
from mvgraph.objective.bounds import evidence_text
from mvgraph.objective.canonical import Objective, derive
from mvgraph.objective.evidence import Views, random_parts, random_subsets
from mvgraph.objective.family import Site, drawn, relevant
from mvgraph.objective.keys import Expert, Fused, Joint, Key, Pooled, Ref
from mvgraph.objective.playbook import order
from mvgraph.objective.prose import (
    MIXTURES,
    copies,
    discrete_line,
    evidence_lines,
    joint_density,
    latent_line,
    phase_lines,
    posterior_lines,
    rule_lines,
    term_line,
    view_line,
    views_text,
)
from mvgraph.objective.terms import Term
from mvgraph.objective.text import signed
from mvgraph.spec.model import Spec
from mvgraph.spec.moves import moves
from mvgraph.spec.terms import JensenShannon, Route, WrittenTerm

MOST_PIECES = 40  # bindings and components of one term that are written out
Group = tuple[Views, Views, Views | None]
Section = tuple[str, list[str]]


def explain(spec: Spec) -> str:
    """The derivation of a spec's objective, for complete data.

    Arguments:
        spec: a checked spec.
    """
    objective = derive(spec)
    sections = (
        ("", _head(spec)),
        ("Generative model p", _generative(spec)),
        ("Posterior family q, for any evidence", _posterior(spec)),
        *_phases(spec, objective),
        ("Networks that no term uses", list(dead(spec, objective))),
    )
    return "\n\n".join(_section(title, lines) for title, lines in sections if lines) + "\n"


def _phases(spec: Spec, objective: Objective) -> Iterator[Section]:
    """What is trained: one objective, or that of each phase after the other."""
    if not spec.phases:
        yield from _objective(spec, objective)
    for phase, one in zip(spec.phases, objective.phases.values(), strict=True):
        yield f"Phase {phase.name}", phase_lines(phase)
        yield from _objective(one.spec, one)


def _objective(spec: Spec, objective: Objective) -> Iterator[Section]:
    yield from ((f"Term {n}: {sign}", _term(objective, t)) for n, (t, sign) in enumerate(_written(spec), 1))
    yield "Objective, to be maximised", list(objective.lines)
    yield "Moves of a step, each with noise of its own", order(spec)
    yield "What it is", _verdict(objective)


def account(spec: Spec) -> dict[str, Any]:
    """The same for programs: the canonical terms, the flags, the verdict, the dead networks, as plain data."""
    objective = derive(spec)
    about = {"name": spec.name, "views": list(spec.view_names), "p": joint_density(spec), "mixture": spec.mixture}
    phases = [
        {"name": p.name, "epochs": p.epochs, "freeze": list(p.freeze), "reset": list(p.reset), **_terms(one)}
        for p, one in zip(spec.phases, objective.phases.values(), strict=True)
    ]
    whole = {**about, **_terms(objective), "dead": list(dead(spec, objective))}
    return {**whole, **({"phases": phases} if phases else {})}


def _terms(objective: Objective) -> dict[str, Any]:
    terms = [
        {"coefficient": str(c), "atom": str(a), "line": line}
        for (c, a), line in zip(objective.terms, objective.lines, strict=True)
    ]
    bound = {"holds": objective.verdict.holds, "reason": objective.verdict.reason}
    order_ = [{"update": list(m.update), "loss": m.loss} for m in moves(objective.spec)]
    return {"terms": terms, "flags": list(objective.flags), "bound": bound, **({"moves": order_} if order_ else {})}


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)]) if title else "\n".join(lines)


def _head(spec: Spec) -> list[str]:
    return [spec.name, *([" · ".join(spec.about.facts)] if spec.about.facts else [])]


def _generative(spec: Spec) -> list[str]:
    lines = [joint_density(spec), *map(discrete_line, spec.discretes), *map(latent_line, spec.latents)]
    lines += [view_line(spec, v) for v in spec.view_names]
    if spec.open_views is not None:
        least, most = spec.open_views.least, spec.open_views.most
        allowed = f"{least}" if most == least else f"{least} or more" if most is None else f"{least} to {most}"
        lines.append(f"(the views are open: {allowed} of them; shown for {len(spec.views)})")
    return [*lines, *(f"param {name} = {inline(value)}" for name, value in spec.params.items())]


def _posterior(spec: Spec) -> list[str]:
    lines = [MIXTURES[spec.mixture]]
    lines += [line for rule in spec.posteriors for line in posterior_lines(spec, rule)]
    return [*lines, *evidence_lines(spec)]


def _written(spec: Spec) -> list[tuple[WrittenTerm, str]]:
    return [(t, f"+ {term_line(t)}") for t in spec.maximize] + [(t, f"- {term_line(t)}") for t in spec.minimize]


def _term(objective: Objective, written: WrittenTerm) -> list[str]:
    spec, derived = objective.spec, [t for t in objective.derived if t.scope.term is written]
    groups: dict[Group, list[Term]] = {}
    for term in derived:
        scope = term.scope
        component = scope.component if scope.split is None else None
        groups.setdefault((scope.evidence.views, scope.targets.views, component), []).append(term)
    lines = [*rule_lines(spec, written, derived), *_random(spec, written)]
    for group, terms in list(groups.items())[:MOST_PIECES]:
        lines += [_title(spec, written, group, terms), *(f"  {_line(t)}" for t in terms)]
        lines += [f"  {line}" for line in _left_out(spec, written, group)]
    more = len(groups) - MOST_PIECES
    return [*lines, f"and {more} pieces more of the same kind"] if more > 0 else lines or ["no term: nothing remains"]


def _random(spec: Spec, written: WrittenTerm) -> list[str]:
    if not random_parts(written):
        return []
    sets = random_subsets(frozenset(spec.view_names))
    drawn_from = ", ".join(map(views_text, sets)) or "there is none for so few views, and the route is empty"
    return [f"the evidence is drawn anew in every step, all sets of 2 to M - 1 views alike: {drawn_from}"]


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


def _line(term: Term) -> str:
    return signed(sympy.expand(term.weight), term.atom)


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


def _verdict(objective: Objective) -> list[str]:
    reason = objective.verdict.reason
    if objective.is_bound:
        lines = [f"a bound: {reason}"]
    else:
        lines = [f"no bound of {evidence_text(objective.spec)} is proven:", *(f"  - {r}" for r in reason.split("; "))]
    return [*lines, *(f"! {flag}" for flag in objective.flags)]


def dead(spec: Spec, objective: Objective) -> Iterator[str]:
    """The networks that a spec declares and no term of its objective uses."""
    atoms = [a for one in (objective, *objective.phases.values()) for _, a in one.terms]
    keys = {k for atom in atoms for key in atom.keys for k in _members(key)}
    for latent in spec.latents:
        for ref in copies(spec, latent):
            views = spec.view_names if ref.view is None else (ref.view,)
            experts = [Expert(ref, v) for v in views]
            yield from (f"encoder {e}" for e in experts if e not in keys)
        rule = spec.posterior(latent.name).fuse
        if (
            rule is not None
            and rule.joint
            and not any(isinstance(k, Joint) and k.ref.node == latent.name for k in keys)
        ):
            yield f"joint encoder of {latent.name}"
    scored = {a.target for atom in atoms for a in atom.scored}
    yield from (f"decoder of {x}" for x in (Ref(spec.observed.name, v) for v in spec.scored_views) if x not in scored)


def _members(key: Key) -> Iterator[Key]:
    yield key
    if isinstance(key, Fused):
        yield from (k for m in key.members for k in _members(m))
    if isinstance(key, Pooled):
        yield from (Expert(key.ref, v) for v in key.views)
