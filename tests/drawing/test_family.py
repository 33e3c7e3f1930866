"""The family tree as a picture and as a page: nothing on anything else, all of it told in words, safe and the same."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from xml.etree import ElementTree

import pytest

from mvgraph.drawing.kin.page import page
from mvgraph.drawing.kin.svg import svg, told
from mvgraph.drawing.kin.tree import lines
from mvgraph.drawing.themes import DARK, LIGHT, Theme
from mvgraph.interface.objectives import relate
from mvgraph.interface.specs import load
from mvgraph.objective.difference.kinship import Family, family
from mvgraph.objective.difference.matrix import Matrix

NAMES = ("mmvae", "mmvae_dreg", "mmvae_tight", "mmvae_plus", "cmvae", "mvae", "mopoe", "mvtcae", "jmvae", "cvae", "ae")
SPACE = "{http://www.w3.org/2000/svg}"


@cache
def found() -> Matrix:
    return relate(*NAMES)


def drawn() -> Family:
    return family(found())


def boxes(root: ElementTree.Element, group: str) -> list[tuple[float, float, float, float]]:
    """The rectangles in groups of a class: left, top, right, bottom."""
    rects = [r for g in root.iter(f"{SPACE}g") if g.get("class", "").startswith(group) for r in g.iter(f"{SPACE}rect")]
    sides = [[float(r.get(k, "nan")) for k in ("x", "y", "width", "height")] for r in rects]
    return [(x, y, x + width, y + height) for x, y, width, height in sides]


def apart(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_no_label_and_no_box_lies_on_another(theme: Theme) -> None:
    root = ElementTree.fromstring(svg(drawn(), theme))
    own, labels = boxes(root, "class"), boxes(root, "step")
    assert len(own) == len(drawn().classes)
    assert len(labels) == len(drawn().steps)
    every = [*own, *labels]
    assert all(apart(a, b) for n, a in enumerate(every) for b in every[:n])
    width, height = (float(size) for size in root.get("viewBox", "").split()[2:])
    assert all(left >= 0 and top >= 0 and right <= width and bottom <= height for left, top, right, bottom in every)


def test_every_step_is_told() -> None:
    root = ElementTree.fromstring(svg(drawn()))
    titles = [t.text for t in root.iter(f"{SPACE}title")]
    description = "".join(root.find(f"{SPACE}desc").itertext())  # type: ignore[union-attr]
    for step in drawn().steps:
        assert told(step) in titles
        assert told(step) in description
        assert list(lines(step))


def test_the_same_twice() -> None:
    assert svg(drawn()) == svg(family(relate(*NAMES)))


def test_the_page_has_every_pair_and_asks_for_nothing() -> None:
    text = page(found())
    assert not re.findall(r"""(?:src|href)=["'](?!#)""", text)
    related = len(found().related)
    titles = re.findall(r'<td class="(?:stands|special)" title="([^"]*)"', text)
    assert len(titles) == 2 * related
    assert "mmvae < mmvae_tight" in map(unescape, titles)
    assert "mmvae_tight > mmvae" in map(unescape, titles)
    assert text.count("<td>") >= 5 * related


def test_names_are_no_markup() -> None:
    nasty = load("mvae", name="<b>R&D</b>")
    text = page(relate(nasty, "mopoe"))
    assert "<b>" not in text
    assert "&lt;b&gt;R&amp;D" in text
