"""How one value of a view is drawn: as a picture, as class probabilities, or as a line."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor

from mvgraph.errors import UsageError
from mvgraph.spec.model import View
from mvgraph.vocab.family.categorical import Categorical

Values = NDArray[np.float64]
LEAST, LONGEST = 16, 2.0  # a vector is guessed to be a picture from so many entries on, up to this ratio of sides
TAIL = 0.005  # the share of values that are drawn as plain black, and as plain white
TRUTH, GUESS, REST = "#4d4d4d", "#1f77b4", "#c9d7e3"


class Painter(ABC):
    """Draws one value of a view into axes."""

    height: float = 0.8  # of a cell, for a width of 1

    @abstractmethod
    def paint(self, axes: Axes, value: Values, guess: bool) -> None:
        """Draw one value `(*shape)`; `guess` where a model made it."""


@dataclass(frozen=True)
class Picture(Painter):
    """A grey or RGB picture.

    Arguments:
        size: height and width.
        colours: 1 or 3.
        low, high: the values drawn as black and white.
        last: True where colours are the last axis.
    """

    size: tuple[int, int]
    colours: int
    low: float
    high: float
    last: bool = False

    @property
    def height(self) -> float:  # type: ignore[override]
        """As the picture's sides, within limits."""
        return min(max(self.size[0] / self.size[1], 0.25), 2.0)

    def paint(self, axes: Axes, value: Values, guess: bool) -> None:  # noqa: ARG002 - pictures need no colour of their own
        """The picture, black at `low` and white at `high`."""
        shape = (*self.size, self.colours) if self.last else (self.colours, *self.size)
        pixels = value.reshape(shape) if self.last else value.reshape(shape).transpose(1, 2, 0)
        unit = np.clip((pixels - self.low) / (self.high - self.low), 0.0, 1.0)
        axes.imshow(unit if self.colours == 3 else unit[..., 0], cmap="gray", vmin=0.0, vmax=1.0, aspect="auto")


@dataclass(frozen=True)
class Classes(Painter):
    """Bars of class probabilities, the likeliest class named above them."""

    height = 0.72

    def paint(self, axes: Axes, value: Values, guess: bool) -> None:
        """The bars; a true class is one grey bar."""
        best = int(value.argmax())
        colours = [(GUESS if guess else TRUTH) if k == best else REST for k in range(len(value))]
        axes.bar(np.arange(len(value)), value, width=0.85, color=colours)
        axes.set_ylim(0.0, 1.75)
        axes.set_xlim(-0.8, len(value) - 0.2)
        axes.text(
            0.5, 0.94, str(best), transform=axes.transAxes, ha="center", va="top", fontsize=9, color=colours[best]
        )


@dataclass(frozen=True)
class Line(Painter):
    """The entries of a vector as a line.

    Arguments:
        low, high: the range of the vertical axis.
    """

    low: float
    high: float
    height = 0.55

    def paint(self, axes: Axes, value: Values, guess: bool) -> None:
        """The line."""
        marker = "o" if value.size <= 8 else ""
        axes.plot(value.ravel(), color=GUESS if guess else TRUTH, lw=0.9, marker=marker, markersize=2.0)
        margin = 0.06 * (self.high - self.low)
        axes.set_ylim(self.low - margin, self.high + margin)


def painter(view: View, values: Tensor, size: tuple[int, int] | None = None) -> Painter:
    """How to draw a view, judged by its shape and by real values.

    A shape `[h, w]`, `[c, h, w]` or `[h, w, c]` with c of 1 or 3 is a picture; a categorical `[K]` is bars; a vector is
    a picture of `size`, or of the nearest to a square that its length allows where all its values are from 0 to 1 (a
    length of 32 is 4×8), else a line.

    Arguments:
        view: the view, with its shape.
        values: real values, `(row, *shape)`; they set the range of grey levels and axes.
        size: height and width of a vector that is a picture.

    Raises:
        UsageError: the size does not fit the shape.
    """
    shape = tuple(values.shape[1:])
    if size is not None and math.prod(size) != math.prod(shape):
        raise UsageError(f"the view '{view.name}' of shape {list(shape)} is no picture of {size[0]}×{size[1]}")
    if isinstance(view.likelihood, Categorical) and len(shape) == 1:
        return Classes()
    unit = bool((values >= 0.0).all() and (values <= 1.0).all())
    size = guess_size(shape[0]) if size is None and len(shape) == 1 and unit else size
    if size is not None:
        return Picture(size, 1, *_greys(values, unit))
    return _by_shape(shape, values, unit)


def _by_shape(shape: tuple[int, ...], values: Tensor, unit: bool) -> Painter:
    greys = _greys(values, unit)
    if len(shape) == 2:
        return Picture((shape[0], shape[1]), 1, *greys)
    if len(shape) == 3 and shape[0] in (1, 3):
        return Picture((shape[1], shape[2]), shape[0], *greys)
    if len(shape) == 3 and shape[2] in (1, 3):
        return Picture((shape[0], shape[1]), shape[2], *greys, last=True)
    return Line(*_range(values))


def guess_size(length: int) -> tuple[int, int] | None:
    """Height and width of a vector that is a picture, the nearest to a square; None where there is none.

    >>> guess_size(784), guess_size(32), guess_size(76), guess_size(10)
    ((28, 28), (4, 8), None, None)
    """
    height = next((h for h in range(math.isqrt(length), 0, -1) if length % h == 0), 1)
    width = length // height
    return (height, width) if length >= LEAST and width <= LONGEST * height else None


def _range(values: Tensor) -> tuple[float, float]:
    """The least and the greatest real value, never the same."""
    if not values.numel():
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low, low + 1.0)


def _greys(values: Tensor, unit: bool) -> tuple[float, float]:
    """Black and white: 0 and 1, or what all but the most extreme values lie between."""
    if unit or not values.numel():
        return 0.0, 1.0
    low, high = np.quantile(values.double().cpu().numpy(), (TAIL, 1.0 - TAIL)).tolist()
    return (low, high) if high > low else _range(values)
