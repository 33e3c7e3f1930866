"""Dropping the components of a mixture prior that the data do not need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from mvgraph.deferring import defer
from mvgraph.registry import nearest
from mvgraph.vocab.after.base import After, Fault, Outcome
from mvgraph.vocab.option import require

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from mvgraph.data.batch import Batch
    from mvgraph.module.model import Model
    from mvgraph.spec.model import Spec
else:
    torch = defer("torch")


class Step(NamedTuple):
    """A number of components, and how it fits: the mean entropy of p(c | z), and the mean of log p(z)."""

    kept: tuple[int, ...]
    entropy: float
    likelihood: float


@dataclass(frozen=True, repr=False)
class PruneComponents(After):
    """Drop the components of a mixture prior one by one, and keep the number of them that fits best.

    From all K components on, the one with the least mass Σ_rows p(c | z) is dropped and p(c) renormalised, down to one.
    Of these K mixtures the one with the least w · H − L is kept, where H is the mean entropy of p(c | z) and L the mean
    of log p(z), each brought to [0, 1] over the K of them; z are the means of the components of q. Nothing is refitted
    (Palumbo, Manduchi, Laguna, Chopard & Vogt 2024, Deep Generative Clustering with Multimodal Diffusion Variational
    Autoencoders).

    Options:
        of: the discrete node c.
        weight: w: a number, or the name of a param.

    Raises:
        SpecError: a weight below 0.

    >>> PruneComponents.read({"prune_components": {"of": "c"}}).weight
    1.0
    """

    word: ClassVar[str] = "prune_components"

    of: str
    weight: float | str = 1.0

    def __post_init__(self) -> None:
        fine = isinstance(self.weight, str) or self.weight >= 0
        require(fine, "weight", f"a weight of {self.weight}", "the weight of the entropy is 0 or more")

    def faults(self, spec: Spec) -> Iterator[Fault]:
        """A node that is not discrete or has one value, or a weight that is no number."""
        names = [d.name for d in spec.discretes]
        if self.of not in names:
            remedy = nearest(self.of, names) if names else "add a node such as c: {discrete: 10} to p"
            yield Fault("of", f"there is no discrete node '{self.of}'", remedy)
        elif all(d.count == 1 for d in spec.discretes if d.name == self.of):
            yield Fault("of", f"'{self.of}' has one value: there is nothing to prune", "drop the hook")
        numbers = [n for n, v in spec.params.items() if isinstance(v, int | float)]
        if isinstance(self.weight, str) and self.weight not in numbers:
            message = f"the weight '{self.weight}' is no param with a number"
            yield Fault("weight", message, nearest(self.weight, numbers) if numbers else "write a number")

    def apply(self, model: Model, data: Batch) -> Outcome:
        """Find the number, and drop the others."""
        found = model.clusters(data, self.of)
        logits = found.prior.logits
        steps = list(_steps(found.members, found.weights, logits))
        weight = float(str(model.spec.params[self.weight] if isinstance(self.weight, str) else self.weight))
        entropies, fits = _unit([s.entropy for s in steps]), _unit([s.likelihood for s in steps])
        scores = [weight * h - fit for h, fit in zip(entropies, fits, strict=True)]
        best = steps[min(range(len(steps)), key=lambda i: (scores[i], len(steps[i].kept)))]
        found.prior.keep(best.kept)
        text = f"{len(best.kept)} of {len(logits)} components of {self.of} are kept: {', '.join(map(str, best.kept))}"
        facts = {
            "kept": list(best.kept),
            "counts": [len(s.kept) for s in steps],
            "entropy": [round(s.entropy, 6) for s in steps],
            "log_likelihood": [round(s.likelihood, 6) for s in steps],
            "score": [round(s, 6) for s in scores],
        }
        return Outcome(self.word, f"{text} (counted from 0)", facts)


def _steps(members: Tensor, weights: Tensor, logits: Tensor) -> Iterator[Step]:
    """Every number of components, from all of them to one.

    Arguments:
        members: log p(z | c) at the means of the components of q, `(part, row, c)`.
        weights: of these components, `(part, row)`.
        logits: of p(c), `(c,)`.
    """
    kept = list(range(len(logits)))
    while kept:
        joint = members[..., kept] + torch.log_softmax(logits[kept], -1)
        share = torch.softmax(joint, -1)  # p(c | z)
        entropy = -torch.xlogy(share, share).sum(-1)
        rows = weights.shape[-1]
        found = ((weights * value).sum() / rows for value in (entropy, joint.logsumexp(-1)))
        yield Step(tuple(kept), *map(float, found))
        mass = (weights[..., None] * share).sum((0, 1))
        del kept[int(mass.argmin())]


def _unit(values: Sequence[float]) -> Sequence[float]:
    """Brought to [0, 1]."""
    low, width = min(values), max(values) - min(values)
    return [(v - low) / width if width else 0.0 for v in values]
