"""Laws of a loss: permutation, scale, splitting, independent rows, reach of gradients, estimators, precision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch

from mvgraph.data.batch import Batch
from mvgraph.errors import DataError
from mvgraph.language.expr import Formula
from mvgraph.language.table import Table
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise
from mvgraph.objective.canonical import derive
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import Route, WrittenTerm

from .models import (
    BATCHWISE,
    CONDITIONED,
    EXACTLY_TWO,
    IMPROPER,
    JOINT,
    NAMES,
    data,
    gradients,
    model,
    noise_of,
    patterns,
    small,
    views_of,
    with_terms,
)


def made_of(name: str) -> Model:
    """A reference model over as many views as it allows, at most three."""
    return model(small(name, views_of(name, 2 if name in EXACTLY_TWO else 3)))


def batch_of(made: Model, rows: int) -> Batch:
    """Data with missing views, where the model allows it."""
    if made.plan.joints or made.plan.batchwise:
        return data(made.spec, rows)
    masks = patterns(len(made.spec.views))
    return data(made.spec, rows, masks.repeat(rows, 1)[:rows])


@pytest.mark.parametrize("name", [n for n in NAMES if n not in (*EXACTLY_TWO, *CONDITIONED)])
def test_permuting_views_permutes_nothing_else(name: str) -> None:
    """I-39: the same views in another order have the same objective, row by row, and the same gradients."""
    names = views_of(name, 3)
    there = model(small(name, names))
    order = [2, 0, 1]
    back = Model(small(name, [names[i] for i in order])).double().eval()
    state = there.state_dict()
    learnt = {n: state[n][order] if n.startswith("networks.learnt") and state[n].dim() else t for n, t in state.items()}
    if name in JOINT:
        learnt = joint_permuted(learnt, order)
    back.load_state_dict(learnt)
    batch, noise = batch_of(there, 7), noise_of(there, 7)
    turned = Batch({names[i]: batch.views[names[i]] for i in order}, batch.mask[:, order])
    sets = noise.sets[:, :, [0, *(1 + i for i in order)]]
    rows = there.loss(batch, noise=noise).rows
    torch.testing.assert_close(back.loss(turned, noise=Noise(noise.streams, sets)).rows, rows, rtol=1e-10, atol=1e-10)


def joint_permuted(state: Mapping[str, torch.Tensor], order: list[int]) -> dict[str, torch.Tensor]:
    """The joint network's trunks, and the columns of the layer above them, in the new order."""
    found = {}
    for name, tensor in state.items():
        parts = name.split(".")
        if "trunks" in parts:
            at = parts.index("trunks") + 1
            parts[at] = str(order.index(int(parts[at])))
        elif name.startswith("networks.joints") and tensor.dim() == 2 and tensor.shape[1] == 4 * len(order):
            tensor = torch.cat([tensor.split(4, 1)[i] for i in order], 1)
        found[".".join(parts)] = tensor
    return found


def scaled(term: WrittenTerm, factor: str) -> WrittenTerm:
    """A written term with its weight multiplied."""
    return replace(term, weight=Formula(f"{factor}*({term.weight})"))


@pytest.mark.parametrize("name", NAMES)
def test_scaling_all_weights_scales_the_loss(name: str) -> None:
    """By the same factor, and the gradient too."""
    made = made_of(name)
    spec = made.spec
    more = with_terms(spec, lambda term: scaled(term, "3/2"))
    other = Model(more).double().eval()
    other.load_state_dict(made.state_dict())
    batch, noise = batch_of(made, 7), noise_of(made, 7)
    left, right = made.loss(batch, noise=noise), other.loss(batch, noise=noise)
    torch.testing.assert_close(right.rows, 1.5 * left.rows, rtol=1e-12, atol=1e-12)
    first, second = gradients(made, left), gradients(other, right)
    for parameter in first:
        factor = 1.0 if ".critics." in parameter else 1.5  # a critic's own loss has no weight
        torch.testing.assert_close(second[parameter], factor * first[parameter], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in BATCHWISE])
def test_splitting_a_batch_leaves_the_mean(name: str) -> None:
    """The loss of a batch is the mean of its halves' losses, weighted by their rows."""
    made = made_of(name)
    batch, noise = batch_of(made, 7), noise_of(made, 7)
    halves = [torch.arange(3), torch.arange(3, 7)]
    each = [made.loss(batch.rows(i), noise=noise.rows(i)) for i in halves]
    whole = made.loss(batch, noise=noise)
    torch.testing.assert_close((3 * each[0].total + 4 * each[1].total) / 7, whole.total, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(torch.cat([e.rows for e in each]), whole.rows, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in BATCHWISE])
def test_rows_are_independent(name: str) -> None:
    """Another datum in one row changes that row's objective and no other by a bit."""
    made = made_of(name)
    batch, noise = data(made.spec, 5), noise_of(made, 5)
    other = data(made.spec, 5, seed=9)
    rows = [torch.arange(5).reshape(-1, *[1] * (v.dim() - 1)) == 2 for v in batch.views.values()]
    views = {n: torch.where(r, other.views[n], v) for r, (n, v) in zip(rows, batch.views.items(), strict=True)}
    before, after = made.loss(batch, noise=noise).rows, made.loss(replace(batch, views=views), noise=noise).rows
    assert (before != after).tolist() == [False, False, True, False, False]


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_reaches_what_the_objective_mentions(name: str) -> None:
    """Every parameter moves, but those of the experts that the plan reports as dead."""
    made = made_of(name)
    loss = made.loss(data(made.spec, 6), noise=noise_of(made, 6))
    found = gradients(made, loss)
    for parameter, gradient in found.items():
        assert bool(gradient.abs().max() > 0) != (reported(parameter) in made.plan.dead), parameter
    assert bool(made.plan.dead) == (name in ("dcca", "dvcca", "vcca_private", *CONDITIONED))


