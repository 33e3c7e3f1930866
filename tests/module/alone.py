"""Canonical atoms one by one, by the networks and torch alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import sympy
import torch
import zuko
from torch import Tensor
from torch.distributions import Distribution, Laplace, Normal, kl_divergence

from mvgraph.data.batch import Batch
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise
from mvgraph.objective.atoms import KL, Atom, Draw, Likelihood, LogMeanExp, Stream
from mvgraph.objective.comparisons import CE, Deviation, PooledKL
from mvgraph.objective.games import Generator, Latent, Reconstruction
from mvgraph.objective.keys import (
    Auxiliary,
    Expert,
    Fused,
    Joint,
    Key,
    Marginalised,
    Mixture,
    Pooled,
    Prior,
    Ref,
    Standard,
)
from mvgraph.objective.statistics import Statistical

ROWS = 4
Values = Mapping[Ref, Tensor]
NOWHERE: Values = {}


class Alone:
    """Evaluates canonical atoms one by one.

    Arguments:
        model: for its networks alone.
        batch, noise: complete rows, and the draws' noise.
    """

    def __init__(self, model: Model, batch: Batch, noise: Noise) -> None:
        self.networks, self.spec = model.networks, model.spec
        self.x, self.noise = batch.views, noise.streams

    def params(self, key: Key, at: Values = NOWHERE) -> Mapping[str, Tensor]:
        """What the networks say, at values of the latents that a distribution is conditioned on."""
        if isinstance(key, Expert):
            return self.networks.expert(key.ref, key.view)(self.x[key.view])
        if isinstance(key, Joint):
            return self.networks.joint(key.ref, self.x)
        if isinstance(key, Pooled):
            read = [at[r].detach() for r in key.reads] or [self.x[v] for v in key.views]
            messages = zip(key.views, read, strict=True)
            each = [self.networks.expert(key.ref, v)(z)["message"] for v, z in messages]
            return self.networks.pool(key.ref, sum(each) / len(each))
        if isinstance(key, Auxiliary):
            return self.networks.auxiliary(key.ref)
        if isinstance(key, Prior):
            return self.networks.prior(key.ref, [at[r] for r in key.given], self.networks.conditions(self.x))
        return self.product(key, at)

    def product(self, key: Fused, at: Values) -> Mapping[str, Tensor]:
        """PoE and gPoE of Gaussians: exponents times precisions add."""
        assert key.rule in ("PoE", "gPoE")
        powers = [1.0] * len(key.members)
        if key.exponents:
            rows = {f"a_{v}": self.networks.learnt["a"][i] for i, v in enumerate(self.spec.view_names)}
            powers = [rows[e] for e in key.exponents]
        each = [self.params(m, at) for m in key.members]
        precisions = [w / p["scale"] ** 2 for w, p in zip(powers, each, strict=True)]
        total = sum(precisions)
        loc = sum(t * p["loc"] for t, p in zip(precisions, each, strict=True)) / total
        return {"loc": loc, "scale": total**-0.5}

    def density(self, key: Key, at: Values = NOWHERE) -> Distribution:
        """The torch distribution of a key."""
        if isinstance(key, Standard):
            return Normal(torch.zeros(1), torch.ones(1))
        inner = key.members[-1] if isinstance(key, Fused) else key
        node = inner.ref.node
        word = self.spec.latent(node).family.word if isinstance(inner, Prior) else self.spec.posterior(node).expert.word
        word = word if not isinstance(inner, Auxiliary) else (self.spec.posterior(node).auxiliary or word).word
        rule = self.spec.posterior(node)
        word = rule.fuse.family(rule.expert).word if isinstance(inner, Joint) and rule.fuse is not None else word
        p = self.params(key, at)
        return {"normal": Normal, "dropout_normal": Normal, "laplace": Laplace}[word](p["loc"], p["scale"])

    def drawn(self, draws: Iterable[Draw]) -> dict[Ref, Tensor]:
        """Several latents, each after those that it is conditioned on."""
        return {d.ref: self.draw(d.key, d.stream, self.drawn(d.given)) for d in draws}

    def draw(self, key: Key, stream: Stream, at: Values = NOWHERE) -> Tensor:
        """z from its noise: normals by scaling, Laplaces by the inverse of their distribution function."""
        if self.spec.posterior(stream.ref.node).expert.word == "delta":
            return self.params(key)["loc"].expand(self.noise[stream].shape)
        q = self.density(key, at)
        noise = self.noise[stream]
        return q.icdf(noise + 0.5) if isinstance(q, Laplace) else q.loc + q.scale * noise

    def log_likelihood(self, atom: Likelihood) -> Tensor:
        """log p(x | draws), `(sample, row)`."""
        found = {ref.node: z for ref, z in self.drawn(atom.draws).items()}
        found |= {r.node: self.x[self.spec.conditioned[r.node]].expand(*found["z"].shape[:-1], -1) for r in atom.fixed}
        view, target = str(atom.target.view), self.spec.target(atom.target.node)
        if atom.value is not None:  # pseudo-data: squared errors of draws whose gradient is stopped
            p = self.networks.decode(view, torch.cat([found[n] for n in target.given], -1), target.name)
            return -(self.drawn([atom.value])[atom.value.ref].detach() - p["loc"]).square().sum(-1)
        p = self.networks.decode(view, torch.cat([found[n] for n in target.given], -1))
        if self.spec.view(view).likelihood.word == "mse":  # type: ignore[union-attr]
            return -(self.x[view] - p["loc"]).square().sum(-1)
        return Normal(p["loc"], p["scale"]).log_prob(self.x[view]).sum(-1)

    def log(self, key: Key | Mixture, z: Tensor) -> Tensor:
        """log q(z), of a mixture too."""
        if isinstance(key, Marginalised):
            p, family = self.params(key), self.spec.latent(key.ref.node).family.base  # type: ignore[attr-defined]
            kind = {"normal": Normal, "laplace": Laplace}[family.word]
            each = [kind(loc, s).log_prob(z).sum(-1) for loc, s in zip(p["loc"], p["scale"], strict=True)]
            shares = p["logits"].softmax(-1)
            return sum(w * e.exp() for w, e in zip(shares, each, strict=True)).log()  # type: ignore[union-attr]
        if isinstance(key, Expert) and self.spec.posterior(key.ref.node).expert.word == "flow":
            return self.flow(key, z)
        if not isinstance(key, Mixture):
            return self.density(key).log_prob(z).sum(-1)
        parts = [math.log(w) + self.log(k, z) for w, (k,) in zip(key.weights, key.parts, strict=True)]
        return torch.stack(parts).logsumexp(0)

    def flow(self, key: Expert, z: Tensor) -> Tensor:
        """log q(z) of a normal with a masked autoregressive flow on top, by zuko with the expert's weights."""
        p, widths = self.params(key), self.spec.posterior(key.ref.node).expert.hidden  # type: ignore[attr-defined]
        transform = zuko.flows.MAF(z.shape[-1], transforms=2, hidden_features=widths).transform
        names = {n: "T/steps/" + n.replace(".", "/") for n, _ in transform.named_parameters()}
        transform.load_state_dict({n: p[k] for n, k in names.items()}, strict=False)
        noise, log_det = transform().call_and_ladj(z)
        return Normal(p["loc"], p["scale"]).log_prob(noise).sum(-1) + log_det

    def kl(self, atom: KL) -> Tensor:
        """In closed form by torch; of a mixture, by its own draws, one set a component."""
        (to,) = atom.to
        if not isinstance(atom.of, Mixture) and isinstance(to, Prior) and self.spec.latent(to.ref.node).family.improper:
            return fitted(self.params(atom.of))
        if not isinstance(atom.of, Mixture):
            at = self.drawn(atom.given)
            value = kl_divergence(self.density(atom.of, at), self.density(to, at)).sum(-1)
            return value.mean(0) if at else value
        total = torch.zeros(ROWS)
        for weight, (key,) in zip(atom.of.weights, atom.of.parts, strict=True):
            stream = next(s for _, (s,) in atom.parts if s.views == evidence(key))
            z = self.draw(key, stream)
            total = total + float(weight) * (self.log(atom.of, z) - self.log(to, z)).mean(0)
        return total

    def cross(self, atom: CE) -> Tensor:
        """By the draws of the first density."""
        ((_, (stream,)),) = atom.parts
        return -self.log(atom.to[0], self.draw(atom.of, stream)).mean(0)  # type: ignore[arg-type]

    def deviation(self, atom: Deviation) -> Tensor:
        """From the geometric mean of normals, which has K times the product's variance, or from a mixture."""
        members = atom.center.members
        if atom.center.rule.symbol == "Geo":
            each = [self.params(m) for m in members]
            precision = sum(p["scale"] ** -2 for p in each) / len(members)
            loc = sum(p["loc"] * p["scale"] ** -2 for p in each) / len(members) / precision
            return kl_divergence(self.density(atom.of), Normal(loc, precision**-0.5)).sum(-1)
        z = self.draw(atom.of, atom.own)
        mixed = torch.stack([self.log(m, z) for m in members]).logsumexp(0) - math.log(len(members))
        return (self.log(atom.of, z) - mixed).mean(0)

    def log_mean_exp(self, atom: LogMeanExp, numbers: Mapping[str, float]) -> Tensor:
        """Strata's log-weights, each under its logarithm or all under one."""
        logs = []
        for part in atom.parts:
            total = sum(number(c, numbers) * self.log_likelihood(a) for c, a in part.scores)
            for c, ratio in part.ratios:
                ((_, (stream,)),) = ratio.parts
                own = _part(ratio, stream)
                z = self.draw(own, stream)
                total = total - number(c, numbers) * (self.log(ratio.of, z) - self.log(ratio.to[0], z))
            logs.append(total)
        k = atom.samples
        if atom.strata == "outside":
            return sum(float(p.weight) * (w.logsumexp(0) - math.log(k)) for p, w in zip(atom.parts, logs, strict=True))
        inside = [w + math.log(float(p.weight) / k) for p, w in zip(atom.parts, logs, strict=True)]
        return torch.cat(inside).logsumexp(0)

    def statistic(self, atom: Statistical) -> Tensor:
        """The canonical correlations of point masses, by whitening with eigenvectors and singular values."""
        white = []
        for draw in atom.draws:
            code = self.params(draw.key)["loc"]
            code = code - code.mean(0)
            values, vectors = torch.linalg.eigh(code.T @ code / (ROWS - 1) + 1e-3 * torch.eye(code.shape[1]))
            white.append(code @ vectors @ torch.diag(values**-0.5) @ vectors.T)
        if len(white) == 2:
            found = torch.linalg.svdvals(white[0].T @ white[1] / (ROWS - 1))
        else:
            wide = torch.cat(white, 1)
            blocks = torch.block_diag(*(torch.ones(w.shape[1], w.shape[1]) for w in white))
            every = torch.linalg.eigvalsh(wide.T @ wide / (ROWS - 1) * (1 - blocks))
            found = every[-white[0].shape[1] :] / (len(white) - 1)
        return found.sum().expand(ROWS)

    def pooled(self, atom: PooledKL, numbers: Mapping[str, float]) -> Tensor:
        """To a mixture of posteriors, by draws from the first."""
        z, alone = self.draw(atom.of, atom.stream), number(atom.to.standard, numbers)
        density = alone * Normal(0.0, 1.0).log_prob(z).sum(-1).exp()
        for member in atom.to.members:
            density = density + (1 - alone) / len(atom.to.members) * self.log(member, z).exp()
        return (self.log(atom.of, z) - density.log()).mean(0)

    def game(self, atom: Generator) -> Tensor:
        """The generator's loss at the draws of the fakes, by the critic's layers."""
        critic = self.networks.critics[atom.match.critic.replace(".", "@")].network
        losses = {
            "gan": lambda s: torch.log1p(torch.exp(-s)),
            "gan_compat": lambda s: 1 - torch.log(1 / (1 + torch.exp(-s)) + 1e-8),
            "wgan": lambda s: -s,
            "lsgan": lambda s: (s - 1).square(),
        }
        each = [losses[atom.match.play.word](critic(self.faked(f.sample)[0])).mean(1) for f in atom.match.fakes]
        return torch.stack(each).mean(0)

    def faked(self, sample: Latent | Reconstruction) -> Tensor:
        """A draw of a latent, or the mean of a view's normal likelihood at draws."""
        if isinstance(sample, Latent):
            return self.draw(sample.draw.key, sample.draw.stream)
        found = {ref.node: z for ref, z in self.drawn(sample.draws).items()}
        wide = torch.cat([found[n] for n in self.spec.observed.given], -1)
        return self.networks.decode(str(sample.ref.view), wide)["loc"]

    def value(self, atom: Atom, numbers: Mapping[str, float]) -> Tensor:
        """One atom, `(row,)`."""
        if isinstance(atom, Statistical):
            return self.statistic(atom)
        if isinstance(atom, Generator):
            return self.game(atom)
        if isinstance(atom, Likelihood):
            return self.log_likelihood(atom).mean(0)
        if isinstance(atom, PooledKL):
            return self.pooled(atom, numbers)
        if isinstance(atom, Deviation):
            return self.deviation(atom)
        if isinstance(atom, CE):
            return self.cross(atom)
        return self.kl(atom) if isinstance(atom, KL) else self.log_mean_exp(atom, numbers)


def fitted(p: Mapping[str, Tensor]) -> Tensor:
    """KL(N(μ, αμ²) ‖ log-uniform) by Molchanov et al. 2017, with its constant."""
    log_alpha = (p["scale"] / (p["loc"].abs() + 1e-8)).square().log()
    step = 0.63576 * torch.sigmoid(1.8732 + 1.48695 * log_alpha)
    return (0.63576 - step + 0.5 * torch.log1p(torch.exp(-log_alpha))).sum(-1)


def evidence(key: Key) -> frozenset[str]:
    """The views that a posterior looks at."""
    members = key.members if isinstance(key, Fused) else (key,)
    return frozenset(m.view for m in members if isinstance(m, Expert))


def _part(atom: KL, stream: Stream) -> Key:
    if not isinstance(atom.of, Mixture):
        return atom.of
    return next(k for (k,) in atom.of.parts if evidence(k) == stream.views)


def number(expression: Any, numbers: Mapping[str, float]) -> float:
    """A coefficient with the params' numbers."""
    return float(expression.subs({sympy.Symbol(k, real=True): v for k, v in numbers.items()}))
