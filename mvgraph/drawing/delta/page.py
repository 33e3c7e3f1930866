"""The difference of two models as one HTML page, with both graphs in one picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from mvgraph.drawing.delta.figures import HEAD, Figure, Figures
from mvgraph.drawing.delta.phrases import Maths, Phrase
from mvgraph.drawing.delta.sheet import MEANINGS, Listing, Row, Sheet, Verdict
from mvgraph.drawing.page import document, header, legend, picture
from mvgraph.drawing.placement import Placement
from mvgraph.language.breaking import stacked
from mvgraph.language.mathml import mathml

HERE = Path(__file__).parent
SIGNS = {"shared": "=", "changed": "≈", "removed": "−", "added": "+"}


def page(sheet: Sheet, placement: Placement) -> str:
    """A whole HTML document, which asks the network for nothing.

    Arguments:
        sheet: what is said.
        placement: both graphs in one.
    """
    title = f"{sheet.a} and {sheet.b}"
    names = f"A is {escape(sheet.a)}, B is {escape(sheet.b)}; {'; '.join(map(_phrase, sheet.about))}"
    heading = header(title, f'<p class="source">{names}</p>')
    body = [heading, '<main class="difference">', *_sections(sheet, placement), "</main>"]
    return document(title, body, (HERE / "page.css").read_text(encoding="utf-8"))


def _sections(sheet: Sheet, placement: Placement) -> Iterator[str]:
    yield _section("How they are related", *map(_verdict, sheet.verdicts))
    yield '<div class="beside">'
    yield "<div>"
    for phase, rows in sheet.terms.items():
        yield _section(f"Objective, phase {phase}" if phase else "Objective, to be maximised", _terms(rows))
    yield f'<p class="where">where {escape(sheet.where)}</p>' if sheet.where else ""
    yield _residual(sheet.residual)
    yield "</div>"
    yield _section("Graphs", picture(placement), legend(placement.diagram))
    yield "</div>"
    if sheet.figures:
        yield _section("In numbers", *_figures(sheet.figures))
    if sheet.listings:
        tables = map(_listing, sheet.listings)
        yield _section("Graphs and settings, apart", '<div class="column">', *tables, "</div>")


def _residual(terms: Sequence[str]) -> str:
    """B − A, which many terms make long."""
    items = "".join(f"<li>{mathml(stacked('{}' + term))}</li>" for term in terms)
    about = "<summary>What B has more than A, term by term</summary>"
    return f'<details>{about}<ul class="residual">{items}</ul></details>' if terms else ""


def _section(title: str, *parts: str) -> str:
    return "\n".join(["<section>", f"<h2>{escape(title)}</h2>", *parts, "</section>"])


def _verdict(verdict: Verdict) -> str:
    needs = "".join(f"<li>{_phrase(need)}</li>" for need in verdict.needs)
    notes = "".join(f"<li>{escape(note)}</li>" for note in verdict.notes)
    lists = [f'<ul class="{name}">{items}</ul>' for name, items in (("needs", needs), ("notes", notes)) if items]
    return "\n".join([f'<p class="verdict">{_phrase(verdict.sentence)}</p>', *lists])


def _phrase(phrase: Phrase) -> str:
    return "".join(mathml(part.latex) if isinstance(part, Maths) else escape(part) for part in phrase)


def _terms(rows: Sequence[Row]) -> str:
    """A row a term: what is shared is quiet, all else has a sign, a colour and a word."""
    return _table("terms-of", ("", "in A", "in B", "", ""), map(_row, rows))


def _row(row: Row) -> str:
    said = "" if row.change == "shared" else MEANINGS[row.change]
    weights = [mathml("{}" + w) if w else "" for w in (row.before, row.after)]
    sign = f'<span role="img" aria-label="{MEANINGS[row.change]}">{SIGNS[row.change]}</span>'
    cells = [sign, *weights, mathml(stacked(row.atom)), f'<span class="meaning">{said}</span>']
    return f'<tr class="{row.change}" title="{escape(row.text)}">{_cells("td", cells)}</tr>'


def _figures(figures: Figures) -> Iterator[str]:
    """A row a term, with a bar from the middle: to the right where B has more of it, to the left where A has."""
    yield f'<p class="about">{escape(figures.about)}</p>'
    yield _table("figures", (*HEAD, "", ""), map(_figure, figures.rows))


def _figure(figure: Figure) -> str:
    numbers = (f'{mean} <span class="error">± {error}</span>' for mean, error in figure.numbers)
    atom = mathml(stacked(figure.atom)) if figure.atom else "sum"
    name = "" if figure.atom else ' class="sum"'
    return f"<tr{name}>{_cells('td', (*numbers, figure.share, _bar(figure), atom))}</tr>"


def _bar(figure: Figure) -> str:
    """B − A as long as it is large, with two standard errors on both sides of its end."""
    name = "added" if figure.bar > 0 else "removed"
    ends = [max(-1.0, min(1.0, figure.bar + side * 2 * figure.error)) for side in (-1, 1)]
    shapes = [
        f'<rect class="{name}" x="{min(figure.bar, 0):.3f}" y="0.15" width="{abs(figure.bar):.3f}" height="0.7"/>',
        f'<path d="M{ends[0]:.3f} 0.5H{ends[1]:.3f}"/><path d="M0 0V1"/>',
    ]
    label = f"B − A is {figure.numbers[-1][0]}"
    size = 'viewBox="-1.02 0 2.04 1" preserveAspectRatio="none"'
    return f'<svg class="bar" role="img" aria-label="{label}" {size}>{"".join(shapes)}</svg>'


def _listing(listing: Listing) -> str:
    rows = (f"<tr>{_cells('td', map(escape, row))}</tr>" for row in listing.rows)
    return _table("settings", map(escape, listing.head), rows, f"<caption>{escape(listing.title)}</caption>")


def _table(name: str, head: Iterable[str], rows: Iterable[str], caption: str = "") -> str:
    top = f"<thead><tr>{_cells('th', head)}</tr></thead>"
    body = "\n".join(rows)
    return f'<div class="scroll"><table class="{name}">{caption}{top}<tbody>\n{body}\n</tbody></table></div>'


def _cells(tag: str, cells: Iterable[str]) -> str:
    return "".join(f"<{tag}>{cell}</{tag}>" for cell in cells)
