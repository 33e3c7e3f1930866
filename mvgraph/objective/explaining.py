"""The derivation of an objective, step by step: p, q, each written term, the sum, the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mvgraph.language.expr import Expr
from mvgraph.language.word import inline
from mvgraph.objective import latex
from mvgraph.objective.atoms import Draw
from mvgraph.objective.bounds import concluded
from mvgraph.objective.canonical import Objective, derive, merged
from mvgraph.objective.evidence import random_parts, random_subsets
from mvgraph.objective.expansion import expansion
from mvgraph.objective.folding.folded import Folded, fold, folds
from mvgraph.objective.folding.folding import Folder
from mvgraph.objective.folding.formulas import formula
from mvgraph.objective.folding.renaming import universe
from mvgraph.objective.folding.texts import alike
from mvgraph.objective.formulas import RULES as RULE_FORMULAS
from mvgraph.objective.formulas import drawn_from, joint
from mvgraph.objective.notation import Notation, notation
from mvgraph.objective.playbook import order
from mvgraph.objective.prose import (
    MIXTURES,
    MOST_SETS,
    discrete_line,
    evidence_rows,
    joint_density,
    latent_line,
    phase_lines,
    posterior_lines,
    rule_lines,
    term_line,
    view_line,
    views_text,
)
from mvgraph.objective.report import Line, Report, Section, plain, prose
from mvgraph.objective.text import signed
from mvgraph.objective.trail import RULES, Step, left_out, trail
from mvgraph.objective.unused import dead
from mvgraph.spec.model import OpenViews, Spec
from mvgraph.spec.terms import WrittenTerm

Terms = Sequence[tuple[Expr, Any]]


@dataclass(frozen=True)
class Account:
    """What can be said of a spec's objective, for complete data.

    Arguments:
        spec: a checked spec.
        unfold: whether every term is written out; unless it is said, sums over three views and more are folded.
        steps: whether every written term is derived rule by rule.
    """

    spec: Spec
    unfold: bool | None = None
    steps: bool = False

    @cached_property
    def objective(self) -> Objective:
        """The canonical objective."""
        return derive(self.spec)

    @cached_property
    def notation(self) -> Notation:
        """How names are written as LaTeX."""
        return notation(self.spec)

    @cached_property
    def _folder(self) -> Folder:
        return Folder(universe(self.spec))

    @cached_property
    def _known(self) -> dict[tuple[tuple[Expr, Any], ...], Folded]:
        """Sums that were folded: the last step of a derivation is often the objective itself."""
        return {}

    @cached_property
    def _trails(self) -> dict[int, list[Step]]:
        """Derivations by the identity of their written term, of which two may be equal."""
        return {}

    def derivation(self, spec: Spec, written: WrittenTerm) -> list[Step]:
        """The steps of one written term, of a spec without phases, or with the objective of one."""
        if id(written) not in self._trails:
            self._trails[id(written)] = trail(spec, written)
        return self._trails[id(written)]

    @property
    def folds(self) -> bool:
        """Whether sums are folded."""
        return folds(self.spec, self.unfold)

    def folded(self, terms: Terms) -> Folded | None:
        """Terms with their sums folded; none where they are to be written out, or that would not be shorter."""
        if not self.folds:
            return None
        whole = tuple(terms)
        found = self._known.get(whole)
        if found is None:
            distinct = merged(whole) if len({a for _, a in whole}) < len(whole) else whole
            found = self._known[whole] = fold(distinct, self.spec, self._folder)
        return found if found.saves(whole) else None

    def sum(self, terms: Terms) -> Iterator[Line]:
        """A sum, one term a line, folded where it is shorter."""
        yield from self._lines(terms, self.folded(terms))

    def _lines(self, terms: Terms, found: Folded | None) -> Iterator[Line]:
        if found is None:
            yield from (Line(signed(c, a), latex.signed(self.notation, c, a)) for c, a in terms)
            return
        yield from (Line(str(piece), formula(self.notation, piece)) for piece in found.pieces)
        yield from prose([f"where {found.legend}"] if found.legend else [])

    @cached_property
    def report(self) -> Report:
        """Everything, in sections."""
        sections = (
            _texts("", head(self.spec)),
            Section("Generative model p", tuple(_generative(self.spec))),
            Section("Posterior family q, for any evidence", tuple(_posterior(self.spec))),
            *self._phases(),
            _texts("Networks that no term uses", dead(self.spec)),
        )
        return tuple(s for s in sections if s.lines)

    def _phases(self) -> Iterator[Section]:
        """What is trained: one objective, or that of each phase after the other."""
        if not self.spec.phases:
            yield from self._objective(self.objective)
        for phase, one in zip(self.spec.phases, self.objective.phases.values(), strict=True):
            yield _texts(f"Phase {phase.name}", phase_lines(phase))
            yield from self._objective(one)

    def _objective(self, one: Objective) -> Iterator[Section]:
        for number, (written, line) in enumerate(written_terms(one.spec), 1):
            yield Section(f"Term {number}: {line}", tuple(self._term(one, written)))
        yield Section("Objective, to be maximised", tuple(self.sum(one.terms)))
        yield _texts("Moves of a step, each with noise of its own", order(one.spec))
        yield _texts("What it is", self._verdict(one))

    def _verdict(self, one: Objective) -> Iterator[str]:
        """Whether it is a bound, each reason for which it is none, and its flags."""
        reasons, flags = one.verdict.reason.split("; "), list(one.flags)
        if self.folds:
            reasons, flags = (alike(texts, universe(self.spec)) for texts in (reasons, flags))
        yield from concluded(one.spec, one.is_bound, reasons, flags)

    def _term(self, one: Objective, written: WrittenTerm) -> Iterator[Line]:
        """A written term: its rule, then its derivation, or its derived terms."""
        folds = self.folds and not self.steps
        terms = one.of(written) if folds and len(written_terms(one.spec)) > 1 else ()
        found = self.folded(terms)
        atoms = [p.value for p in found.pieces] if found else [t.atom for t in one.derived if t.scope.term is written]
        rule = [*rule_lines(one.spec, written, atoms), *_random(one.spec, written)]
        yield from (_with_formula(line, written.word) for line in prose(rule))
        if self.steps:
            steps = enumerate(self.derivation(one.spec, written), 1)
            yield from (line for number, step in steps for line in self._step(number, step))
        elif folds:
            yield from self._lines(terms, found)
            yield from self._omissions(one.spec, written)
        elif atoms:
            yield from expansion(one, written)
        elif not rule:
            yield Line("no term: nothing remains")

    def _step(self, number: int, step: Step) -> Iterator[Line]:
        yield Line(f"{number}. {RULES[step.rule]}")
        lines = self._without(step.dropped) if step.dropped else self.sum(step.marked or step.after)
        yield from (line.deeper() for line in lines)

    def _omissions(self, spec: Spec, written: WrittenTerm) -> Iterator[Line]:
        for why, terms in left_out(spec, written).items():
            yield Line(f"{RULES[why]}:")
            yield from (line.deeper() for line in self._without(terms))

    def _without(self, terms: Terms) -> Iterator[Line]:
        for line in self.sum(terms):
            without = replace(line, text=f"without {line.text}", formula=rf"\text{{without }} {line.formula}")
            yield without if line.formula else line


def explain(spec: Spec, *, unfold: bool | None = None, steps: bool = False) -> str:
    """The derivation of a spec's objective, for complete data, as text.

    Arguments:
        spec: a checked spec.
        unfold: whether every term is written out; unless it is said, sums over three views and more are folded.
        steps: whether every written term is derived rule by rule.
    """
    return plain(Account(spec, unfold, steps).report)


def _with_formula(line: Line, word: str) -> Line:
    """A line; that of a route's rule as mathematics, too."""
    return (
        replace(line, formula=RULE_FORMULAS[word]) if line.text.startswith("rule:") and word in RULE_FORMULAS else line
    )


