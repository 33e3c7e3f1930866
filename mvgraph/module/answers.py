"""What a trained model answers: posteriors, imputations, new data, log-likelihoods."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, OneHotCategorical

from mvgraph.errors import UsageError
from mvgraph.graph.pooling import pools
from mvgraph.module import belief, clusters
from mvgraph.module.belief import Belief, choose
from mvgraph.module.inference import Inference
from mvgraph.module.networks import Networks
from mvgraph.module.predictive import NUMBERS, Decoding, Predictive
from mvgraph.objective.family import causes, prior_key, relevant
from mvgraph.objective.keys import Ref
from mvgraph.spec.model import Spec
from mvgraph.tracing import known
from mvgraph.vocab.family import Params, Shape
from mvgraph.vocab.family.point_mass import PointMass

CHUNK = 50_000  # decoder rows at a time
FEW = 2  # effective draws below which an importance estimate is that of one draw
DRAWS = 100  # of the latents of each row: E[x | x_S] is within a tenth of the spread that they cause


def encode(inference: Inference) -> dict[str, Distribution]:
    """q(v | x_S) of every latent; a mixture where the family is one.

    A private latent (`h.image`) is given its own view where that was seen, else drawn from its absence rule. A latent
    whose distribution depends on other latents (a level of a hierarchy) is given at their means, in each component.
    A discrete node has p(c | x_S), one-hot over its values.
    """
    spec, found = inference.spec, {}
    means = dict[Ref, Tensor]()  # (component, row, dim)
    for ref in latents(spec):
        beliefs = _beliefs(inference, ref, means)
        means[ref] = torch.stack([b.draws(None, None)[0] for b in beliefs])
        if ref.view is not None and not causes(spec, ref):
            found[str(ref)] = inference.alone(ref)
        else:
            depends = ref.view is None or inference.above(ref) or not known(inference.seen(ref).all(), unknown=False)
            found[str(ref)] = belief.mixture(beliefs if depends else beliefs[:1], inference.log_weights)
    for node in spec.discretes:
        found[node.name] = OneHotCategorical(clusters.responsibilities(inference, node.name))
    return found


def impute(
    inference: Inference, views: Sequence[str], samples: int | None = None, generator: torch.Generator | None = None
) -> dict[str, Predictive]:
    """p(x_m | x_S) of each view: a mixture over components of q and draws from each.

    Arguments:
        inference: the evidence.
        views: which views to answer for.
        samples: draws from each component; None decodes its mean instead.
        generator: randomness of the draws.
    """
    networks, count = inference.networks, samples or 1
    latent = {r: z.flatten(0, 1) for r, z in _latents(inference, views, samples, generator).items()}
    weights = inference.log_weights.repeat_interleave(count, 0) - math.log(count)
    answers = {}
    for view in views:
        family, shape = networks.scored(view)
        inputs = networks.inputs(view, inference.conditions | latent).expand(*weights.shape, -1)
        answers[view] = Predictive(family, shape, weights, _parameters(networks.decoder(view), inputs, shape))
    return answers


def decode(networks: Networks, view: str, at: Mapping[Ref, Tensor]) -> Distribution:
    """p(x_view | v) at values of what its decoder reads, `(*batch, dim)` each."""
    family, shape = networks.scored(view)
    inputs = networks.inputs(view, at)
    params = networks.decode(view, inputs)
    return family.distribution({n: p.expand(*inputs.shape[:-1], *shape) for n, p in params.items()}, shape)


def _parameters(decoder: nn.Module, inputs: Tensor, shape: Shape) -> Callable[[slice], Params]:
    """The parameters at all draws, decoded now; or later and a few rows at a time, by a copy, where they are many."""
    decoding = Decoding(decoder, inputs, len(shape))
    if inputs[..., 0].numel() * math.prod(shape) > NUMBERS:
        return replace(decoding, decoder=deepcopy(decoder))
    held = {n: p.expand(*inputs.shape[:2], *shape) for n, p in decoding(slice(None)).items()}
    return lambda rows: {n: p[:, rows] for n, p in held.items()}


def default_draws(inference: Inference) -> int:
    """Draws from each component of q so that there are `DRAWS` in all; one where a draw is always the same."""
    spec = inference.spec
    families = [q.family(whole=w) for q in spec.posteriors for w in (True, False)]
    if all(isinstance(f, PointMass) for f in families) and not any(x.plate for x in spec.latents):
        return 1
    return math.ceil(DRAWS / len(inference.components))


def generate(
    networks: Networks,
    count: int,
    given: Mapping[str, Tensor],
    *,
    mean: bool = True,
    generator: torch.Generator | None = None,
) -> dict[str, Tensor]:
    """New data from the prior: z ~ p(z), then E[x_m | z], or a draw of x_m with `mean=False`.

    Arguments:
        networks: the parameters.
        count: how many; of each row of what is given, where the spec has conditions.
        given: the views that are conditioned on, `(row, *shape)`.
        mean: decode to the mean.
        generator: the randomness.

    Raises:
        UsageError: a prior is improper, or made of posteriors.
    """
    spec = networks.spec
    require_prior(spec)
    conditions = {r: v.repeat_interleave(count, 0) for r, v in networks.conditions(given).items()}
    total = next((len(v) for v in conditions.values()), count)
    at = dict(conditions)
    like = networks.like
    for ref in latents(spec):
        family, parents = spec.latent(ref.node).family, [at[p] for p in causes(spec, ref)]
        made = networks.reproduced(ref, parents)
        if made is not None:
            at[ref] = made
            continue
        noise = family.noise((total, spec.dim(ref.node, ref.view)), generator, like)
        at[ref] = family.rsample(networks.prior(ref, parents, conditions), noise)
    params = {v: networks.decode(v, networks.inputs(v, at)) for v in networks.decoded()}
    return {v: _emit(spec, v, p, mean, generator) for v, p in params.items()}


@dataclass(frozen=True, eq=False)
class Importance:
    """log p(x_O) of each row by importance sampling, and how far it can be trusted.

    Arguments:
        log_likelihood: the estimate, `(row,)`; too low on average.
        effective: how many draws it rests on, (Σ w)²/Σ w², `(row,)`: from 1, one draw alone, to all of them.
        draws: how many there were for each row.
    """

    log_likelihood: Tensor
    effective: Tensor
    draws: int

    @property
    def error(self) -> Tensor:
        """The standard error of the estimate over draws, √(1/effective − 1/draws), `(row,)`; of no use near 1."""
        return (1.0 / self.effective - 1.0 / self.draws).clamp_min(0.0).sqrt()

    @property
    def least(self) -> float:
        """How many effective draws a value should rest on: two, or one in twenty where there are few."""
        return min(FEW, self.draws / 20)

    @property
    def unreliable(self) -> bool:
        """Whether half of the rows rest on fewer."""
        return bool(len(self.effective)) and bool(self.effective.median() < self.least)


def importance(
    inference: Inference, observed: Tensor, samples: int, generator: torch.Generator | None = None
) -> Importance:
    """log p(x_O) of each row by importance sampling with all weights reset to one.

    log (1/K) Σ_k Π_m p(x_m | z_k) p(z_k) / q(z_k), z_k from q stratified over the components of q and q's mixture
    density below (Burda, Grosse & Salakhutdinov 2016, arXiv 1509.00519; Shi et al. 2019, arXiv 1911.03393). Where q is
    sampled and has no density, a normal with the mean of its draws, and a wider scale, is drawn from instead.

    Arguments:
        inference: the evidence that q is given.
        observed: the views whose likelihood is wanted, bool `(row, view)`; they must hold data.
        samples: draws a row, over all components together.
        generator: randomness of the draws.

    Raises:
        UsageError: a likelihood, prior or posterior has no density.
    """
    require_densities(inference.spec)
    each = math.ceil(samples / len(inference.components))
    rows = max(len(inference.batch) * len(inference.components), 1)
    logs = [_log_weights(inference, observed, k, generator) for k in _chunks(each, max(CHUNK // rows, 1))]
    table = (torch.cat(logs, 1) + inference.log_weights[:, None]).flatten(0, 1)  # (draw, row)
    total = table.logsumexp(0)
    effective = (2.0 * total - (2.0 * table).logsumexp(0)).exp()
    draws = each * int((inference.log_weights > -torch.inf).sum(0).max())
    return Importance(total - math.log(each), effective, draws)


def unreliability(estimate: Importance) -> str:
    """What to think of an estimate that rests on next to nothing, and what to do."""
    effective, least = estimate.effective, estimate.least
    few = int((effective < least).sum())
    return (
        f"log p(X) is not reliable: {few} of {len(effective)} rows rest on fewer than {least:.3g} effective draws "
        f"(median {effective.median():.1f} of {estimate.draws}), so the values are too low, by how much is not known; "
        "give more samples, let q look at all views, or train its posterior longer"
    )


def require_densities(spec: Spec) -> None:
    """Refuse log p(X) where it does not exist.

    Raises:
        UsageError: names the distribution that has no density.
    """
    for node in spec.pseudo:
        raise UsageError(f"log p(X) is not defined: '{node.name}' is pseudo-data, so the levels are no one model of X")
    for name in pools(spec):
        raise UsageError(
            f"log p(X) is not defined: the prior of {name} is made of posteriors, so there is no joint density p(X)"
        )
    families = {f"the likelihood of view {v}": spec.view(v).likelihood for v in spec.scored_views}
    families |= {f"the prior of {x.name}": x.family for x in spec.latents}
    families |= {f"the posterior of {x.name}": x.family(whole=w) for x in spec.posteriors for w in (True, False)}
    for what, family in families.items():
        if family is not None and not family.is_density:
            why = "is improper: its integral is infinite" if family.improper else "has no density"
            raise UsageError(f"log p(X) is not defined: {what} is '{family.word}', which {why}")


def require_prior(spec: Spec) -> None:
    """Refuse to draw from a prior that is improper, or none without data.

    Raises:
        UsageError: names the latent.
    """
    for one in (x for x in spec.latents if x.family.improper):
        why = f"the prior of {one.name} is '{one.family.word}', whose integral is infinite"
        raise UsageError(f"no new data can be drawn: {why}; impute from some view, or write latent: normal")
    for name in pools(spec):
        message = f"there is nothing to generate from: the prior of {name} is made of posteriors of data"
        raise UsageError(f"{message}; impute the views that are wanted from some that are given")


def latents(spec: Spec) -> list[Ref]:
    """Every latent of the unrolled graph, parents first."""
    nodes = ("", *(n.name for n in spec.pseudo))
    refs = {r for node in nodes for r in relevant(spec, frozenset(spec.scored_views), node)}

    def depth(ref: Ref) -> int:
        return 1 + max((depth(p) for p in causes(spec, ref)), default=0)

    return sorted(refs, key=lambda r: (depth(r), str(r)))


def _latents(
    inference: Inference, views: Sequence[str], samples: int | None, generator: torch.Generator | None
) -> dict[Ref, Tensor]:
    """Draws (or means) of every latent above `views`, `(component, sample, row, dim)`."""
    spec, found = inference.spec, dict[Ref, Tensor]()
    wanted = relevant(spec, frozenset(views))
    for ref in wanted:  # grows while it is walked
        wanted += [p for p in causes(spec, ref) if p not in wanted]
    for ref in (r for r in latents(spec) if r in wanted):
        beliefs = _beliefs(inference, ref, found)
        found[ref] = torch.stack([b.draws(samples, generator) for b in beliefs])
    return found


def _beliefs(inference: Inference, ref: Ref, values: Mapping[Ref, Tensor]) -> Sequence[Belief]:
    """What is known of a latent in every component, at values of its parents, `(component, *sample, row, dim)`."""
    if ref.view is not None:
        return inference.copies(ref, _parents(inference, ref, values))
    bare = inference.bare
    some = known(bare.any(), unknown=bool(inference.spec.conditions))
    priors = [inference.prior(ref, p) for p in _parents(inference, ref, values)] if some else []
    if known(bare.all(), unknown=False):
        return priors
    own = inference.shared(ref, [values[p] for p in inference.above(ref)])
    return [choose([(bare, p), (~bare, q)]) for p, q in zip(priors, own, strict=True)] if priors else own


def _parents(inference: Inference, ref: Ref, values: Mapping[Ref, Tensor]) -> list[list[Tensor]]:
    """The values of a latent's parents in every component, `(*sample, row, dim)` each."""
    parents = [values[p] for p in causes(inference.spec, ref)]
    return [[p[c] for p in parents] for c in range(len(inference.components))]


