"""The step of training where there is a game: one move after another, each with an optimizer of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import lightning
import torch
from torch import nn

from mvgraph.data.seeding import Purpose
from mvgraph.errors import UsageError
from mvgraph.module.critics import project
from mvgraph.module.model import Loss, Model
from mvgraph.module.stages import Part
from mvgraph.objective.games import is_critic
from mvgraph.spec.games import Group, Move
from mvgraph.spec.games import Loss as Minimised
from mvgraph.spec.moves import moves
from mvgraph.training.module import Fitting, slice_of
from mvgraph.training.stages import State
from mvgraph.vocab.optimizer import Optimizer

if TYPE_CHECKING:
    from lightning.pytorch.core.optimizer import LightningOptimizer

PARTS: dict[Minimised, Part] = {"objective": "objective", "critic": "games", "generator": "games", "total": "total"}


class Playing(Fitting):
    """Fitting by moves, under Lightning's manual optimisation.

    Every move sees the same rows, in a pass of its own with noise of its own, and changes what it updates only. After
    a critic's step the game brings its weights back into its bounds.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.automatic_optimization = False
        written = moves(self.stage.spec(self.model.spec))
        self.moves = tuple(move for move in written if self._learning(move))

    def accept(self, trainer: lightning.Trainer) -> None:
        """Refuse what has no meaning where several optimizers take turns.

        Raises:
            UsageError: gradients are to be accumulated, clipped by the Trainer, or shared by several processes.
        """
        if trainer.accumulate_grad_batches != 1:
            raise UsageError(
                "a game cannot accumulate gradients: each move answers the one before; give a larger batch size"
            )
        if trainer.gradient_clip_val is not None:
            raise UsageError("a game has several optimizers: write training: {clip: ...}, which holds for every move")
        if trainer.world_size > 1:
            raise UsageError(f"a game is trained in one process, not in {trainer.world_size}: give devices=1")

    def configure_optimizers(self) -> Any:
        """One optimizer a move, over what it updates; that of the spec where the move names none."""
        return [self._optimizer(move) for move in self.moves]

    def _optimizer(self, move: Move) -> torch.optim.Optimizer:
        word = move.optimizer or self.model.spec.training.optimizer or Optimizer.read("adam")
        return word.build(self._learning(move))

    def _learning(self, move: Move) -> list[nn.Parameter]:
        """What a move updates, and does not rest in this stage."""
        return [p for group in move.update for p in parameters(self.model, group) if p.requires_grad]

    def remembered(self) -> dict[str, State]:
        """Nothing of a game, in which several optimizers may share a parameter: the next stage starts anew."""
        return self.moments.known

    def training_step(self, batch: int, batch_idx: int) -> None:  # type: ignore[override]
        """All moves on one slice of the rows."""
        self.at = step, rows = self.place(batch)
        found: dict[Part, Loss] = {}
        for number, (move, optimizer) in enumerate(zip(self.moves, self._turns(), strict=True)):
            self.toggle_optimizer(optimizer)
            with self._randomness(step * len(self.moves) + number, Purpose.NOISE, Purpose.GLOBAL) as generator:
                rows_now, phase, part = slice_of(self.data, rows), self.stage.phase, PARTS[move.loss]
                loss = self.model.loss(rows_now, phase=phase, part=part, clock=self.clock, generator=generator)
            self._take(move, optimizer, loss)
            self.untoggle_optimizer(optimizer)
            found[PARTS[move.loss]] = loss
        self.count(_joined(found), len(rows), step, batch_idx)

    def _turns(self) -> list[LightningOptimizer]:
        found = self.optimizers()
        return found if isinstance(found, list) else [found]

    def _take(self, move: Move, optimizer: LightningOptimizer, loss: Loss) -> None:
        """One step of one optimizer."""
        critics = [value for name, value in loss.players.items() if is_critic(name)]
        value = torch.stack(critics).sum() if move.loss == "critic" else loss.total
        optimizer.zero_grad()
        self.manual_backward(value)
        self.configure_gradient_clipping(optimizer.optimizer)
        optimizer.step()
        if "critic" in move.update:
            project(self.model.networks.critics)
        self.model.project()

    @property
    def finished(self) -> int:
        """Finished steps: Lightning counts every move."""
        return self.trainer.global_step // len(self.moves)


def parameters(model: Model, group: Group) -> list[nn.Parameter]:
    """The parameters of a group; what is learnt in weights and fusions goes with the encoders."""
    networks = model.networks
    groups: Mapping[Group, tuple[nn.Module, ...]] = {
        "p": (networks.decoders, networks.priors),
        "q": (networks.experts, networks.joints, networks.auxiliaries, networks.learnt),
        "critic": (networks.critics,),
    }
    return list(dict.fromkeys(p for module in groups[group] for p in module.parameters()))


def _joined(found: Mapping[Part, Loss]) -> Loss:
    """What the moves of one step saw: each part of the objective as the last move on it did."""
    parts = [found["total"]] if "total" in found else list(found.values())
    terms = {name: value.detach() for part in parts for name, value in part.terms.items()}
    players = {name: value.detach() for part in found.values() for name, value in part.players.items()}
    total = torch.stack([part.total.detach() for part in parts]).sum()
    return Loss(total, terms, torch.stack([part.rows.detach() for part in parts]).sum(0), players)
