"""Pictures: what is drawn for which view, and that nothing overlaps."""

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.evaluation import draw_imputations, draw_reconstructions
from mvgraph.evaluation.painting import Classes, Line, Picture, painter
from mvgraph.spec.model import View
from mvgraph.vocab.family import Family

from .standins import Gaussian, Partial, Perfect, class_rows, gaussian_rows

NORMAL = Family.read("normal")


@pytest.mark.parametrize(
    ("shape", "kind", "size"),
    [
        ((28, 28), Picture, (28, 28)),
        ((1, 8, 6), Picture, (8, 6)),
        ((3, 8, 6), Picture, (8, 6)),
        ((8, 6, 3), Picture, (8, 6)),
        ((32,), Picture, (4, 8)),
        ((76,), Line, None),
        ((5, 8, 6), Line, None),
    ],
)
def test_a_shape_decides_how_a_view_is_drawn(shape, kind, size):
    found = painter(View("v", shape, NORMAL), torch.rand(3, *shape))
    assert isinstance(found, kind)
    assert size is None or found.size == size


def test_a_vector_beyond_the_unit_interval_is_a_line_unless_a_size_is_given():
    view, values = View("v", (32,), NORMAL), 3 * torch.randn(5, 32)
    assert isinstance(painter(view, values), Line)
    assert painter(view, values, (8, 4)).size == (8, 4)
    with pytest.raises(UsageError, match="no picture of 5×5"):
        painter(view, values, (5, 5))


def test_a_class_is_bars():
    view = View("v", (4,), Family.read("categorical"))
    assert isinstance(painter(view, torch.eye(4)), Classes)


def test_pixels_of_colour_pictures_are_in_place():
    value = np.arange(24.0).reshape(3, 2, 4)
    figure = draw_reconstructions(Gaussian(), gaussian_rows(3))
    axes = figure.axes[0]
    axes.clear()
    Picture((2, 4), 3, 0.0, 23.0).paint(axes, value, guess=False)
    assert np.allclose(axes.get_images()[0].get_array(), value.transpose(1, 2, 0) / 23.0)


def test_rows_are_spread_over_data_that_are_sorted():
    data = gaussian_rows(90)
    data.views["a"][:] = torch.arange(90.0)[:, None]
    figure = draw_reconstructions(Gaussian(), data, columns=3)
    assert [a.get_lines()[0].get_ydata()[0] for a in figure.axes[:3]] == [0.0, 44.0, 89.0]


def texts(figure):
    return [t.get_text() for t in figure.texts]


def test_imputations_have_a_row_for_each_evidence():
    figure = draw_imputations(Perfect(), class_rows(20), columns=4)
    words = texts(figure)
    assert words.count("data") == 3
    assert words.count("from all others") == 3
    assert [words.count(f"from {v}") for v in ("a", "b", "label")] == [2, 2, 2]
    assert len(figure.axes) == 4 * 12


def test_nothing_overlaps_and_nothing_is_cut_off():
    figure = draw_imputations(Perfect(), class_rows(20), columns=3)
    FigureCanvasAgg(figure).draw()
    boxes = [t.get_window_extent() for t in figure.texts] + [a.get_window_extent() for a in figure.axes]
    for i, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])


def test_a_missing_view_is_said_to_be_missing():
    data = gaussian_rows(3)
    data.views["a"][:] = torch.nan
    mask = torch.tensor([[False, True]] * 3)
    figure = draw_reconstructions(Gaussian(), Batch(data.views, mask))
    shown = [t.get_text() for a in figure.axes for t in a.texts]
    assert shown == ["missing"] * 3


def test_reconstruction_from_itself_where_that_is_all_there_is():
    assert "a (from itself alone)" in texts(draw_reconstructions(Partial(), class_rows(5)))


def test_a_model_that_answers_nothing():
    data = class_rows(5)
    with pytest.raises(UsageError, match="no posterior is defined"):
        draw_reconstructions(Partial(), Batch(data.views, data.mask & torch.tensor([False, True, True])))
