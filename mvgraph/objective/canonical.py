"""The canonical objective: a finite sum of coefficient · atom, with flags and the truth about bounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Atom
from mvgraph.objective.bounds import Verdict, judge
from mvgraph.objective.deriving import expand
from mvgraph.objective.evidence import random_subsets
from mvgraph.objective.flags import flags
from mvgraph.objective.terms import Term
from mvgraph.objective.text import order, signed
from mvgraph.spec.model import Spec


@dataclass(frozen=True)
class Objective:
    """Σ cᵢ · atomᵢ, to be maximised.

    Arguments:
        terms: coefficients (sympy) and atoms, in canonical order.
        flags: what keeps the objective from being the plain evidence bound, in words.
        verdict: whether it is a lower bound of log p(X), and why (not).
    """

    terms: tuple[tuple[Expr, Atom], ...]
    flags: tuple[str, ...]
    verdict: Verdict

    @property
    def is_bound(self) -> bool:
        """True where the objective is proven a lower bound of n · log p(X)."""
        return self.verdict.holds

    @property
    def lines(self) -> tuple[str, ...]:
        """Each term as text, sign first."""
        return tuple(signed(c, a) for c, a in self.terms)

    def substitute(self, values: dict[str, float | int | str]) -> Objective:
        """The objective with params replaced by numbers, like terms merged and zeros dropped."""
        chosen = {sympy.Symbol(k, real=True): sympy.Rational(str(v)) for k, v in values.items()}
        return Objective(_merge((c.subs(chosen), a) for c, a in self.terms), self.flags, self.verdict)

    def __str__(self) -> str:
        return "\n".join([*self.lines, *(f"! {f}" for f in self.flags)])


def derive(spec: Spec) -> Objective:
    """The canonical objective of a spec, for complete data.

    Random evidence is shown in expectation: k/C for each of the C sets it may be.
    """
    terms = [t for t in expand(spec) if not t.drawn]
    weighted = [(_coefficient(t), t.atom) for t in terms]
    return Objective(_merge([*weighted, *_random(spec)]), flags(spec), judge(spec))


def _random(spec: Spec) -> Iterable[tuple[Expr, Atom]]:
    views = frozenset(spec.view_names)
    texts = [text for written in (*spec.maximize, *spec.minimize) for text in written.for_.values()]
    choices = random_subsets(views) if any("random" in text for text in texts) else []
    for chosen in choices:
        for term in expand(spec, views, {1: chosen}):
            if term.drawn == 1:
                yield _coefficient(term) * term.count / len(choices), term.atom


def _coefficient(term: Term) -> Expr:
    share = sympy.Rational(term.share.numerator, term.share.denominator)
    return share * term.coefficient


def _merge(terms: Iterable[tuple[Expr, Atom]]) -> tuple[tuple[Expr, Atom], ...]:
    """Like atoms added (R7), zeros dropped (R2), canonical order."""
    sums: dict[Atom, Expr] = defaultdict(lambda: sympy.Integer(0))
    for coefficient, atom in terms:
        sums[atom] += coefficient
    expanded = [(sympy.expand(c), a) for a, c in sums.items()]
    return tuple(sorted(((c, a) for c, a in expanded if c != 0), key=order))
