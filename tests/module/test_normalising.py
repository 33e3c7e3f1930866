"""Networks that normalise by the batch: `norm: batch`, and torch's layers in modules of one's own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import mvgraph as mg
from mvgraph.data.batch import Batch
from mvgraph.errors import DataError, SpecError
from mvgraph.graph.checks import check
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.vocab.network import Network
from mvgraph.vocab.network.conv import Conv
from mvgraph.vocab.network.mlp import Mlp

from .models import UNMASKABLE, data, gradients, model, noise_of, patterns, small, twin, views_of, with_terms

VIEWS = {"a": {"shape": [3]}, "b": {"shape": [2]}}
PLAIN, NORMALISED = Mlp((4,), "tanh"), Mlp((4,), "tanh", norm="batch")
# Products, mixtures of them, strata under a logarithm, private latents, a joint network, levels, games, pseudo-data.
KINDS = ("mvae_subsampled", "mopoe", "mmvae_dreg", "mmvae_plus", "jmvae", "mhvae_gan", "maae", "nexus")


def normalised(name: str, encoder: Network, decoder: Network) -> Spec:
    """A small reference spec with these networks, its critics like the encoders."""
    spec = small(name, views_of(name, 3))
    views = tuple(replace(v, encoder=encoder, decoder=decoder) for v in spec.views)
    judged = with_terms(spec, lambda t: replace(t, critic=encoder) if isinstance(t, Contest) else t)
    return replace(judged, views=views)


def both(spec: Spec) -> tuple[Model, Model]:
    """A model in training, and its twin by the interpreter."""
    made = model(spec).train()
    return made, twin(made, optimize=False).train()


def agree(made: Model, other: Model, batch: Batch) -> None:
    """One step by each executor: rows, players, gradients, and the running statistics after it."""
    other.load_state_dict(made.state_dict())
    noise = noise_of(made, len(batch))
    fast, slow = made.loss(batch, noise=noise), other.loss(batch, noise=noise)
    torch.testing.assert_close(fast.rows, slow.rows, rtol=1e-10, atol=1e-12)
    for player, value in fast.players.items():
        torch.testing.assert_close(value, slow.players[player], rtol=1e-10, atol=1e-12)
    first, second = gradients(made, fast), gradients(other, slow)
    for parameter, gradient in first.items():
        torch.testing.assert_close(gradient, second[parameter], rtol=1e-9, atol=1e-11)
    for one, two in zip(made.buffers(), other.buffers(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-10, atol=1e-12)


def still(made: Model, rows: int) -> Noise:
    """Noise by which every draw is the mean."""
    noise = made.draw_noise(rows)
    return Noise({s: torch.zeros_like(draw) for s, draw in noise.streams.items()}, noise.sets)


def statistics(made: Model) -> list[Tensor]:
    """The running means and variances, and how often they were updated."""
    return [b.clone() for name, b in made.named_buffers() if "running" in name or "tracked" in name]


@pytest.mark.parametrize(("norm", "depends"), [("batch", True), ("layer", False), ("none", False)])
@pytest.mark.parametrize("role", ["encoder", "decoder"])
def test_a_model_knows_whether_it_depends_on_the_batch(norm: str, role: str, depends: bool) -> None:
    made = mg.compile("mvae", views=VIEWS, view_defaults={role: {"mlp": {"hidden": [4], "norm": norm}}})
    assert made.networks.batch_dependent is depends


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("roles", ["encoder", "decoder", "both"])
def test_both_executors_take_the_same_statistics(name: str, roles: str) -> None:
    """Complete rows, then every pattern of missing views in one batch, then some of the patterns."""
    encoder = PLAIN if roles == "decoder" else NORMALISED
    decoder = PLAIN if roles == "encoder" else NORMALISED
    made, other = both(normalised(name, encoder, decoder))
    agree(made, other, data(made.spec, 6))
    if name not in UNMASKABLE:
        agree(made, other, data(made.spec, 7, patterns(3)))
        agree(made, other, data(made.spec, 9, patterns(3)[[0, 3, 3, 0, 3, 0, 6, 6, 3]]))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=8), st.sampled_from(["none", "layer", "batch"]), st.booleans())
def test_any_mask_under_any_norm(rows: list[int], norm: str, training: bool) -> None:
    made, other = both(normalised("mopoe", *[replace(NORMALISED, norm=norm)] * 2))
    made.train(training), other.train(training)
    agree(made, other, data(made.spec, len(rows), patterns(3)[rows]))


@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize("role", ["encoder", "decoder"])
def test_a_row_without_a_view_is_in_no_statistic_of_it(optimize: bool, role: str) -> None:
    """The rows that have both views give what they give alone, where only the second view's network normalises."""
    torch.manual_seed(0)
    views = {**VIEWS, "b": {"shape": [2], role: {"mlp": {"hidden": [4], "norm": "batch"}}}}
    made = mg.compile("mvae", views=views, seed=0, optimize=optimize).double()
    x = {"a": torch.randn(8, 3).double(), "b": torch.randn(8, 2).double() + 3}
    mask = torch.ones(8, 2, dtype=torch.bool)
    mask[4:, 1] = False
    masked = made.loss(Batch(x, mask), noise=still(made, 8)).rows[:4]
    after = statistics(made)
    fresh = mg.compile("mvae", views=views, seed=0, optimize=optimize).double()
    alone = fresh.loss(Batch({n: v[:4] for n, v in x.items()}, mask[:4]), noise=still(fresh, 4)).rows
    torch.testing.assert_close(masked, alone, rtol=1e-12, atol=1e-12)
    for one, two in zip(after, statistics(fresh), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("garbage", [float("nan"), 1e30])
def test_garbage_under_the_mask_changes_no_bit(garbage: float) -> None:
    spec = normalised("mopoe", NORMALISED, NORMALISED)
    mask = patterns(3)
    clean = data(spec, 7, mask)
    filled = {n: v.clone() for n, v in clean.views.items()}
    for column, view in enumerate(filled.values()):
        view[~mask[:, column]] = garbage
    gradient, running = [], []
    for rows in (clean, Batch(filled, mask)):
        made = model(spec).train()
        gradient.append(gradients(made, made.loss(rows, noise=noise_of(made, 7))))
        running.append(statistics(made))
    assert all(torch.equal(gradient[0][n], gradient[1][n]) for n in gradient[0])
    assert all(map(torch.equal, running[0], running[1]))


@pytest.mark.parametrize("optimize", [True, False])
def test_one_row_borrows_the_running_statistics(optimize: bool) -> None:
    """Of 64 rows one has the second view: it is normalised as after training, and its statistics are not updated."""
    defaults = {r: {"mlp": {"hidden": [4], "norm": "batch"}} for r in ("encoder", "decoder")}
    made = mg.compile("mvae", views=VIEWS, view_defaults=defaults, seed=0, optimize=optimize)
    torch.manual_seed(0)
    x = {"a": torch.randn(64, 3), "b": torch.full((64, 2), torch.nan)}
    x["b"][5] = 0.3
    expert = made.networks.experts["z(b)"]
    before = [b.clone() for b in expert.buffers()]
    loss = made.loss(x)
    loss.total.backward()
    assert loss.rows.isfinite().all()
    assert all(map(torch.equal, before, expert.buffers()))
    assert all(layer.training for layer in made.modules() if isinstance(layer, nn.BatchNorm1d))
    assert made.loss({n: v[5:6] for n, v in x.items()}).rows.isfinite().all()  # a batch of one row, too


def test_training_where_a_batch_of_one_row_is_left() -> None:
    """33 rows in batches of 32."""
    net = {"mlp": {"hidden": [4], "norm": "batch"}}
    made = mg.compile("mvae", views=VIEWS, view_defaults={"encoder": net, "decoder": net}, seed=0)
    torch.manual_seed(0)
    x = {"a": torch.randn(33, 3), "b": torch.randn(33, 2)}
    run = mg.fit(made, x, fraction=0, epochs=1, batch_size=32, progress=False, accelerator="cpu")
    assert len(run.metrics) == 1


def test_no_row_is_no_statistic() -> None:
    """A batch in which nobody has the second view leaves its networks as they are."""
    made = mg.compile(
        "mopoe", views=VIEWS, view_defaults={"encoder": {"mlp": {"hidden": [4], "norm": "batch"}}}, seed=0
    )
    before = [b.clone() for b in made.networks.experts["z(b)"].buffers()]
    loss = made.loss({"a": torch.randn(4, 3), "b": torch.full((4, 2), torch.nan)})
    loss.total.backward()
    assert loss.rows.isfinite().all()
    assert all(map(torch.equal, before, made.networks.experts["z(b)"].buffers()))


@pytest.fixture
def own() -> Iterator[None]:
    """Words of one's own, which torch's layers make normalise by the batch."""

    @mg.network("own_normalised")
    class OwnNormalised(nn.Module):
        def __init__(self, inputs: tuple[int, ...], tracked: bool = True) -> None:
            super().__init__()
            self.layers = nn.Sequential(
                nn.Flatten(), nn.Linear(math.prod(inputs), 5), nn.BatchNorm1d(5, track_running_stats=tracked), nn.Tanh()
            )

        def forward(self, x: Tensor) -> Tensor:
            found: Tensor = self.layers(x)
            return found

    yield
    Network.registry._words.pop("own_normalised")


@pytest.mark.usefixtures("own")
def test_a_module_of_ones_own_is_seen_to_normalise() -> None:
    word = Network.read("own_normalised")
    made, other = both(normalised("mopoe", word, word))
    assert made.networks.batch_dependent
    agree(made, other, data(made.spec, 7, patterns(3)))


@pytest.mark.usefixtures("own")
def test_one_row_for_a_network_without_running_statistics() -> None:
    spec = load("mvae", views=VIEWS, view_defaults={"encoder": {"own_normalised": {"tracked": False}}})
    with pytest.raises(DataError, match="MVG413: a network normalises by the batch and keeps no running statistics"):
        mg.compile(spec).loss({"a": torch.randn(1, 3), "b": torch.randn(1, 2)})


def test_pictures() -> None:
    """Convolutions, whose statistics are over places, too."""
    word = Conv(channels=(3,), kernel=2, hidden=(4,), norm="batch", padding=0)
    views = {v: {"shape": [1, 4, 4], "likelihood": "normal"} for v in "ab"}
    spec = load("mopoe", views=views, sets=["p.z.dim=2"])
    made, other = both(replace(spec, views=tuple(replace(v, encoder=word, decoder=word) for v in spec.views)))
    agree(made, other, data(made.spec, 6, patterns(2).repeat(2, 1)))


@pytest.mark.parametrize(
    ("name", "change", "path"),
    [
        ("mhvae", "p.z.network={mlp: {norm: batch}}", ("p", "z", "network")),
        ("nexus", "q.c.network={mlp: {norm: batch}}", ("q", "c", "network")),
        ("nexus", "q.c.fuse={pool: {norm: batch}}", ("q", "c", "fuse")),
    ],
)
def test_networks_over_draws_of_several_origins_are_refused(name: str, change: str, path: tuple[str, ...]) -> None:
    problems = check(load(name, views=VIEWS, sets=[change]))
    assert [(p.code, p.path) for p in problems] == [("MVG414", path)]
    assert check(load(name, views=VIEWS, sets=[change.replace("batch", "layer")])) == []


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(("name", "place"), [("mhvae", "p.z.network"), ("nexus", "q.c.network")])
def test_modules_over_draws_of_several_origins_are_refused(name: str, place: str) -> None:
    with pytest.raises(SpecError, match=r"MVG414: the network .*normalises by statistics of the batch"):
        mg.compile(load(name, views=VIEWS, sets=[f"{place}=own_normalised"]))
