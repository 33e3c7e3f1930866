"""A formula as pieces side by side, each with about the width that it has where it stands on lines of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

_TOKENS = re.compile(r"\\[A-Za-z]+|\\.|[{}_^]|\s+|.", re.DOTALL)
_SMALL = 0.7  # of what stands above or below, to what it stands at
_WIDE = {"=", "+", "-", "<", ">", r"\cdot", r"\sim", r"\mid", r"\|", r"\le", r"\ge", r"\lt", r"\gt"} | {
    *(r"\in", r"\notin", r"\neq", r"\to", r"\propto", r"\times", r"\subseteq", r"\setminus")
}  # with the space around them
_SPACES = {r"\,": 0.17, r"\:": 0.22, r"\;": 0.28, r"\!": -0.17, r"\ ": 0.33, r"\quad": 1.0, r"\qquad": 2.0}
_WIDTHS = _SPACES | {r"\log": 1.45, r"\mathcal": 0.8, r"\mathbb": 0.7, r"\sum": 1.8, r"\prod": 1.65, r"\textstyle": 0.0}
_WIDTHS |= dict.fromkeys((r"\displaystyle", r"\allowbreak", "&"), 0.0) | dict.fromkeys("()[]|.,;:!", 0.4)
_LIMITS = (r"\sum", r"\prod")  # what they range over stands below them
_BIG = {r"\bigl": 1, r"\biggl": 1, r"\bigr": -1, r"\biggr": -1}
_PAIRS = {r"\left": r"\right", r"\begin": r"\end"}
_OPEN = {"(": 1, "[": 1, r"\{": 1, ")": -1, "]": -1, r"\}": -1}
_ENDS = re.compile(r"^\\(?:left.|begin\{\w+\*?\}(?:\{\w+\}|\[\w\])?)|\\(?:right.|end\{\w+\*?\})$")
_LETTER, _SIGN = 0.55, 1.3


@dataclass(frozen=True)
class Piece:
    """A part of a formula that no line may be broken in.

    Arguments:
        source: its LaTeX, with the spaces behind it.
        width: in em.
        opens: 1 where it opens a bracket, -1 where it closes one.
    """

    source: str
    width: float
    opens: int = 0

    @property
    def bare(self) -> str:
        """Without spaces around it."""
        return self.source.strip()


def pieces(formula: str) -> list[Piece]:
    r"""What a formula is made of.

    >>> [p.source for p in pieces(r"x_{1} + \frac{a}{b} \bigl(c\bigr)")]
    ['x_{1} ', '+ ', '\\frac{a}{b} ', '\\bigl(', 'c', '\\bigr)']
    """
    return _Reader(_TOKENS.findall(formula)).row()


def width(formula: str) -> float:
    """About how wide a formula is, in em."""
    return sum(p.width for p in pieces(formula))


def _rows(inside: str) -> float:
    return max(width(row) for row in inside.split(r"\\"))


COMMANDS: dict[str, tuple[int, Callable[..., float]]] = {  # how many arguments, and how wide it is with them
    r"\frac": (2, lambda above, below: max(width(above), width(below)) + 0.25),
    r"\tfrac": (2, lambda above, below: _SMALL * max(width(above), width(below)) + 0.25),
    r"\substack": (1, _rows),
    r"\text": (1, lambda inside: 0.5 * len(inside)),
    r"\mathrm": (1, lambda inside: _LETTER * len(inside)),
    r"\mathbb": (1, lambda _: 0.7),
    r"\mathcal": (1, lambda _: 0.75),
    **dict.fromkeys((r"\hat", r"\tilde", r"\bar", r"\boldsymbol", r"\underline"), (1, width)),
}


class _Reader:
    """Reads pieces from tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    def row(self) -> list[Piece]:
        found: list[Piece] = []
        while self.at < len(self.tokens):
            piece = self._scripted(self._piece())
            if piece.bare or not found:
                found.append(piece)
            else:
                found[-1] = replace(found[-1], source=found[-1].source + piece.source)
        return found

    def _next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def _space(self) -> str:
        """Spaces, which LaTeX does not see."""
        start = self.at
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        return "".join(self.tokens[start : self.at])

    def _piece(self) -> Piece:
        token = self._next()
        if token == "{":
            inside = self._group()
            return Piece(f"{{{inside}}}", width(inside))
        if token in _PAIRS:
            return self._whole(token)
        if token in _BIG:
            delimiter = self._space() + self._next()
            return Piece(token + delimiter, 0.6, _BIG[token])
        if token in COMMANDS:
            return self._command(token)
        if token in _WIDE:
            return Piece(token, _SIGN)
        return Piece(token, 0.0 if token.isspace() else _WIDTHS.get(token, _LETTER), _OPEN.get(token, 0))

    def _group(self) -> str:
        """What stands before the brace that closes."""
        start, depth = self.at, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self._next(), 0)
        return "".join(self.tokens[start : self.at - 1])

    def _argument(self) -> tuple[str, str]:
        """An argument as it is written, and what is in it."""
        space, first = self._space(), self._next()
        inside = self._group() if first == "{" else first
        return (f"{space}{{{inside}}}" if first == "{" else space + first), inside

    def _command(self, name: str) -> Piece:
        count, measure = COMMANDS[name]
        arguments = [self._argument() for _ in range(count)]
        return Piece(name + "".join(a for a, _ in arguments), measure(*(inside for _, inside in arguments)))

    def _whole(self, start: str) -> Piece:
        """What one of a pair begins, to the other: a bracket that grows with what is in it, or an environment."""
        first, depth = self.at - 1, 1
        while depth:
            depth += {start: 1, _PAIRS[start]: -1}.get(self._next(), 0)
        self._argument()
        source = "".join(self.tokens[first : self.at])
        return Piece(source, _rows(re.sub(_ENDS, "", source)) + 0.8)

    def _scripted(self, piece: Piece) -> Piece:
        """A piece with what stands above and below it."""
        low = 0.0
        while self.at < len(self.tokens):
            space = self._space()
            if self.at >= len(self.tokens) or self.tokens[self.at] not in "_^":
                piece = replace(piece, source=piece.source + space)
                break
            sign = self._next()
            written, inside = self._argument()
            low = max(low, _SMALL * width(inside))
            piece = replace(piece, source=piece.source + space + sign + written)
        limits = piece.source.startswith(_LIMITS)
        return replace(piece, width=max(piece.width, low + 0.2) if limits and low else piece.width + low)
