"""Texts, formulas and tables as Markdown that GitHub, GitLab, notebooks and editors show alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

_MARKS = re.compile(r"([\\`*_\[\]|~$]|^[-+#=])")  # that may mean something
_NUMBER = re.compile(r"^(\d+)([.)])")  # that may begin a list
_SAFE = {  # what some readers of Markdown take for their own before the mathematics is read, in other words
    r"\\": r"\cr ",
    r"\,": r"\thinspace ",
    r"\:": r"\medspace ",
    r"\;": r"\thickspace ",
    r"\!": r"\negthinspace ",
    r"\|": r"\Vert ",
    r"\{": r"\lbrace ",
    r"\}": r"\rbrace ",
    r"\_": r"\underline{\enspace}",
    **{f"\\{c}": rf"\text{{{chr(ord(c) + 0xFEE0)}}}" for c in "#%$&"},  # of full width
    "|": r"\vert ",
    "<": r"\lt ",
    ">": r"\gt ",
    "*": r"\ast ",
    "_": " _",  # as it is without the space, two of them may be emphasis
    "](": "] (",
}
_PIECES = re.compile(r"\\[A-Za-z]+|\\.|\]\(|.", re.DOTALL)


def text(plain: str) -> str:
    r"""Any text as Markdown, as it stands, on one line.

    >>> text("a_b < *c*")
    'a\\_b &lt; \\*c\\*'
    """
    return _NUMBER.sub(r"\1\\\2", _MARKS.sub(r"\\\1", escape(re.sub(r"\s+", " ", plain), quote=False)))


def code(plain: str) -> str:
    """A name as code; as text where code could not hold it."""
    return text(plain) if set(plain) & set("`|\n") else f"`{plain}`"


def inline(formula: str) -> str:
    r"""A formula in a line of text or in the cell of a table.

    >>> inline(r"p(x \mid z) \, \|a\|")
    '$p(x \\mid z) \\thinspace \\Vert a\\Vert$'
    """
    return f"${maths(formula)}$"


def block(formula: str) -> str:
    """A formula on lines of its own."""
    return f"$$\n{maths(formula)}\n$$"


def maths(formula: str) -> str:
    r"""A formula in words that Markdown leaves alone; it is the same formula.

    Some readers of Markdown, GitHub's among them, take the backslash from signs like `\,` and one of the two from `\\`
    before the mathematics is set.
    """
    written = "".join(_SAFE.get(piece, piece) for piece in _PIECES.findall(formula))
    return re.sub(r" +(?=[ \n]|$)", "", written)


def table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are Markdown already."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))
