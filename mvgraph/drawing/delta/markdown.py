"""The difference of two models as Markdown, with mathematics as GitHub and most notebooks set it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mvgraph.drawing.delta.figures import HEAD, Figure, Figures
from mvgraph.drawing.delta.phrases import Maths, Phrase
from mvgraph.drawing.delta.sheet import MEANINGS, SIGNS, Row, Sheet, Verdict
from mvgraph.language.breaking import stacked
from mvgraph.language.markdown import inline, table, text

WEIGHT = {"changed": r"\boldsymbol{%s}"}  # what stands out


def markdown(sheet: Sheet) -> str:
    """Headings, sentences and tables."""
    parts = [f"## {text(sheet.a)} (A) and {text(sheet.b)} (B)", "; ".join(map(_phrase, sheet.about)) + "."]
    parts += [_verdict(v) for v in sheet.verdicts]
    for phase, rows in sheet.terms.items():
        parts += [f"### Objective{f', phase {text(phase)}' if phase else ''}", _terms(rows)]
    parts += [f"where {text(sheet.where)}"] if sheet.where else []
    if sheet.residual:
        parts += ["### B less A", "\n".join(f"- {inline(stacked(term))}" for term in sheet.residual)]
    if sheet.figures:
        parts += ["### In numbers", text(sheet.figures.about), _figures(sheet.figures)]
    for listing in sheet.listings:
        parts += [f"### {text(listing.title)}", table(listing.head, (map(text, row) for row in listing.rows))]
    return "\n\n".join(parts) + "\n"


def _verdict(verdict: Verdict) -> str:
    items = [*map(_phrase, verdict.needs), *(f"*{text(note)}*" for note in verdict.notes)]
    return "\n".join([f"**{_phrase(verdict.sentence)}**", "", *(f"- {item}" for item in items)]).rstrip()


def _terms(rows: Iterable[Row]) -> str:
    return table(("", "in A", "in B", "term", ""), (_row(r) for r in rows))


def _row(row: Row) -> Iterator[str]:
    """Every mark is a sign, and a word unless the term is shared."""
    yield f"`{SIGNS[row.change]}`"
    yield from (inline(WEIGHT.get(row.change, "%s") % w) if w else "" for w in (row.before, row.after))
    yield inline(stacked(row.atom))
    yield "" if row.change == "shared" else f"**{MEANINGS[row.change]}**"


def _figures(figures: Figures) -> str:
    return table((*HEAD, "term"), map(_figure, figures.rows))


def _figure(figure: Figure) -> Iterator[str]:
    yield from (f"{mean} ± {error}" for mean, error in figure.numbers)
    yield text(figure.share)
    yield inline(stacked(figure.atom)) if figure.atom else "**sum**"


def _phrase(phrase: Phrase) -> str:
    return "".join(inline(stacked(part.latex)) if isinstance(part, Maths) else text(part) for part in phrase)
