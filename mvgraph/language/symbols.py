"""Names of the language as LaTeX, the same in pictures and in mathematics."""

from __future__ import annotations

import re

_SMALL = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi"
_LARGE = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
GREEK = frozenset([*_SMALL.split(), "omega", *_LARGE.split()])
ALIASES = {"lam": r"\lambda", "eps": r"\epsilon"}
ACCENTS = {"hat": r"\hat", "tilde": r"\tilde", "bar": r"\bar"}


def latex(name: str) -> str:
    r"""A name as LaTeX: Greek letters by name, accents by suffix, what follows `_` or `.` as subscripts.

    >>> latex("z"), latex("beta"), latex("zhat"), latex("h.image"), latex("lam_1"), latex("noise")
    ('z', '\\beta', '\\hat{z}', 'h_{\\mathrm{image}}', '\\lambda_{1}', '\\mathrm{noise}')
    """
    head, *rest = re.split(r"[._]", name)
    return subscripted(_stem(head), *(_stem(part) for part in rest if part))


def subscripted(base: str, *indices: str) -> str:
    """LaTeX with indices below.

    >>> subscripted("x", "m")
    'x_{m}'
    """
    return f"{base}_{{{','.join(indices)}}}" if indices else base


def _stem(text: str) -> str:
    if text in ALIASES:
        return ALIASES[text]
    if text in GREEK:
        return f"\\{text}"
    for suffix, command in ACCENTS.items():
        if text.endswith(suffix) and text != suffix:
            return f"{command}{{{_stem(text.removesuffix(suffix))}}}"
    lettered = re.fullmatch(r"([A-Za-z])(\d+)", text)
    if lettered:
        return f"{lettered[1]}_{{{lettered[2]}}}"
    return text if len(text) == 1 or text.isdecimal() else f"\\mathrm{{{text}}}"
