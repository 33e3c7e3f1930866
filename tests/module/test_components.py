"""The component that looks at all of S, beside the mixture over parts of S; and posteriors as functions of S alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import mvgraph as mg
from mvgraph.errors import UsageError

VIEWS = {"a": {"shape": [3]}, "b": {"shape": [2]}, "c": {"shape": [2]}}


def asked(name: str, **options: Any) -> tuple[Any, dict[str, torch.Tensor]]:
    """A small model and complete rows."""
    torch.manual_seed(0)
    linear = {"encoder": "linear", "decoder": "linear"}
    model = mg.compile(name, views=VIEWS, view_defaults=linear, p={"z": {"dim": 2}}, seed=0, **options).double()
    return model, {v: torch.randn(4, *view["shape"]).double() for v, view in VIEWS.items()}


@pytest.mark.parametrize("name", ["mopoe", "dmvae"])
@pytest.mark.parametrize("given", [["a"], ["a", "b"]])
def test_a_posterior_is_a_function_of_its_evidence_alone(name: str, given: list[str]) -> None:
    """Asked for by `given`, or all that a row has: one distribution, without the prior, as in training."""
    model, rows = asked(name)
    left, right = model.encode(rows, given=given)["z"], model.encode({v: rows[v] for v in given})["z"]
    torch.testing.assert_close(left.mean, right.mean)
    torch.testing.assert_close(left.variance, right.variance)


@pytest.mark.parametrize("given", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_a_component_is_the_product_of_what_is_given(given: list[str]) -> None:
    """By hand: precisions add up, that of the prior for all views alone."""
    model, rows = asked("mopoe")
    experts = [model.encode(rows, given=[v], component="given")["z"] for v in given]
    precisions = [e.variance.reciprocal() for e in experts]
    total = sum(precisions) + (1.0 if len(given) == len(VIEWS) else 0.0)
    answer = model.encode(rows, given=given, component="given")["z"]
    torch.testing.assert_close(answer.variance, total.reciprocal())
    means = sum(p * e.mean for p, e in zip(precisions, experts, strict=True))
    torch.testing.assert_close(answer.mean, means / total)


def test_the_mixture_is_the_default_and_another_answer() -> None:
    model, rows = asked("mopoe")
    mixture, component = (model.encode(rows, given=["a", "b"], component=c)["z"] for c in ("mixture", "given"))
    torch.testing.assert_close(mixture.mean, model.encode(rows, given=["a", "b"])["z"].mean)
    assert (mixture.mean - component.mean).abs().max() > 1e-3
    plain, product = (model.impute(rows, given=["a", "b"], component=c)["c"] for c in ("mixture", "given"))
    assert (plain.mean - product.mean).abs().max() > 1e-3


def test_a_mixture_over_single_views_has_no_component_of_two() -> None:
    model, rows = asked("mmvae")
    with pytest.raises(UsageError, match="looks at one view: give one"):
        model.encode(rows, component="given")
    one, same = (model.encode(rows, given=["a"], component=c)["z"] for c in ("mixture", "given"))
    torch.testing.assert_close(one.mean, same.mean)
    with pytest.raises(UsageError, match="'mixture' or 'given', not 'product'"):
        model.encode(rows, component="product")
