"""Hamiltonian Monte Carlo."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.option import require
from mvgraph.vocab.sampler.base import LogDensity, Sampler, Samples

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")

SPEED, DELAY, DECAY = 0.05, 10.0, 0.75  # γ, t₀ and κ of Hoffman & Gelman (2014, section 3.2.1)
JITTER = 0.2  # each trajectory's step is up to so much shorter or longer: no orbit closes


@dataclass(frozen=True, repr=False)
class Hmc(Sampler):
    """Hamiltonian Monte Carlo: proposals along trajectories of H(z, r) = −log π(z) + ½ r·r, r ~ N(0, I).

    A leapfrog integrator follows each trajectory; the proposal is accepted with probability min(1, exp(−ΔH)) (Neal
    2011, arXiv 1206.1901). While burning in, the step of each row is adapted to a target acceptance by dual averaging
    (Hoffman & Gelman 2014, JMLR 15). All chains of all rows move together, and each accepts or rejects by itself.

    It is written here since no library for torch does this: Pyro runs its chains one after the other or in processes
    (its issues 2539 and 2902), hamiltorch runs one; the samplers of BlackJAX and TensorFlow Probability run batches,
    but differentiate functions of JAX and TensorFlow only.

    Options:
        draws: kept draws of each row, over all chains.
        chains: how many chains a row has.
        burn_in: iterations of every chain before draws are kept.
        steps: leapfrog steps of a trajectory.
        step_size: the step that adaptation starts from.
        acceptance: the mean acceptance probability that steps are adapted to.

    Raises:
        SpecError: a count below 1, a negative burn-in, a step that is not above 0, an acceptance not inside (0, 1).

    >>> import torch
    >>> start = torch.zeros(10, 1, 2)  # (chain, row, dim)
    >>> generator = torch.Generator().manual_seed(0)
    >>> found = Hmc(draws=1000).sample(lambda z: -0.5 * (z - 3.0).square().sum(-1), start, generator)
    >>> found.draws.shape, bool((found.draws.mean(0) - 3.0).abs().max() < 0.2)
    (torch.Size([1000, 1, 2]), True)
    """

    word: ClassVar[str] = "hmc"

    draws: int = 100
    chains: int = 10
    burn_in: int = 100
    steps: int = 10
    step_size: float = 0.1
    acceptance: float = 0.8

    def __post_init__(self) -> None:
        for name in ("draws", "chains", "steps"):
            value = getattr(self, name)
            require(value > 0, name, f"{value} {name}", f"{name} are 1 or more")
        require(self.burn_in >= 0, "burn_in", f"a burn-in of {self.burn_in}", "a burn-in is 0 or more")
        require(self.step_size > 0, "step_size", f"a step of {self.step_size}", "a step is above 0")
        inside = 0 < self.acceptance < 1
        require(inside, "acceptance", f"an acceptance of {self.acceptance}", "an acceptance lies between 0 and 1")

    def sample(self, log_density: LogDensity, start: Tensor, generator: torch.Generator | None = None) -> Samples:
        """Draws in the order of their chains' iterations, the first chain's first draw first."""
        run = _Chains(self, log_density, start.detach(), generator)
        for number in range(1, self.burn_in + 1):
            run.adapt(number, run.move().mean(0))
        run.settle()
        kept, rates = [], []
        for _ in range(math.ceil(self.draws / self.chains)):
            rates.append(run.move())
            kept.append(run.place)
        return Samples(torch.cat(kept)[: self.draws], torch.stack(rates).mean((0, 1)))


class _Chains:
    """The state of all chains: where they are, and how far each row steps."""

    def __init__(self, word: Hmc, log_density: LogDensity, start: Tensor, generator: torch.Generator | None) -> None:
        self.word, self.log_density, self.generator = word, log_density, generator
        self.place = start  # (chain, row, dim)
        self.value, self.slope = self._look(start)
        rows = start.shape[1]
        self.log_step = start.new_full((rows,), math.log(word.step_size))
        self.averaged = torch.zeros_like(self.log_step)
        self.error = torch.zeros_like(self.log_step)

    def move(self) -> Tensor:
        """One trajectory of every chain; the acceptance probabilities, `(chain, row)`."""
        shape, like = self.place.shape, self.place
        momentum = torch.randn(shape, generator=self.generator, dtype=like.dtype, device=like.device)
        chance = torch.rand((2, *shape[:2]), generator=self.generator, dtype=like.dtype, device=like.device)
        step = (self.log_step.exp() * (1.0 + JITTER * (2.0 * chance[0] - 1.0)))[..., None]
        place, slope, value, speed = self.place, self.slope, self.value, momentum
        for _ in range(self.word.steps):
            speed = speed + 0.5 * step * slope
            place = place + step * speed
            value, slope = self._look(place)
            speed = speed + 0.5 * step * slope
        energy = value - 0.5 * speed.square().sum(-1) - self.value + 0.5 * momentum.square().sum(-1)
        probability = energy.clamp_max(0.0).exp().nan_to_num(0.0)  # a trajectory that diverged is refused
        taken = chance[1] < probability
        self.place = torch.where(taken[..., None], place, self.place)
        self.slope = torch.where(taken[..., None], slope, self.slope)
        self.value = torch.where(taken, value, self.value)
        return probability

    def adapt(self, number: int, probability: Tensor) -> None:
        """Dual averaging of each row's log-step, from its mean acceptance probability in iteration `number`."""
        share = 1.0 / (number + DELAY)
        self.error = (1.0 - share) * self.error + share * (self.word.acceptance - probability)
        self.log_step = math.log(10.0 * self.word.step_size) - math.sqrt(number) / SPEED * self.error
        weight = number**-DECAY
        self.averaged = weight * self.log_step + (1.0 - weight) * self.averaged

    def settle(self) -> None:
        """Keep the averaged steps from here on."""
        if self.word.burn_in:
            self.log_step = self.averaged

    def _look(self, place: Tensor) -> tuple[Tensor, Tensor]:
        """log π and its slope."""
        with torch.enable_grad():
            place = place.detach().requires_grad_()
            value = self.log_density(place)
            (slope,) = torch.autograd.grad(value.sum(), place)
        return value.detach(), slope
