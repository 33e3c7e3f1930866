"""p(x_m | x_S): exact on linear-Gaussian models, quantiles of every likelihood, and the same in pieces."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from mvgraph.errors import UsageError
from mvgraph.module import answers, predictive
from mvgraph.module.model import Model
from mvgraph.module.predictive import Decoding, Predictive
from mvgraph.spec.reading import load
from mvgraph.vocab.family import Family

from .models import BATCHWISE, NAMES, data, double, model, small, views_of

LIKELIHOODS = [w for w in Family.registry.names() if "likelihood" in Family.registry[w].roles]
SPREAD, NOISE = math.sqrt(0.5), 0.1  # of q(z | a), and of b around z


def linear() -> Model:
    """a = z + ε, b = z + 0.1 noise, with q(z | a) = N(a/2, 1/2) exact."""
    views = {v: {"shape": [1], "encoder": "linear", "decoder": "linear"} for v in ("a", "b")}
    views["a"]["likelihood"], views["b"]["likelihood"] = {"normal": {"scale": 1.0}}, {"normal": {"scale": NOISE}}
    q = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "never"}}
    made = Model(load("mvae", views=views, p={"z": {"dim": 1}}, q=q)).double().eval()
    values = {"loc.1.weight": 0.5, "loc.1.bias": 0.0, "scale.1.weight": 0.0, "scale.1.bias": math.log(0.5)}
    with torch.no_grad():
        for name, parameter in made.networks.named_parameters():
            if name.startswith("experts.z(a)"):
                parameter.fill_(next(v for k, v in values.items() if name.endswith(k)))
            if name.startswith("decoders."):
                parameter.fill_(1.0 if name.endswith("weight") else 0.0)
    return made


def rows_of_a(values: list[float]) -> dict[str, Tensor]:
    return {"a": torch.tensor(values, dtype=torch.float64)[:, None]}


def test_the_default_is_the_distribution_given_the_evidence() -> None:
    """-log p(b = 0.7 | a = 0) is 1.1, where decoding the mean of q says 23.1."""
    made, sd = linear(), math.hypot(SPREAD, NOISE)
    exact = 0.5 * (0.7 / sd) ** 2 + math.log(sd) + 0.5 * math.log(2 * math.pi)
    value = torch.tensor([[0.7]], dtype=torch.float64)
    answer = made.impute(rows_of_a([0.0]))["b"]
    assert -answer.log_prob(value).item() == pytest.approx(exact, abs=0.15)  # 100 draws
    assert -made.impute(rows_of_a([0.0]), samples=20_000)["b"].log_prob(value).item() == pytest.approx(exact, abs=0.02)
    assert answer.stddev.item() == pytest.approx(sd, rel=4 / math.sqrt(2 * answers.DRAWS))
    plug_in = made.impute(rows_of_a([0.0]), plug_in=True)["b"]
    assert plug_in.stddev.item() == pytest.approx(NOISE)
    assert -plug_in.log_prob(value).item() == pytest.approx(23.1, abs=0.1)


def test_mean_spread_and_quantiles_are_exact_in_the_limit() -> None:
    """N(a/2, 1/2 + 0.01), at 4.5 standard errors of 20,000 draws."""
    made, sd, draws = linear(), math.hypot(SPREAD, NOISE), 20_000
    answer = made.impute(rows_of_a([0.0, 3.0]), samples=draws)["b"]
    error = 4.5 * sd / math.sqrt(draws)
    centre = torch.tensor([[0.0], [1.5]], dtype=torch.float64)
    assert torch.allclose(answer.mean, centre, rtol=0, atol=error)
    assert torch.allclose(answer.stddev, torch.full_like(centre, sd), rtol=0, atol=error)
    for share, z, density in ((0.025, -1.959964, 0.0584), (0.5, 0.0, 0.3989), (0.9, 1.281552, 0.1755)):
        bound = 4.5 * math.sqrt(share * (1 - share) / draws) / density * sd
        assert torch.allclose(answer.icdf(share), centre + z * sd, rtol=0, atol=bound)
    assert torch.allclose(answer.sample((4000,)).mean(0), centre, rtol=0, atol=4.5 * sd / math.sqrt(4000) + error)


def test_intervals_cover_what_they_say() -> None:
    """The 95 % and 50 % intervals hold their share of withheld values; those of the plug-in are far too narrow."""
    made, generator, count = linear(), torch.Generator().manual_seed(0), 2000
    z = torch.randn(count, 1, dtype=torch.float64, generator=generator)
    a, b = (z + s * torch.randn(count, 1, dtype=torch.float64, generator=generator) for s in (1.0, NOISE))
    for mass in (0.5, 0.95):
        low, high = made.impute({"a": a})["b"].interval(mass)
        share = ((low <= b) & (b <= high)).double().mean().item()
        assert share == pytest.approx(mass, abs=4.5 * math.sqrt(mass * (1 - mass) / count) + 0.01)  # 100 draws
    low, high = made.impute({"a": a}, plug_in=True)["b"].interval(0.95)
    assert ((low <= b) & (b <= high)).double().mean() < 0.4


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("bi_vcca", *BATCHWISE)])
def test_two_calls_agree_and_a_generator_changes_them(name: str) -> None:
    made = model(small(name, views_of(name, 2)))
    batch, views = data(made.spec, 3), made.spec.scored_views
    seeds = [None, None, torch.Generator().manual_seed(1)]
    first, again, other = (made.impute(batch, generator=g)[views[-1]].mean for g in seeds)
    assert torch.equal(first, again)
    certain = made.impute(batch)[views[-1]].log_weights.shape[0] == 1
    assert torch.equal(first, other) == certain


def test_the_default_number_of_draws_is_shared_by_the_components() -> None:
    for name, parts in (("mvae", 100), ("mmvae", 3 * 34), ("mopoe", 7 * 15), ("ae", 1)):
        made = model(small(name, views_of(name, 3)))
        answer = next(iter(made.impute(data(made.spec, 2)).values()))
        assert len(answer.log_weights) == parts, name


def of_family(word: str, parts: int = 3, rows: int = 4, seed: int = 0) -> Predictive:
    """A mixture of some distributions of a family, with weights that differ by row; one row lacks a part."""
    torch.manual_seed(seed)
    family, shape = Family.read(word), (2, 3)
    raw = {n: torch.randn(parts, rows, *s, dtype=torch.float64) for n, s in family.heads(shape, "likelihood").items()}
    free = {n: v.double() for n, v in family.free(shape, "likelihood").items()}
    params = {n: p.expand(parts, rows, *shape) for n, p in family.constrain(raw | free, shape, "likelihood").items()}
    weights = torch.randn(parts, rows, dtype=torch.float64)
    weights[0, 0] = -math.inf
    return Predictive(family, shape, weights.log_softmax(0), lambda s: {n: p[:, s] for n, p in params.items()})


@pytest.mark.parametrize("word", LIKELIHOODS)
def test_cdf_and_moments_are_those_of_draws(word: str) -> None:
    """At 5 standard errors of 20,000 draws a row."""
    with double():
        answer, count = of_family(word), 20_000
        draws = answer.sample((count,))
        assert draws.shape == (count, 4, 2, 3)
        for share in (0.1, 0.5, 0.8):
            place = draws.quantile(share, 0)
            cdf = answer.cdf(place)
            bound = 5 * (cdf * (1 - cdf) / count).sqrt() + 1 / count + 1e-12
            assert (((draws <= place).double().mean(0) - cdf).abs() <= bound).all()
        if word != "student_t":  # of infinite fourth moment
            assert torch.allclose(
                answer.mean, draws.mean(0), rtol=0, atol=float(5 * (answer.stddev / 141).max()) + 1e-9
            )
            assert torch.allclose(answer.variance, draws.var(0, correction=0), rtol=0.3, atol=1e-9)


@pytest.mark.parametrize("word", LIKELIHOODS)
@settings(max_examples=12, derandomize=True, deadline=None)
@given(share=st.floats(0.001, 0.999), seed=st.integers(0, 50))
def test_the_quantile_is_the_least_value_that_the_cdf_lets_pass(word: str, share: float, seed: int) -> None:
    with double():
        answer = of_family(word, seed=seed)
        place = answer.icdf(share)
        below = torch.nextafter(place, torch.tensor(-torch.inf)) - 1e-9 * (1 + place.abs())
        assert (answer.cdf(place + 1e-12 * (1 + place.abs())) >= share - 1e-12).all()
        assert (answer.cdf(below) < share + 1e-12).all()
        if answer.family.integral:
            assert torch.equal(place, place.round())


def test_quantiles_broadcast_as_values_do() -> None:
    answer = of_family("normal")
    both = answer.icdf(torch.tensor([0.1, 0.9], dtype=torch.float64).reshape(2, 1, 1, 1))
    assert both.shape == (2, 4, 2, 3)
    assert torch.equal(both[1], answer.icdf(0.9))
    assert answer.log_prob(both).shape == (2, 4)
    for share in (0.0, 1.0, -1.0, 2.0, math.nan):
        with pytest.raises(UsageError, match="shares above 0 and below 1"):
            answer.icdf(share)


def test_a_family_without_a_cdf_has_quantiles_of_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = of_family("normal")
    exact = answer.icdf(0.3)
    monkeypatch.setattr(type(answer.family), "has_cdf", False)
    assert torch.equal(answer.icdf(0.3), answer.icdf(0.3))
    assert torch.allclose(answer.icdf(0.3), exact, atol=0.35)
    with pytest.raises(UsageError, match="the cumulative distribution function of 'normal' is not known"):
        answer.cdf(exact)


@pytest.mark.parametrize("numbers", [1, 40, 10**9])
def test_pieces_change_nothing(monkeypatch: pytest.MonkeyPatch, numbers: int) -> None:
    """However few numbers are held at a time; and training goes on without changing an answer."""
    made = model(small("mopoe", views_of("mopoe", 3)))
    batch = data(made.spec, 5)
    whole = {n: (d.mean, d.variance, d.icdf(0.9), d.log_prob(batch.views[n])) for n, d in made.impute(batch).items()}
    monkeypatch.setattr(predictive, "NUMBERS", numbers)
    monkeypatch.setattr(answers, "NUMBERS", numbers)
    pieces = made.impute(batch)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.mul_(0.5)
    made.train()
    for name, answer in pieces.items():
        assert isinstance(answer.parameters, Decoding) == (numbers < 10**9)
        found = answer.mean, answer.variance, answer.icdf(0.9), answer.log_prob(batch.views[name])
        for left, right in zip(found, whole[name], strict=True):
            torch.testing.assert_close(left, right, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["mvae", "mopoe", "mmvae_plus", "dmvae", "mhvae", "cvae", "nexus"])
def test_decoding_draws_gives_the_parts_of_an_imputation(name: str) -> None:
    """Shared and private latents, levels, conditions, upper levels."""
    made = model(small(name, views_of(name, 2)))
    batch, views = data(made.spec, 3), list(made.spec.scored_views)
    answer = made.impute(batch, samples=2, generator=torch.Generator().manual_seed(3))
    inference = made._inference(batch, None)
    drawn = answers._latents(inference, views, 2, torch.Generator().manual_seed(3))
    values = {str(r): z.flatten(0, 1) for r, z in (drawn | inference.conditions).items() if str(r) in read_by(made)}
    values |= {str(r): v for r, v in inference.conditions.items()}
    for view, parts in made.decode(values).items():
        found = answer[view].component_distribution
        torch.testing.assert_close(parts.mean.transpose(0, 1), found.mean)
        torch.testing.assert_close(parts.variance.transpose(0, 1), found.variance)


def read_by(made: Model) -> set[str]:
    """The names of the latents that decoders read."""
    spec = made.spec
    plated = {x.name: x.plate for x in spec.latents}
    given = [n for n in spec.observed.given if n in plated]
    return {f"{n}.{v}" if plated[n] else n for n in given for v in spec.scored_views}


@pytest.mark.parametrize(
    ("values", "views", "words"),
    [
        ({}, None, "the decoder of 'touch' reads z, h.touch: give z, h.touch, or ask for other views"),
        ({"z": torch.zeros(2, 3)}, ["touch"], "reads z, h.touch: give h.touch"),
        (
            {"z": torch.zeros(2, 4), "h.touch": torch.zeros(2, 2)},
            "touch",
            r"'z' has 3 entries in its last axis.*\[2, 4\]",
        ),
        ({"y": torch.zeros(2, 3)}, None, "no decoder reads 'y': "),
        ({"z": torch.zeros(2, 3), "h.touch": torch.zeros(2, 2)}, ["zzz"], "there is no view 'zzz'"),
        (torch.zeros(2, 3), None, "values are a mapping from latents to tensors"),
    ],
)
def test_what_cannot_be_decoded_is_refused(values: Any, views: Any, words: str) -> None:
    made = model(small("mmvae_plus", ("touch", "sound")))
    with pytest.raises(UsageError, match=words):
        made.decode(values, views)


def test_values_may_be_arrays_and_broadcast() -> None:
    made = model(small("mmvae_plus", ("touch", "sound")))
    parts = made.decode({"z": np.zeros((5, 4, 3)), "h.touch": np.zeros((1, 2))}, views="touch")
    assert {n: (d.batch_shape, d.event_shape) for n, d in parts.items()} == {"touch": ((5, 4), (2,))}
