"""Labels in Unicode, for pictures whose labels are plain text."""

from __future__ import annotations

import re
import unicodedata

from mvgraph.language.symbols import ACCENTS, ALIASES, LETTERS

_MARKS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}
_LOW = dict(zip("0123456789aehijklmnoprstuvxβγρφχ+-=()", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ₊₋₌₍₎", strict=True)) | {
    ",": ","
}


def unicode(text: str) -> str:
    """A plain text with Greek letters, accents, subscripts and dots, where Unicode has them.

    >>> unicode("theta.m"), unicode("zhat_1"), unicode("h.image"), unicode("n = 1, ..., N")
    ('θₘ', 'ẑ₁', 'h.image', 'n = 1, …, N')
    """
    words = re.sub(r"[A-Za-z]+", lambda match: _word(match[0]), text.replace("...", "…"))
    return re.sub(r"([^\W\d_][^\W_]*[\u0302-\u0304]?)((?:[._,][^\W_]+)+)", _lowered, words)


def _word(word: str) -> str:
    """
    >>> _word("Lambda"), _word("mubar"), _word("bar")
    ('Λ', 'μ̄', 'bar')
    """
    name = ALIASES.get(word, word).removeprefix("\\")
    if name in LETTERS:
        return LETTERS[name]
    accent = next((a for a in ACCENTS if word.endswith(a)), "")
    stem = _word(word.removesuffix(accent)) if accent else ""
    return unicodedata.normalize("NFC", stem + _MARKS[accent]) if len(stem) == 1 else word


def _lowered(match: re.Match[str]) -> str:
    """A name with its subscripts, if there is a low letter for every one of theirs."""
    stem, first, rest = match[1], match[2][0], re.sub("[._]", ",", match[2][1:])
    return stem + "".join(_LOW[c] for c in rest) if first != "," and set(rest) <= set(_LOW) else match[0]
