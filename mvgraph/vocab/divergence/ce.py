"""Cross-entropies in closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvgraph.vocab.divergence.kl import closed_kl
from mvgraph.vocab.family.base import ClosedKL, Family, Params

if TYPE_CHECKING:
    from torch import Tensor


def closed_ce(of: Family, to: Family) -> ClosedKL | None:
    """CE(of, to) = −E_of[log to] as a function of both parameters; None where no closed form is known.

    It is H(of) + KL(of ‖ to) (Cover & Thomas 2006, Elements of Information Theory, section 5.4): closed where both are.
    The function broadcasts and sums as that of `closed_kl`.

    >>> import torch
    >>> normal = Family.read("normal")
    >>> unit = {"loc": torch.zeros(1), "scale": torch.ones(1)}
    >>> closed_ce(normal, normal)(unit, unit)  # ½ log 2πe
    tensor(1.4189)
    """
    divergence = closed_kl(of, to)
    if divergence is None or not of.has_entropy:
        return None

    def cross_entropy(first: Params, second: Params) -> Tensor:
        return of.entropy(first) + divergence(first, second)

    return cross_entropy