def reported(parameter: str) -> str:
    """The network that a parameter belongs to, as the plan reports it."""
    _, kind, module, *_ = parameter.split(".")  # networks, experts or decoders, `z(sound)` or `h@sound(sound)`
    latent, _, view = module.removesuffix(")").partition("(")
    node = latent.replace("@", ".")
    return {"experts": f"encoder q({node}|{view})", "decoders": f"decoder p({node}|·)"}.get(kind, "")


@pytest.mark.parametrize("name", BATCHWISE)
def test_the_rows_of_a_batch_statistic_belong_together(name: str) -> None:
    """Another datum in one row changes every row, and the mean of two halves is not the whole."""
    made = made_of(name)
    batch, noise = data(made.spec, 12), noise_of(made, 12)
    whole = made.loss(batch, noise=noise)
    halves = [made.loss(batch.rows(i), noise=noise.rows(i)).total for i in torch.arange(12).split(6)]
    assert (sum(halves) / 2 - whole.total).abs() > 1e-3
    with pytest.raises(DataError, match="two rows at least"):
        made.loss(batch.rows(torch.tensor([0])))
    missing = replace(batch, mask=batch.mask.clone().index_fill_(1, torch.tensor([0]), False))
    with pytest.raises(DataError, match="needs every view of every row"):
        made.loss(missing)


def test_alpha_zero_leaves_the_single_experts_of_jmvae_untrained() -> None:
    """I-1: the plan says so, and no gradient reaches them."""
    made = model(small("jmvae", views_of("jmvae", 2), params={"alpha": 0}))
    assert sorted(made.plan.dead) == ["encoder q(z|label)", "encoder q(z|sound)"]
    found = gradients(made, made.loss(data(made.spec, 3), noise=noise_of(made, 3)))
    reached = {n for n, g in found.items() if g.abs().max() > 0}
    assert not any(n.startswith("networks.experts") for n in reached)
    assert all(n in reached for n in found if n.startswith("networks.joints"))


@pytest.mark.parametrize("name", NAMES)
def test_an_estimator_is_not_an_objective(name: str) -> None:
    """Samples and the way to a divergence leave the canonical objective, its flags and its verdict as they were."""
    spec = small(name, views_of(name, 2))
    wanted = derive(spec)
    for estimator in ({"samples": 3}, {"kl": "sampled"}, {"samples": 2, "kl": "sampled"}):
        found = derive(small(name, views_of(name, 2), estimator=estimator))
        assert found.terms == wanted.terms
        if name not in IMPROPER or "kl" not in estimator:  # a fitted divergence is said to be one; draws need no fit
            assert found == wanted


@pytest.mark.parametrize("name", ["mopoe", "mvtcae", "vcca_private"])
def test_estimators_agree_in_the_mean(name: str) -> None:
    """Sampled divergences have the closed ones as their mean: within 4.5 standard errors."""
    spec = small(name, views_of(name, 2))
    made = model(spec)
    rows = 4000
    one = data(spec, 1)
    views = {n: v.expand(rows, *v.shape[1:]) for n, v in one.views.items()}
    batch = Batch(views, torch.ones(rows, 2, dtype=torch.bool))
    sampled = Model(small(name, views_of(name, 2), estimator={"kl": "sampled"})).double().eval()
    sampled.load_state_dict(made.state_dict())
    with torch.no_grad():
        left = made.loss(batch, noise=noise_of(made, rows)).rows
        right = sampled.loss(batch, noise=noise_of(sampled, rows)).rows
    error = ((left.var() + right.var()) / rows).sqrt()
    assert (left.mean() - right.mean()).abs() < 4.5 * error
    assert (left - right).abs().max() > 1e-3


def single(name: str, spec: Spec) -> tuple[Model, Model]:
    """The same model in float64 and float32."""
    double = model(spec)
    other = Model(small(name, spec.view_names)).eval()
    other.load_state_dict({n: t.float() for n, t in double.state_dict().items()})
    return double, other


@pytest.mark.parametrize("name", NAMES)
def test_single_precision(name: str) -> None:
    """float32 agrees with float64 at 1e-4, value and gradient."""
    double, half = single(name, small(name, views_of(name, 2)))
    batch, noise = batch_of(double, 6), noise_of(double, 6)
    rough = Noise({s: n.float() for s, n in noise.streams.items()}, noise.sets.float())
    left, right = double.loss(batch, noise=noise), half.loss(batch, noise=rough)
    assert right.rows.dtype == torch.float32
    torch.testing.assert_close(right.rows.double(), left.rows, rtol=1e-4, atol=1e-4)
    first, second = gradients(double, left), gradients(half, right)
    for parameter, gradient in first.items():
        torch.testing.assert_close(second[parameter].double(), gradient, rtol=1e-3, atol=1e-4)


def test_a_table_is_a_table() -> None:
    """The weights of DMVAE's views, one number each, weigh the views they name."""
    names = views_of("dmvae", 2)
    table = {names[0]: 2.0, names[1]: 0.0}
    made = model(small("dmvae", names, params={"lam": table}))
    assert isinstance(made.spec.params["lam"], Table)
    assert all(isinstance(t, Route) for t in made.spec.maximize)
    found = gradients(made, made.loss(data(made.spec, 3), noise=noise_of(made, 3)))
    decoders = {n: bool(g.abs().max() > 0) for n, g in found.items() if n.startswith("networks.decoders")}
    assert {n for n, moved in decoders.items() if moved} == {n for n in decoders if f"@{names[0]}" in n}
