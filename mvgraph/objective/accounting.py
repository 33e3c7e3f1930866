"""The derivation of an objective as plain data, for programs."""

from __future__ import annotations

from typing import Any

from mvgraph.objective.asking import Answer
from mvgraph.objective.canonical import Objective
from mvgraph.objective.explaining import Account
from mvgraph.objective.neatness import formula_text
from mvgraph.objective.origins import Origin
from mvgraph.objective.prose import joint_density, term_line
from mvgraph.objective.report import Line
from mvgraph.objective.text import signed
from mvgraph.objective.trail import RULES, Step
from mvgraph.objective.unused import dead
from mvgraph.spec.model import Spec
from mvgraph.spec.moves import moves

Data = dict[str, Any]


def account(found: Account) -> Data:
    """The canonical terms, folded too, the flags, the verdict, the dead networks; the steps where they are asked."""
    spec, objective = found.spec, found.objective
    about = {"name": spec.name, "views": list(spec.view_names), "p": joint_density(spec), "mixture": spec.mixture}
    phases = [
        {"name": p.name, "epochs": p.epochs, "freeze": list(p.freeze), "reset": list(p.reset), **_objective(found, one)}
        for p, one in zip(spec.phases, objective.phases.values(), strict=True)
    ]
    sections = [{"title": s.title, "lines": [_line(line) for line in s.lines]} for s in found.report]
    whole = {**about, **_objective(found, objective), "dead": list(dead(spec)), "sections": sections}
    return {**whole, **({"phases": phases} if phases else {})}


def answer(found: Answer) -> Data:
    """What a term comes from."""
    return {
        "term": {"line": found.line.text, "latex": found.line.formula},
        "about": found.about,
        "origins": [_origin(one) for one in found.origins],
    }


def _line(line: Line) -> Data:
    return {"text": line.text, "level": line.level, **({"latex": line.formula} if line.formula else {})}


def _origin(one: Origin) -> Data:
    place = {"file": one.place.file, "line": one.place.line, "column": one.place.column} if one.place else {}
    return {"what": one.what, "path": list(one.path), **place, "excerpt": one.excerpt}


def _objective(found: Account, one: Objective) -> Data:
    terms = [
        {"coefficient": formula_text(c), "atom": str(a), "line": line, "latex": formula}
        for (c, a), line, formula in zip(one.terms, one.lines, one.formulas, strict=True)
    ]
    folded = [{"line": line.text, "latex": line.formula} for line in found.sum(one.terms) if line.formula]
    bound = {"holds": one.verdict.holds, "reason": one.verdict.reason}
    order = [{"update": list(m.update), "loss": m.loss} for m in moves(one.spec)]
    steps = _derivations(found, one.spec) if found.steps and not one.phases else []
    return {
        "terms": terms,
        "folded": folded,
        "flags": list(one.flags),
        "bound": bound,
        **({"moves": order} if order else {}),
        **({"steps": steps} if steps else {}),
    }


def _derivations(found: Account, spec: Spec) -> list[Data]:
    """Each written term with its steps."""
    written = [*((t, "+") for t in spec.maximize), *((t, "-") for t in spec.minimize)]
    steps = [[_step(found, step) for step in found.derivation(spec, t)] for t, _ in written]
    return [{"term": f"{s} {term_line(t)}", "steps": own} for (t, s), own in zip(written, steps, strict=True)]


def _step(found: Account, step: Step) -> Data:
    after = [{"line": line.text, "latex": line.formula} for line in found.sum(step.after) if line.formula]
    said = {"dropped": [signed(c, a) for c, a in step.dropped], "marked": [signed(c, a) for c, a in step.marked]}
    about = {"rule": step.rule, "about": RULES[step.rule], "after": after}
    return {**about, **{key: lines for key, lines in said.items() if lines}}