def _texts(title: str, texts: Iterable[str]) -> Section:
    return Section(title, tuple(prose(texts)))


def head(spec: Spec) -> list[str]:
    """What a model is called, and where it comes from."""
    return [spec.name, *([" · ".join(spec.about.facts)] if spec.about.facts else [])]


def _generative(spec: Spec) -> Iterator[Line]:
    yield Line(joint_density(spec), joint(spec))
    lines = [*map(discrete_line, spec.discretes), *map(latent_line, spec.latents)]
    lines += [view_line(spec, v) for v in spec.view_names]
    lines += [_open(spec.open_views, len(spec.views))] if spec.open_views is not None else []
    yield from prose([*lines, *(f"param {name} = {inline(value)}" for name, value in spec.params.items())])


def _open(found: OpenViews, shown: int) -> str:
    """How many views the data may have, or what is still open where that is settled."""
    if found.least == found.most:
        return "(the data say what the views are called)"
    allowed = f"{found.least} or more" if found.most is None else f"{found.least} to {found.most}"
    return f"(the views are open: {allowed} of them; shown for {shown})"


def _posterior(spec: Spec) -> Iterator[Line]:
    yield Line(MIXTURES[spec.mixture])
    yield from prose(line for rule in spec.posteriors for line in posterior_lines(spec, rule))
    rows, more = evidence_rows(spec)
    for views, draws in rows:
        text = f"S = {views_text(views)}: {', '.join(map(str, draws))}"
        yield Line(text, drawn_from(spec, views, [d for d in draws if isinstance(d, Draw)], len(draws)))
    yield from prose([f"and {more:,} sets more"] if more else [])


def written_terms(spec: Spec) -> list[tuple[WrittenTerm, str]]:
    """The terms as they are written, each with its line, sign first."""
    return [(t, f"+ {term_line(t)}") for t in spec.maximize] + [(t, f"- {term_line(t)}") for t in spec.minimize]


def _random(spec: Spec, written: WrittenTerm) -> list[str]:
    if not random_parts(written):
        return []
    sets = random_subsets(frozenset(spec.scored_views))
    drawn_from = (
        ", ".join(map(views_text, sets[:MOST_SETS])) or "there is none for so few views, and the route is empty"
    )
    more = f" and {len(sets) - MOST_SETS} more" if len(sets) > MOST_SETS else ""
    return [f"the evidence is drawn anew in every step, all sets of 2 to M - 1 views alike: {drawn_from}{more}"]
