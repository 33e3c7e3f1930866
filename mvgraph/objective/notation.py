"""Names and distributions of the objective as LaTeX: the same names that its text has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy

from mvgraph.language.expr import Expr
from mvgraph.language.symbols import fraction, latex, upright, weighted
from mvgraph.language.table import Table
from mvgraph.objective.atoms import Draw
from mvgraph.objective.keys import (
    Auxiliary,
    Centered,
    Empirical,
    Expert,
    Fused,
    Joint,
    Key,
    Marginalised,
    Mixture,
    Pool,
    Pooled,
    Prior,
    Ref,
    Standard,
)
from mvgraph.objective.ranges import ALL, Each, count
from mvgraph.spec.graphs import data_names
from mvgraph.spec.model import Spec
from mvgraph.vocab.center.mixture import MixtureCenter

STANDARD = r"\mathcal{N}(0, I)"


@dataclass(frozen=True)
class Notation:
    """How a spec's names are written.

    Arguments:
        data: the node of each view's datum; `x.m` for a view that is not listed.
        number: of a draw among several, as a superscript of latents; nothing where there is one.
    """

    data: Mapping[str, str] = field(default_factory=Table)
    number: str = ""

    def name(self, ref: Ref) -> str:
        """A node that is not drawn."""
        return latex(str(ref))

    def latent(self, ref: Ref) -> str:
        """A latent, with the number of its draw."""
        return self.name(ref) + (f"^{{({self.number})}}" if self.number else "")

    def datum(self, view: str | Each) -> str:
        """The datum of a view, or the data of several."""
        if isinstance(view, Each):
            return "X" if view.within == ALL else f"X_{{{view.within}}}"
        return latex(self.data.get(view, f"x.{view}"))

    def key(self, key: Key | Mixture | Pool | Centered | Each) -> str:
        """A distribution."""
        return KEYS[type(key)](self, key)

    def draw(self, draw: Draw | Each) -> str:
        """A latent and what it is drawn from; several of each view where they are folded."""
        if isinstance(draw, Each):
            return listing(self.draw(draw.item), draw)
        return rf"{self.latent(draw.ref)} \sim {self.key(draw.key)}"

    def draws(self, draws: Iterable[Draw]) -> tuple[str, ...]:
        """Several draws, each once."""
        return tuple(dict.fromkeys(map(self.draw, draws)))


def listing(part: str, each: Each) -> str:
    """A part of a list for each value of some indices."""
    return rf"{part} : {each.latex}"


def with_causes(draws: Iterable[Draw]) -> tuple[Draw, ...]:
    """Draws, then those that they are made from."""
    named = tuple(draws)
    return (*named, *(d for one in named for d in one.whole))


_NUMBER = re.compile(r"\d+(/\w+)?")


def notation(spec: Spec) -> Notation:
    """The notation of a spec."""
    return Notation(Table(dict(zip(spec.view_names, data_names(spec), strict=True))))


def formula(expr: Expr, name: Callable[[str], str] = latex) -> str:
    r"""A weight, its params called as `name` says.

    >>> from mvgraph.language.expr import Formula
    >>> formula(Formula("lam_image/3").expr)
    '\\frac{\\lambda_{\\mathrm{image}}}{3}'
    """
    return str(sympy.latex(expr, symbol_names={s: name(s.name) for s in expr.free_symbols}))


def factor(expr: Expr) -> str:
    """A weight before what it weighs: in brackets where it is a sum, nothing where it is one."""
    bracketed = rf"\left({formula(expr)}\right)" if expr.is_Add else formula(expr)
    return "" if expr == 1 else rf"{bracketed} \, "


def density(letter: str, of: str, given: Iterable[str] = ()) -> str:
    r"""A density.

    >>> density("q", "z", ["x_{1}"])
    'q(z \\mid x_{1})'
    """
    behind = ", ".join(given)
    return rf"{letter}({of} \mid {behind})" if behind else f"{letter}({of})"


def _prior(notation: Notation, key: Prior) -> str:
    given = (*map(notation.latent, key.given), *map(notation.name, key.fixed))
    return density("p", notation.latent(key.ref), given)


def _standard(_: Notation, __: Standard) -> str:
    return STANDARD


def _marginalised(notation: Notation, key: Marginalised) -> str:
    over = latex(key.over)
    return rf"\textstyle\sum_{{{over}}} p({over}) \, {density('p', notation.latent(key.ref), [over])}"


def _empirical(notation: Notation, key: Empirical) -> str:
    return density("h", notation.latent(key.ref), ["X"])


def _auxiliary(notation: Notation, key: Auxiliary) -> str:
    return density("r", notation.latent(key.ref))


def _expert(notation: Notation, key: Expert) -> str:
    return density("q", notation.latent(key.ref), [notation.datum(key.view)])


def _joint(notation: Notation, key: Joint) -> str:
    return density(r"q_{\mathrm{J}}", notation.latent(key.ref), map(notation.datum, key.views))


def _each(notation: Notation, key: Each) -> str:
    part = notation.key(key.item)
    return rf"\prod_{{{key.latex}}} {part}" if key.product else listing(part, key)


def _summed(notation: Notation, part: Any) -> str:
    """A part of a mean, or the sum of those for each value of some indices."""
    if isinstance(part, Each):
        return rf"\sum_{{{part.latex}}} {_summed(notation, part.item)}"
    return r" \, ".join(map(notation.key, part)) if isinstance(part, tuple) else notation.key(part)


def _read(notation: Notation, ref: Ref | Each) -> str:
    if isinstance(ref, Each):
        return listing(_read(notation, ref.item), ref)
    return rf"\mathrm{{sg}}({notation.latent(ref)})"


def _pooled(notation: Notation, key: Pooled) -> str:
    read = [_read(notation, r) for r in key.reads]
    return density(r"q_{\mathrm{Pool}}", notation.latent(key.ref), read or map(notation.datum, key.views))


def _fused(notation: Notation, key: Fused) -> str:
    exponents = [f"^{{{fraction(e) if _NUMBER.fullmatch(e) else latex(e)}}}" for e in map(str, key.exponents)] or [
        ""
    ] * len(key.members)
    members = [notation.key(m) + e for m, e in zip(key.members, exponents, strict=True)]
    product = r" \cdot ".join(members)
    return f"{upright(key.rule)}[{product}]"


def _mixture(notation: Notation, key: Mixture) -> str:
    return weighted(key.weights, [_summed(notation, part) for part in key.parts])


def _pool(notation: Notation, key: Pool) -> str:
    members, number = [_summed(notation, m) for m in key.members], sympy.sympify(count(key.members))
    each = sympy.expand((1 - key.standard) / number)
    if key.standard == 0:
        return weighted([str(1 / number)] * len(members), members)
    return " + ".join([factor(key.standard) + STANDARD, *(factor(each) + m for m in members if each != 0)])


def _centered(notation: Notation, key: Centered) -> str:
    parts = _summed if isinstance(key.rule, MixtureCenter) else Notation.key
    return key.rule.latex(str(1 / sympy.sympify(count(key.members))), [parts(notation, m) for m in key.members])


KEYS: dict[type, Callable[[Notation, Any], str]] = {
    Prior: _prior,
    Standard: _standard,
    Marginalised: _marginalised,
    Empirical: _empirical,
    Auxiliary: _auxiliary,
    Expert: _expert,
    Joint: _joint,
    Pooled: _pooled,
    Fused: _fused,
    Mixture: _mixture,
    Pool: _pool,
    Centered: _centered,
    Each: _each,
}
