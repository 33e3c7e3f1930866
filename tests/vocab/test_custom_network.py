"""A user's own module as a network: options, shapes, entry points, and errors that teach."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from importlib import metadata
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import mvgraph as mg
from mvgraph import registry
from mvgraph.data.tables import DataWarning
from mvgraph.errors import SpecError
from mvgraph.vocab.network import Network
from mvgraph.vocab.network.base import Networks
from mvgraph.vocab.network.custom import network


@pytest.fixture(autouse=True)
def _own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that a test makes go with it."""
    assert "mlp" in Network.registry
    monkeypatch.setattr(Network.registry, "_words", dict(Network.registry._words))
    monkeypatch.setattr(Network.registry, "_made", {})


class Tower(nn.Module):
    """Two layers, one of which normalises."""

    def __init__(self, inputs: tuple[int, ...], width: int = 6, *, sizes: tuple[int, ...] = (2, 3)) -> None:
        super().__init__()
        layers = (nn.Flatten(), nn.LazyLinear(width), nn.BatchNorm1d(width), nn.LazyLinear(sizes[0] * sizes[1]))
        self.body = nn.Sequential(*layers, nn.Unflatten(1, sizes))
        self.inputs = inputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.body(x)
        return y


def test_a_module_becomes_a_word() -> None:
    assert network("tower")(Tower) is Tower
    net = Network.read({"tower": {"width": 4, "sizes": [3, 5]}})
    assert repr(net) == "Tower(width=4, sizes=(3, 5))"
    assert net.write() == {"tower": {"width": 4, "sizes": [3, 5]}}
    assert net == Network.read(net.write())
    assert hash(net) == hash(Network.read(net.write()))
    assert pickle.loads(pickle.dumps(net)) == net
    assert net.__doc__ == Tower.__doc__
    assert Network.read("tower").write() == "tower"


def test_features_are_found_by_running_it() -> None:
    network("tower")(Tower)
    net = Network.read("tower")
    trunk, features = net.encoder((1, 4, 4))
    assert features == (2, 3)
    assert trunk.training
    assert all(m.training for m in trunk.modules())
    norm = next(m for m in trunk.modules() if isinstance(m, nn.BatchNorm1d))
    assert norm.running_mean is not None
    assert norm.running_mean.abs().sum() == 0  # the trial run left no trace
    x = torch.randn(8, 1, 4, 4)
    head = net.head(features, (7,))
    head(trunk(x)).square().sum().backward()
    assert all(p.grad is not None for p in trunk.parameters())
    assert head(trunk(x)).shape == (8, 7)


def test_as_a_decoder_it_reads_the_latent() -> None:
    network("tower")(Tower)
    net = Network.read("tower")
    trunk, features = net.decoder(5, (3, 8, 8))
    assert isinstance(trunk, Tower)
    assert trunk.inputs == (5,)
    assert net.head(features, (3, 8, 8))(trunk(torch.randn(4, 5))).shape == (4, 3, 8, 8)


def test_parts_that_do_not_train_stay_so() -> None:
    @network("frozen")
    class Frozen(Tower):
        def __init__(self, inputs: tuple[int, ...]) -> None:
            super().__init__(inputs)
            self.body[2].eval()

    trunk = Network.read("frozen").encoder((4,)).module
    assert isinstance(trunk, Frozen)
    assert trunk.training
    assert not trunk.body[2].training


def test_options_without_a_default_are_asked_for() -> None:
    @network("strict")
    class Strict(nn.Module):
        def __init__(self, inputs: tuple[int, ...], bias: bool = True, *, width: int) -> None:
            super().__init__()
            self.layer = nn.Linear(inputs[0], width, bias)
            self.forward = self.layer.forward  # type: ignore[method-assign]

    assert Strict.__name__ == "Strict"
    with pytest.raises(SpecError, match="'strict' needs the option 'width'"):
        Network.read("strict")
    with pytest.raises(SpecError, match="expected a whole number, found 'wide'"):
        Network.read({"strict": {"width": "wide"}})
    assert Network.read({"strict": {"width": 3}}).encoder((2,)).features == (3,)