def _emit(spec: Spec, view: str, params: Params, mean: bool, generator: torch.Generator | None) -> Tensor:
    own = spec.view(view)
    assert own.likelihood is not None
    assert own.shape is not None
    if mean:
        return own.likelihood.mean(params)
    with torch.random.fork_rng():
        torch.manual_seed(int(torch.randint(2**31, (), generator=generator)))
        return own.likelihood.distribution(params, own.shape).sample()


def _chunks(total: int, size: int) -> Iterator[int]:
    for start in range(0, total, size):
        yield min(size, total - start)


def _log_weights(inference: Inference, observed: Tensor, samples: int, generator: torch.Generator | None) -> Tensor:
    """log p(x_O, v) − log q(v) at draws from each component, `(component, sample, row)`."""
    spec, networks = inference.spec, inference.networks
    draws = dict[Ref, Tensor]()  # (component, sample, row, dim)
    like = networks.like
    total = like.new_zeros(len(inference.components), samples, len(inference.batch))
    shared = dict[Ref, Sequence[Belief]]()
    for ref in latents(spec):
        if ref.view is None:
            beliefs = shared[ref] = [b.proposal() for b in _beliefs(inference, ref, draws)]
        else:
            beliefs = [inference.proposal(ref, p) for p in _parents(inference, ref, draws)]
        draws[ref] = torch.stack([b.draws(samples, generator) for b in beliefs])
        prior = networks.prior(ref, [draws[p] for p in prior_key(spec, ref).given], inference.conditions)
        ratio = spec.latent(ref.node).family.log_prob(prior, draws[ref])
        if ref.view is not None:
            ratio = ratio - torch.stack([b.log_prob(z) for b, z in zip(beliefs, draws[ref], strict=True)])
            ratio = torch.where(_column(spec, observed, ref.view), ratio, 0.0)
        total = total + ratio
    return total - _log_posterior(inference, shared, draws) + _log_scores(inference, observed, draws)


