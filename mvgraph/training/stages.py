"""The stages of a run: one for each phase of the spec, or a single one without a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from mvgraph.errors import Problem, UsageError
from mvgraph.module.freezing import frozen
from mvgraph.module.model import Loss, Model
from mvgraph.spec.model import Spec

State = dict[str, Any]
PHASE = "phase"  # the column of the phase, counted from 1


@dataclass(frozen=True)
class Stage:
    """One stage of training: an objective, for a number of epochs, with some of the parts at rest.

    Arguments:
        number: from 0.
        phase: the name of the phase; None for the only stage of a spec without phases.
        epochs: how many it has at most.
        first: how many epochs the stages before it have at most: draws are numbered from there.
        freeze: the parts that do not learn, as the spec names them.
        forget: whether the optimizer starts anew.
        last: whether no stage follows.
    """

    number: int = 0
    phase: str | None = None
    epochs: int = 1
    first: int = 0
    freeze: tuple[str, ...] = ()
    forget: bool = False
    last: bool = True

    def spec(self, whole: Spec) -> Spec:
        """The spec with the stage's own objective."""
        return whole if self.phase is None else whole.by_phase[self.phase]


def stages(spec: Spec) -> tuple[Stage, ...]:
    """The stages of a spec, in their order."""
    return tuple(_stages(spec))


def _stages(spec: Spec) -> Iterator[Stage]:
    if not spec.phases:
        yield Stage(epochs=spec.training.epochs)
    first = 0
    for number, phase in enumerate(spec.phases):
        last = number == len(spec.phases) - 1
        yield Stage(number, phase.name, phase.epochs, first, phase.freeze, "optimizer" in phase.reset, last)
        first += phase.epochs


class Rest:
    """Parts of a model that do not learn in a stage: no gradient, no optimizer, no dropout, no running statistics.

    Arguments:
        model: whose parts they are.
        stage: names them.
    """

    def __init__(self, model: Model, stage: Stage) -> None:
        self.model, self.stage = model, stage
        found = frozen(model.networks, stage.freeze)
        self.modules = [m for m in found if isinstance(m, nn.Module)]
        inside = [p for m in self.modules for p in m.parameters()]
        parameters = [*inside, *(p for p in found if isinstance(p, nn.Parameter))]
        self.parameters = [p for p in parameters if p.requires_grad]
        for parameter in self.parameters:
            parameter.requires_grad_(False)

    def require_some(self, loss: Loss) -> None:
        """Refuse a stage whose objective, by a loss of it, mentions nothing that learns.

        Raises:
            UsageError: names the phase.
        """
        if loss.total.requires_grad:
            return
        if self.stage.phase is None:
            raise UsageError(Problem("MVG243", ("objective",), "nothing that the objective mentions learns"))
        message = f"nothing that the objective of the phase '{self.stage.phase}' mentions learns: it is all frozen"
        raise UsageError(Problem("MVG243", ("phases", self.stage.number, "freeze"), message))

    def hold(self) -> None:
        """Keep the parts as they are evaluated, however the model is run."""
        for module in self.modules:
            module.eval()

    def end(self) -> None:
        """Let the parts learn again."""
        for parameter in self.parameters:
            parameter.requires_grad_(True)
        for module in self.modules:
            module.train()


class Moments:
    """What optimizers remember of each parameter, by its name, from one stage to the next.

    Arguments:
        known: what is remembered already.
    """

    def __init__(self, known: Mapping[str, State] | None = None) -> None:
        self.known: dict[str, State] = dict(known or {})

    def after(self, model: nn.Module, optimizers: Iterable[Optimizer]) -> dict[str, State]:
        """What is known once these optimizers are done; what they do not touch is as it was."""
        names: dict[Tensor, str] = {p: n for n, p in model.named_parameters()}
        states = [(p, s) for o in optimizers for p, s in o.state.items()]
        return self.known | {names[p]: _copied(s) for p, s in states}

    def give(self, model: nn.Module, optimizer: Optimizer) -> None:
        """Let an optimizer go on from what is known of its parameters."""
        names: dict[Tensor, str] = {p: n for n, p in model.named_parameters()}
        for parameter in (p for group in optimizer.param_groups for p in group["params"]):
            if names[parameter] in self.known:
                optimizer.state[parameter] = _copied(self.known[names[parameter]])


def _copied(state: State) -> State:
    return {k: v.detach().clone() if isinstance(v, Tensor) else v for k, v in state.items()}
