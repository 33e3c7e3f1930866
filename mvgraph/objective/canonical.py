"""The canonical objective: a finite sum of coefficient · atom, with flags and the truth about bounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import sympy

from mvgraph.language.expr import Expr, symbol
from mvgraph.language.table import Table
from mvgraph.objective import latex
from mvgraph.objective.atoms import Atom, LogMeanExp
from mvgraph.objective.bounds import Verdict, judge, together
from mvgraph.objective.deriving import expand, expand_drawn
from mvgraph.objective.evidence import random_parts, random_subsets
from mvgraph.objective.flags import flags
from mvgraph.objective.notation import notation
from mvgraph.objective.routes import inner
from mvgraph.objective.terms import Term
from mvgraph.objective.text import order, signed, signed_sum
from mvgraph.spec.model import Spec, Value
from mvgraph.spec.terms import WrittenTerm


@dataclass(frozen=True)
class Objective:
    """Σ cᵢ · atomᵢ, to be maximised.

    Arguments:
        terms: coefficients (sympy) and atoms, in canonical order.
        flags: what keeps the objective from being the plain evidence bound, in words.
        verdict: whether it is a lower bound of log p(X), and why (not).
        spec: what it was derived from.
        phases: the objectives of the phases, by their names; `terms` are then those of their sum.
        derived: the terms as the rules gave them, before like ones were added.
        drawn: the same for random evidence, each with the probability of its set.
    """

    terms: tuple[tuple[Expr, Atom], ...]
    flags: tuple[str, ...]
    verdict: Verdict
    spec: Spec = field(compare=False, repr=False)
    phases: Table[Objective] = field(default_factory=Table)
    derived: tuple[Term, ...] = field(default=(), compare=False, repr=False)
    drawn: tuple[tuple[Expr, Term], ...] = field(default=(), compare=False, repr=False)

    @property
    def is_bound(self) -> bool:
        """True where the objective is proven a lower bound of n · log p(X)."""
        return self.verdict.holds

    def of(self, written: WrittenTerm) -> tuple[tuple[Expr, Atom], ...]:
        """What one written term gives, in canonical form."""
        drawn = (pair for pair in self.drawn if pair[1].scope.term is written)
        return _added((t for t in self.derived if t.scope.term is written), drawn)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Each term as text, sign first."""
        return tuple(signed(c, a) for c, a in self.terms)

    @property
    def formulas(self) -> tuple[str, ...]:
        """Each term as LaTeX, sign first, in the order of `lines`."""
        names = notation(self.spec)
        return tuple(latex.signed(names, c, a) for c, a in self.terms)

    def latex(self) -> str:
        r"""The whole as an `aligned` environment of LaTeX (`amsmath`, `amssymb`), phases and flags included.

        >>> from mvgraph.spec.reading import load
        >>> print(derive(load("dvcca")).latex())
        \begin{aligned}
        \mathcal{L} ={} & + \mathbb{E}_{z \sim q(z \mid x_{1})}\bigl[\log p(x_{1} \mid z)\bigr] \\
        & + \mathbb{E}_{z \sim q(z \mid x_{1})}\bigl[\log p(x_{2} \mid z)\bigr] \\
        & - \beta \, \mathrm{KL}\bigl(q(z \mid x_{1}) \,\|\, p(z)\bigr)
        \end{aligned}
        """
        parts = {name: one.formulas for name, one in self.phases.items()} or {"": self.formulas}
        return latex.aligned(parts, self.flags)

    def substitute(self, values: Mapping[str, float | int | str]) -> Objective:
        """The objective with params (`beta`, `lam_image`) replaced by numbers, like terms merged and zeros dropped.

        A number may be a text such as `5/6`. The verdict is that of the spec with these numbers.
        """
        chosen = {symbol(k): sympy.Rational(str(v)) for k, v in values.items()}
        spec = replace(self.spec, params=_params(self.spec, values))
        terms = merged(_chosen(c, a, chosen) for c, a in self.terms)
        phases = Table({name: one.substitute(values) for name, one in self.phases.items()})
        return replace(self, terms=terms, verdict=_verdict(spec, phases, self.derived), spec=spec, phases=phases)

    def __str__(self) -> str:
        phases = [text for n, o in self.phases.items() for text in (f"phase {n}", *(f"  {line}" for line in o.lines))]
        return "\n".join([*(phases or self.lines), *(f"! {f}" for f in self.flags)])


