"""What TikZ pictures share: a document with the library bayesnet, styles for kinds, parts and changes."""

from __future__ import annotations

from collections.abc import Iterable
from string import Template

from mvgraph.drawing.diagram import Change, Diagram, Edge, Kind, Node, Part, Plate
from mvgraph.drawing.figures import BAR, INSET, WIDTH
from mvgraph.drawing.lines import HEAD, NOTCH, SPREAD
from mvgraph.drawing.marks import RADIUS
from mvgraph.drawing.markup import number
from mvgraph.drawing.shapes import CORNERS, DOT, DOTS, ROUND
from mvgraph.drawing.svg import CORNER
from mvgraph.drawing.themes import BOLD, LIGHT, LINES
from mvgraph.language.tex import comment

KINDS: dict[Kind, str] = {
    "latent": "latent",
    "observed": "obs",
    "condition": "obs, twice",
    "discrete": "discrete",
    "pseudo": "pseudo",
    "factor": "factor",
    "parameter": "dot",
    "auxiliary": "dot, draw=inference, fill=inference",
    "critic": "critic",
    "statistic": "statistic",
}
PARTS: dict[Part, str] = {"p": "generation", "q": "inference", "game": "game"}
SIGNS: dict[Change, str] = {"added": "+", "removed": "-", "changed": r"\sim"}

_ABOUT = """% Made by mvgraph; pdflatex makes a picture of this file as it is. For a paper, copy the lines before the
% document into its preamble, and the tikzpicture to its place."""
_PREAMBLE = Template(r"""\documentclass[tikz]{standalone}
\usepackage{amsmath, amssymb}
\usetikzlibrary{bayesnet, arrows.meta, calc}
$colours
\tikzset{
  >={Stealth[length=$head, width=$wide, inset=$notch]},
  outline/.style={draw=ink, line width=$width, inner sep=0pt},
  twice/.style={double=none, double distance=$between},
  latent/.append style={outline, fill=paper, minimum size=$round, font=\fontsize{12}{12}\selectfont},
  obs/.append style={fill=shaded},
  pseudo/.style={latent, path picture={
    \fill[shaded] (path picture bounding box.north west) rectangle (path picture bounding box.south);}},
  discrete/.style={latent, rectangle, rounded corners=$discrete},
  factor/.append style={outline, draw=inference, fill=paper, rounded corners=$factor,
    font=\fontsize{8}{8}\selectfont},
  dot/.style={outline, circle, fill=ink, minimum size=$dot},
  critic/.style={outline, draw=game, rectangle, rounded corners=$critic, fill=paper},
  statistic/.style={critic, path picture={\draw[game, solid, line width=$width]
    ([xshift=$bar]path picture bounding box.north west) -- ([xshift=$bar]path picture bounding box.south west)
    ([xshift=-$bar]path picture bounding box.north east) -- ([xshift=-$bar]path picture bounding box.south east);}},
  border/.style={rectangle, draw=faint, line width=$thin, rounded corners=$corner},
  const/.append style={font=\fontsize{10}{10}\selectfont},
  note/.style={inner sep=0pt, font=\fontsize{8}{8}\selectfont, execute at begin node={\thinmuskip1mu\relax}},
  generation/.style={draw=ink, line width=$line},
  inference/.style={draw=inference, line width=$line, dash pattern=$dashed},
  game/.style={draw=game, line width=$dotline, dash pattern=$dotted},
  bold/.style={line width=$bold, >={Stealth[length=$boldhead, width=$boldwide, inset=$boldnotch]}},
  added/.style={bold, draw=added},
  removed/.style={bold, draw=removed},
  changed/.style={bold, draw=changed},
  badge/.style={circle, draw=paper, fill=#1, text=paper, line width=1bp, inner sep=0pt, minimum size=$badge,
    font=\fontsize{8}{8}\selectfont\boldmath},
}""")


def document(diagram: Diagram, options: str, lines: Iterable[str]) -> str:
    """A whole LaTeX document of one picture.

    Arguments:
        diagram: what is drawn, for a comment.
        options: of the picture.
        lines: what draws it.
    """
    picture = [rf"\begin{{tikzpicture}}[{options}]", *(f"  {line}" for line in lines), r"\end{tikzpicture}"]
    head = [comment(f"{diagram.name}: {diagram.title}"), _ABOUT, preamble(), r"\begin{document}"]
    return "\n".join([*head, *picture, r"\end{document}", ""])


def preamble() -> str:
    """The same for all pictures."""
    colours = {"paper": LIGHT.paper, "ink": LIGHT.ink, "shaded": LIGHT.shade, "faint": LIGHT.faint}
    colours |= {PARTS[part]: LIGHT.parts[part] for part in ("q", "game")} | dict(LIGHT.changes)
    return _PREAMBLE.substitute(
        colours="\n".join(rf"\definecolor{{{name}}}{{HTML}}{{{rgb[1:].upper()}}}" for name, rgb in colours.items()),
        **{name: f"{number(length)}bp" for name, length in _LENGTHS.items()},
        dashed=_pattern("q"),
        dotted=_pattern("game"),
    )


_TIP = {"head": HEAD, "wide": 2 * SPREAD, "notch": NOTCH}
_LENGTHS = {
    **{"width": WIDTH, "thin": 0.8 * WIDTH, "bold": BOLD * WIDTH},
    **{"between": INSET - WIDTH, "round": ROUND, "dot": DOT, "bar": BAR, "corner": CORNER, "badge": 2 * RADIUS},
    **{f"bold{part}": length * (1 + BOLD) / 2 for part, length in _TIP.items()},
    **{kind: CORNERS[kind] for kind in ("discrete", "factor", "critic")},
    **_TIP,
    **{"line": LINES["p"].width, "dotline": LINES["game"].width},
}


def _pattern(part: Part) -> str:
    on, off = LINES[part].dashes
    return f"on {number(on)}bp off {number(off)}bp"


def styles(*names: str) -> str:
    """Options in brackets; none where there is nothing to say.

    >>> styles("latent", ""), styles("")
    ('[latent]', '')
    """
    said = ", ".join(name for name in names if name)
    return f"[{said}]" if said else ""


def change(part: Node | Plate | Edge) -> str:
    """The style of what two models differ in; dots have their colour inside too."""
    inside = f", fill={part.change}" if isinstance(part, Node) and part.kind in DOTS else ""
    return "" if part.change == "same" else part.change + inside


def badge(changed: Change, at: str) -> list[str]:
    """A disc with a sign on what two models differ in."""
    return [rf"\node[badge={changed}] at {at} {{${SIGNS[changed]}$}};"] if changed in SIGNS else []