def define(width: int) -> type[nn.Module]:
    @network("cell")
    class Cell(nn.Module):
        def __init__(self, inputs: tuple[int, ...]) -> None:
            super().__init__()
            self.layer = nn.Linear(inputs[0], width)

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.layer(x)
            return y

    return Cell


def test_a_class_that_is_defined_again_replaces_its_old_self() -> None:
    define(3)
    define(4)
    assert Network.read("cell").encoder((2,)).features == (4,)


class Entry:
    """What an installed package offers."""

    def __init__(self, name: str, load: Callable[[], Any]) -> None:
        self.name, self.load = name, load


def discovered(monkeypatch: pytest.MonkeyPatch, *entries: Entry) -> Networks:
    """The registry as a fresh process finds it, with `entries` installed."""
    fresh = Networks()
    monkeypatch.setattr(Network, "registry", fresh)
    monkeypatch.setattr(metadata, "entry_points", lambda group: entries if group == registry.ENTRY_POINTS else ())
    return fresh


def test_entry_points_lead_to_decorated_classes_and_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def word() -> type[Network]:
        network("other")(Tower)
        return Network.registry["other"]

    entries = Entry("network.tower", lambda: network("tower")(Tower)), Entry("network.other", word)
    words = discovered(monkeypatch, *entries, Entry("family.tower", lambda: None))
    assert {"tower", "other", "mlp"} <= set(words)
    assert Network.read("tower").encoder((4,)).features == (2, 3)


def test_entry_points_that_lead_elsewhere_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    words = discovered(monkeypatch, Entry("network.tower", lambda: Tower))
    with pytest.raises(SpecError, match=r'write @mvgraph.network\("tower"\)'):
        words.names()


def test_names_that_are_taken() -> None:
    with pytest.raises(SpecError, match="'mlp' is taken by mvgraph itself"):
        network("mlp")
    network("tower")(Tower)

    class Another(Tower):
        pass

    with pytest.raises(SpecError, match="'tower' is defined twice"):
        network("tower")(Another)


def test_the_name_is_needed() -> None:
    with pytest.raises(SpecError, match=r'write @mvgraph.network\("my_net"\)'):
        network(Tower)  # type: ignore[arg-type]


class Plain:
    """Not a module."""


class NoInputs(nn.Module):
    def __init__(self, width: int) -> None:  # noqa: ARG002
        super().__init__()


class NoType(nn.Module):
    def __init__(self, inputs: tuple[int, ...], width=3) -> None:  # type: ignore[no-untyped-def]  # noqa: ARG002
        super().__init__()


class Changes(nn.Module):
    def __init__(self, inputs: tuple[int, ...], widths: list = []) -> None:  # type: ignore[type-arg]  # noqa: B006, ARG002
        super().__init__()


class Clash(nn.Module):
    def __init__(self, inputs: tuple[int, ...], head: int = 3) -> None:  # noqa: ARG002
        super().__init__()


class Unknown(nn.Module):
    def __init__(self, inputs: tuple[int, ...], width: Missing = 3) -> None:  # type: ignore[name-defined]  # noqa: F821, ARG002
        super().__init__()


@pytest.mark.parametrize(
    ("cls", "match"),
    [
        (Plain, "derive it from torch.nn.Module"),
        (nn.Module, "does not take 'inputs'"),
        (NoInputs, r"write def __init__\(self, inputs: tuple\[int, ...\], ...\)"),
        (NoType, "'width' of the network 'bad' has no type"),
        (Changes, r"use a tuple"),
        (Clash, "an option 'head'"),
        (Unknown, "'Missing' is not defined"),
    ],
)
def test_classes_that_cannot_be_words(cls: Any, match: str) -> None:
    with pytest.raises(SpecError, match=match):
        network("bad")(cls)
    assert "bad" not in Network.registry


def test_a_module_that_fails_on_a_shape() -> None:
    define(3)
    with pytest.raises(SpecError, match=r"MVG410: 'cell' cannot be built and run for the shape \[2, 5\]: mat"):
        Network.read("cell").encoder((2, 5))


def test_a_module_that_loses_the_batch() -> None:
    @network("sum")
    class Sum(nn.Module):
        def __init__(self, inputs: tuple[int, ...]) -> None:  # noqa: ARG002
            super().__init__()

        def forward(self, x: Tensor) -> Tensor:
            return x.sum()

    assert Sum.__name__ == "Sum"
    with pytest.raises(SpecError, match=r"must keep \(n, features\)"):
        Network.read("sum").encoder((3,))


