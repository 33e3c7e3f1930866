"""Labels as outlines: any text at all, the same every time, with the size that they are drawn in."""

import re

import pytest
import ziafont

from mvgraph.drawing import labels
from mvgraph.drawing.labels import outline, size
from mvgraph.language import symbols

from .fresh import outputs

ODD = [
    "_",
    "&",
    "<",
    ">",
    '"',
    "a_",
    "a&b",
    r"\mathrm{a&b}",
    r"\frac",
    "{",
    "}",
    r"\left(",
    "%",
    "#",
    "$",
    "\x00a",
    "日本",
    "é",
    "]]>",
]


def points(path):
    """The points of a path of relative commands, control points included."""
    assert re.fullmatch(r"([mlqcz][-\d. ]*)*", path)
    here = start = (0.0, 0.0)
    for letter, rest in re.findall(r"([mlqcz])([^mlqcz]*)", path):
        values = [float(n) for n in rest.split()]
        found = [(here[0] + x, here[1] + y) for x, y in zip(values[0::2], values[1::2], strict=True)]
        yield from found
        here = found[-1] if found else start
        start = here if letter == "m" else start


@pytest.mark.parametrize("latex", [*ODD, "z", r"\hat{z}", r"\frac{1}{M}", r"\phi_{m,l}", "l' > l"])
def test_every_label_is_drawn_inside_the_box_that_it_reports(latex):
    drawn = outline(latex)
    xs, ys = zip(*points(drawn.path), strict=True)
    assert drawn.width > 0
    assert drawn.height > 0
    assert (-min(xs), max(xs)) == pytest.approx((drawn.width / 2, drawn.width / 2), abs=0.02)
    assert (-min(ys), max(ys)) == pytest.approx((drawn.height / 2, drawn.height / 2), abs=0.02)


@pytest.mark.parametrize("latex", ["", " ", "\n\t", r"\\", "\x00"])
def test_nothing_is_drawn_as_nothing(latex):
    assert outline(latex) == labels.Outline(0.0, 0.0, "")


def test_what_is_no_formula_is_drawn_as_the_text_it_is():
    assert outline(r"\mathrm{a&b}") == outline("a&b")
    assert size("a&b")[0] > size("&")[0]
    assert size("a_ and more")[0] > 2 * size("a_")[0]


def test_an_enumeration_is_set_as_tightly_as_in_latex():
    letters = sum(size(part)[0] for part in ("1", ",", r"\dots", ",", "M"))
    thin = size(r"a\,b")[0] - size("ab")[0]
    assert size(r"1, \dots, M")[0] == pytest.approx(letters + 4 * thin, abs=1.0)
    assert outline(r"1, \dots, M") == outline(r"1,\dots,M")


def test_a_label_grows_with_its_scale():
    width, height = size(symbols.latex("h.image"))
    assert size(symbols.latex("h.image"), 2.0) == pytest.approx((2 * width, 2 * height), rel=0.01)


def test_letters_of_different_heights_stand_on_one_baseline():
    for latex in ("x", "xb", r"\mathrm{xb}"):
        assert outline(latex).baseline == pytest.approx(outline(latex).height / 2, abs=0.15)
    assert outline("y").baseline < outline("y").height / 2 - 1


def test_an_accent_does_not_widen_a_letter_by_half():
    assert size(r"\hat{z}")[0] < 1.5 * size("z")[0]


def test_a_fraction_has_its_bar():
    assert outline(r"\frac{1}{M}").path.count("m") == outline("1").path.count("m") + outline("M").path.count("m") + 1


def test_the_settings_of_the_library_are_left_alone():
    before = ziafont.config.svg2, ziafont.config.precision
    outline.__wrapped__("x")
    assert (ziafont.config.svg2, ziafont.config.precision) == before


def test_the_same_bytes_in_every_process():
    code = "from mvgraph.drawing.labels import outline; print([outline(s) for s in (r'\\phi_{m,l}', 'a&b', 'z', 'z')])"
    runs = outputs(code, ("1", "2"))
    assert len(runs) == 1
    assert "m" in runs.pop()
