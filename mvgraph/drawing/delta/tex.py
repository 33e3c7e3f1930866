"""The difference of two models as a part of a LaTeX document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mvgraph.drawing.delta.figures import HEAD, Figure, Figures
from mvgraph.drawing.delta.phrases import Maths, Phrase
from mvgraph.drawing.delta.sheet import MEANINGS, Listing, Row, Sheet, Verdict
from mvgraph.drawing.themes import LIGHT
from mvgraph.language.breaking import stacked
from mvgraph.language.tex import cells, comment, inline, longtable, maths, text

WIDTH = 22.0  # em, of a term beside its weights, and of a formula in a sentence
COLOURS = {"shared": LIGHT.faint, **LIGHT.changes}
SIGNS = {"shared": "$=$", "changed": r"$\sim$", "removed": "$-$", "added": "$+$"}
KEY = ", ".join(f"{SIGNS[change]} {meaning}" for change, meaning in MEANINGS.items())
ABOUT = "% Made by mvgraph; it needs \\usepackage{amsmath, amssymb, longtable, xcolor} in the preamble."


def tex(sheet: Sheet) -> str:
    """A part of a document: paragraphs and tables, which may break over pages."""
    lines = [comment(f"{sheet.a} and {sheet.b}"), ABOUT, *_head(sheet)]
    lines += [line for verdict in sheet.verdicts for line in _verdict(verdict)]
    for phase, rows in sheet.terms.items():
        lines += ["", rf"\paragraph{{Objective{_phase(phase)}}}", *_terms(rows)]
    lines += [rf"\noindent where {text(sheet.where)}"] if sheet.where else []
    if sheet.residual:
        terms = (cells(inline(stacked(maths(t)))) for t in sheet.residual)
        lines += ["", r"\paragraph{B less A}", *longtable("l", terms)]
    lines += list(_figures(sheet.figures)) if sheet.figures else []
    lines += [line for listing in sheet.listings for line in ("", *_listing(listing))]
    return "\n".join([*lines, ""])


def _head(sheet: Sheet) -> list[str]:
    about = "; ".join(map(_phrase, sheet.about))
    return [rf"\noindent A is {text(sheet.a)}, B is {text(sheet.b)}; {about}.", ""]


def _phase(name: str) -> str:
    return f", phase {text(name)}" if name else ""


def _verdict(verdict: Verdict) -> Iterator[str]:
    yield rf"\noindent {_phrase(verdict.sentence)}"
    items = [*map(_phrase, verdict.needs), *(f"({text(note)})" for note in verdict.notes)]
    if items:
        yield from (r"\begin{itemize}", *(rf"\item {item}" for item in items), r"\end{itemize}")
    yield ""


def _phrase(phrase: Phrase) -> str:
    return "".join(_maths(part.latex) if isinstance(part, Maths) else text(part) for part in phrase)


def _maths(formula: str) -> str:
    return inline(stacked(maths(formula), WIDTH, "t"))


def _terms(rows: Sequence[Row]) -> Iterator[str]:
    head = cells("", "in A", "in B", "")
    yield from longtable("clll", [head, *(_row(r) for r in rows), rf"\multicolumn{{4}}{{l}}{{({KEY})}} \\"])


def _row(row: Row) -> str:
    """What is shared is grey; every other mark is a colour and a sign."""
    colour = rf"\color[HTML]{{{COLOURS[row.change][1:].upper()}}}"
    weights = (f"{colour} {inline(w)}" if w else rf"{colour} --" for w in (row.before, row.after))
    bold = r"\boldmath " if row.change != "shared" else ""
    return cells(f"{colour} {bold}{SIGNS[row.change]}", *weights, rf"{colour} {_maths(row.atom)}")


def _figures(figures: Figures) -> Iterator[str]:
    yield from ("", r"\paragraph{In numbers}", text(figures.about))
    rows = (line for figure in figures.rows for line in _figure(figure))
    yield from longtable("rrrr", [cells(*map(text, HEAD)), r"\hline", *rows])


def _figure(figure: Figure) -> Iterator[str]:
    """The term, and its numbers below it on the same page."""
    yield rf"\multicolumn{{4}}{{l}}{{{_maths(figure.atom) if figure.atom else 'sum'}}} \\*"
    yield cells(*(rf"${mean} \pm {error}$" for mean, error in figure.numbers), text(figure.share))


def _listing(listing: Listing) -> Iterator[str]:
    yield rf"\paragraph{{{text(listing.title)}}}"
    rows = [cells(*map(text, row)) for row in (listing.head, *listing.rows)]
    yield from longtable("p{.38\\linewidth}" + "p{.24\\linewidth}" * (len(listing.head) - 1), rows)
