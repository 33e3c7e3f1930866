"""What evidence says of a discrete node that has been summed out of a prior."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mvgraph.module.inference import Inference
from mvgraph.module.mixing import MixedMarginal
from mvgraph.module.naming import module_name
from mvgraph.objective.keys import Ref
from mvgraph.spec.summing import summed
from mvgraph.vocab.mixed import LOGITS, Mixed


@dataclass(frozen=True, eq=False)
class Clusters:
    """What the rows of a batch say of the values of a discrete node c that was summed out of p(z).

    Arguments:
        members: log p(z | c) at the mean z of every component of q(z | x_S), `(part, row, c)`.
        weights: of these components, `(part, row)`.
        prior: p(z), whose components can be dropped.
    """

    members: Tensor
    weights: Tensor
    prior: MixedMarginal


def of(inference: Inference, discrete: str) -> Clusters:
    """The clusters of a batch."""
    prior = inference.networks.priors[module_name(Ref(summed(inference.spec, discrete).name))]
    assert isinstance(prior, MixedMarginal)
    return Clusters(log_members(inference, discrete), inference.log_weights.exp(), prior)


def log_members(inference: Inference, discrete: str) -> Tensor:
    """log p(z | c) at the mean of every component of q(z | x_S), `(part, row, c)`."""
    latent = summed(inference.spec, discrete)
    means = torch.cat([b.draws(None, None) for b in inference.shared(Ref(latent.name))])
    if not isinstance(latent.family, Mixed):  # of one component
        return latent.family.log_prob(inference.networks.prior(Ref(latent.name)), means)[..., None]
    return latent.family.log_members(inference.networks.prior(Ref(latent.name)), means)


def responsibilities(inference: Inference, discrete: str) -> Tensor:
    """p(c | x_S) = Σ over the components of q of w p(c | z), z their means, `(row, c)`."""
    prior = inference.networks.prior(Ref(summed(inference.spec, discrete).name))
    share = torch.softmax(log_members(inference, discrete) + prior.get(LOGITS, 0.0), -1)  # (part, row, c)
    return (inference.log_weights.exp()[..., None] * share).sum(0)
