"""Evidence for latents whose prior is made of posteriors: a view that was not seen borrows from those that were."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor
from torch.distributions import Distribution

from mvgraph.data.batch import Batch
from mvgraph.graph.pooling import pools
from mvgraph.language.expr import Formula
from mvgraph.module.belief import Belief, Known, choose, mixture
from mvgraph.module.coefficient import evaluate
from mvgraph.module.inference import Inference
from mvgraph.module.networks import Networks
from mvgraph.module.running import safe_log
from mvgraph.objective.evidence import Views
from mvgraph.objective.keys import Ref
from mvgraph.planning import Plan
from mvgraph.tracing import known
from mvgraph.vocab.family.mixture_of import STANDARD


class Borrowing(Inference):
    """q(· | x_S) where a latent of a view outside S has the prior a N(0, I) + (1 − a) mean over n in S of q(z.n | x_n).

    Its components are the views that were seen, each standing in once for those that were not, and the standard
    normal (the empty set) where it has a weight.
    """

    @cached_property
    def standard(self) -> float:
        """a, the weight of the standard normal."""
        family = next(iter(pools(self.spec).values()))
        values = {**self.networks.values(), "M": float(len(self.spec.scored_views))}
        return float(evaluate(Formula(str(family.standard)).expr, values))

    @cached_property
    def components(self) -> list[Views]:
        """The views that were seen in some row, and nothing at all."""
        columns = zip(self.spec.view_names, self.mask.any(0), self.live, strict=True)
        seen = [v for v, there, live in columns if known(there, unknown=live)]
        return [*(frozenset({v}) for v in seen), *([frozenset[str]()] if self.standard else [])]

    @cached_property
    def log_weights(self) -> Tensor:
        """(1 − a)/|S| for a view of S, a for nothing, `(component, row)`."""
        like = self.networks.like
        names = [v for part in self.components for v in part]
        there = self.mask[:, [self.spec.view_names.index(v) for v in names]].T.to(like.dtype)
        weights = (1.0 - self.standard) * there / there.sum(0)
        alone = [torch.full_like(weights[:1], self.standard)] if self.standard else []
        return safe_log(torch.cat([weights, *alone]))

    def shared(self, ref: Ref, parents: Sequence[Tensor] = ()) -> list[Belief]:
        """The same in every component but for the values of parents: shared latents look at all the evidence."""
        whole = Inference(self.networks, self.plan, self.batch)
        if not parents:
            return whole.shared(ref) * len(self.components)
        return [b for c in range(len(self.components)) for b in whole.shared(ref, [p[c : c + 1] for p in parents])]

    def copies(self, ref: Ref, parents: Sequence[Sequence[Tensor]]) -> list[Belief]:
        """Its own posterior where its view was seen, else the component's."""
        if ref.node not in pools(self.spec):
            return super().copies(ref, parents)
        seen, own = self.seen(ref), self.own(ref)
        return [choose([(seen, own), (~seen, self._other(ref, part))]) for part in self.components]

    def alone(self, ref: Ref) -> Distribution:
        """The posterior, or a mixture over what stands in for it."""
        if ref.node not in pools(self.spec) or known(self.seen(ref).all(), unknown=False):
            return super().alone(ref)
        return mixture(self.copies(ref, ()), self.log_weights)

    def _other(self, ref: Ref, part: Views) -> Belief:
        """The posterior of the view that stands in, or the standard normal."""
        for view in part:
            return self.own(Ref(ref.node, view))
        params = self.networks.prior(ref)
        return Known(STANDARD, params, (self.rows, self.spec.dim(ref.node, ref.view)))


def infer(
    networks: Networks, plan: Plan, batch: Batch, generator: torch.Generator | None = None, *, whole: bool = False
) -> Inference:
    """What the evidence of a batch says of the latents; samplers draw with `generator`. See `Inference` for `whole`."""
    borrowing = pools(networks.spec) and not known(batch.mask.all(), unknown=False)
    return (Borrowing if borrowing else Inference)(networks, plan, batch, generator, whole)
