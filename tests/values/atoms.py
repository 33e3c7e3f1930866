"""The value of canonical atoms, each by what it says: log-likelihoods at draws, log-ratios of densities, log-means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import KL, Atom, Comparison, Draw, Likelihood, LogMeanExp
from mvgraph.objective.comparisons import CE, Deviation, PooledKL
from mvgraph.objective.difference.gaps import Entropy
from mvgraph.objective.games import Generator, Latent, Reconstruction
from mvgraph.objective.keys import Auxiliary, Expert, Fused, Joint, Key, Mixture, Pooled, Prior, Ref, Standard
from mvgraph.objective.statistics import Statistical
from mvgraph.spec.nodes import Pseudo

from .world import STANDARD, Array, Blend, Density, World, geometric, log_mean_exp

Values = Mapping[Ref, Array]


class Atoms:
    """Atoms as numbers.

    Arguments:
        world: where densities and noise are found.
    """

    def __init__(self, world: World) -> None:
        self.world, self.spec = world, world.spec

    def total(self, terms: Iterable[tuple[Expr, Atom]]) -> Array:
        """Σ coefficient · atom, for every row."""
        found = np.zeros(self.world.rows)
        for coefficient, atom in terms:
            found = found + self.world.coefficient(coefficient) * self.value(atom)
        return found

    def value(self, atom: Atom) -> Array:
        """One atom, for every row."""
        return VALUES[type(atom)](self, atom)

    # densities

    def ordered(self, refs: Iterable[Ref]) -> list[Ref]:
        """Latents in an order that no other names change."""
        return sorted(refs, key=lambda r: self.world.named(r.node))

    def density(self, key: Key, at: Values) -> Density | Blend:
        """What a key stands for, at values of the latents that it is conditioned on."""
        ref, world = key.ref, self.world
        if isinstance(key, Standard):
            return STANDARD
        if isinstance(key, Prior):
            fixed = [world.data[self.spec.conditioned[r.node]] for r in key.fixed]
            parents = [at[r] for r in self.ordered(key.given)]
            return world.prior(self.spec.latent(ref.node), ref.view, [*parents, *fixed])
        if isinstance(key, Auxiliary):
            return world.auxiliary(ref.node, ref.view)
        if isinstance(key, Expert):
            return world.expert(ref.node, ref.view, key.view)
        if isinstance(key, Joint):
            return world.joint(ref.node, key.views)
        if isinstance(key, Pooled):
            read = {str(r.view): at[r] for r in key.reads} or {v: world.data[v] for v in key.views}
            return world.pooled(ref.node, dict(sorted(read.items())))
        members: Sequence[Any] = [self.density(m, at) for m in key.members]
        return world.fused(key.rule, members, [self.exponent(e) for e in key.exponents])

    def exponent(self, text: str) -> float:
        """An exponent: a number, or what it is called with its view."""
        if not any(text.endswith(f"_{v}") for v in self.spec.view_names):
            return float(sympy.Rational(text))
        name, _, view = text.rpartition("_")
        return self.world.exponent(name, view)

    # draws

    def stream(self, key: Key, given: Sequence[Draw]) -> str:
        """The name of the noise: what is drawn from."""
        name = f"{self.world.named(key.ref.node)}.{key.ref.view}"
        if isinstance(key, Auxiliary):
            return f"{name} r"
        by_ref = {d.ref: d for d in given}
        above = [self.stream(by_ref[r].key, by_ref[r].given) for r in self.ordered(_parents(key))]
        return f"{name} p {above}" if isinstance(key, Prior) else f"{name} q {sorted(_views(key))} {above}"

    def drawn(self, draws: Iterable[Draw], count: int = 1) -> dict[Ref, Array]:
        """Latents with those that they are conditioned on, `(draw, row)` each."""
        found: dict[Ref, Array] = {}
        for draw in draws:
            found |= self.drawn(draw.given, count)
            found[draw.ref] = self.draw(draw.key, draw.given, found, count)
        return found

    def draw(self, key: Key, given: Sequence[Draw], at: Values, count: int = 1) -> Array:
        """One latent, given the draws of others and their values."""
        return self.density(key, at).draw(self.world.noise(self.stream(key, given), count))

    # atoms

    def likelihood(self, atom: Likelihood, count: int = 1) -> Array:
        """log p(x | draws), `(draw, row)`."""
        at = self.drawn(atom.draws, count)
        view = str(atom.target.view)
        fixed = [self.world.data[self.spec.conditioned[r.node]] for r in atom.fixed]
        parents = [at[r] for r in self.ordered(d.ref for d in atom.draws)]
        node = atom.target.node if isinstance(self.spec.target(atom.target.node), Pseudo) else ""
        value = self.drawn([atom.value], count)[atom.value.ref] if atom.value else self.world.data[view]
        return self.world.score(node, view, [*parents, *fixed], value)

    def ratio(self, atom: Comparison, part: Sequence[Key], count: int = 1) -> Array:
        """log of - log to at the draws of one part of the first, `(draw, row)`; of a cross-entropy, - log to."""
        at = self.drawn(atom.given, count)
        own: dict[Ref, Array] = {}
        made: list[Draw] = list(atom.given)
        for key in sorted(part, key=lambda k: len(_parents(k))):
            own[key.ref] = self.draw(key, made, {**at, **own}, count)
            made.append(Draw(key.ref, key, None, tuple(d for d in made if d.ref in _parents(key))))  # type: ignore[arg-type]
        whole = {**at, **own}
        values = own if isinstance(atom.of, Mixture) else {k.ref: own[atom.of.ref] for k in atom.to}  # of another copy
        to = sum(self.density(k, whole).log(values[k.ref]) for k in atom.to)
        return -to if isinstance(atom, CE) else self.log(atom.of, own, whole) - to

    def log(self, key: Key | Mixture, own: Values, at: Values) -> Array:
        """log q at values, of a mixture too."""
        if not isinstance(key, Mixture):
            return self.density(key, at).log(own[key.ref])
        parts = zip(key.weights, key.parts, strict=True)
        logs = [np.log(float(w)) + sum(self.density(k, at).log(own[k.ref]) for k in part) for w, part in parts]
        return np.logaddexp.reduce(logs)

    def compared(self, atom: Comparison) -> Array:
        """A divergence, by one draw of each part of its first density."""
        if not isinstance(atom.of, Mixture):
            return self.ratio(atom, (atom.of,))[0]
        pairs = zip(atom.of.weights, atom.of.parts, strict=True)
        return sum(float(w) * self.ratio(atom, part)[0] for w, part in pairs)

    def deviation(self, atom: Deviation) -> Array:
        """To the center of several."""
        members: Sequence[Any] = [self.density(k, {}) for k in atom.center.members]
        shares = [1 / len(members)] * len(members)
        center = geometric(members) if atom.center.rule.symbol == "Geo" else Blend(shares, members)
        z = self.draw(atom.of, (), {})
        return (self.density(atom.of, {}).log(z) - center.log(z))[0]

    def pooled(self, atom: PooledKL) -> Array:
        """To a mixture of posteriors."""
        alone, z = self.world.coefficient(atom.to.standard), self.draw(atom.of, (), {})
        members: Sequence[Any] = [STANDARD, *(self.density(k, {}) for k in atom.to.members)]
        shares = [alone, *[(1 - alone) / (len(members) - 1)] * (len(members) - 1)]
        return (self.density(atom.of, {}).log(z) - Blend(shares, members).log(z))[0]

    def log_mean_exp(self, atom: LogMeanExp) -> Array:
        """Its strata, each under a logarithm of its own or all under one."""
        logs = []
        for part in atom.parts:
            weigh = self.world.coefficient
            found = np.zeros((atom.samples, self.world.rows))
            for c, score in part.scores:
                found = found + weigh(c) * self.likelihood(score, atom.samples)
            for c, ratio in part.ratios:
                found = found - weigh(c) * self.ratio(ratio, self.component(ratio), atom.samples)
            logs.append(found)
        shares = [float(p.weight) for p in atom.parts]
        if atom.strata == "outside":
            return sum(w * log_mean_exp(log) for w, log in zip(shares, logs, strict=True))
        each = [w / atom.samples for w in shares for _ in range(atom.samples)]
        return log_mean_exp(np.concatenate(logs), each)

    def component(self, ratio: KL) -> Sequence[Key]:
        """The part of the first density whose draws a stratum has."""
        if not isinstance(ratio.of, Mixture):
            return (ratio.of,)
        ((_, streams),) = ratio.parts
        return next(p for p in ratio.of.parts if _views(p[0]) == streams[0].views)

    def entropy(self, atom: Entropy) -> Array:
        """-log q at a draw."""
        return -self.density(atom.of, {}).log(self.draw(atom.of, (), {}))[0]

    def statistic(self, atom: Statistical) -> Array:
        """Of the draws of its codes."""
        return self.world.statistic([self.drawn([d])[d.ref] for d in atom.draws])

    def game(self, atom: Generator) -> Array:
        """The mean over the fakes of the generator's loss."""
        critic = atom.match.critic.split(".")[1:]
        each = [self.world.judged(atom.match.play.word, critic, self.faked(f.sample)) for f in atom.match.fakes]
        return sum(each) / len(each)

    def faked(self, sample: Latent | Reconstruction) -> Array:
        """A draw of a latent, or the mean of a view's likelihood."""
        at = self.drawn(sample.draws)
        if isinstance(sample, Latent):
            return at[sample.ref]
        return self.world.mean("", str(sample.ref.view), [at[r] for r in self.ordered(d.ref for d in sample.draws)])


def _parents(key: Key) -> tuple[Ref, ...]:
    """The latents that a density is conditioned on."""
    if isinstance(key, Prior):
        return key.given
    if isinstance(key, Pooled):
        return key.reads
    return tuple(r for m in key.members for r in _parents(m)) if isinstance(key, Fused) else ()


def _views(key: Key) -> frozenset[str]:
    """The views that a density looks at."""
    if isinstance(key, Expert):
        return frozenset({key.view})
    if isinstance(key, Joint | Pooled):
        return frozenset(key.views)
    return frozenset().union(*map(_views, key.members)) if isinstance(key, Fused) else frozenset()


VALUES: dict[type, Callable[[Atoms, Any], Array]] = {
    Likelihood: lambda atoms, atom: atoms.likelihood(atom)[0],
    KL: Atoms.compared,
    CE: Atoms.compared,
    Deviation: Atoms.deviation,
    PooledKL: Atoms.pooled,
    LogMeanExp: Atoms.log_mean_exp,
    Entropy: Atoms.entropy,
    Statistical: Atoms.statistic,
    Generator: Atoms.game,
}
