"""The objective of a spec for every number of views, derived with bound indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Atom
from mvgraph.objective.derivation.indices import Indices
from mvgraph.objective.derivation.letters import written
from mvgraph.objective.derivation.rules import lifted, named_views
from mvgraph.objective.derivation.sums import BoundTerm, added, together
from mvgraph.objective.folding.pieces import Piece
from mvgraph.objective.folding.renaming import Universe, universe
from mvgraph.objective.plates.uniform import written_out
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import WrittenTerm


@dataclass(frozen=True)
class LiftedObjective:
    """Σ over cases of weight · atom, with indices for views and for sets of views: one value for all numbers of views.

    >>> from mvgraph.spec.reading import load
    >>> for line in derive_lifted(load("mopoe")).lines:
    ...     print(line)
    + 1/(2**M - 1) Σ_m E[log p(x.m|z); z~PoE[p(z)·Π_{n∈V} q(z|n)]]
    + 1/(2**M - 1) Σ_{S≠V} Σ_m E[log p(x.m|z); z~PoE[Π_{n∈S} q(z|n)]]
    - beta/(2**M - 1) KL(PoE[p(z)·Π_{m∈V} q(z|m)] || p(z))
    - beta/(2**M - 1) Σ_{S≠V} KL(PoE[Π_{m∈S} q(z|m)] || p(z))

    Arguments:
        sums: the weight of each case, the cases as fine as they are derived.
        spec: whose objective it is, at some number of views.
    """

    sums: dict[BoundTerm, Expr]
    spec: Spec

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The terms in their shortest form, in canonical order; indices have letters."""
        named, views = named_views(self.spec), universe(self.spec)
        taken = {*(views.taken - {*views.views}), *named}
        return tuple(written(together(self.sums, named), taken))

    @property
    def lines(self) -> tuple[str, ...]:
        """Each term as text, sign first."""
        return tuple(map(str, self.pieces))

    def at(self, views: Universe) -> tuple[tuple[Expr, Atom], ...]:
        """The terms for some views, written out, in canonical order."""
        return written_out(self.pieces, views)


def derive_lifted(spec: Spec, terms: Sequence[WrittenTerm] | None = None) -> LiftedObjective:
    """The objective of a spec for every number of views, all of them observed; the cost does not depend on that number.

    Arguments:
        spec: a checked spec; how many views it has does not matter, but which of them it names does.
        terms: some of its written terms, instead of all.

    Raises:
        IrregularError: it is not one formula for all numbers of views: views have params of their own, or two sums over
            sets of views stand inside each other.
    """
    indices = Indices(named_views(spec), conditions=tuple(spec.conditioned.values()))
    parts = tuple(spec.by_phase.values()) if spec.phases else (spec,)
    derived = (
        term
        for part in parts
        for written_term in (*part.maximize, *part.minimize)
        if terms is None or any(written_term is t for t in terms)
        for term in lifted(part, written_term, indices)
    )
    return LiftedObjective(added(derived), spec)
