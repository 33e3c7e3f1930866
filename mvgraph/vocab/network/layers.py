"""Layers that several networks share, and the refusal of a shape that a network cannot read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NoReturn

from mvgraph.deferring import defer
from mvgraph.errors import Problem, SpecError
from mvgraph.vocab.family import Shape
from mvgraph.vocab.option import refuse_idle, require

if TYPE_CHECKING:
    import torch
    from torch import nn
else:
    torch = defer("torch")

Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid", "softplus"]
Norm = Literal["none", "batch", "layer"]

CLASSES: dict[Activation, str] = {
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "softplus": "Softplus",
}


def activate(name: Activation) -> nn.Module:
    """The layer of an activation.

    >>> activate("gelu")
    GELU(approximate='none')
    """
    layer: nn.Module = getattr(torch.nn, CLASSES[name])()
    return layer


def dense(
    sizes: Sequence[int], activation: Activation, norm: Norm = "none", dropout: float = 0.0, bias: bool = True
) -> list[nn.Module]:
    """Linear maps `sizes[i] → sizes[i + 1]`, each followed by norm, activation and dropout.

    >>> dense((3, 2), "relu")
    [Linear(in_features=3, out_features=2, bias=True), ReLU()]
    """
    return [
        layer
        for fan_in, fan_out in pairwise(sizes)
        for layer in (torch.nn.Linear(fan_in, fan_out, bias=bias), *finish(fan_out, activation, norm, dropout))
    ]


def finish(width: int, activation: Activation, norm: Norm, dropout: float) -> list[nn.Module]:
    """What follows a linear map of vectors: norm, activation, dropout."""
    return [*normalise(width, norm), activate(activation), *drop(dropout)]


def normalise(width: int, norm: Norm) -> list[nn.Module]:
    """The norm layer of vectors, or none."""
    if norm == "none":
        return []
    return [torch.nn.BatchNorm1d(width) if norm == "batch" else torch.nn.LayerNorm(width)]


def drop(dropout: float) -> list[nn.Module]:
    """A dropout layer, or none where nothing is dropped."""
    return [torch.nn.Dropout(dropout)] if dropout else []


def check_widths(option: str, widths: Sequence[int]) -> None:
    """Refuse layers without units."""
    require(all(w > 0 for w in widths), option, f"{option} {list(widths)}", "every layer has at least one unit")


def check_followed(
    hidden: Sequence[int], activation: Activation = "relu", norm: Norm = "none", dropout: float = 0.0
) -> None:
    """Refuse what is to follow hidden layers, where there are none."""
    following = (("activation", activation, "relu"), ("norm", norm, "none"), ("dropout", dropout, 0.0))
    for option, value, default in following:
        idle = not hidden and value != default
        refuse_idle(idle, option, value, "there is no hidden layer that it follows", "drop it, or give hidden a width")


def check_dropout(dropout: float) -> None:
    """Refuse a dropout rate outside [0, 1)."""
    require(0 <= dropout < 1, "dropout", f"a dropout of {dropout}", "dropout is a share from 0 up to, not including, 1")


def refuse(word: str, shape: Shape, remedy: str) -> NoReturn:
    """Say that the network `word` has no meaning for data of this shape, and what it needs.

    Raises:
        SpecError: always; the problem has the code MVG410.
    """
    raise SpecError(Problem("MVG410", (), f"the network '{word}' cannot be used for the shape {list(shape)}", remedy))
