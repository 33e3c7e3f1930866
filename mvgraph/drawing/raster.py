"""PNG and PDF from our own SVG, without a browser or a program of the system."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from xml.etree import ElementTree

from mvgraph.deferring import defer
from mvgraph.errors import Problem, UsageError

canvas = defer("reportlab.pdfgen.canvas")
render = defer("reportlab.graphics.renderPDF")
resvg = defer("resvg_py")
svglib = defer("svglib.svglib")

DPI = 72.0  # a pixel a point, at scale 1
TITLE = "{http://www.w3.org/2000/svg}title"


def png(text: str, scale: float = 2.0) -> bytes:
    """A picture in pixels.

    Arguments:
        text: an SVG document.
        scale: pixels a point.

    Raises:
        UsageError: resvg_py is not installed.
    """
    with _needing("resvg_py", "PNG"):
        return bytes(resvg.svg_to_bytes(svg_string=text, dpi=DPI, zoom=scale, skip_system_fonts=True))


def pdf(text: str) -> bytes:
    """A page of the picture's size, drawn in vectors; the same bytes at any time.

    Arguments:
        text: an SVG document.

    Raises:
        UsageError: svglib or reportlab is not installed.
    """
    with _needing("svglib and reportlab", "PDF"):
        drawing = svglib.svg2rlg(BytesIO(text.encode()))
        file = BytesIO()
        page = canvas.Canvas(file, pagesize=(drawing.width, drawing.height), invariant=1)
        page.setTitle(ElementTree.fromstring(text).findtext(TITLE, ""))
        render.draw(drawing, page, 0, 0)
        page.showPage()
        page.save()
        return file.getvalue()


@contextmanager
def _needing(packages: str, form: str) -> Iterator[None]:
    try:
        yield
    except ImportError as missing:
        remedy = f"pip install {packages.replace(' and', '')}; or name a file .svg, which needs neither"
        problem = Problem("MVG802", ("draw",), f"a picture as {form} needs {packages}, not installed here", remedy)
        raise UsageError(problem) from missing
