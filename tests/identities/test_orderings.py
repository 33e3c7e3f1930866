"""Orders with their gap named: each gap in numbers, by closed forms and quadrature with densities of torch alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

import mvgraph as mg
from mvgraph.module.model import Model
from mvgraph.objective.difference.relation import Relation
from mvgraph.spec.model import Spec

from .algebra import compiled, data, elbo, iwae, model, of, shared_noise

LINE = {"z": {"latent": "normal", "dim": 1}, "x": {"observed": True, "plate": "view", "given": ["z"]}}
SINGLES = {"mixture": "singles", "z": {"expert": "normal"}}
FULL = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "full"}}
OWN = {**SINGLES, "h": {"expert": "normal", "absent": "prior"}}
PRIVATE = {
    **LINE,
    "h": {"latent": "normal", "plate": "view", "dim": 1},
    "x": {"observed": True, "plate": "view", "given": ["z", "h"]},
}
TO_EXPERTS = {"kl": {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}, "weight": 0.3}}
MEMBERS = {"of": ["p(z)", "q(z | m)"], "for": {"m": "V"}}
DRAWS = 4000
GRID = torch.linspace(-40, 40, 40001, dtype=torch.float64)

Rows = Callable[[Model], Tensor]


def experts(made: Model) -> list[Normal]:
    """q_m, over the rows, by the parameters that the networks give."""
    batch, rule = data(made.spec), made.plan.experts
    found = [made.networks.expert(ref, view)(batch.views[view]) for ref, view in rule if ref.node == "z"]
    return [Normal(p["loc"][..., 0], p["scale"][..., 0]) for p in found]


def product(made: Model) -> Normal:
    """The product of all experts and N(0, 1)."""
    factors = [*experts(made), Normal(0.0, 1.0)]
    precision = sum((q.scale**-2 for q in factors), start=torch.zeros(()))
    loc = sum((q.loc * q.scale**-2 for q in factors), start=torch.zeros(())) / precision
    return Normal(loc, precision**-0.5)


def log_mean(each: list[Normal]) -> Tensor:
    """log of the mean density on the grid, `(grid, row)`."""
    return torch.stack([q.log_prob(GRID[:, None]) for q in each]).logsumexp(0) - math.log(len(each))


def integral(log_density: Tensor, values: Tensor) -> Tensor:
    """E of values on the grid, a row each."""
    return torch.trapezoid(log_density.exp() * values, GRID, dim=0)


def js(each: list[Normal]) -> Tensor:
    """The Jensen–Shannon divergence, by quadrature: H of the mean less the mean H."""
    mean = log_mean(each)
    return integral(mean, -mean) - torch.stack([q.entropy() for q in each]).mean(0)


def centers(made: Model) -> Tensor:
    """KL(Mix || Geo) of the prior and all experts; the geometric mean of normals is normal."""
    each = [*experts(made), Normal(torch.zeros(5), torch.ones(5))]
    precision = torch.stack([q.scale**-2 for q in each]).mean(0)
    loc = torch.stack([q.loc * q.scale**-2 for q in each]).mean(0) / precision
    mean = log_mean(each)
    return integral(mean, mean - Normal(loc, precision**-0.5).log_prob(GRID[:, None]))


def to_prior(each: list[Normal]) -> Tensor:
    """Σ KL(q || N(0, 1))."""
    return torch.stack([kl_divergence(q, Normal(0.0, 1.0)) for q in each]).sum(0)


def to_experts(made: Model) -> Tensor:
    """Σ_m KL(joint || q_m)."""
    q = made.encode(data(made.spec))["z"]
    joint = Normal(q.mean[..., 0], q.stddev[..., 0])
    return torch.stack([kl_divergence(joint, e) for e in experts(made)]).sum(0)


def jeffreys(made: Model) -> Tensor:
    """(2/M) Σ_{m<n} Jeffreys − M JS."""
    found = experts(made)
    pairs = torch.stack([(kl_divergence(p, q) + kl_divergence(q, p)) / 2 for p, q in combinations(found, 2)])
    return 2 / len(found) * pairs.sum(0) - len(found) * js(found)


def sources(to: str) -> dict[str, Any]:
    """DMVAE's sum without private latents: one view of the data at a time, or all at once."""
    bound = {"S": "full+singles", **({"m": "V"} if to == "[m]" else {})}
    return elbo("S", to, **{"for": bound})


@dataclass(frozen=True)
class Order:
    """Two specs of which the first is never above the second.

    Arguments:
        low, high: the specs, for a number of views.
        gap: how the difference is printed.
        oracle: its value.
        most: what it is never more than.
    """

    low: Callable[[int], Spec]
    high: Callable[[int], Spec]
    gap: Callable[[int], set[str]]
    oracle: Rows
    most: Callable[[int], float] = lambda _: math.inf


def names(views: int) -> str:
    return ", ".join(f"q(z|{v + 1})" for v in range(views))


