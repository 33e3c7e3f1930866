"""A sum of terms for every number of views."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Atom
from mvgraph.objective.difference.sums import normal
from mvgraph.objective.folding.folded import fold
from mvgraph.objective.folding.folding import Folder
from mvgraph.objective.folding.pieces import Piece
from mvgraph.objective.folding.renaming import Universe, universe
from mvgraph.objective.plates.lifting import SIZES, Anything, Lifting, settled
from mvgraph.objective.plates.space import IrregularError, Space
from mvgraph.objective.text import order
from mvgraph.spec.model import Spec

Terms = tuple[tuple[Expr, Atom], ...]
STARTS = (3, 4)  # where sums begin to be regular: with two views special cases are the only ones
MOST = 14  # views of a spec that is derived for this
MOST_OF_SETS = 9  # where there are terms for every set of views


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
        replace(
            p,
            coefficient=settled(p.coefficient, number),
            value=settled(p.value, number),
            ranges=settled(p.ranges, number),
        )
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
            IrregularError: it is not regular, with the reason.
        """
        reasons = []
        for start in STARTS:
            try:
                counts = self._counts(start)
                self._lifted(counts[:2], Lifting(Anything(), Anything()))  # a few views tell what is hopeless
                pieces = self._lifted(counts, Lifting(self.space, SIZES))
                return Uniform(pieces, counts, self._since(pieces, start))
            except IrregularError as error:
                reasons.append(error)
        raise reasons[0]

    def _counts(self, start: int) -> tuple[int, ...]:
        """As many numbers of views as decide."""
        found = next((c for c in _windows(start, self._most) if self.space.decided_by(c)), None)
        if found is None:
            raise IrregularError(f"more than {self._most} views would have to be looked at")
        return found

    @property
    def _most(self) -> int:
        return MOST_OF_SETS if self.space.parts else MOST

    def _lifted(self, counts: Sequence[int], lifting: Lifting) -> tuple[Piece, ...]:
        folders = {m: Folder(universe(self.spec(m))) for m in counts}
        found = {m: fold(self.terms(m), self.spec(m), folders[m]).pieces for m in counts}
        universes, inner = ({m: getattr(f, name) for m, f in folders.items()} for name in ("universe", "written"))
        return replace(lifting, universes=universes, inner=inner).pieces(found)

    def _since(self, pieces: Sequence[Piece], start: int) -> int:
        """From how many views on the formula holds: small numbers are tried one by one."""
        since = start
        while since > self.least and self._holds(pieces, since - 1):
            since -= 1
        return since

    def _holds(self, pieces: Sequence[Piece], number: int) -> bool:
        given = tuple((normal(c), a) for c, a in self.terms(number))
        return written_out(pieces, universe(self.spec(number))) == tuple(sorted(given, key=order))


def _windows(start: int, most: int) -> Iterator[tuple[int, ...]]:
    fewest = 4  # sizes of lists are told apart by three numbers, and checked by a fourth
    return (tuple(range(start, stop)) for stop in range(start + fewest, most + 2))
