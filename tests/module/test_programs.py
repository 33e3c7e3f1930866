"""Programs that PyTorch makes of a model that is asked with a mapping: traced, exported, compiled, and gradients."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from mvgraph.data.batch import Batch
from mvgraph.errors import DataError
from mvgraph.module.model import Model

from .models import GAMES, NAMES, UNMASKABLE, data, model, small, views_of

FUNCTIONAL = ("jnf", *GAMES)  # zuko's and the games' functional calls of modules are beyond torch.jit.trace
GIVEN_ONE = ("bi_vcca", "dvcca", "vcca_private")
ASKED = ("mvae", "mopoe", "mmvae_plus", "jmvae", "cvae", "ae")

pytestmark = pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning", "ignore:.*torch.jit:DeprecationWarning")


class Codes(nn.Module):
    """The means of all latents, from one tensor a view."""

    def __init__(self, of: Model, *, batch: bool = False) -> None:
        super().__init__()
        self.of, self.batch = of, batch

    def rows(self, values: Sequence[Tensor]) -> Any:
        views = dict(zip(self.of.spec.view_names, values, strict=True))
        return Batch(views, torch.ones(values[0].shape[0], len(views), dtype=torch.bool)) if self.batch else views

    def forward(self, *values: Tensor) -> tuple[Tensor, ...]:
        return tuple(d.mean for d in self.of.encode(self.rows(values)).values())


class Losses(Codes):
    """The loss of every row at noise of zero."""

    def forward(self, *values: Tensor) -> tuple[Tensor, ...]:
        noise = self.of.draw_noise(values[0].shape[0])
        for stream in noise.streams.values():
            stream.zero_()
        noise.sets.fill_(0.3)
        return (self.of.loss(self.rows(values), noise=noise).rows,)


def inputs(made: Model, rows: int, seed: int = 1, *, holes: bool = False) -> tuple[Tensor, ...]:
    """One tensor a view; with holes, one view of two rows is missing."""
    values = [v.clone() for v in data(made.spec, rows, seed=seed).views.values()]
    if holes:
        values[0][0], values[1][1] = torch.nan, torch.nan
    return tuple(values)


def close(found: Sequence[Tensor], wanted: Sequence[Tensor]) -> None:
    for left, right in zip(found, wanted, strict=True):
        torch.testing.assert_close(
            left, right, rtol=1e-7, atol=1e-7
        )  # a program keeps numbers of Python in single precision


@pytest.mark.parametrize("kind", [Codes, Losses])
@pytest.mark.parametrize("name", [n for n in NAMES if n not in FUNCTIONAL])
def test_a_trace_is_no_constant(name: str, kind: type[Codes]) -> None:
    """On other rows, of another number, of which some lack a view, it gives what the model gives."""
    if name == "bi_vcca" and kind is Codes:
        pytest.skip("two views have no posterior")
    made = model(small(name, views_of(name, 2)))
    program = torch.jit.trace(kind(made), inputs(made, 4), check_trace=False)
    other = inputs(made, 3, seed=5, holes=name not in (*UNMASKABLE, *GIVEN_ONE))
    close(program(*other), kind(made)(*other))


def exported(module: nn.Module, example: tuple[Tensor, ...]) -> nn.Module:
    rows = torch.export.Dim("rows", min=2, max=1000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.export.export(
            module, example, strict=False, dynamic_shapes=(tuple({0: rows} for _ in example),)
        ).module()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Codes, Losses])
@pytest.mark.parametrize("name", ASKED)
def test_every_kind_of_model_is_exported(name: str, kind: type[Codes]) -> None:
    made = model(small(name, views_of(name, 2)))
    other = inputs(made, 3, seed=5, holes=name not in UNMASKABLE)
    close(exported(kind(made), inputs(made, 4))(*other), kind(made)(*other))


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("kind", [Codes, Losses])
def test_it_is_exported_for_any_number_of_rows(kind: type[Codes], batch: bool) -> None:
    """Asked with a mapping, and with a batch."""
    made = model(small("mvae", views_of("mvae", 2)))
    other = inputs(made, 3, seed=5, holes=not batch)
    close(exported(kind(made, batch=batch), inputs(made, 4))(*other), kind(made, batch=batch)(*other))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("ask", ["loss", "encode"])
def test_it_is_compiled(ask: str) -> None:
    """`torch.compile(model.loss)` takes a mapping."""
    made = model(small("mvae", views_of("mvae", 2)))
    views = dict(zip(made.spec.view_names, inputs(made, 4), strict=True))
    torch._dynamo.reset()
    program = torch.compile(getattr(made, ask), backend="eager")
    if ask == "encode":
        close([program(views)["z"].mean], [made.encode(views)["z"].mean])
    else:
        noise = made.draw_noise(4)
        close([program(views, noise=noise).rows], [made.loss(views, noise=noise).rows])


@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize("name", ["mvae", "mopoe", "jmvae", "mmvae_plus"])
def test_gradients_go_back_to_the_data(name: str, optimize: bool) -> None:
    """Those of a batch; none, and no NaN, where a view is missing."""
    made = model(small(name, views_of(name, 2)), optimize=optimize)
    values = inputs(made, 4, holes=name not in UNMASKABLE)
    names, noise = made.spec.view_names, made.draw_noise(4)
    found, wanted = ([v.clone().requires_grad_() for v in values] for _ in range(2))
    made.loss(dict(zip(names, found, strict=True)), noise=noise).total.backward()
    mask = torch.stack([~v.isnan().flatten(1).all(1) for v in values], 1)
    made.loss(Batch(dict(zip(names, wanted, strict=True)), mask), noise=noise).total.backward()
    for left, right, there in zip(found, wanted, mask.T, strict=True):
        assert torch.equal(left.grad, right.grad)
        assert left.grad[there].abs().sum() > 0
        assert (left.grad[~there] == 0).all()


def test_what_is_taken_on_trust_gives_the_same() -> None:
    made = model(small("mopoe", views_of("mopoe", 3)))
    views = dict(zip(made.spec.view_names, inputs(made, 4, holes=True), strict=True))
    noise = made.draw_noise(4)
    assert torch.equal(made.loss(views, noise=noise).rows, made.loss(views, noise=noise, validate=False).rows)
    assert torch.equal(made.encode(views)["z"].mean, made.encode(views, validate=False)["z"].mean)
    for view in made.spec.view_names:
        assert torch.equal(made.impute(views)[view].mean, made.impute(views, validate=False)[view].mean)
    broken = {**views, "label": torch.full((4, 3), 7.0, dtype=torch.float64)}
    with pytest.raises(DataError, match="outside the support of 'categorical'"):
        made.loss(broken)
    assert made.loss(broken, validate=False).rows.shape == (4,)
