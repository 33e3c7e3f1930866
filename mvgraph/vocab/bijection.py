"""The bijection of a flow as a torch module; apart from the families, which must be read without loading torch."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from zuko.flows.autoregressive import MaskedAutoregressiveTransform
from zuko.lazy import LazyComposedTransform, LazyTransform
from zuko.transforms import MonotonicAffineTransform, MonotonicRQSTransform

SPLINE_BOUND = 5.0  # a spline is the identity outside


class Bijection(nn.Module):
    """ε = T(z | c), a chain of autoregressive maps by zuko; every other one reads the entries in reverse.

    Arguments:
        dim: entries of z.
        context: entries of c.
        transforms: how many maps.
        kind: `maf` and `coupling` are fast from z to ε, `iaf` from ε to z.
        bins: of a spline; 0 makes affine maps.
        hidden: widths of the masked network of each map.
    """

    def __init__(self, dim: int, context: int, transforms: int, kind: str, bins: int, hidden: tuple[int, ...]) -> None:
        super().__init__()
        passes = {"coupling": 2}.get(kind)
        shapes = ((bins,), (bins,), (bins - 1,)) if bins else ((), ())
        univariate = MonotonicRQSTransform if bins else MonotonicAffineTransform
        orders = (torch.arange(dim), torch.arange(dim).flip(0))
        steps: list[LazyTransform] = [
            MaskedAutoregressiveTransform(
                dim, context, passes, orders[i % 2], univariate=univariate, shapes=shapes, hidden_features=hidden
            )
            for i in range(transforms)
        ]
        self.steps = LazyComposedTransform(*((s.inv for s in steps) if kind == "iaf" else steps))

    def forward(self, value: Tensor, context: Tensor | None, backward: bool = False) -> tuple[Tensor, Tensor]:
        """The image of `value` `(*batch, dim)` and log |det| of the map there, `(*batch,)`.

        Arguments:
            value: z, or ε where `backward`.
            context: c, `(*batch, context)`.
            backward: from ε to z.
        """
        transform = self.steps(context)
        image, log_det = (transform.inv if backward else transform).call_and_ladj(value)
        return image, log_det
