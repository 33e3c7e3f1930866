"""Small models and data for tests of training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback
from typing_extensions import override

from mvgraph.data.batch import Batch
from mvgraph.module.model import Loss, Model
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.training.fitting import fit
from mvgraph.training.run import Run
from mvgraph.vocab.param import Clock

NETWORK = {"mlp": {"hidden": [6]}}
VIEW = {"shape": [3], "likelihood": "normal", "encoder": NETWORK, "decoder": NETWORK}
ROWS = 24


def small(*sets: str) -> Spec:
    """A product of experts over two views, with a schedule for beta."""
    beta = {"linear": {"from": 0, "to": 1, "epochs": 4, "per": "batch"}}
    return load("mvae", sets=["p.z.dim=2", *sets], views={"a": VIEW, "b": VIEW}, beta=beta)


def rows(count: int = ROWS) -> dict[str, Any]:
    """Two views of one hidden direction; the last row lacks view b."""
    generator = np.random.default_rng(0)
    hidden = generator.normal(size=(count, 1))
    views = {n: hidden * np.arange(1.0, 4.0) + 0.1 * generator.normal(size=(count, 3)) for n in "ab"}
    views["b"][-1] = np.nan
    return views


class Watched(Model):
    """A model that writes down what it is asked, with a draw inside its loss as dropout makes one."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.clocks: list[Clock] = []
        self.rows: list[list[float]] = []
        self.inside: list[float] = []

    def loss(self, batch: Batch, **options: Any) -> Loss:
        """The loss, with a random weight."""
        found = super().loss(batch, **options)
        inside = torch.rand(())
        if self.training:
            self.clocks.append(options["clock"])
            self.rows.append(batch.views["a"][:, 0].tolist())
            self.inside.append(float(inside))
        return Loss(found.total * (1 + 0.01 * inside), found.terms, found.rows)


def watched(*sets: str) -> Watched:
    """A fresh model with the same weights each time."""
    torch.manual_seed(1)
    return Watched(small(*sets))


def train(model: Model, data: Any = None, **options: Any) -> Run:
    """A short quiet run on the CPU."""
    given = {"epochs": 3, "batch_size": 8, "accelerator": "cpu", "progress": False, **options}
    return fit(model, rows() if data is None else data, **given)


def weights(model: torch.nn.Module) -> list[torch.Tensor]:
    """All parameters, as they are now."""
    return [p.detach().clone() for p in model.parameters()]


def same(left: Sequence[torch.Tensor], right: Sequence[torch.Tensor]) -> bool:
    """Bit for bit the same."""
    return all(torch.equal(x, y) for x, y in zip(left, right, strict=True))


def values(run: Run) -> list[dict[str, float]]:
    """The metrics without the seconds."""
    return [{n: v for n, v in row.items() if n != "seconds"} for row in run.metrics]


def files(folder: Path) -> set[str]:
    """Everything below a folder."""
    return {str(p.relative_to(folder)) for p in folder.rglob("*")}


class Stop(Callback):
    """Ctrl-C in the middle of an epoch."""

    def __init__(self, epoch: int, batch: int = 1) -> None:
        self.epoch = epoch
        self.batch = batch

    @override
    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Stop."""
        if (trainer.current_epoch, batch_idx) == (self.epoch, self.batch):
            raise KeyboardInterrupt


__all__ = ["Stop", "Watched", "files", "rows", "same", "small", "train", "values", "watched", "weights"]