def poe(views: int) -> str:
    return "PoE[p(z)·" + "·".join(f"q(z|{v + 1})" for v in range(views)) + "]"


def line(views: int, route: dict[str, Any], q: Any = SINGLES, p: Any = LINE, **top: Any) -> Spec:
    return model(views, route, q=q, p=p, **top)


ORDERS = {
    "I-10": Order(
        lambda m: line(m, elbo(density="component")),
        lambda m: line(m, elbo(density="mixture")),
        lambda m: {f"1 JS({names(m)})"},
        lambda made: js(experts(made)),
        math.log,
    ),
    "I-10 for beta": Order(
        lambda m: line(m, elbo(density="component", beta=2.5)),
        lambda m: line(m, elbo(density="mixture", beta=2.5)),
        lambda m: {f"5/2 JS({names(m)})"},
        lambda made: 2.5 * js(experts(made)),
        lambda m: 2.5 * math.log(m),
    ),
    "I-10 for all subsets": Order(
        lambda _: line(2, elbo(density="component"), {"mixture": "subsets", **FULL}),
        lambda _: line(2, elbo(density="mixture"), {"mixture": "subsets", **FULL}),
        lambda _: {f"1 JS({poe(2)}, {names(2)})"},
        lambda made: js([*experts(made)[:2], product(made)]),
        lambda _: math.log(3),
    ),
    "I-18": Order(
        lambda m: line(m, elbo(density="component"), OWN, PRIVATE),
        lambda m: line(m, elbo(density="mixture"), OWN, PRIVATE),
        lambda m: {f"1 JS({names(m)})"},
        lambda made: js(experts(made)),
        math.log,
    ),
    "I-14": Order(
        lambda m: line(m, sources("[m]"), FULL),
        lambda m: line(m, sources("V"), FULL),
        lambda m: {f"{m - 1} KL({k} || p(z))" for k in (poe(m), *names(m).split(", "))},
        lambda made: (len(made.spec.views) - 1) * to_prior([*experts(made), product(made)]),
    ),
    "JMVAE": Order(
        lambda m: of("jmvae", m, beta=1, p={"z": {"dim": 1}}, objective={"minimize": [TO_EXPERTS]}),
        lambda m: of("jmvae", m, beta=1, p={"z": {"dim": 1}}, objective={"minimize": None}),
        lambda m: {f"3/10 KL(qJ(z|{','.join(str(v + 1) for v in range(m))}) || {k})" for k in names(m).split(", ")},
        lambda made: 0.3 * to_experts(made),
    ),
    "I-31": Order(
        lambda m: line(m, elbo(density="component", beta=2)),
        lambda m: line(m, elbo(density="component", beta=0.5)),
        lambda m: {f"{Fraction(3, 2 * m)} KL({k} || p(z))" for k in names(m).split(", ")},
        lambda made: 1.5 * to_prior(experts(made)) / len(made.spec.views),
    ),
    "I-25": Order(
        lambda m: of("mmvm", m, p={"z": {"dim": 1}}),
        lambda m: of("mmvm_exact", m, p={"z": {"dim": 1}}),
        lambda m: {f"1 [mean KL({k} || .) - KL({k} || Mix_1/{m}[{copies(m)}])]" for k in copies(m).split(", ")},
        jeffreys,
    ),
    "I-29": Order(
        lambda m: line(m, elbo(beta=0), minimize=[{"js": {**MEMBERS, "center": "geometric"}}]),
        lambda m: line(m, elbo(beta=0), minimize=[{"js": {**MEMBERS, "center": "mixture"}}]),
        lambda m: {f"1 KL(Mix_1/{m + 1}[p(z), {names(m)}] || Geo_1/{m + 1}[p(z), {names(m)}])"},
        centers,
    ),
}


def copies(views: int) -> str:
    return ", ".join(f"q(z.{v + 1}|{v + 1})" for v in range(views))


def rows_of(made: Model, seed: int) -> Tensor:
    """The objective of every row, `(row, draw)`."""
    batch = data(made.spec)
    several = batch.rows(torch.arange(len(batch)).repeat_interleave(DRAWS))
    with torch.no_grad():
        found = made.loss(several, noise=shared_noise(made, len(several), seed)).rows
    return found.reshape(len(batch), DRAWS)


def apart(low: Model, high: Model, seed: int = 3) -> tuple[Tensor, Tensor]:
    """high − low of every row on shared noise, and its standard errors."""
    found = rows_of(high, seed) - rows_of(low, seed)
    return found.mean(1), found.std(1) / DRAWS**0.5


