"""Optimizers: the torch class and its settings, one step downhill, and what is refused."""

from __future__ import annotations

import pickle
from dataclasses import fields

import pytest
import torch

from mvgraph.errors import SpecError
from mvgraph.vocab.optimizer import Optimizer

CLASSES = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "adamax": torch.optim.Adamax,
    "sgd": torch.optim.SGD,
    "rmsprop": torch.optim.RMSprop,
}


def test_every_word_is_tested() -> None:
    assert set(CLASSES) <= set(Optimizer.registry)


@pytest.mark.parametrize("word", CLASSES)
def test_options_reach_torch(word: str) -> None:
    optimizer = Optimizer.read({word: {"lr": 0.5, "weight_decay": 0.25}})
    built = optimizer.build([torch.zeros(2, requires_grad=True)])
    assert type(built) is CLASSES[word]
    for f in fields(optimizer):
        assert built.defaults[f.name] == getattr(optimizer, f.name)


@pytest.mark.parametrize("word", CLASSES)
def test_a_step_goes_downhill(word: str) -> None:
    theta = torch.ones(3, dtype=torch.float64, requires_grad=True)
    built = Optimizer.read(word).build([theta])
    (theta**2).sum().backward()
    built.step()
    assert float((theta.detach() ** 2).sum()) < 3


@pytest.mark.parametrize("word", CLASSES)
def test_words_read_back_and_pickle(word: str) -> None:
    optimizer = Optimizer.read({word: {"lr": 0.5}})
    assert Optimizer.read(optimizer.write()) == optimizer
    assert pickle.loads(pickle.dumps(optimizer)) == optimizer


def test_the_first_step_of_adam_by_hand() -> None:
    theta = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    built = Optimizer.read({"adam": {"lr": 0.1, "amsgrad": True}}).build([theta])
    (3 * theta).sum().backward()
    built.step()
    torch.testing.assert_close(theta.detach(), torch.tensor([0.9, -2.1], dtype=torch.float64))


@pytest.mark.parametrize("word", CLASSES)
@pytest.mark.parametrize("lr", [0.0, -1e-3, float("inf"), float("nan")])
def test_bad_learning_rates_are_refused(word: str, lr: float) -> None:
    with pytest.raises(SpecError, match="a learning rate is above 0"):
        Optimizer.read({word: {"lr": lr}})


@pytest.mark.parametrize(
    ("spec", "match"),
    [
        ({"adam": {"betas": [0.9, 1.0]}}, "both decay rates"),
        ({"adamw": {"betas": [0.9]}}, "MVG114"),
        ({"adamax": {"eps": -1}}, "eps is 0 or more"),
        ({"adam": {"weight_decay": -1}}, "weight_decay is 0 or more"),
        ({"sgd": {"momentum": 1}}, "momentum lies from 0"),
        ({"sgd": {"nesterov": True}}, "set momentum"),
        ({"rmsprop": {"alpha": 1}}, "alpha lies from 0"),
        ({"adam": {"learning_rate": 1}}, "its options: lr"),
    ],
)
def test_wrong_options_are_refused(spec: object, match: str) -> None:
    with pytest.raises(SpecError, match=match):
        Optimizer.read(spec)
