"""What is printed is what is computed: every canonical term on its own, by the networks and torch alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.language.expr import Expr
from mvgraph.module.model import Loss, Model
from mvgraph.module.noise import Noise, random_masks
from mvgraph.objective import derive
from mvgraph.objective.atoms import Atom
from mvgraph.spec import zoo
from mvgraph.spec.model import OpenViews, Spec
from mvgraph.spec.reading import load

from .alone import ROWS, Alone, number

NETWORK = {"mlp": {"hidden": [5], "dropout": 0}}
VIEW = {"shape": [3], "encoder": NETWORK, "decoder": NETWORK}
WEIGHTS = ("alpha", "beta", "beta_c", "gamma", "lam", "mu")
OPEN = [n for n in zoo.names() if load(n).open_views == OpenViews(2)]

pytestmark = pytest.mark.usefixtures("double")


def small(name: str, views: int = 2, **overrides: Any) -> Spec:
    """A reference spec over small data, with schedules at a number, and no random evidence unless it is asked for."""
    spec = load(name)
    plated = any(x.name == "h" for x in spec.latents)
    nodes = {"z": {"dim": 2}} | ({"h": {"dim": 2}} if plated else {})
    values: dict[str, Any] = {n: 0.3 + 0.2 * i for i, n in enumerate(spec.params) if n in WEIGHTS}
    values |= {"k": 0} if "k" in spec.params else {}
    changed = {"extends": name, "name": name, "p": nodes, "view_defaults": VIEW}
    sets = ["objective.maximize.1.elbo.drop=null"] if name == "nexus" else []  # it is shown without: see its flags
    return load(changed, sets=sets, **({"views": views} if spec.open_views else {}), **{**values, **overrides})


def setting(name: str, views: int = 2, **overrides: Any) -> tuple[Spec, Model, Batch, Noise, Loss]:
    """A model with random weights, data, noise, and its loss."""
    torch.manual_seed(0)
    spec = small(name, views, **overrides)
    model = Model(spec)
    for parameter in model.parameters():
        parameter.data = parameter.data + 0.3 * torch.randn(parameter.shape)
    data = {v: torch.randn(ROWS, 3) for v in spec.view_names}
    batch = Batch(data, torch.ones(ROWS, len(data), dtype=torch.bool))
    noise = model.draw_noise(ROWS, torch.Generator().manual_seed(1))
    return spec, model, batch, noise, model.loss(batch, noise=noise)


def numbers_of(spec: Spec) -> dict[str, float]:
    """The params that are numbers."""
    return {n: float(v) for n, v in spec.params.items() if isinstance(v, int | float)}


def sums(terms: Sequence[tuple[Expr, Atom]], alone: Alone, numbers: dict[str, float]) -> list[Tensor]:
    """Every term as its coefficient times its atom, `(row,)` each."""
    return [number(c, numbers) * alone.value(a, numbers) for c, a in terms]


def agree(loss: Loss, lines: Sequence[str], values: list[Tensor]) -> None:
    """Σ coefficient · atom = −loss, row by row, and each printed line has the value that the loss reports under it."""
    torch.testing.assert_close(loss.rows, sum(values), rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(loss.total, -sum(values).mean(), rtol=1e-10, atol=1e-10)  # type: ignore[union-attr]
    assert set(loss.terms) == set(lines)
    for line, found in zip(lines, values, strict=True):
        torch.testing.assert_close(loss.terms[line], found.mean(), rtol=1e-10, atol=1e-10)


CASES = [(n, 2) for n in zoo.names()] + [(n, 3) for n in OPEN]
PHASED = [(n, phase.name, views) for n, views in CASES for phase in load(n).phases]
RANDOM = [n for n in zoo.names() if "k" in load(n).params]


@pytest.mark.parametrize(("name", "views"), CASES)
def test_sum_of_printed_terms_is_the_loss(name: str, views: int) -> None:
    spec, model, batch, noise, loss = setting(name, views)
    objective = derive(spec)
    agree(loss, objective.lines, sums(objective.terms, Alone(model, batch, noise), numbers_of(spec)))


@pytest.mark.parametrize(("name", "phase", "views"), PHASED)
def test_every_phase_alone(name: str, phase: str, views: int) -> None:
    spec, model, batch, noise, _ = setting(name, views)
    objective = derive(spec).phases[phase]
    values = sums(objective.terms, Alone(model, batch, noise), numbers_of(spec))
    agree(model.loss(batch, noise=noise, phase=phase), objective.lines, values)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("views", [3, 4])
@pytest.mark.parametrize("name", RANDOM)
def test_random_evidence_is_printed_in_expectation(name: str, views: int, count: int) -> None:
    """The mean of the loss over all the sets that can be drawn, each as likely: k/C for each of the C sets."""
    spec, model, batch, noise, _ = setting(name, views, k=count)
    streams = {s: noise.streams[replace(s, drawn=min(s.drawn, 1))] for s in noise.streams}  # every draw has the first's
    losses = [model.loss(batch, noise=Noise(streams, sets)).rows for sets in every_set(views, count)]
    assert len(losses) == 2**views - views - 2
    values = sums(derive(spec).terms, Alone(model, batch, noise), numbers_of(spec))
    printed = [line for line in derive(spec).lines if line not in derive(small(name, views)).lines]
    assert printed
    torch.testing.assert_close(sum(losses) / len(losses), sum(values), rtol=1e-10, atol=1e-10)


def every_set(views: int, count: int) -> Iterator[Tensor]:
    """Uniform numbers that choose each random set once, the same for every draw and row, `(set, row, 1 + view)`."""
    generator, seen = torch.Generator().manual_seed(0), set()
    while len(seen) < 2**views - views - 2:
        uniform = torch.rand(1, 1, 1 + views, generator=generator)
        chosen = tuple(random_masks(uniform, torch.ones(1, views, dtype=torch.bool)).flatten().tolist())
        if chosen not in seen:
            seen.add(chosen)
            yield uniform.expand(count, ROWS, -1)


@pytest.mark.parametrize("name", zoo.names())
def test_terms_add_up_to_the_loss(name: str) -> None:
    """The reported terms sum to −total, in the compiled step and the interpreter."""
    spec, model, batch, noise, loss = setting(name)
    torch.testing.assert_close(sum(loss.terms.values()), -loss.total, rtol=1e-12, atol=1e-12)
    slow = Model(spec, optimize=False)
    slow.load_state_dict(model.state_dict())
    other = slow.loss(batch, noise=noise)
    torch.testing.assert_close(sum(other.terms.values()), -other.total, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(other.total, loss.total, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", ["mvae", "mopoe", "mmvae", "dmvae", "mvtcae"])
def test_every_term_matters(name: str) -> None:
    """Without any one of its lines the sum is another."""
    spec, model, batch, noise, loss = setting(name)
    alone, numbers, objective = Alone(model, batch, noise), numbers_of(spec), derive(spec)
    values = [number(c, numbers) * float(alone.value(a, numbers).mean().detach()) for c, a in objective.terms]
    assert all(abs(sum(values) - v + float(loss.total.detach())) > 1e-6 for v in values)
