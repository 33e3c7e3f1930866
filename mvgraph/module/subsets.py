"""The posterior of a latent given some of the views, where no fusion gives it: sampled from a product of experts.

With exact experts q(z | x_m) = p(z | x_m), and views independent given z,

    p(z | x_S) ∝ p(z) Π_{m in S} p(x_m | z) ∝ Π_{m in S} q(z | x_m) / p(z)^(|S| − 1),

for any number of views; dividing by p(z) once is right for two views only.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from mvgraph.module.networks import Networks
from mvgraph.objective.keys import Ref
from mvgraph.vocab.family import Params
from mvgraph.vocab.sampler import LogDensity, Sampler, Samples


def sample(
    networks: Networks,
    ref: Ref,
    sampler: Sampler,
    views: Mapping[str, Tensor],
    mask: Tensor,
    generator: torch.Generator | None = None,
) -> Samples:
    """Draws from q(ref | x_S), S being each row's own.

    Arguments:
        networks: the parameters.
        ref: a shared latent whose prior has no parents.
        sampler: makes the draws.
        views: values `(row, *shape)`, finite everywhere.
        mask: the evidence S, bool `(row, view)`, one view or more.
        generator: the randomness.
    """
    used = [v for v, there in zip(networks.spec.view_names, mask.any(0).tolist(), strict=True) if there]
    evidence = mask[:, [networks.spec.view_names.index(v) for v in used]]
    experts = [networks.expert(ref, v)(views[v]) for v in used]
    start = _start(networks, ref, experts, evidence, sampler.chains, generator)
    return sampler.sample(log_product(networks, ref, experts, evidence), start, generator)


def log_product(networks: Networks, ref: Ref, experts: list[Params], evidence: Tensor) -> LogDensity:
    """log of Π_{m in S} q(z | x_m) / p(z)^(|S| − 1) up to a constant, as a function of z.

    Arguments:
        networks: the parameters.
        ref: the latent.
        experts: the parameters of each expert.
        evidence: which of them each row has, bool `(row, expert)`.
    """
    spec = networks.spec
    family, prior = spec.posterior(ref.node).expert, spec.latent(ref.node).family
    unit = networks.prior(ref)

    def density(z: Tensor) -> Tensor:
        each = torch.stack([family.log_prob(e, z) for e in experts], -1)  # (chain, row, expert)
        return torch.where(evidence, each, 0.0).sum(-1) - (evidence.sum(-1) - 1) * prior.log_prob(unit, z)

    return density


def _start(
    networks: Networks,
    ref: Ref,
    experts: list[Params],
    evidence: Tensor,
    chains: int,
    generator: torch.Generator | None,
) -> Tensor:
    """Where chains start, `(chain, row, dim)`: at draws of the row's experts in turn."""
    spec = networks.spec
    family, shape = spec.posterior(ref.node).expert, (chains, len(evidence), spec.dim(ref.node))
    like = networks.like
    each = torch.stack([family.rsample(e, family.noise(shape, generator, like)) for e in experts])
    turn = torch.arange(chains, device=evidence.device)[:, None] % evidence.sum(-1)  # (chain, row)
    chosen = evidence & (evidence.cumsum(-1) - 1 == turn[..., None])  # (chain, row, expert)
    index = chosen.to(torch.int64).argmax(-1)
    return each.gather(0, index[None, ..., None].expand(1, *shape))[0].detach()
