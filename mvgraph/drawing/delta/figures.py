"""Two objectives as numbers, in parts that every form of them is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mvgraph.objective.atoms import Atom
from mvgraph.objective.difference.numbers import Contrast, Line, Number, shown

HEAD = ("A", "B", "B − A", "share")
ABOUT = "A value is a mean over the rows, ± the standard error that the draws of the noise leave it with."


@dataclass(frozen=True)
class Figure:
    """One term, or the sum of all, as numbers.

    Arguments:
        atom: the term as LaTeX; nothing for the sum.
        numbers: in A, in B, and B − A: each a mean and its standard error.
        share: of the term in B − A.
        bar: B − A as a part of the largest one of all terms, between −1 and 1.
        error: its standard error, in the same measure.
    """

    atom: str
    numbers: tuple[tuple[str, str], ...]
    share: str
    bar: float
    error: float


@dataclass(frozen=True)
class Figures:
    """All terms, the largest difference first; their sum last.

    Arguments:
        about: with which networks, on which rows, and what a number is.
        rows: the terms and their sum.
    """

    about: str
    rows: tuple[Figure, ...]


def figures(numbers: Contrast, typeset: Callable[[Atom], str]) -> Figures:
    """What is said of two objectives as numbers.

    Arguments:
        numbers: the terms of both.
        typeset: an atom as LaTeX.
    """
    lines = (*numbers.lines, numbers.total)
    most = max(abs(line.gap[0]) for line in lines) or 1.0
    return Figures(f"{'; '.join(numbers.about)}. {ABOUT}", tuple(_figure(line, most, typeset) for line in lines))


def _figure(line: Line, most: float, typeset: Callable[[Atom], str]) -> Figure:
    numbers = tuple(map(_shown, (line.a, line.b, line.gap)))
    atom = typeset(line.atom) if line.atom is not None else ""
    return Figure(atom, numbers, line.percent, line.gap[0] / most, line.gap[1] / most)


def _shown(number: Number) -> tuple[str, str]:
    return shown(number[0]), shown(number[1])
