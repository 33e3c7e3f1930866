"""Texts and formulas in a LaTeX document: whatever a name holds, pdflatex reads it and sets it as it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import reduce

from mvgraph.language.symbols import LETTERS

_SPECIAL = {c: f"\\{c}" for c in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "`": r"\textasciigrave{}",
    '"': r"\textquotedblright{}",
    **{c: f"${c}$" for c in "<>|"},
}
_SYMBOLS = {letter: f"\\{name}" for name, letter in LETTERS.items()} | {
    **{"∈": r"\in", "∉": r"\notin", "⊆": r"\subseteq", "≠": r"\neq", "≤": r"\le", "≥": r"\ge", "≈": r"\approx"},
    **{"∝": r"\propto", "·": r"\cdot", "×": r"\times", "±": r"\pm", "−": "-", "‖": r"\|", "∞": r"\infty"},
    **{"²": "^{2}", "½": r"\tfrac{1}{2}", "→": r"\to", "←": r"\gets", "…": r"\ldots", "µ": r"\mu", "√": r"\surd"},
}
_ACCENTS = dict(
    zip("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327", "`'^~=u.\"rHvc", strict=True)
)
_OTHERS = {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ı": "i"}
_OTHERS |= {"–": "textendash", "—": "textemdash"}
_LIGATURE = re.compile(r"([-'])(?=\1)")  # two that LaTeX would set as one
_LETTER = re.compile("[^\u0300-\u036f][\u0300-\u036f]*|[\u0300-\u036f]+")  # with the accents on it


def text(plain: str) -> str:
    r"""Any text as LaTeX, as it stands, on one line.

    >>> print(text("50 % of a_b -> größe, λ ∈ 中"))
    50 \% of a\_b -$>$ gr\"{o}\ss{}e, $\lambda$ $\in$ [U+4E2D]
    """
    return _LIGATURE.sub(r"\1{}", "".join(_in_text(each) for each in _letters(plain)))


def maths(formula: str) -> str:
    r"""A formula in letters that every LaTeX has; what is ASCII stays as it is.

    >>> print(maths(r"\mathrm{größe}_{θ}"))
    \mathrm{gr\text{\"{o}}\text{\ss{}}e}_{\theta }
    """
    return "".join(_in_maths(each) for each in _letters(formula))


def inline(formula: str) -> str:
    r"""A formula between dollar signs; nothing where there is none.

    >>> inline("x_θ"), inline("")
    ('$x_\\theta $', '')
    """
    written = maths(formula)
    return f"${written}$" if written else ""


def comment(plain: str) -> str:
    """A text as a line that LaTeX does not read."""
    return f"% {' '.join(plain.split())}".rstrip(" :")


def _letters(plain: str) -> list[str]:
    return _LETTER.findall(unicodedata.normalize("NFC", re.sub(r"\s+", " ", plain)))


def _in_text(letter: str) -> str:
    if letter in _SYMBOLS:
        return f"${_SYMBOLS[letter]}$"
    return _SPECIAL.get(letter) or (letter if _is_plain(letter) else _spelt(letter))


def _in_maths(letter: str) -> str:
    if letter in _SYMBOLS:
        return f"{_SYMBOLS[letter]} "
    return letter if _is_plain(letter) else rf"\text{{{_spelt(letter)}}}"


def _is_plain(letter: str) -> bool:
    return letter.isascii() and letter.isprintable()


def _spelt(letter: str) -> str:
    """A letter in ASCII; its number, if no usual font of LaTeX has it, so that it is told from others."""
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if letter in _OTHERS:
        return rf"\{_OTHERS[letter]}{{}}"
    if _is_plain(base) and base not in _SPECIAL and set(marks) <= set(_ACCENTS):
        return reduce(lambda inside, mark: rf"\{_ACCENTS[mark]}{{{inside}}}", marks, base)
    return "".join(f"[U+{ord(c):04X}]" for c in letter)


def cells(*texts: str) -> str:
    r"""One row of a table.

    >>> cells("a", "$b$")
    'a & $b$ \\\\'
    """
    return " & ".join(texts) + r" \\"


def longtable(columns: str, rows: Iterable[str]) -> Iterator[str]:
    """A table that may break over pages, at the left margin, in lines."""
    yield rf"\begin{{longtable}}[l]{{{columns}}}"
    yield from rows
    yield r"\end{longtable}"
