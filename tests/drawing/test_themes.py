"""Themes: legible by the contrast that WCAG 2.2 asks for, told apart in grey by lightness and by dashes."""

from itertools import combinations

import pytest

from mvgraph.drawing.themes import LINES, THEMES

TEXT, GRAPHICS = 4.5, 3.0  # WCAG 2.2, success criteria 1.4.3 and 1.4.11


def linear(channel):
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def luminance(colour):
    red, green, blue = (linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a, b):
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)


def lightness(colour):
    """CIE L*, from 0 to 100."""
    y = luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


@pytest.fixture(params=THEMES.values(), ids=THEMES.keys())
def theme(request):
    return request.param


def test_contrast_is_computed_as_published():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert lightness("#777777") == pytest.approx(50, abs=0.2)


def test_letters_are_legible_on_everything_that_they_stand_on(theme):
    assert min(contrast(theme.ink, theme.paper), contrast(theme.ink, theme.shade)) >= TEXT


def test_lines_are_visible(theme):
    assert min(contrast(c, theme.paper) for c in (theme.faint, *theme.parts.values())) >= GRAPHICS


def test_changes_stand_out_and_their_signs_are_legible(theme):
    assert min(contrast(c, theme.paper) for c in theme.changes.values()) >= TEXT


def test_parts_differ_in_lightness(theme):
    assert min(abs(lightness(a) - lightness(b)) for a, b in combinations(theme.parts.values(), 2)) >= 12


def test_what_is_observed_differs_in_lightness_from_what_is_not(theme):
    assert abs(lightness(theme.shade) - lightness(theme.paper)) >= 12


def test_parts_differ_without_any_colour():
    assert all(a.dashes != b.dashes for a, b in combinations(LINES.values(), 2))


def test_a_change_has_its_own_colour(theme):
    assert theme.line("p") == theme.ink
    assert theme.line("q", "added") == theme.changes["added"]
    assert len({*theme.parts.values(), *theme.changes.values()}) == 6