def _log_posterior(inference: Inference, shared: Mapping[Ref, Sequence[Belief]], draws: Mapping[Ref, Tensor]) -> Tensor:
    """log Σ_S w_S Π_v q_S(v) of the shared latents at all draws, `(component, sample, row)`."""
    total = inference.log_weights[:, None, None]  # (density's component, draw's component, sample, row)
    for ref, own in shared.items():
        every = [draws[p].expand(len(own), *draws[p].shape) for p in inference.above(ref)]
        beliefs = inference.shared(ref, every) if every else own
        total = total + torch.stack([b.log_prob(draws[ref]) for b in beliefs])
    return total.logsumexp(0)


def _log_scores(inference: Inference, observed: Tensor, draws: Mapping[Ref, Tensor]) -> Tensor:
    """Σ_m log p(x_m | ·) over the observed views, `(component, sample, row)`."""
    spec, scores = inference.spec, []
    for view in inference.networks.decoded():
        own = spec.view(view)
        assert own.likelihood is not None
        assert own.shape is not None
        there = _column(spec, observed, view)
        data = inference.batch.views[view]
        filled = torch.where(there.reshape(-1, *[1] * len(own.shape)), data, 0.0)
        params = inference.networks.decode(view, inference.networks.inputs(view, inference.conditions | dict(draws)))
        scores.append(torch.where(there, own.likelihood.log_prob(params, filled, len(own.shape)), 0.0))
    return torch.stack(scores).sum(0)


def _column(spec: Spec, mask: Tensor, view: str) -> Tensor:
    return mask[:, spec.view_names.index(view)]