class Deconvolution(nn.Module):
    """A decoder that ends in maps: of the size of 8×8 pictures, with as many channels as it is asked for."""

    def __init__(self, inputs: tuple[int, ...], channels: int = 4, side: int = 8) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(inputs[0], channels * side * side), nn.Unflatten(1, (channels, side, side)))

    def forward(self, z: Tensor) -> Tensor:
        y: Tensor = self.body(z)
        return y


def decoder_of(word: object, shape: list[int], likelihood: object = "normal") -> nn.Module:
    """The decoder of one of two views, compiled."""
    views = {"a": {"shape": shape, "likelihood": likelihood, "decoder": word}, "b": {"shape": [2]}}
    made = mg.compile("mvae", views=views, p={"z": {"dim": 3}})
    loss = made.loss({"a": torch.rand(4, *shape), "b": torch.rand(4, 2)})
    assert loss.rows.isfinite().all()
    return made.networks.decoder("a")


def test_maps_of_the_size_of_the_data_get_a_convolution_of_side_one() -> None:
    network("deconvolution")(Deconvolution)
    decoder = decoder_of("deconvolution", [3, 8, 8])
    (head,) = decoder.heads.children()
    assert isinstance(head, nn.Conv2d)
    assert (head.in_channels, head.out_channels, head.kernel_size) == (4, 3, (1, 1))


def test_maps_that_are_the_parameter_get_no_layer() -> None:
    network("deconvolution")(Deconvolution)
    decoder = decoder_of({"deconvolution": {"channels": 3}}, [3, 8, 8], "mse")
    assert [type(h) for h in decoder.heads.children()] == [nn.Identity]


def test_a_decoder_is_told_what_it_is_for() -> None:
    """It can be right for every view, and then nothing stands behind it, not even for vectors."""

    @network("told")
    class Told(nn.Module):
        def __init__(self, inputs: tuple[int, ...], outputs: tuple[int, ...] | None = None, width: int = 5) -> None:
            super().__init__()
            self.outputs = outputs
            end = [nn.Linear(inputs[0], math.prod(outputs)), nn.Unflatten(1, outputs)] if outputs else []
            self.body = nn.Sequential(*(end or [nn.Flatten(), nn.Linear(math.prod(inputs), width)]))

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.body(x)
            return y

    assert Told.__name__ == "Told"
    assert Network.read({"told": {"width": 6}}).write() == {"told": {"width": 6}}
    for shape in ([6], [2, 8, 8]):
        decoder = decoder_of("told", shape, "mse")
        assert decoder.get_submodule("trunk").outputs == tuple(shape)
        assert [type(h) for h in decoder.heads.children()] == [nn.Identity]
    assert Network.read("told").encoder((4,)).features == (5,)
    with pytest.raises(SpecError, match="has no option 'outputs'"):
        Network.read({"told": {"outputs": [3]}})


def test_a_vector_that_happens_to_have_the_size_of_the_data_keeps_its_layer() -> None:
    define(6)
    decoder = decoder_of("cell", [6], "mse")
    assert not [h for h in decoder.heads.children() if isinstance(h, nn.Identity)]


def test_a_last_layer_that_dwarfs_its_network_is_told_of() -> None:
    """The parameters of both, the features and the shape."""
    network("deconvolution")(Deconvolution)
    with pytest.warns(DataWarning, match=r"of the view 'a': behind 'deconvolution', .* has 1,024 param") as told:
        decoder_of("deconvolution", [1, 20, 20])
    assert "dense layers with 102,800, from its features [4, 8, 8] (256 numbers) to [1, 20, 20]" in str(told[0].message)


@pytest.mark.parametrize("value", [Tower((3,)), Tower])
def test_a_module_in_place_of_a_word_is_told_how_to_become_one(value: object) -> None:
    with pytest.raises(SpecError, match=r"expected a network, found .*the class Tower") as caught:
        mg.load("mvae", view_defaults={"encoder": value})
    (problem,) = caught.value.problems
    assert '@mvgraph.network("tower") above the class Tower, and encoder: tower here' in problem.remedy
    assert "Linear" not in problem.message
