"""The compiled model: loss, and the answers of a trained one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mvgraph.data.batch import Batch
from mvgraph.errors import DataError, Problem
from mvgraph.module.interpreter import interpret
from mvgraph.module.lowering import Step
from mvgraph.module.networks import END, Networks
from mvgraph.module.noise import Noise, draw_noise
from mvgraph.plan import plan
from mvgraph.plan.planning import is_joint
from mvgraph.spec.model import Spec
from mvgraph.vocab.param import Clock


@dataclass(frozen=True, eq=False)
class Loss:
    """A loss to be minimised, and what it is made of.

    Arguments:
        total: −objective, the mean over rows, a scalar.
        terms: the signed contribution of each printed term to the objective: −total is their sum.
        rows: the objective of each row, `(row,)`.
    """

    total: Tensor
    terms: Mapping[str, Tensor]
    rows: Tensor


class Model(nn.Module):
    """A spec as a PyTorch module.

    Arguments:
        spec: a checked spec whose views have shapes and likelihoods.
        optimize: False evaluates by the reference interpreter, term by term.
    """

    def __init__(self, spec: Spec, *, optimize: bool = True) -> None:
        super().__init__()
        self.spec = spec
        self.plan = plan(spec)
        self.networks = Networks(spec)
        self.optimize = optimize
        self._step = Step(spec, self.plan)

    def loss(
        self,
        batch: Batch,
        *,
        noise: Noise | None = None,
        clock: Clock = END,
        generator: torch.Generator | None = None,
    ) -> Loss:
        """The loss of a batch.

        Arguments:
            batch: rows with a mask.
            noise: the randomness; drawn with `generator` where it is not given.
            clock: how far training has come, for schedules; their ends, unless said.

        Raises:
            DataError: a row without any view, or missing views where a joint network needs them all.
        """
        self.require(batch)
        like = next(self.networks.decoders.parameters())
        batch = batch.to(like)
        noise = noise or draw_noise(self.spec, self.plan, len(batch), like, generator)
        values = self.networks.values(clock)
        if self.optimize:
            complete = batch.complete
            table = self._step(self.networks, batch.views, batch.mask, noise, values, complete=complete)
            terms = dict(zip(self.plan.lines, table.mean(1), strict=True))
            rows = table.sum(0)
        else:
            found = interpret(self.networks, batch, noise, values)
            terms = {name: value.mean() for name, value in found.items()}
            rows = torch.stack([*found.values(), torch.zeros_like(noise.sets.new_zeros(len(batch)))]).sum(0)
        return Loss(-rows.mean(), terms, rows)

    def draw_noise(self, rows: int, generator: torch.Generator | None = None) -> Noise:
        """The randomness of one step over `rows` data."""
        return draw_noise(self.spec, self.plan, rows, next(self.networks.decoders.parameters()), generator)

    def project(self) -> None:
        """Bring every clamped learnt number back between its bounds; to be called after an optimiser step."""
        self.networks.project()

    def require(self, batch: Batch) -> None:
        """Refuse a batch that the objective is not defined for.

        Raises:
            DataError: see `loss`.
        """
        empty = (~batch.mask.any(1)).nonzero().flatten().tolist()
        if empty:
            names = ", ".join(str(batch.ids[i] if batch.ids else i) for i in empty[:5])
            raise DataError(f"rows without any view: {names}{' and more' if len(empty) > 5 else ''}")
        joint = [s for s in self.plan.slots if is_joint(self.spec, s)]
        if joint and not batch.complete:
            row = int((~batch.mask.all(1)).nonzero()[0])
            name = batch.ids[row] if batch.ids else row
            raise DataError(
                Problem(
                    "MVG510",
                    ("q", joint[0].ref.node, "fuse"),
                    f"the joint network of '{joint[0].ref}' needs every view, and row {name} lacks one",
                    "leave such rows out, or use fuse: poe (as mvae and mvtcae do), which is defined for any subset",
                )
            )


def compile(spec: Spec, *, optimize: bool = True) -> Model:  # noqa: A001 - the public verb
    """The module of a spec; `optimize=False` gives the reference interpreter.

    Raises:
        SpecError: the spec has errors.
    """
    return Model(spec, optimize=optimize)


__all__ = ["Loss", "Model", "compile"]
