"""The critics of a spec's games: networks that give scores, learning or held still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor, nn

from mvgraph.errors import SpecError
from mvgraph.module.conditional import Reader
from mvgraph.module.normalising import normalisers
from mvgraph.objective.deriving import expand
from mvgraph.objective.games import Generator, Match
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Spec
from mvgraph.vocab.family import Shape


class Scorer(Reader):
    """A critic C: `(*batch, row, *inputs)` to `{"scores": (*batch, row, scores)}`, of which there may be several.

    Arguments:
        match: what it judges, and by which network.
        inputs: the shape of what it judges.
    """

    def __init__(self, match: Match, inputs: Shape) -> None:
        super().__init__()
        self.play = match.play
        self.inputs = inputs
        self.network = match.network.critic(inputs)
        self.batch_dependent = bool(normalisers(self))

    def still(self, value: Tensor, there: Tensor | None = None) -> Mapping[str, Tensor]:
        """The same scores, from which no gradient reaches the critic's own weights."""
        held = {name: weight.detach() for name, weight in self.named_parameters()}
        scores: Mapping[str, Tensor] = torch.func.functional_call(self, held, (value, there))
        return scores

    def _run(self, flat: Tensor) -> Mapping[str, Tensor]:
        return {"scores": self.network(flat).reshape(len(flat), -1)}


def scorers(spec: Spec) -> nn.ModuleDict:
    """The critics by name.

    Raises:
        SpecError: a network that cannot read what it would judge, at its place in the spec.
    """
    found: dict[str, Scorer] = {}
    for term in expand(spec):
        if isinstance(term.atom, Generator):
            match, written = term.atom.match, term.scope.term
            assert isinstance(written, Contest)
            try:
                found[match.critic] = Scorer(match, _shape(spec, match))
            except SpecError as error:
                raise _located(spec, written, error) from None
    return nn.ModuleDict({_name(critic): scorer for critic, scorer in found.items()})


def scorer(critics: nn.ModuleDict, match: Match) -> Scorer:
    """The critic of one game."""
    found = critics[_name(match.critic)]
    assert isinstance(found, Scorer)
    return found


def project(critics: nn.ModuleDict) -> None:
    """Bring the weights of every critic to where its game allows them; to be called after a step of critics."""
    for each in critics.values():
        assert isinstance(each, Scorer)
        each.play.project(each.parameters())


def _name(critic: str) -> str:
    return critic.replace(".", "@")


def _shape(spec: Spec, match: Match) -> Shape:
    ref = match.real.ref
    if ref.node != spec.observed.name:
        return (spec.dim(ref.node, ref.view),)
    shape = spec.view(str(ref.view)).shape
    assert shape is not None
    return shape


def _located(spec: Spec, written: Contest, error: SpecError) -> SpecError:
    """A network's problems at the place where the critic was written."""
    number = next(i for i, term in enumerate(spec.minimize) if term is written)
    path = ("objective", "minimize", number, written.word, "critic")
    found = [replace(p, path=path, message=f"{p.message} as the critic of this game") for p in error.problems]
    return SpecError(*(spec.document.locate(p) if spec.document else p for p in found))
