"""Gradient estimators beside the pathwise one: q held still in its own log-density, weights squared on the way back.

The objective's value is the same under all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from torch import Tensor

from mvgraph.module.coefficient import Values, evaluate
from mvgraph.objective.atoms import Stratum, Stream
from mvgraph.spec.model import Spec
from mvgraph.vocab.family import Params


def held(spec: Spec, params: Params) -> Params:
    """Parameters of q for its own log-density at its own draws: without a gradient under `stl` and `dreg`.

    The mean of that gradient, E_q[∂ log q], is zero, its variance is not (Roeder, Wu & Duvenaud 2017, arXiv
    1703.09194). Under a logarithm over several draws its mean is not zero: `stl` is biased there, and `dreg` makes up
    for it by `Gates`.
    """
    return params if spec.estimator.gradient == "pathwise" else {name: p.detach() for name, p in params.items()}


class Gates:
    """Factors that the gradient of draws is multiplied by on its way back to the parameters of q.

    A draw z_k under a log-mean gets w̃_k ∂ log w_k / ∂z_k, with w̃ the normalised weights. With q held still, what is
    left out is −β E[w̃_k ∂ log q(z_k)] = −β E[(w̃_k − w̃_k²) ∂ log w_k/∂z_k · ∂z_k/∂φ], and the factor 1 − β (1 − w̃_k)
    puts it back; for β = 1 the weights are squared (Tucker, Lawson, Gu & Maddison 2019, arXiv 1810.04152). It needs
    every z_k to be drawn from the density that its weight is divided by.
    """

    def __init__(self) -> None:
        self.factors: dict[Stream, Tensor] = {}

    def through(self, stream: Stream, draws: Tensor) -> Tensor:
        """The draws, their gradient on the way back changed where they belong to one stratum alone."""
        if stream.owner and draws.requires_grad:
            draws.register_hook(partial(self._scaled, stream))
        return draws

    def weigh(self, parts: Iterable[Stratum], weights: Iterable[Tensor], values: Values) -> None:
        """Set the factors of the draws of each stratum.

        Arguments:
            parts: the strata.
            weights: of each, w̃ without a gradient, `(sample, row)`; they add up to one within their logarithm.
            values: the params.
        """
        for part, share in zip(parts, weights, strict=True):
            for coefficient, ratio in part.ratios:
                factor = 1.0 - evaluate(coefficient, values) * (1.0 - share)  # (sample, row)
                self.factors |= {s: factor.detach()[..., None] for _, streams in ratio.parts for s in streams}

    def _scaled(self, stream: Stream, gradient: Tensor) -> Tensor:
        return gradient * self.factors[stream] if stream in self.factors else gradient
