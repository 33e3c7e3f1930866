"""The difference of two models as Markdown, with mathematics as GitHub and most notebooks set it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mvgraph.drawing.delta.phrases import Maths, Phrase
from mvgraph.drawing.delta.sheet import MEANINGS, SIGNS, Row, Sheet, Verdict

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~])")
WEIGHT = {"changed": r"\boldsymbol{%s}"}  # what stands out


def markdown(sheet: Sheet) -> str:
    """Headings, sentences and tables."""
    parts = [f"## {_text(sheet.a)} (A) and {_text(sheet.b)} (B)", "; ".join(map(_phrase, sheet.about)) + "."]
    parts += [_verdict(v) for v in sheet.verdicts]
    for phase, rows in sheet.terms.items():
        parts += [f"### Objective{f', phase {_text(phase)}' if phase else ''}", _terms(rows)]
    if sheet.residual:
        parts += ["### B less A", "\n".join(f"- {_maths(term)}" for term in sheet.residual)]
    for listing in sheet.listings:
        parts += [f"### {_text(listing.title)}", _table(listing.head, (map(_text, row) for row in listing.rows))]
    return "\n\n".join(parts) + "\n"


def _verdict(verdict: Verdict) -> str:
    items = [*map(_phrase, verdict.needs), *(f"*{_text(note)}*" for note in verdict.notes)]
    return "\n".join([f"**{_phrase(verdict.sentence)}**", "", *(f"- {item}" for item in items)]).rstrip()


def _terms(rows: Iterable[Row]) -> str:
    return _table(("", "in A", "in B", "term", ""), (_row(r) for r in rows))


def _row(row: Row) -> Iterator[str]:
    """Every mark is a sign, and a word unless the term is shared."""
    yield f"`{SIGNS[row.change]}`"
    yield from (_maths(WEIGHT.get(row.change, "%s") % w) if w else "" for w in (row.before, row.after))
    yield _maths(row.atom)
    yield "" if row.change == "shared" else f"**{MEANINGS[row.change]}**"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    top = list(head)
    return "\n".join(f"| {' | '.join(row)} |" for row in (top, ["---"] * len(top), *rows))


def _phrase(phrase: Phrase) -> str:
    return "".join(_maths(part.latex) if isinstance(part, Maths) else _text(part) for part in phrase)


def _maths(latex: str) -> str:
    """A formula between dollar signs; a bar would end the cell of a table."""
    return "$" + latex.replace(r"\|", r"\Vert ").replace("|", r"\vert ") + "$"


def _text(text: str) -> str:
    return SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", text))
