"""Values that are perhaps not what was meant: pictures from 0 to 255, grey values as bits, channels behind."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mvgraph.data.batch import Batch
from mvgraph.deferring import defer
from mvgraph.spec.model import Spec, View

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")

FEW_PIXELS = 16
CHANNELS = (1, 3, 4)
MOST_BYTE = 255
DIVIDE = "divide them by 255"


def are_bytes(values: Tensor) -> bool:
    """Whether values `(row, *shape)` look like pictures whose pixels are whole numbers from 0 to 255."""
    if not len(values) or values[0].numel() < FEW_PIXELS or not _whole(values[0]):
        return False
    least, most = values.aminmax()
    byte = values.dtype == torch.uint8 or bool(most == MOST_BYTE)
    return bool(least >= 0) and bool(1 < most <= MOST_BYTE) and byte and _whole(values)


def _whole(values: Tensor) -> bool:
    return not values.is_floating_point() or bool((values == values.round()).all())


def unscaled(view: View, values: Tensor) -> Iterator[str]:
    """That pictures from 0 to 255 are scored as real numbers.

    Arguments:
        view: with its likelihood.
        values: `(row, *shape)`, in the dtype in which they were given.
    """
    family = view.likelihood
    real = family is not None and not family.discrete and family.invalid(torch.tensor([-0.5])) is None
    if family is not None and real and are_bytes(values):
        numbers = f"whole numbers from {int(values.min())} to {int(values.max())}"
        yield f"view '{view.name}' holds {numbers}, as pictures do, under '{family.word}': {DIVIDE}"


def improper(spec: Spec, data: Batch) -> Iterator[str]:
    """That values between 0 and 1 are scored by a likelihood that knows 0 and 1 only, which is no density."""
    for name in spec.scored_views:
        view = spec.view(name)
        if view.likelihood is None or view.likelihood.word != "bernoulli":
            continue
        values = data.views[name][data.mask[:, data.names.index(name)]]
        if bool(((values > 0) & (values < 1)).any()):
            yield (
                f"view '{name}' has values between 0 and 1: 'bernoulli' is no density over [0, 1], its nats are those "
                "of a pseudo-likelihood; 'continuous_bernoulli' is one"
            )


def other_layout(shape: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """How to bring rows of one shape to another with the same entries; "" where that is not seen.

    >>> other_layout((28, 28, 3), (3, 28, 28))
    'channels come first: numpy.moveaxis(values, -1, 1), tensor.movedim(-1, 1)'
    >>> other_layout((784,), (1, 28, 28))
    'the rows have as many entries: values.reshape(-1, 1, 28, 28)'
    """
    if len(shape) > 1 and (shape[-1], *shape[:-1]) == wanted:
        return "channels come first: numpy.moveaxis(values, -1, 1), tensor.movedim(-1, 1)"
    if sorted(shape) == sorted(wanted):
        return f"its axes stand in another order: numpy.transpose(values, ...) gives [{', '.join(map(str, wanted))}]"
    if math.prod(shape) == math.prod(wanted):
        return f"the rows have as many entries: values.reshape(-1, {', '.join(map(str, wanted))})"
    return ""


def channels_last(shape: tuple[int, ...]) -> bool:
    """Whether rows look like pictures with their channels behind: height, width, channels."""
    return len(shape) == 3 and shape[-1] in CHANNELS and shape[0] not in CHANNELS and shape[1] not in CHANNELS
