"""Networks: shapes, gradients, the published architectures layer by layer, and what is refused."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
import torch
from torch import Tensor, nn

from mvgraph.errors import SpecError, UnknownWord
from mvgraph.vocab.network import Network
from mvgraph.vocab.network.bmnist_mlp import BmnistMlp
from mvgraph.vocab.network.conv import Conv
from mvgraph.vocab.network.custom import Custom
from mvgraph.vocab.network.mlp import Mlp
from mvgraph.vocab.network.mst import Mst
from mvgraph.vocab.network.polymnist_conv import PolymnistConv
from mvgraph.vocab.network.resnet import Resnet

LATENT = 5

SHAPES: dict[str, list[tuple[int, ...]]] = {
    "linear": [(7,), (2, 3), (1, 4, 5)],
    "mlp": [(7,), (2, 3), (1, 4, 5)],
    "conv": [(3, 32, 32), (1, 28, 28), (3, 29, 41), (2, 50), (1, 9, 10, 11)],
    "resnet": [(3, 28, 28), (1, 17, 30), (2, 5, 5)],
    "polymnist_conv": [(3, 28, 28), (1, 28, 28)],
    "mst": [(784,), (28, 28), (1, 28, 28), (3, 32, 32)],
    "bmnist_mlp": [(784,), (1, 28, 28), (10,)],
}
SMALL = {"resnet": {"channels": 4}}
CASES = [(word, shape) for word, shapes in SHAPES.items() for shape in shapes]


def small(word: str) -> Network:
    """The network of a word, small enough for a test."""
    return Network.read({word: SMALL.get(word, {})})


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def layers(module: nn.Module) -> list[str]:
    """The layers that have parameters or change values, in order."""
    return [type(m).__name__ for m in module.modules() if not isinstance(m, nn.Sequential)]


def check_module(module: nn.Module, x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Run the module; every parameter has a finite gradient that is not all zero."""
    y: Tensor = module(x)
    assert y.shape == (len(x), *shape)
    (y * torch.randn_like(y)).sum().backward()
    for name, p in module.named_parameters():
        assert p.grad is not None, name
        assert p.grad.isfinite().all(), name
        assert p.grad.abs().sum() > 0, name
    return y


def test_every_word_has_cases_and_lives_in_its_own_file() -> None:
    own = {w for w in Network.registry if not issubclass(Network.registry[w], Custom)}
    assert own == set(SHAPES)
    for word in own:
        assert Network.registry[word].__module__ == f"mvgraph.vocab.network.{word}"


