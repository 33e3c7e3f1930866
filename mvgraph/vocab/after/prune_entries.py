"""Dropping the entries of a latent that explain nothing."""

# ruff: noqa: ARG002 - every hook has the same arguments, used or not

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.registry import nearest
from mvgraph.vocab.after.base import After, Fault, Outcome
from mvgraph.vocab.option import require

if TYPE_CHECKING:
    from mvgraph.data.batch import Batch
    from mvgraph.module.model import Model
    from mvgraph.spec.model import Spec


@dataclass(frozen=True, repr=False)
class PruneEntries(After):
    """Drop the entries of a latent whose dropout rate α/(1 + α) is above a threshold.

    A dropped entry is 0 with certainty, whatever the evidence: `encode` gives 0 for it, in every expert and so in every
    fusion, and every decoder reads 0. Entries keep their places and their number. Nothing is refitted (Antelmi et al.
    2019, ICML; Molchanov, Ashukha & Vetrov 2017, arXiv 1701.05369).

    Options:
        of: the latent, whose experts are dropout normals under a log-uniform prior.
        above: the threshold, between 0 and 1.

    Raises:
        SpecError: a threshold that no rate is above, or every rate is.

    >>> PruneEntries.read({"prune_entries": {"of": "z"}}).above
    0.2
    """

    word: ClassVar[str] = "prune_entries"

    of: str
    above: float = 0.2

    def __post_init__(self) -> None:
        require(0 < self.above < 1, "above", f"a threshold of {self.above}", "a rate lies between 0 and 1")

    def faults(self, spec: Spec) -> Iterator[Fault]:
        """A latent that does not exist, or whose entries have no dropout rates or another use for them."""
        names = [q.name for q in spec.posteriors if q.name in {v.name for v in spec.latents}]
        if self.of not in names:
            yield Fault("of", f"there is no latent '{self.of}'", nearest(self.of, names))
            return
        expert, prior = spec.posterior(self.of).expert, spec.latent(self.of).family
        if not expert.drops:
            message = f"the experts of '{self.of}' are '{expert.word}', whose entries have no dropout rates"
            yield Fault("of", message, f"write expert: dropout_normal in q.{self.of}, and latent: log_uniform in p")
        elif not prior.improper:
            message = f"under the prior '{prior.word}' a 0 in '{self.of}' is a value like any other"
            yield Fault("of", message, f"write latent: log_uniform at '{self.of}' in p")

    def apply(self, model: Model, data: Batch) -> Outcome:
        """Drop them."""
        facts, texts = {}, []
        for name, experts in model.networks.experts_of(self.of).items():
            (rates, kept), *_ = [expert.drop(self.above) for expert in experts]
            left = kept.nonzero().flatten().tolist()
            facts[name] = {"kept": left, "dropout": [round(r, 6) for r in rates.tolist()]}
            places = f"{', '.join(map(str, left))} (counted from 0)" if left else "train longer, or raise above"
            texts.append(f"{len(left)} of {len(rates)} entries of {name} are kept: {places}")
        return Outcome(self.word, f"{'; '.join(texts)}; the others had dropout rates above {self.above:g}", facts)
