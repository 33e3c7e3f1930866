"""Training by moves: who moves when, on what, with which optimizer; resuming; what a game refuses."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from mvgraph.data.validation import batch
from mvgraph.errors import SpecError, UsageError
from mvgraph.module.model import Model
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.training.curves import group
from mvgraph.training.errors import Interrupted
from mvgraph.training.playing import Playing, parameters
from mvgraph.vocab.param import Clock

from .models import VIEW, Stop, rows, same, train, values, weights

PLAIN = {**VIEW, "likelihood": "mse"}
CRITIC = "objective.minimize.0.game.critic={mlp: {hidden: [4]}}"
OPTIMIZER = "training.optimizer={sgd: {lr: 0.01}}"


def small(name: str, *sets: str, **options: Any) -> Spec:
    """A game over two views."""
    return load(name, sets=["p.z.dim=2", CRITIC, *sets], views={"a": PLAIN, "b": PLAIN}, **options)


class Watched(Model):
    """A model that writes down which part it is asked for, at what time, and where its parameters are."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.asked: list[str] = []
        self.clocks: list[Clock] = []
        self.states: list[dict[str, list[Tensor]]] = []
        self.noises: list[Tensor] = []

    def loss(self, batch: Any, **options: Any) -> Any:
        """The loss, with a note of it in training."""
        if self.training:
            self.asked.append(options["part"])
            self.clocks.append(options["clock"])
            self.states.append({g: [p.detach().clone() for p in parameters(self, g)] for g in ("p", "q", "critic")})
        return super().loss(batch, **options)


def watched(name: str, *sets: str, **options: Any) -> Watched:
    """A fresh model with the same weights each time."""
    torch.manual_seed(1)
    return Watched(small(name, *sets, **options))


def moved(model: Watched, step: int) -> list[set[str]]:
    """Which groups each move of a step changed."""
    count = 3
    states = model.states[step * count : (step + 1) * count + 1]
    return [{g for g in a if not same(a[g], b[g])} for a, b in pairwise(states)]


def test_each_move_changes_what_it_updates_and_nothing_else() -> None:
    model = watched("maae")
    train(model, fraction=0.0)
    assert model.asked[:6] == ["objective", "games", "games"] * 2
    for step in range(4):
        assert moved(model, step) == [{"p", "q"}, {"critic"}, {"q"}]


def test_all_moves_of_a_step_have_one_time_and_count_as_one() -> None:
    model = watched("maae")
    train(model, epochs=2, fraction=0.0)
    assert [c.step for c in model.clocks] == [s for s in range(6) for _ in range(3)]
    assert {c.steps_per_epoch for c in model.clocks} == {3}


def test_weights_are_clipped_after_the_critic_and_nowhere_else() -> None:
    model = watched("mwae", "objective.minimize.0.game.play={wgan: {clip: 0.01}}")
    train(model, epochs=1, fraction=0.0)
    before, after_main, after_critic = (max(float(p.abs().max()) for p in s["critic"]) for s in model.states[:3])
    assert before == after_main > 0.1
    assert after_critic <= 0.01
    assert max(float(p.abs().max()) for p in model.states[2]["q"]) > 0.1


def test_a_critics_step_follows_the_gradient_of_its_loss() -> None:
    """By hand: the step of plain gradient descent on the critic's loss, and on nothing else."""
    moves = [{"update": ["critic"], "loss": "critic", "optimizer": {"sgd": {"lr": 0.5}}}]
    model = watched("maae", moves=moves)
    start = Model(model.spec)
    start.load_state_dict(model.state_dict())
    seen: list[Any] = []
    loss = model.loss
    model.loss = lambda batch, **o: seen.append((batch, o["generator"].get_state())) or loss(batch, **o)  # type: ignore[method-assign, func-returns-value]
    train(model, epochs=1, batch_size="full", fraction=0.0)
    data, state = seen[-1]
    generator = torch.Generator()
    generator.set_state(state)
    value = start.loss(data, generator=generator, part="games").players["critic of C"]
    own = parameters(start, "critic")
    wanted = [p - 0.5 * g for p, g in zip(own, torch.autograd.grad(value, own), strict=True)]
    for found, expected in zip(parameters(model, "critic"), wanted, strict=True):
        torch.testing.assert_close(found, expected)


