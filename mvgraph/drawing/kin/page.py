"""How many models relate as one HTML page: the tree, a square of all pairs, and what every relation needs."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from mvgraph.drawing.kin.svg import svg
from mvgraph.drawing.kin.table import HEAD, rows
from mvgraph.drawing.page import VARIABLES, document, header
from mvgraph.objective.difference.kinship import family
from mvgraph.objective.difference.matrix import KEY, Link, Matrix
from mvgraph.objective.difference.relation import Relation

HERE = Path(__file__).parent
TITLE = "How the models are related"
ARROWS = (
    "An arrow leads from a model to its special case; a dashed line joins two that are one when both are changed, or "
    "under what it says; a dotted arrow leads from an objective to one that is never below it. Models in one box have "
    "one objective, or multiples of each other."
)


def page(matrix: Matrix) -> str:
    """A whole HTML document, which asks the network for nothing."""
    about = f'<p class="source">{len(matrix.names)} models, {len(matrix.links)} pairs</p>'
    drawn = svg(family(matrix), VARIABLES)
    picture = f'<figure class="picture">\n{drawn}<figcaption class="said" aria-live="polite"></figcaption>\n</figure>'
    body = [
        header(TITLE, about),
        '<main class="family">',
        f"<section>\n<h2>Which becomes which by changing what</h2>\n<p>{ARROWS}</p>\n{picture}\n</section>",
        f"<section>\n<h2>Every pair</h2>\n<p>{escape(KEY)}</p>\n{_square(matrix)}\n</section>",
        f"<section>\n<h2>What they need</h2>\n{_table(matrix)}\n</section>",
        "</main>",
    ]
    return document(TITLE, body, (HERE / "page.css").read_text(encoding="utf-8"))


def _square(matrix: Matrix) -> str:
    head = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in matrix.names)
    lines = "\n".join(
        f'<tr><th scope="row">{escape(row)}</th>{"".join(_cells(matrix, row))}</tr>' for row in matrix.names
    )
    return _scroll("square", f"<thead><tr><td></td>{head}</tr></thead><tbody>\n{lines}\n</tbody>")


def _cells(matrix: Matrix, row: str) -> Iterator[str]:
    for column in matrix.names:
        if column == row:
            yield '<td class="own"></td>'
        else:
            link = matrix.link(row, column)
            text = escape(link.sign(row)) if link.related else ""
            title = f' title="{escape(row)} {text} {escape(column)}"' if text else ""
            yield f'<td class="{_class(link)}"{title}>{text}</td>'


def _class(link: Link) -> str:
    if link.verdict is not Relation.DIFFERENT:
        return "stands"
    return "special" if link.special else ""


def _table(matrix: Matrix) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in HEAD)
    lines = "\n".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in rows(matrix))
    return _scroll("pairs", f"<thead><tr>{head}</tr></thead><tbody>\n{lines}\n</tbody>")


def _scroll(name: str, inside: str) -> str:
    return f'<div class="scroll"><table class="{name}">{inside}</table></div>'
