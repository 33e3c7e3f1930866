"""Distributions known by their draws, as torch distributions; apart from the families, which load without torch."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

MOMENTS = 1000  # draws that mean and variance are taken from


class Pushed(Distribution):
    """The distribution of x = g(ε), which has a density and draws, and whose moments have no closed form.

    `mean` and `variance` are those of 1000 draws under a seed of their own: always the same ones.

    Arguments:
        push: g, from noise to values, both `(*sample, *batch, *event)`.
        noise: makes ε of a shape with a generator.
        density: log p(x), `(*sample, *batch, *event)` to `(*sample, *batch)`.
        like: a tensor with the shape, the dtype and the device of one value for each of the batch, `(*batch, *event)`.
        event_dims: how many of its last axes are the event.
    """

    arg_constraints = {}  # noqa: RUF012 - torch declares it on the instance
    has_rsample = True

    def __init__(
        self,
        push: Callable[[Tensor], Tensor],
        noise: Callable[[tuple[int, ...], torch.Generator | None], Tensor],
        density: Callable[[Tensor], Tensor],
        like: Tensor,
        event_dims: int,
    ) -> None:
        self._push, self._noise, self._density, self._device = push, noise, density, like.device
        cut = like.dim() - event_dims
        super().__init__(like.shape[:cut], like.shape[cut:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """E[x], estimated."""
        return self._moments[0]

    @property
    def variance(self) -> Tensor:
        """Var[x], estimated."""
        return self._moments[1]

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """x = g(ε)."""
        return self._push(self._noise(tuple(self._extended_shape(torch.Size(sample_shape))), None))

    def log_prob(self, value: Tensor) -> Tensor:
        """log p(x)."""
        return self._density(value)

    @cached_property
    def _moments(self) -> tuple[Tensor, Tensor]:
        generator = torch.Generator(self._device).manual_seed(0)
        draws = self._push(self._noise((MOMENTS, *self.batch_shape, *self.event_shape), generator))
        return draws.mean(0), draws.var(0)
