"""A report as a part of a LaTeX document, as Markdown, and as a page of HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from itertools import accumulate, groupby

from mvgraph.language import markdown as md
from mvgraph.language import tex
from mvgraph.language.breaking import WIDTH, broken, stacked
from mvgraph.language.html import document
from mvgraph.language.mathml import mathml
from mvgraph.objective.report import Line, Report, Section, plain

WIDE = 48.0  # em, on a page
MOST = 3500  # letters of a formula in Markdown; MathJax refuses some that are longer than 5,000
STYLE = """\
:root { color-scheme: light dark; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin-bottom: 0; }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
p { margin: .25rem 0; }
.maths { padding: .2rem 0; overflow: auto hidden; }
.maths math { font-size: 1.1rem; }
"""


def latex(report: Report) -> str:
    """A part of a LaTeX document that loads amsmath and amssymb."""
    head = "% a part of a document that loads amsmath and amssymb\n\\begingroup\\allowdisplaybreaks\\raggedright\n"
    return head + "\n".join(line for one in report for line in _latex_section(one)) + "\n\\endgroup\n"


def _latex_section(one: Section) -> Iterator[str]:
    lines = list(one.lines)
    if not one.title:
        yield rf"\section*{{{tex.text(lines.pop(0).text)}}}"
    else:
        yield rf"\subsection*{{{tex.text(one.title)}}}"
    for is_maths, run in _runs(lines):
        if is_maths:
            rows = " \\\\\n".join(rf"& {row} &&" for row in _rows(run, tex.maths))
            yield f"\\begin{{flalign*}}\n{rows}\n\\end{{flalign*}}"
        else:
            yield from (rf"\noindent\hspace*{{{line.level}em}}{tex.text(line.text)}\par" for line in run)


def _rows(run: Iterable[Line], spelt: Callable[[str], str] = str) -> Iterator[str]:
    """Formulas, as deep as their lines stand; long ones in several rows."""
    for line in run:
        yield from (r"\quad " * line.level + row for row in broken(spelt(line.formula), WIDTH - line.level))


def markdown(report: Report) -> str:
    """Markdown with mathematics between double dollar signs, as GitHub shows it."""
    return "\n\n".join(block for one in report for block in _markdown_section(one)) + "\n"


def _markdown_section(one: Section) -> Iterator[str]:
    lines = list(one.lines)
    yield f"# {md.text(lines.pop(0).text)}" if not one.title else f"## {md.text(one.title)}"
    for is_maths, run in _runs(lines):
        if is_maths:
            yield from map(md.block, _aligned(run))
        else:
            least = min(line.level for line in run)
            yield "\n".join(f"{'  ' * (line.level - least)}- {md.text(line.text)}" for line in run)


def html(report: Report) -> str:
    """A whole HTML document, which asks the network for nothing."""
    title = next((line.text for one in report for line in one.lines), "")
    body = "\n".join(block for one in report for block in _html_section(one))
    return document(title, body, STYLE)


def _html_section(one: Section) -> Iterator[str]:
    lines = list(one.lines)
    yield f"<h1>{escape(lines.pop(0).text)}</h1>" if not one.title else f"<h2>{escape(one.title)}</h2>"
    for line in lines:
        indent = f' style="margin-left: {1.5 * line.level:g}rem"' if line.level else ""
        if line.formula:
            yield f'<div class="maths"{indent}>{mathml(stacked(line.formula, WIDE))}</div>'
        else:
            yield f"<p{indent}>{escape(line.text)}</p>"


def _runs(lines: Sequence[Line]) -> Iterator[tuple[bool, list[Line]]]:
    """Lines that are mathematics, and lines that are not, each with its neighbours."""
    for is_maths, run in groupby(lines, key=lambda line: bool(line.formula)):
        yield is_maths, list(run)


def _aligned(run: Sequence[Line]) -> Iterator[str]:
    """Formulas one below the other, so many at a time as MathJax takes."""
    rows = [f"& {row}" for row in _rows(run)]
    ends = accumulate(len(md.maths(row)) for row in rows)
    for _, part in groupby(zip(ends, rows, strict=True), key=lambda found: found[0] // MOST):
        inside = " \\\\\n".join(row for _, row in part)
        yield f"\\begin{{aligned}}\n{inside}\n\\end{{aligned}}"


FORMATS: dict[str, Callable[[Report], str]] = {"text": plain, "latex": latex, "markdown": markdown, "html": html}