@pytest.mark.parametrize("views", [2, 3])
@pytest.mark.parametrize("name", ORDERS)
def test_the_gap_is_what_is_printed(name: str, views: int) -> None:
    order = ORDERS[name]
    low, high = order.low(views), order.high(views)
    found = mg.diff(low, high)
    assert (found.verdict, found.finding.lower) == (Relation.ORDERED, "A")
    assert {f"{c} {atom}" for c, atom in found.finding.gap} == order.gap(views)
    other = compiled(high)
    one = compiled(low, other)
    mean, error = apart(one, other)
    expected = order.oracle(one)
    assert bool((expected > 0).all())
    assert bool((expected <= order.most(views)).all())
    assert bool(((mean - expected).abs() <= 4.5 * error + 1e-9).all())


def by_hand(made: Model, samples: int, strata: str, runs: int = 20_000) -> tuple[Tensor, Tensor]:
    """E of the log-mean-exp for the first row by torch alone, and its standard error."""
    torch.manual_seed(5)
    batch, found = data(made.spec), [Normal(q.loc[:1], q.scale[:1]) for q in experts(made)]
    z = torch.stack([q.sample(torch.Size([runs, samples])) for q in found])  # (component, run, sample, 1)
    score = Normal(0.0, 1.0).log_prob(z[..., 0])
    for view in made.spec.view_names:
        mean = made.networks.decode(view, z)["loc"]
        score = score + Normal(mean, 1.0).log_prob(batch.views[view][0]).sum(-1)
    score = score - (torch.stack([q.log_prob(z) for q in found]).logsumexp(0) - math.log(len(found)))[..., 0]
    if strata == "inside":
        whole = score.permute(1, 0, 2).reshape(runs, -1)
        value = whole.logsumexp(-1) - math.log(whole.shape[-1])
    else:
        value = (score.logsumexp(-1) - math.log(samples)).mean(0)
    return value.mean().detach(), value.std().detach() / runs**0.5


LOGARITHMS = [(1, "outside"), (3, "outside"), (9, "outside"), (3, "inside"), (9, "inside")]


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1, 2), (1, 3), (2, 4), (3, 4), (1, 4)])
def test_i32_logarithms_of_more_draws_are_higher(low: int, high: int) -> None:
    """Each of the two by hand, their order, and that both are below log p(X)."""
    chosen = [LOGARITHMS[low], LOGARITHMS[high]]
    specs = [line(2, iwae(k, strata=s)) for k, s in chosen]
    found = mg.diff(*specs)
    assert (found.verdict, found.finding.lower) == (Relation.ORDERED, "A")
    assert "LME_" in str(found.finding.gap[0][1])
    made = [compiled(s) for s in specs]
    hands = [by_hand(one, *which) for one, which in zip(made, chosen, strict=True)]
    for one, (mean, error) in zip(made, hands, strict=True):
        value = rows_of(one, seed=3)[0]
        assert (value.mean() - mean).abs() <= 4.5 * (error**2 + value.var() / DRAWS) ** 0.5
        assert mean < evidence(one) + 4.5 * error
    (one, first), (other, second) = hands
    assert other - one > 4.5 * (first**2 + second**2) ** 0.5


def evidence(made: Model) -> Tensor:
    """log p(X) of the first row: every view is W z + b with noise of variance 1."""
    zero, unit = torch.zeros(1, 1), torch.ones(1, 1)
    offset = torch.cat([made.networks.decode(v, zero)["loc"][0] for v in made.spec.view_names])
    slope = torch.cat([made.networks.decode(v, unit)["loc"][0] for v in made.spec.view_names]) - offset
    x = torch.cat([data(made.spec).views[v][0] for v in made.spec.view_names])
    covariance = torch.outer(slope, slope) + torch.eye(len(x))
    return torch.distributions.MultivariateNormal(offset, covariance).log_prob(x).detach()


def test_what_has_no_order_is_not_said_to_have_one() -> None:
    """Nine draws a component outside, three inside: neither is known to be higher, and KLs of both signs are none."""
    few, many = line(2, iwae(3, strata="inside")), line(2, iwae(9, strata="outside"))
    assert mg.diff(few, many).verdict is Relation.DIFFERENT
    nearer = {"kl": {**TO_EXPERTS["kl"], "weight": 0.5}}
    one, other = (line(2, elbo(beta=b), FULL, minimize=[t]) for b, t in ((2, TO_EXPERTS), (1, nearer)))
    assert mg.diff(one, other).verdict is Relation.DIFFERENT


@pytest.mark.parametrize("views", [2, 3])
def test_the_elbo_of_a_mixture_is_the_least_logarithm(views: int) -> None:
    """One draw: the gap to three is what they gain, and that to the component's density is JS as well (I-10, I-32)."""
    low, high = line(views, elbo(density="component")), line(views, iwae(3, strata="outside"))
    found = mg.diff(low, high)
    assert [str(a) for _, a in found.finding.gap] == [f"JS({names(views)})", "[LME_3,outside - its bound]"]
    other = compiled(high)
    mean, error = apart(compiled(low, other), other)
    assert bool((mean > js(experts(other)) - 4.5 * error).all())
