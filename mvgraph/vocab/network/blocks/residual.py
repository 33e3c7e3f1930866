"""The residual block of the network `resnet`."""

from __future__ import annotations

from torch import Tensor, nn


class Residual(nn.Module):
    """`s(x) + 0.1 · conv(a(conv(a(x))))`, a = LeakyReLU(0.2), 3×3 convolutions with min(in, out) hidden channels.

    The shortcut s is the identity, or a 1×1 convolution without bias where the number of channels changes.

    Source: Mescheder, Geiger, Nowozin, Which training methods for GANs do actually converge? (2018,
    arXiv 1801.04406), as used by Palumbo, Daunhawer, Vogt, MMVAE+ (2023, ICLR).

    Arguments:
        fan_in: channels of the input.
        fan_out: channels of the output.

    >>> import torch
    >>> Residual(4, 8)(torch.zeros(2, 4, 7, 7)).shape
    torch.Size([2, 8, 7, 7])
    """

    def __init__(self, fan_in: int, fan_out: int) -> None:
        super().__init__()
        hidden = min(fan_in, fan_out)
        self.body = nn.Sequential(
            nn.LeakyReLU(0.2),
            nn.Conv2d(fan_in, hidden, 3, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(hidden, fan_out, 3, padding=1),
        )
        self.shortcut = nn.Identity() if fan_in == fan_out else nn.Conv2d(fan_in, fan_out, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:  # (n, fan_in, height, width)
        """The block's output `(n, fan_out, height, width)`."""
        y: Tensor = self.shortcut(x) + 0.1 * self.body(x)
        return y
