"""Numbers for every density of a spec, by numpy and nothing else: a world in which an objective has a value.

A density is a location and a scale that depend on what it is conditioned on, by functions drawn from its name. Latents
and data have one entry each. Draws are shared by all that draw from the same density, so that what has one expectation
by a rule has one value, row by row.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import erfc
from typing import Any

import numpy as np
import sympy

from mvgraph.language.expr import Formula, Reference, symbol
from mvgraph.objective.bounds import values
from mvgraph.spec.model import Latent, Spec
from mvgraph.spec.nodes import Pseudo

Array = Any  # (draw, row), or what is broadcast to it
MOST_DRAWS = 32
LOGS = {
    "normal": lambda u: -0.5 * u**2 - 0.5 * np.log(2 * np.pi),
    "laplace": lambda u: -np.abs(u) - np.log(2),
    "flow": lambda u: -0.5 * u**2 + 0.3 * np.sin(3 * u),
}
SCORES = {"mse": lambda u: -(u**2), "laplace": LOGS["laplace"], "normal": LOGS["normal"]}


def _as_it_is(noise: Array) -> Array:
    return noise


def _laplace(noise: Array) -> Array:
    """The Laplace number of the same rank."""
    return -np.sign(noise) * np.log(np.vectorize(erfc)(np.abs(noise) / np.sqrt(2)))


NOISE = {"delta": np.zeros_like, "laplace": _laplace}


@dataclass(frozen=True, eq=False)
class Density:
    """A family with its location and scale."""

    word: str
    loc: Array
    scale: Array

    def draw(self, noise: Array) -> Array:
        """By the law of the family, from normal noise; a point mass is where it is."""
        return self.loc + self.scale * NOISE.get(self.word, _as_it_is)(noise)

    def log(self, z: Array) -> Array:
        """log q(z)."""
        if self.word == "log_uniform":
            return -np.log(np.abs(z))
        log = LOGS.get(self.word, LOGS["normal"])
        return log((z - self.loc) / self.scale) - np.log(self.scale)


@dataclass(frozen=True, eq=False)
class Blend:
    """Several densities with weights."""

    weights: Sequence[float]
    parts: Sequence[Density]

    def draw(self, noise: Array) -> Array:
        """By draws from the first: no term of an objective draws from one."""
        return self.parts[0].draw(noise)

    def log(self, z: Array) -> Array:
        """log Σ w q(z)."""
        return np.log(sum(w * np.exp(p.log(z)) for w, p in zip(self.weights, self.parts, strict=True)))


STANDARD = Density("normal", 0.0, 1.0)


class World:
    """Functions, data and noise for the nodes and views of a spec.

    Arguments:
        spec: what is valued.
        seed: of everything.
        rows: how many data.
        called: other names of nodes, so that two specs can share a world.
    """

    def __init__(self, spec: Spec, seed: int = 0, rows: int = 6, called: Mapping[str, str] | None = None) -> None:
        self.spec, self.seed, self.rows, self.called = spec, seed, rows, dict(called or {})
        self.known = values(spec)
        self.kept: dict[str, Array] = {}

    def named(self, node: str) -> str:
        """The name under which a node's functions are found."""
        return self.called.get(node, node)

    def _drawn(self, name: str, *shape: int) -> Array:
        if name not in self.kept:
            generator = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
            self.kept[name] = generator.standard_normal(shape)
        return self.kept[name]

    @cached_property
    def data(self) -> dict[str, Array]:
        """One number a row and view."""
        return {v: self._drawn(f"data of {v}", self.rows) for v in self.spec.view_names}

    def noise(self, stream: str, draws: int = 1) -> Array:
        """Base noise of a stream, `(draw, row)`."""
        return self._drawn(f"noise of {stream}", MOST_DRAWS, self.rows)[:draws]

    def function(self, name: str, inputs: Iterable[Array] = ()) -> Array:
        """A function of what is given, by its name; a number where nothing is."""
        given = list(inputs)
        start, *slopes = self._drawn(f"function {name} of {len(given)}", len(given) + 1)
        return np.tanh(0.5 * start + sum((s * g for s, g in zip(slopes, given, strict=True)), start=0.0))

    def density(self, name: str, word: str, inputs: Iterable[Array] = ()) -> Density:
        """A density whose location and scale are functions of what is given."""
        given = list(inputs)
        scale = np.exp(0.5 * self.function(f"scale of {name}", given))
        return Density(word, 2 * self.function(f"location of {name}", given), scale)

    def number(self, name: str) -> Any:
        """A param: its declared number, that at the end of a schedule; an odd one of its own where it is learnt."""
        found = self.known.get(symbol(name))
        return sympy.Rational(6151 + zlib.crc32(name.encode()) % 7919, 12289) if found is None else found

    def coefficient(self, expression: Any) -> float:
        """A formula of params as a number."""
        return float(expression.subs({s: self.number(s.name) for s in expression.free_symbols}))

    def exponent(self, weights: str, view: str) -> float:
        """The exponent of one expert: a param, by view where it has one for each, or a formula."""

        def resolve(reference: Reference) -> Any:
            if reference.name == "M":
                return sympy.Integer(len(self.spec.views))
            value = self.spec.params.get(reference.name)
            each = isinstance(value, Mapping) or symbol(reference.name) not in self.known
            return self.number(f"{reference.name}_{view}" if each else reference.name)

        return float(Formula(weights).resolve(resolve))

    # densities by what they are, never by how they are printed

    def prior(self, latent: Latent, view: str | None, parents: Sequence[Array]) -> Density | Blend:
        """p(z), or p(z | its parents)."""
        name = f"p {self.named(latent.name)} {view}"
        if latent.marginal_over:
            word = latent.family.base.word  # type: ignore[attr-defined]
            parts = [self.density(f"{name} {i}", word) for i in range(3)]
            return Blend([0.2, 0.3, 0.5], parts)
        if parents or getattr(latent.family, "learnt", ()):
            return self.density(name, latent.family.word, parents)
        return Density(latent.family.word, 0.0, 1.0)

    def expert(self, node: str, view: str | None, of: str) -> Density:
        """q(z | x_of)."""
        word = self.spec.posterior(node).expert.word
        return self.density(f"q {self.named(node)} {view} {of}", word, [self.data[of]])

    def joint(self, node: str, views: Iterable[str]) -> Density:
        """q(z | x_S) by one network."""
        seen = sorted(views)
        word = self.spec.posterior(node).family(whole=True).word
        return self.density(f"joint {self.named(node)} {seen}", word, [self.data[v] for v in seen])

    def pooled(self, node: str, messages: Mapping[str, Array]) -> Density:
        """q(z | x_S) by one network from the mean of a message from each."""
        name = f"pool {self.named(node)}"
        each = [self.function(f"message {name} {v}", [m]) for v, m in messages.items()]
        return self.density(name, self.spec.posterior(node).expert.word, [sum(each) / len(each)])

    def auxiliary(self, node: str, view: str | None) -> Density:
        """r(h)."""
        rule = self.spec.posterior(node)
        word = (rule.auxiliary or self.spec.latent(node).family).word
        return self.density(f"r {self.named(node)} {view}", word)

    def score(self, node: str, view: str, parents: Sequence[Array], value: Array) -> Array:
        """log p(x | parents) at a value."""
        target = self.spec.target(node)
        family = target.likelihood if isinstance(target, Pseudo) else self.spec.view(view).likelihood
        assert family is not None
        name = f"decoder {self.named(target.name)} {view}"
        word, learnt = family.word, bool(getattr(family, "learnt", ()))
        scale = np.exp(self.function(f"scale of {name}")) if learnt else 1.0
        error = (value - self.mean(node, view, parents)) / scale
        return SCORES.get(word, lambda u: -(np.abs(u) ** 1.5))(error) - np.log(scale)

    def mean(self, node: str, view: str, parents: Sequence[Array]) -> Array:
        """The mean of a likelihood."""
        return 2 * self.function(f"decoder {self.named(self.spec.target(node).name)} {view}", parents)

    def statistic(self, codes: Sequence[Array]) -> Array:
        """Something about several codes in any order, that every row of the batch has a part in."""
        return sum(np.tanh((a * b).mean()) for a, b in combinations(codes, 2))

    def judged(self, play: str, critic: Sequence[str], fake: Array) -> Array:
        """The loss of a generator for a fake, by the score of a critic."""
        score = self.function(f"critic {list(critic)}", [fake])[0]
        return {"wgan": -score, "lsgan": (score - 1) ** 2, "gan_compat": 1 - score}.get(play, np.log1p(np.exp(-score)))

    def fused(self, symbol_of: str, members: Sequence[Density], exponents: Sequence[float] = ()) -> Density:
        """Experts as one density: precisions add, or parameters are averaged."""
        if symbol_of == "Mean":
            scale = np.exp(sum(np.log(m.scale) for m in members) / len(members))
            return Density(members[0].word, sum(m.loc for m in members) / len(members), scale)
        powers = exponents or [1.0] * len(members)
        each = [a * m.scale**-2.0 for a, m in zip(powers, members, strict=True)]
        loc = sum(p * m.loc for p, m in zip(each, members, strict=True)) / sum(each)
        return Density("normal", loc, sum(each) ** -0.5)


def geometric(members: Sequence[Density]) -> Density:
    """The normalised geometric mean of normal densities."""
    precision = sum(m.scale**-2.0 for m in members) / len(members)
    loc = sum(m.loc * m.scale**-2.0 for m in members) / len(members) / precision
    return Density("normal", loc, precision**-0.5)


def log_mean_exp(logs: Array, weights: Sequence[float] | None = None) -> Array:
    """log Σ w exp over the first axis; equal weights where none are given."""
    each = np.full(len(logs), 1 / len(logs)) if weights is None else np.asarray(weights)
    most = logs.max(0)
    return np.log((each[:, None] * np.exp(logs - most)).sum(0)) + most
