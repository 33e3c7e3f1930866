"""Networks whose answer for a row depends on the other rows of a batch: those that normalise by its statistics."""

from __future__ import annotations

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


def normalisers(network: nn.Module) -> list[_BatchNorm]:
    """The layers of a network that normalise by the mean and variance of a batch, torch's `BatchNorm*d` and kin.

    >>> normalisers(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.LayerNorm(3)))
    [BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)]
    """
    return [layer for layer in network.modules() if isinstance(layer, _BatchNorm)]