def derive(spec: Spec) -> Objective:
    """The canonical objective of a spec, for complete data: of every phase, and of their sum, where it has phases.

    Random evidence is shown in expectation: k/C for each of the C sets it may be.
    """
    derived, drawn = tuple(expand(spec)), tuple(_random(spec))
    phases = Table({name: derive(one) for name, one in spec.by_phase.items()})
    verdict = _verdict(spec, phases, derived)
    return Objective(_added(derived, drawn), flags(spec, derived), verdict, spec, phases, derived, drawn)


def terms_of(spec: Spec) -> tuple[tuple[Expr, Atom], ...]:
    """The terms of the canonical objective of a spec alone, without what can be said about them."""
    return _added(expand(spec), _random(spec))


def _added(derived: Iterable[Term], drawn: Iterable[tuple[Expr, Term]]) -> tuple[tuple[Expr, Atom], ...]:
    weighted = [(t.weight, t.atom) for t in derived if not t.drawn]
    return merged([*weighted, *((share * t.weight, t.atom) for share, t in drawn)])


def _verdict(spec: Spec, phases: Mapping[str, Objective], derived: Sequence[Term]) -> Verdict:
    return together({name: one.verdict for name, one in phases.items()}) if phases else judge(spec, derived)


def _params(spec: Spec, values: Mapping[str, float | int | str]) -> Table[Value]:
    """The params of a spec with some numbers, or some numbers of a table, replaced."""
    params = dict(spec.params)
    tables = {f"{n}_{v}": (n, v) for n, t in spec.params.items() if isinstance(t, Mapping) for v in t}
    for name, text in values.items():
        number = float(Fraction(str(text)))
        table, view = tables.get(name, (name, ""))
        own = params.get(table)
        params[table] = Table({**own, view: number}) if isinstance(own, Mapping) and view else number
    return Table(params)


def _chosen(coefficient: Expr, atom: Atom, values: Mapping[Expr, Expr]) -> tuple[Expr, Atom]:
    """A term with symbols replaced, inside a log-mean-exp too."""
    if isinstance(atom, LogMeanExp):
        scores = [tuple((c.subs(values), a) for c, a in p.scores) for p in atom.parts]
        ratios = [tuple((c.subs(values), a) for c, a in p.ratios) for p in atom.parts]
        both = zip(atom.parts, scores, ratios, strict=True)
        parts = tuple(
            replace(p, scores=tuple(x for x in s if x[0] != 0), ratios=tuple(x for x in r if x[0] != 0))
            for p, s, r in both
        )
        atom = replace(atom, parts=parts, text=signed_sum(inner(parts), separator=" "))
    return coefficient.subs(values), atom


def _random(spec: Spec) -> Iterable[tuple[Expr, Term]]:
    """The terms of random evidence, k/C for each of the C sets that it may be."""
    choices = random_subsets(frozenset(spec.scored_views)) if any(map(random_parts, _written(spec))) else []
    for chosen in choices:
        yield from ((t.count / len(choices), t) for t in expand_drawn(spec, chosen))


def _written(spec: Spec) -> tuple[WrittenTerm, ...]:
    return (*spec.maximize, *spec.minimize)


def merged(terms: Iterable[tuple[Expr, Atom]]) -> tuple[tuple[Expr, Atom], ...]:
    """Like atoms added (R7), zeros dropped (R2), canonical order."""
    sums: dict[Atom, Expr] = defaultdict(lambda: sympy.Integer(0))
    for coefficient, atom in terms:
        sums[atom] += coefficient
    expanded = [(sympy.expand(c), a) for a, c in sums.items()]
    return tuple(sorted(((c, a) for c, a in expanded if c != 0), key=order))