@pytest.mark.parametrize(("word", "shape"), CASES)
def test_encoder(word: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    net = small(word)
    trunk, features = net.encoder(shape)
    module = nn.Sequential(trunk, net.head(features, (LATENT,)))
    assert trunk(torch.randn(2, *shape)).shape == (2, *features)
    check_module(module, torch.randn(16, *shape), (LATENT,))


@pytest.mark.parametrize(("word", "shape"), CASES)
def test_decoder(word: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    net = small(word)
    trunk, features = net.decoder(LATENT, shape)
    module = nn.Sequential(trunk, net.head(features, shape))
    assert trunk(torch.randn(2, LATENT)).shape == (2, *features)
    check_module(module, torch.randn(16, LATENT), shape)


@pytest.mark.parametrize(("word", "shape"), CASES)
def test_critic(word: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    check_module(small(word).critic(shape), torch.randn(16, *shape), (1,))


def test_convolutions_alone_judge_patches() -> None:
    """One score for each place of the last maps, made of a patch of its own: far pixels do not count."""
    critic = Conv(channels=(4, 8), hidden=()).critic((1, 16, 16))
    image = torch.randn(1, 1, 16, 16, requires_grad=True)
    scores = critic(image)
    assert scores.shape == (1, 4 * 4)
    (slope,) = torch.autograd.grad(scores[0, 0], image)
    assert (slope[0, 0].abs() > 0).nonzero().max() == 6  # a patch of 10 by 10, 3 of it outside
    with pytest.raises(SpecError, match="nothing is left after 3 convolutions"):
        Conv(hidden=()).critic((1, 4, 4))


@pytest.mark.parametrize("word", SHAPES)
def test_words_read_back_and_pickle(word: str) -> None:
    net = small(word)
    assert Network.read(net.write()) == net
    assert pickle.loads(pickle.dumps(net)) == net


@pytest.mark.usefixtures("double")
def test_modules_follow_the_default_dtype() -> None:
    assert Conv().encoder((3, 16, 16)).module(torch.zeros(1, 3, 16, 16)).dtype is torch.float64


# the published networks: counts are worked out by hand, weights plus biases of every layer

CONV_IN, CONV_MID, CONV_OUT = 3 * 32 * 9 + 32, 32 * 64 * 9 + 64, 64 * 128 * 9 + 128  # 896, 18496, 73856


def test_polymnist_conv_is_the_published_network() -> None:
    net = PolymnistConv(hidden=512)
    trunk, features = net.encoder((3, 28, 28))
    assert layers(trunk) == ["Conv2d", "ReLU"] * 3 + ["Flatten", "Linear", "ReLU"]
    assert count(trunk) == CONV_IN + CONV_MID + CONV_OUT + 2048 * 512 + 512 == 1_142_336
    assert count(net.head(features, (512,))) == 512 * 512 + 512
    trunk, features = net.decoder(512, (3, 28, 28))
    assert layers(trunk) == ["Linear", "ReLU", "Unflatten"] + ["ConvTranspose2d", "ReLU"] * 2
    assert count(trunk) == 512 * 2048 + 2048 + (128 * 64 * 9 + 64) + (64 * 32 * 9 + 32) == 1_142_880
    head = net.head(features, (3, 28, 28))
    assert isinstance(head, nn.ConvTranspose2d)
    assert (head.kernel_size, head.stride, head.padding, head.output_padding) == ((3, 3), (2, 2), (1, 1), (1, 1))
    assert count(head) == 32 * 3 * 9 + 3 == 867


def test_resnet_is_the_published_network() -> None:
    net = Resnet()
    trunk, features = net.encoder((3, 28, 28))
    assert [type(m).__name__ for m in trunk.children()] == [
        *("Conv2d", "Residual", "AvgPool2d", "Residual", "AvgPool2d", "Residual", "Flatten")
    ]
    assert features == (12544,)
    assert count(trunk) == 1_792 + 73_856 + 118_976 + 475_520 == 670_144
    assert count(net.head(features, (32,))) == 12544 * 32 + 32
    trunk, features = net.decoder(32, (3, 28, 28))
    assert [type(m).__name__ for m in trunk.children()] == [
        *("Linear", "Unflatten", "Residual", "Upsample", "Residual", "Upsample", "Residual", "LeakyReLU")
    ]
    assert count(trunk) == 33 * 12544 + 475_392 + 118_912 + 73_856 == 1_082_112
    assert count(net.head(features, (3, 28, 28))) == 64 * 3 * 9 + 3


def test_residual_block_by_hand() -> None:
    torch.manual_seed(0)
    block = Resnet().encoder((3, 28, 28)).module[3]  # type: ignore[index]
    assert (block.shortcut.kernel_size, block.shortcut.bias) == ((1, 1), None)
    first, second = block.body[1], block.body[3]
    assert (first.out_channels, second.out_channels) == (64, 128)
    x = torch.randn(1, 64, 4, 4)
    leaky = nn.functional.leaky_relu
    expected = block.shortcut(x) + 0.1 * second(leaky(first(leaky(x, 0.2)), 0.2))
    torch.testing.assert_close(block(x), expected)


def test_mst_is_the_published_network() -> None:
    net = Mst()
    trunk, features = net.encoder((784,))
    assert layers(trunk) == ["Flatten", "Linear", "ReLU"]
    assert count(trunk) == 784 * 400 + 400
    assert count(net.head(features, (20,))) == 400 * 20 + 20
    trunk, features = net.decoder(20, (784,))
    assert (layers(trunk), count(trunk)) == (["Linear", "ReLU"], 20 * 400 + 400)
    assert count(net.head(features, (784,))) == 400 * 784 + 784
    trunk, features = net.encoder((3, 32, 32))
    assert layers(trunk) == ["Conv2d", "ReLU"] * 4 + ["Flatten"]
    assert count(trunk) == 1_568 + 32_832 + 65_600 + 131_200 == 231_200
    assert features == (128,)
    trunk, features = net.decoder(20, (3, 32, 32))
    assert layers(trunk) == ["Linear", "ReLU", "Unflatten"] + ["ConvTranspose2d", "ReLU"] * 3
    assert count(trunk) == 2_688 + 131_136 + 65_600 + 32_800 == 232_224
    assert count(net.head(features, (3, 32, 32))) == 32 * 3 * 16 + 3


def test_bmnist_mlp_is_the_published_network() -> None:
    net = BmnistMlp()
    image, label = net.encoder((784,)).module, net.encoder((10,)).module
    assert layers(image) == ["Flatten", "Linear", "SiLU", "Linear", "SiLU"]
    assert count(image) == 784 * 512 + 512 + 512 * 512 + 512 == 664_576
    assert layers(label) == ["Linear", "SiLU", "Linear", "SiLU"]
    assert count(label) == 10 * 512 + 512 * 512 + 512 == 267_776
    for shape, size in (((784,), 402_192), ((10,), 5_130)):
        trunk, features = net.decoder(64, shape)
        assert layers(trunk) == ["Linear", "SiLU"] * 3
        assert count(trunk) == 64 * 512 + 512 + 2 * (512 * 512 + 512) == 558_592
        assert count(net.head(features, shape)) == size


def test_bmnist_label_layer_is_an_embedding_of_one_hot_labels() -> None:
    torch.manual_seed(0)
    first = BmnistMlp().encoder((10,)).module[0]  # type: ignore[index]
    embedding = nn.Embedding.from_pretrained(first.weight.detach().T.contiguous())
    labels = torch.arange(10)
    torch.testing.assert_close(first(nn.functional.one_hot(labels, 10).float()), embedding(labels))
    assert 0.9 < float(first.weight.detach().std()) < 1.1


def test_conv_can_say_the_networks_of_the_literature() -> None:
    dmvae = Conv(channels=(32, 64, 128, 256), hidden=(512,), dropout=0.1, bias=False).encoder((3, 32, 32))
    assert layers(dmvae.module) == ["Conv2d", "ReLU"] * 4 + ["Flatten", "Linear", "ReLU", "Dropout"]
    assert count(dmvae.module) == 16 * (3 * 32 + 32 * 64 + 64 * 128 + 128 * 256) + 1024 * 512 + 512
    lab = Conv(channels=(32, 64, 128), norm="batch", hidden=(512, 256)).encoder((1, 32, 32)).module
    assert layers(lab) == ["Conv2d", "BatchNorm2d", "ReLU"] * 3 + ["Flatten"] + ["Linear", "ReLU"] * 2
    lab = Conv(channels=(16, 32, 64), hidden=(64,)).decoder(20, (3, 32, 32)).module
    assert layers(lab) == ["Linear", "ReLU"] * 2 + ["Unflatten"] + ["ConvTranspose2d", "ReLU"] * 2
    assert [m.out_features for m in lab.modules() if isinstance(m, nn.Linear)] == [64, 1024]


@pytest.mark.parametrize("side", range(8, 20))
@pytest.mark.parametrize(("kernel", "stride", "padding"), [(4, 2, 1), (3, 2, 1), (5, 3, 2), (3, 1, 0), (2, 3, 0)])
def test_conv_gives_back_every_size(side: int, kernel: int, stride: int, padding: int) -> None:
    net = Conv(channels=(2, 3), kernel=kernel, stride=stride, padding=padding, hidden=())
    trunk, features = net.decoder(3, (1, side, side + 1))
    assert net.head(features, (1, side, side + 1))(trunk(torch.zeros(1, 3))).shape == (1, 1, side, side + 1)
    encoder, features = net.encoder((1, side, side + 1))
    assert encoder(torch.zeros(1, 1, side, side + 1)).shape == (1, *features)


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid", "softplus"])
def test_options_of_mlp_and_conv(norm: str, activation: str) -> None:
    torch.manual_seed(0)
    options = {"norm": norm, "activation": activation, "hidden": [6], "dropout": 0.1}
    for word, shape, more in (("mlp", (4,), {}), ("conv", (1, 9, 9), {"channels": [2]})):
        net = Network.read({word: {**options, **more}})
        trunk, features = net.encoder(shape)
        check_module(nn.Sequential(trunk, net.head(features, (2,))), torch.randn(32, *shape), (2,))


def test_mlp_mirrors_its_decoder() -> None:
    decoder = Mlp(hidden=(8, 4)).decoder(2, (10,)).module
    assert [m.out_features for m in decoder.modules() if isinstance(m, nn.Linear)] == [4, 8]
    assert Mlp(hidden=()).encoder((3, 2)).features == (6,)


@pytest.mark.parametrize(
    ("word", "shape", "match"),
    [
        ("conv", (784,), r"MVG410.*'conv'.*\[784\](.|\n)*\[channels, height, width\]"),
        ("conv", (3, 4, 4), r"nothing is left after 3 convolutions"),
        ("resnet", (10,), r"resnet needs views of shape \[channels, height, width\]"),
        ("polymnist_conv", (3, 32, 32), r"polymnist_conv needs views of shape \[channels, 28, 28\]"),
        ("polymnist_conv", (784,), r"polymnist_conv needs"),
        ("mst", (3, 28, 28), r"mst needs views of shape \[784\]"),
        ("bmnist_mlp", (3, 28, 28), r"bmnist_mlp needs views of shape \[784\]"),
    ],
)
def test_wrong_shapes_are_refused(word: str, shape: tuple[int, ...], match: str) -> None:
    with pytest.raises(SpecError, match=match):
        Network.read(word).encoder(shape)
    with pytest.raises(SpecError, match=match):
        Network.read(word).decoder(LATENT, shape)


@pytest.mark.parametrize(
    ("spec", "match"),
    [
        ({"mlp": {"hidden": [0]}}, r"hidden \[0\]"),
        ({"mlp": {"dropout": 1}}, "a dropout of 1.0"),
        ({"mlp": {"activation": "swish"}}, "'silu'"),
        ({"mlp": {"widths": [2]}}, "no option 'widths'"),
        ({"conv": {"channels": []}}, "no channels"),
        ({"conv": {"stride": 0}}, "a stride of 0"),
        ({"conv": {"kernel": 0}}, "a kernel of side 0"),
        ({"conv": {"padding": 4}}, "a padding of 4"),
        ({"resnet": {"channels": 0}}, "channels 0"),
        ({"polymnist_conv": {"hidden": 0}}, "hidden 0"),
    ],
)
def test_wrong_options_are_refused(spec: object, match: str) -> None:
    with pytest.raises(SpecError, match=match):
        Network.read(spec)


def test_unknown_word() -> None:
    with pytest.raises(UnknownWord, match="did you mean 'resnet'"):
        Network.read("resnett")


def without_torch(code: str) -> None:
    """Run code in a fresh interpreter and see that torch was not loaded."""
    subprocess.run([sys.executable, "-c", f"import sys; {code}; assert 'torch._C' not in sys.modules"], check=True)


def test_importing_the_vocabulary_does_not_load_torch() -> None:
    kinds = "network, param, optimizer"
    modules = ", ".join(f"mvgraph.vocab.network.{w}" for w in (*SHAPES, "custom", "blocks"))
    without_torch(f"from mvgraph.vocab import {kinds}; import {modules}")


@pytest.mark.parametrize(("package", "kind"), [("network", "Network"), ("param", "Param"), ("optimizer", "Optimizer")])
def test_listing_the_words_does_not_load_torch(package: str, kind: str) -> None:
    without_torch(f"from mvgraph.vocab.{package} import {kind}; assert {kind}.registry.names()")
