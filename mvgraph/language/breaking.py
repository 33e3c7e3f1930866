"""Long formulas on several lines, as one would break them by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from mvgraph.language.measuring import Piece, pieces

WIDTH = 31.0  # em: the lines of an article in LaTeX, and somewhat less than those of a page on the web
BREAK = r" \\ "  # between lines
INDENT = r"\qquad "  # before what goes on
INDENTED = 2.0  # em
WIDEST = 0.55  # em that a letter of the source takes at most, or nearly so
FULL = 0.4  # how far a line is filled, if it can be
_BEFORE = {"=": -1.0, r"\propto": -1.0, "+": 0.0, "-": 0.0, r"\|": 0.0, r"\cdot": 0.3}  # how bad a break is there
_AFTER = {r"\quad": -0.5, ";": 0.0, ",": 0.2, r"\;": 0.2, r"\,": 0.6}
_SPACES = re.compile(r"^(?:\\[,;:]|\\quad|\s)+|(?:\\[,;:]|\\quad|\s)+$")


def broken(formula: str, most: float = WIDTH) -> list[str]:
    r"""The lines of a formula, those after the first further in.

    >>> broken("a + b", 10), broken("a = b + c + d", 6)
    (['a + b'], ['a = b + c', '\\qquad + d'])

    Arguments:
        formula: LaTeX that stands on lines of its own.
        most: how wide a line may be, in em, where it can be broken.
    """
    if WIDEST * len(formula) <= most:
        return [formula]
    first, *rest = _lines(pieces(formula), most)
    return [first, *(INDENT + line for line in rest)]


def stacked(formula: str, most: float = WIDTH, at: str = "") -> str:
    r"""A formula with its lines one below the other, where one will not do.

    >>> stacked("a = b", 10), stacked("a = b + c + d", 6, "t")
    ('a = b', '\\begin{aligned}[t] & a = b + c \\\\ & \\qquad + d \\end{aligned}')

    Arguments:
        formula: LaTeX.
        most: how wide a line may be, in em.
        at: which line stands beside what is around it: `t`, `b`, or the middle.
    """
    lines = broken(formula, most)
    if len(lines) == 1:
        return lines[0]
    placed = f"[{at}]" if at else ""
    return rf"\begin{{aligned}}{placed} & {f'{BREAK}& '.join(lines)} \end{{aligned}}"


def _lines(row: Sequence[Piece], most: float) -> Iterator[str]:
    room = most
    while sum(p.width for p in row) > room and (cut := _cut(row, room)):
        yield _written(row[:cut])
        row, room = row[cut:], most - INDENTED
    yield _written(row)


def _written(row: Sequence[Piece]) -> str:
    return _SPACES.sub("", "".join(p.source for p in row))


def _cut(row: Sequence[Piece], room: float) -> int:
    """Where a line that is too long ends: outside brackets rather than inside, and late; 0 where it cannot."""
    filled = list(accumulate(p.width for p in row))
    depth = list(accumulate(p.opens for p in row))
    places = [(n, depth[n - 1] + bad) for n in range(1, len(row)) if (bad := _badness(row, n)) is not None]
    fitting = [(n, bad) for n, bad in places if filled[n - 1] <= room]
    full = [(n, bad) for n, bad in fitting if filled[n - 1] >= FULL * room]
    best = min(full or fitting, key=lambda place: (place[1], -place[0]), default=None)
    return best[0] if best else next((n for n, _ in places), 0)


def _badness(row: Sequence[Piece], n: int) -> float | None:
    """How bad a break before a piece is; none where there may be none."""
    before, after = row[n - 1], row[n]
    if before.opens > 0 or after.opens < 0 or after.bare in _AFTER:
        return None
    if after.bare in _BEFORE:
        return None if before.bare in _BEFORE else _BEFORE[after.bare]
    beside = {p.bare for p in row[max(n - 2, 0) : n + 1]}
    return None if before.bare == r"\," and r"\|" in beside else _AFTER.get(before.bare)
