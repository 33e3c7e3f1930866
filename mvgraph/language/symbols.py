"""Names of the language as LaTeX, the same in pictures and in mathematics."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

_SMALL = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi"
_LARGE = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
GREEK = frozenset([*_SMALL.split(), "omega", *_LARGE.split()])
LETTERS = {
    name: unicodedata.lookup(
        f"GREEK {'CAPITAL' if name[0].isupper() else 'SMALL'} LETTER {name.lower().replace('lambda', 'lamda')}"
    )
    for name in sorted(GREEK)
}
"""Greek letters by their names in LaTeX."""
ALIASES = {"lam": r"\lambda", "eps": r"\epsilon"}
ACCENTS = {"hat": r"\hat", "tilde": r"\tilde", "bar": r"\bar"}
SPECIAL = {"\\": r"\backslash ", "~": r"\sim ", "^": r"\wedge ", " ": r"\ "} | {c: f"\\{c}" for c in "&%$#_{}"}
APART = SPECIAL | {"|": r"\vert ", "<": "<", ">": ">"}
del APART[" "]


@lru_cache(maxsize=4096)  # a large objective names the same few things over and over
def latex(name: str, *indices: str) -> str:
    r"""A name as LaTeX: Greek letters by name, accents by suffix, what follows `_` or `.` as subscripts.

    >>> latex("z"), latex("beta"), latex("zhat"), latex("h.image"), latex("lam_1"), latex("noise"), latex("z1", "m")
    ('z', '\\beta', '\\hat{z}', 'h_{\\mathrm{image}}', '\\lambda_{1}', '\\mathrm{noise}', 'z_{1,m}')

    Arguments:
        name: of a node, a view, or a param.
        indices: more subscripts, LaTeX already.
    """
    head, *rest = [part for part in re.split(r"[._]", name) if part] or [name]
    numbered = re.fullmatch(r"([A-Za-z])(\d+)", head)
    stem, own = (numbered[1], [numbered[2]]) if numbered else (head, [])
    return subscripted(_stem(stem), *own, *map(latex, rest), *indices)


def subscripted(base: str, *indices: str) -> str:
    """LaTeX with indices below.

    >>> subscripted("x", "m")
    'x_{m}'
    """
    return f"{base}_{{{','.join(indices)}}}" if indices else base


def upright(text: str) -> str:
    r"""Any text as LaTeX, upright.

    >>> upright("a_b")
    '\\mathrm{a\\_b}'
    """
    return f"\\mathrm{{{''.join(SPECIAL.get(c, c) for c in text)}}}"


def prose(text: str) -> str:
    r"""Any text as LaTeX, as it stands, what is special in LaTeX as mathematics in between.

    >>> prose("KL(.||p) of a_b")
    '\\text{KL(.}\\vert \\vert \\text{p) of a}\\_\\text{b}'
    """
    parts = re.split(rf"([{re.escape(''.join(APART))}])", text)
    return "".join(APART.get(p, rf"\text{{{p}}}") for p in parts if p)


def fraction(value: Fraction | str) -> str:
    r"""A number as LaTeX, small; also as text, such as one over the size of a set.

    >>> fraction(Fraction(1, 3)), fraction(Fraction(2)), fraction("1/|S|")
    ('\\tfrac{1}{3}', '2', '\\tfrac{1}{|S|}')
    """
    above, _, below = str(value).partition("/")
    return rf"\tfrac{{{above}}}{{{below}}}" if below else above


def weighted(weights: Sequence[Fraction | str], members: Sequence[str]) -> str:
    r"""Σ_k w_k a_k as LaTeX, equal weights before a bracket.

    >>> weighted([Fraction(1, 2)] * 2, ["a", "b"])
    '\\tfrac{1}{2} [a + b]'
    """
    if len(members) > 1 and len(set(weights)) == 1:
        return f"{fraction(weights[0])} [{' + '.join(members)}]"
    return " + ".join(m if w == 1 else rf"{fraction(w)} \, {m}" for w, m in zip(weights, members, strict=True))


def _stem(text: str) -> str:
    if text in ALIASES:
        return ALIASES[text]
    if text in GREEK:
        return f"\\{text}"
    for suffix, command in ACCENTS.items():
        if text.endswith(suffix) and text != suffix:
            return f"{command}{{{_stem(text.removesuffix(suffix))}}}"
    return text if text.isdecimal() or (len(text) == 1 and text not in SPECIAL) else upright(text)
