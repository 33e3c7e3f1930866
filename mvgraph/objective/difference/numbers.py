"""Two objectives as numbers: what every term contributes to both, and to what sets them apart."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from mvgraph.objective.atoms import Atom

Number = tuple[float, float]  # a mean, and its standard error
DIGITS = 4


@dataclass(frozen=True)
class Line:
    """One term in both objectives.

    Arguments:
        term: the atom, as text.
        a, b: what it contributes to each of them, a mean over rows and its standard error; 0 where it is not there.
        gap: B − A, of the same rows and noise.
        share: of this term in B − A; NaN where there is none.
        atom: the term; None for the sum of all.
    """

    term: str
    a: Number
    b: Number
    gap: Number
    share: float
    atom: Atom | None = field(default=None, compare=False, repr=False)

    @property
    def percent(self) -> str:
        """The share in words; nothing where there is none."""
        return "" if math.isnan(self.share) else f"{round(self.share, 2) + 0.0:.0%}"

    def to_json(self) -> dict[str, Any]:
        """The line as plain data, each number with its standard error."""
        share = None if math.isnan(self.share) else self.share
        return {"term": self.term, "a": list(self.a), "b": list(self.b), "gap": list(self.gap), "share": share}


@dataclass(frozen=True)
class Contrast:
    """Two objectives as numbers.

    Arguments:
        lines: their terms, the largest difference first.
        total: their sums.
        about: with which networks, on which rows.
    """

    lines: tuple[Line, ...]
    total: Line
    about: tuple[str, ...] = ()

    def __str__(self) -> str:
        rows = [("A", "", "B", "", "B - A", "", "share", ""), *map(_row, (*self.lines, self.total))]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
        return "\n".join("  ".join([*map(str.rjust, row[:-1], widths), row[-1]]).rstrip() for row in rows)

    def to_json(self) -> dict[str, Any]:
        """Every term, their sum, and what they are about, as plain data."""
        return {"about": list(self.about), "terms": [x.to_json() for x in self.lines], "sum": self.total.to_json()}


def shown(number: float) -> str:
    """A number in print.

    >>> shown(1.5), shown(-0.00001)
    ('1.5000', '0.0000')
    """
    return f"{round(number, DIGITS) + 0.0:.{DIGITS}f}"


def _row(line: Line) -> tuple[str, ...]:
    numbers = [text for mean, error in (line.a, line.b, line.gap) for text in (shown(mean), f"+- {shown(error)}")]
    return (*numbers, line.percent, line.term)


def contrasted(lines: Iterable[Line], total: Line, about: Iterable[str]) -> Contrast:
    """Lines and their sum, the largest difference first."""
    return Contrast(tuple(sorted(lines, key=lambda line: -abs(line.gap[0]))), total, tuple(about))
