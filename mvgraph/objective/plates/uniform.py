"""A sum of terms for every number of views."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Atom
from mvgraph.objective.difference.sums import normal
from mvgraph.objective.folding.folded import fold
from mvgraph.objective.folding.folding import Folder
from mvgraph.objective.folding.pieces import Piece
from mvgraph.objective.folding.renaming import Universe, universe
from mvgraph.objective.plates.lifting import Lifting, settled
from mvgraph.objective.plates.space import Irregular, Space
from mvgraph.objective.text import order
from mvgraph.spec.model import Spec

Terms = tuple[tuple[Expr, Atom], ...]
STARTS = (3, 4, 5)  # where sums begin to be regular: with two views, or three, special cases are the only ones
MOST = 9  # views of a spec that is derived for this


@dataclass(frozen=True)
class Uniform:
    """Σ over pieces, whose coefficients are formulas in M.

    Arguments:
        pieces: terms under index sets.
        counts: the numbers of views at which the terms were derived, and which decide what they are.
        since: the least number of views that it holds for.
    """

    pieces: tuple[Piece, ...]
    counts: tuple[int, ...]
    since: int

    def at(self, views: Universe) -> Terms:
        """The terms for some views."""
        return written_out(self.pieces, views)


def written_out(pieces: Sequence[Piece], views: Universe) -> Terms:
    """Terms under index sets, for some views."""
    number = len(views.views)
    found = [
        replace(p, coefficient=settled(p.coefficient, number), value=settled(p.value, number), ranges=settled(p.ranges, number))
        for p in pieces
    ]
    terms = ((normal(c), a) for piece in found for c, a in piece.unfolded(views))
    return tuple(sorted(((c, a) for c, a in terms if c != 0), key=order))


@dataclass(frozen=True)
class Sums:
    """A sum of terms as a function of the views: what is to be one formula.

    Arguments:
        spec: whose views they are, for each number of them.
        terms: the sum at a spec.
        space: what its coefficients can be.
        least: the least number of views.
    """

    spec: Callable[[int], Spec]
    terms: Callable[[int], Sequence[tuple[Expr, Atom]]]
    space: Space
    least: int = 2

    @property
    def uniform(self) -> Uniform:
        """The sum for every number of views.

        Raises:
            Irregular: it is not regular, with the reason for large numbers of views.
        """
        for start in STARTS:
            try:
                counts = self._counts(start)
                pieces = self._lifted(counts)
                return Uniform(pieces, counts, self._since(pieces, start))
            except Irregular as error:
                reason = error
        raise reason

    def _counts(self, start: int) -> tuple[int, ...]:
        """As many numbers of views as decide."""
        found = next((c for c in _windows(start) if self.space.decided_by(c)), None)
        if found is None:
            raise Irregular(f"more than {MOST} views would have to be looked at")
        return found

    def _lifted(self, counts: Sequence[int]) -> tuple[Piece, ...]:
        folders = {m: Folder(universe(self.spec(m))) for m in counts}
        found = {m: fold(self.terms(m), self.spec(m), folders[m]).pieces for m in counts}
        universes, inner = ({m: getattr(f, name) for m, f in folders.items()} for name in ("universe", "written"))
        return Lifting(self.space, universes, inner).pieces(found)

    def _since(self, pieces: Sequence[Piece], start: int) -> int:
        """From how many views on the formula holds: small numbers are tried one by one."""
        since = start
        while since > self.least and self._holds(pieces, since - 1):
            since -= 1
        return since

    def _holds(self, pieces: Sequence[Piece], number: int) -> bool:
        given = tuple((normal(c), a) for c, a in self.terms(number))
        return written_out(pieces, universe(self.spec(number))) == tuple(sorted(given, key=order))


def _windows(start: int) -> Iterator[tuple[int, ...]]:
    fewest = 4  # sizes of lists are told apart by three numbers, and checked by a fourth
    return (tuple(range(start, stop)) for stop in range(start + fewest, MOST + 2))