def test_each_move_has_its_own_optimizer() -> None:
    moves = [
        {"update": ["p", "q"], "loss": "total"},
        {"update": ["critic"], "loss": "critic", "optimizer": {"rmsprop": {"lr": 5.0e-5}}},
    ]
    model = watched("mwae", OPTIMIZER, moves=moves)
    module = Playing(model, batch(model.spec, rows()), None, 8, 0)
    first, second = module.configure_optimizers()
    assert (type(first).__name__, first.defaults["lr"]) == ("SGD", 0.01)
    assert (type(second).__name__, second.defaults["lr"]) == ("RMSprop", 5.0e-5)
    assert len(second.param_groups[0]["params"]) == 4


def test_the_usual_order_is_that_of_the_reference_specs() -> None:
    """A spec without moves is trained as the one that writes them down."""
    silent = watched("maae", moves=None)
    assert silent.spec.moves == ()
    one, two = train(silent), train(watched("maae"))
    assert values(one) == values(two)


def test_the_curves_name_both_players() -> None:
    run = train(watched("maae"))
    last = run.metrics[-1]
    for part in ("train", "valid"):
        assert {f"{part} critic of C", f"{part} generator of C", f"{part} total"} <= set(last)
        line = next(n for n in last if n.startswith(f"{part} - GAME_gan"))
        assert last[f"{part} generator of C"] == pytest.approx(-last[line])
    names = [n.removeprefix("train ") for n in last if n.startswith("train ")]
    assert len(group(names)["games"]) == 3


def test_one_seed_one_result() -> None:
    one, two, other = (train(watched("maae"), seed=s) for s in (5, 5, 6))
    assert same(weights(one.model), weights(two.model))
    assert values(one) == values(two) != values(other)


def test_resumed_ends_as_unbroken(tmp_path: Path) -> None:
    whole = train(watched("mwae"), epochs=4, out=tmp_path / "whole")
    with pytest.raises(Interrupted, match="after 2 of 4 epochs"):
        train(watched("mwae"), epochs=4, out=tmp_path / "broken", callbacks=[Stop(2)])
    run = train(watched("mwae"), epochs=4, out=tmp_path / "broken", resume=True)
    assert same(weights(run.model), weights(whole.model))
    assert values(run) == values(whole)


def test_incomplete_data_train_it() -> None:
    data = rows()
    data["a"][:5] = float("nan")
    run = train(watched("maae"), data, epochs=3)
    assert all(torch.tensor(list(row.values())).isfinite().all() for row in run.metrics)


def test_a_game_whose_weight_is_zero_is_none() -> None:
    """I-27: mAAE with the weight 0 is AE, in its objective and in training, bit for bit."""
    torch.manual_seed(1)
    game = Model(small("maae", "objective.minimize.0.game.weight=0"))
    torch.manual_seed(1)
    plain = Model(load("ae", sets=["p.z.dim=2"], views={"a": PLAIN, "b": PLAIN}))
    assert [n for n, _ in game.named_parameters()] == [n for n, _ in plain.named_parameters()]
    one, two = train(game), train(plain)
    assert same(weights(one.model), weights(two.model))
    assert values(one) == values(two)


def test_clipping_holds_for_every_move() -> None:
    model = watched("maae", "training.clip={norm: 1.0e-9}", OPTIMIZER)
    train(model, epochs=1, fraction=0.0)
    first, last = model.states[0], model.states[-1]
    for group_name in first:
        for a, b in zip(first[group_name], last[group_name], strict=True):
            torch.testing.assert_close(a, b, rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"accumulate_grad_batches": 2}, "a game cannot accumulate gradients.*give a larger batch size"),
        ({"gradient_clip_val": 1.0}, "several optimizers: write training: {clip: ...}"),
    ],
)
def test_what_several_optimizers_cannot_do_is_refused(options: dict[str, Any], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        train(watched("maae"), **options)


def test_a_game_without_players_is_refused() -> None:
    with pytest.raises(SpecError) as caught:
        load("maae", objective={"minimize": [{"game": {"play": "gan"}}]})
    assert [p.message for p in caught.value.problems] == [
        "objective.minimize.0.game lacks the key 'real'",
        "objective.minimize.0.game lacks the key 'fake'",
    ]


def test_moves_of_nobody_known_are_refused() -> None:
    with pytest.raises(SpecError, match="expected one of p, q, critic, found 'decoder'"):
        load("maae", moves=[{"update": ["decoder"], "loss": "objective"}])
