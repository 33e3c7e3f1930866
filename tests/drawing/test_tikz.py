"""TikZ pictures compile as they are, with nothing to complain about, and stand where the layout says.

`python -m pytest -m slow tests/drawing/test_tikz.py` compiles every reference spec, folded and unrolled, as it is laid
out; the others compile samples so, and every spec as it is written without a layout. Debian has what is needed in
`texlive-latex-extra` and `texlive-pictures`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace

import pytest

import mvgraph as mg
from mvgraph.drawing.bayesnet import bayesnet
from mvgraph.drawing.building import diagram
from mvgraph.drawing.diagram import Diagram, Edge, Node, Plate
from mvgraph.drawing.layout import place
from mvgraph.drawing.preamble import preamble
from mvgraph.drawing.spots import blocked, spots
from mvgraph.drawing.tikz import tikz

from .diagrams import ALL, hierarchy, mopoe
from .every import anything, every
from .fresh import outputs


def has_bayesnet():
    """Whether there is a LaTeX with all that a picture needs."""
    if not (shutil.which("pdflatex") and shutil.which("kpsewhich")):
        return False
    files = ["tikzlibrarybayesnet.code.tex", "standalone.cls", "amssymb.sty"]
    return subprocess.run(["kpsewhich", *files], capture_output=True, check=False).returncode == 0


LATEX = pytest.mark.skipif(not has_bayesnet(), reason="needs pdflatex with standalone and the TikZ library bayesnet")


def compiled(source, folder):
    """The number of pages that pdflatex makes of a document, which it must not complain about."""
    (folder / "picture.tex").write_text(source, encoding="utf-8")
    call = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "picture.tex"]
    done = subprocess.run(call, cwd=folder, capture_output=True, check=False)
    log = (folder / "picture.log").read_text(errors="replace")
    assert done.returncode == 0, log[-3000:]
    assert not [
        line for line in log.splitlines() if re.search("Warning|Overfull|Missing character(?!.*nullfont)", line)
    ]
    return int(re.search(r"Output written on \S+ \((\d+) page", log)[1])


def together(sources):
    """Many pictures as one document, each on a page of its own: all have the same preamble."""
    assert all(source.count(preamble()) == 1 for source in sources)
    pictures = [re.search(r"\\begin{tikzpicture}.*\\end{tikzpicture}", source, re.DOTALL)[0] for source in sources]
    return "\n".join([preamble(), r"\begin{document}", *pictures, r"\end{document}"])


def changed():
    """A sample of which every part was added, removed or changed."""
    drawn = hierarchy()
    changes = ("added", "removed", "changed")
    parts = {
        name: tuple(replace(part, change=changes[i % 3]) for i, part in enumerate(getattr(drawn, name)))
        for name in ("nodes", "plates", "edges")
    }
    return replace(drawn, **parts)


@LATEX
def test_one_picture_compiles_as_it_is(tmp_path):
    assert compiled(tikz(place(mopoe(parameters=True))), tmp_path) == 1
    assert compiled(bayesnet(mopoe(parameters=True)), tmp_path) == 1


@LATEX
def test_samples_compile(tmp_path):
    drawn = [*ALL.values(), changed(), every()["dmvae unrolled"], every()["nexus folded"]]
    assert compiled(together([tikz(place(d)) for d in drawn]), tmp_path) == len(drawn)


@LATEX
def test_every_spec_compiles_without_a_layout(tmp_path):
    views = {f"v{i}": {"shape": [2], "likelihood": "normal"} for i in range(40)}
    wide = diagram(mg.load("mopoe", views=views), unroll=True)
    drawn = [*ALL.values(), changed(), anything(), wide]
    drawn += [each for name, each in every().items() if "parameters" not in name]
    assert compiled(together([bayesnet(d) for d in drawn]), tmp_path) == len(drawn)


@LATEX
@pytest.mark.slow
def test_every_spec_compiles_as_it_is_laid_out(tmp_path):
    drawn = [d for name, d in every().items() if "parameters" not in name]
    assert compiled(together([tikz(place(d)) for d in drawn]), tmp_path) == len(drawn)


@LATEX
def test_what_is_no_latex_does_not_compile(tmp_path):
    bad = Diagram("d", "", (Node("z", "latent", r"\nosuchcommand", "z"),))
    with pytest.raises(AssertionError):
        compiled(bayesnet(bad), tmp_path)


@pytest.mark.parametrize("name", ALL)
def test_everything_stands_where_the_layout_says(name):
    placed = place(ALL[name])
    text = tikz(placed)
    at = {n: (float(x), float(y)) for n, x, y in re.findall(r"\((\S+)\) at \(([-\d.]+),([-\d.]+)\)", text)}
    assert at == {
        re.sub(r"\W", "-", n): (pytest.approx(b.x, abs=0.01), pytest.approx(b.y, abs=0.01))
        for n, b in placed.nodes.items()
    }
    assert text.count(r"\draw") - preamble().count(r"\draw") == sum(len(r.pieces) for r in placed.routes.values())
    ends = {tuple(map(float, e)) for e in re.findall(r"\(([-\d.]+),([-\d.]+)\);", text)}
    for route in placed.routes.values():
        x, y = route.pieces[-1][-1]
        assert any(abs(x - a) + abs(y - b) < 0.02 for a, b in ends)
    assert f"rectangle ({placed.width:g}".split(".")[0] in text


def test_kinds_parts_and_changes_have_styles():
    text = tikz(place(changed()))
    assert r"\node[latent, added] (z-l)" in text
    assert r"\node[badge=removed]" in text
    assert re.search(r"\\draw\[inference, (added|removed|changed), ->\]", text)
    dots = replace(ALL["private"], nodes=tuple(replace(n, change="added") for n in ALL["private"].nodes))
    assert "dot, draw=inference, fill=inference, added, fill=added" in tikz(place(dots))
    private = tikz(place(ALL["private"]))
    assert "latent, twice" in private
    assert r"\node[dot, draw=inference, fill=inference] (r-h-m)" in private
    assert r"{$r(h_{m})$}" in private


def test_plates_of_the_plain_picture_are_bayesnets():
    text = bayesnet(mopoe())
    assert r"\plate[border] {plate-m} {(x-m)} {$m = 1, \dots, M$}" in text
    assert r"\plate[border] {plate-n} {(z)(q-z)(x-m)(plate-m)} {$n = 1, \dots, N$}" in text
    assert text.index("{plate-m} {") < text.index("{plate-n} {")
    assert r"\edge[generation] {z} {x-m};" in text
    assert r"\draw[inference] (x-m) to[bend left=25] (q-z);" in text


def test_nodes_of_the_grid_stand_apart_and_plates_hold_no_stranger():
    for name, drawn in {**ALL, **every()}.items():
        at = spots(drawn)
        assert set(at) == {n.id for n in drawn.nodes}
        for one, spot in at.items():
            near = [o for o, (x, y) in at.items() if o != one and abs(x - spot[0]) < 1 and abs(y - spot[1]) < 0.5]
            assert not near, name
        for plate in drawn.plates:
            columns = [at[i][0] for i in plate.nodes]
            rows = [at[i][1] for i in plate.nodes]
            strangers = {i for i in at if i not in plate.nodes}
            inside = [
                i for i in strangers if min(columns) <= at[i][0] <= max(columns) and min(rows) <= at[i][1] <= max(rows)
            ]
            assert not inside, (name, plate.id, inside)


def test_children_stand_below_their_parents():
    for drawn in every().values():
        at = spots(drawn)
        loops = {(e.target, e.source) for e in drawn.edges if e.part == "p"}
        for edge in drawn.edges:
            if edge.part == "p" and (edge.source, edge.target) not in loops:
                assert at[edge.source][1] < at[edge.target][1]


def test_lines_bend_around_nodes():
    at = {"a": (0.0, 0.0), "b": (0.0, 1.0), "c": (0.0, 2.0)}
    assert blocked(Edge("e", "a", "c", "p"), at)
    assert not blocked(Edge("e", "a", "b", "p"), at)
    chain = Diagram(
        "chain",
        "",
        tuple(Node(i, "latent", i, i) for i in "abc"),
        (Plate("n", "N", "N", frozenset("abc")),),
        (Edge("1", "a", "b", "p"), Edge("2", "b", "c", "p"), Edge("3", "a", "c", "p")),
    )
    assert r"\draw[generation, ->] (a) to[bend left=25] (c);" in bayesnet(chain)


DIGEST = """
import hashlib
from mvgraph.drawing.bayesnet import bayesnet
from mvgraph.drawing.dot import dot
from mvgraph.drawing.layout import place
from mvgraph.drawing.mermaid import mermaid
from mvgraph.drawing.networks import network
from mvgraph.drawing.tikz import tikz
from tests.drawing.diagrams import ALL
from tests.drawing.every import anything
drawn = [*ALL.values(), anything()]
texts = [bayesnet(d) + dot(d) + mermaid(d) + repr(list(network(d).nodes(data=True))) for d in drawn]
texts += [tikz(place(ALL[name])) for name in ("parameters", "private")]
print(hashlib.sha256("".join(texts).encode()).hexdigest())
"""


def test_the_same_texts_in_every_process():
    assert len(outputs(DIGEST)) == 1
