"""What a trained model answers: shapes, types, any evidence, determinism, refusals, importance sampling."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

import pytest
import torch
from torch.distributions import MixtureSameFamily

from mvgraph.errors import DataError, UsageError
from mvgraph.module.model import Model
from mvgraph.module.predictive import Predictive
from mvgraph.spec.reading import load

from .models import (
    BATCHWISE,
    EXACTLY_TWO,
    IMPROPER,
    JOINT,
    NAMES,
    NO_LIKELIHOOD,
    POOLED,
    VIEWS,
    data,
    double,
    model,
    small,
    views_of,
)

ROWS = 4


def made_of(name: str) -> Model:
    """A reference model over as many views as it allows, at most three."""
    return model(small(name, views_of(name, 2 if name in EXACTLY_TWO else 3)))


def askable(made: Model) -> list[list[str]]:
    """The evidence that a model defines a posterior for."""
    names = list(made.spec.view_names)
    sets = [list(c) for n in range(1, len(names) + 1) for c in combinations(names, n)]
    if made.spec.name in ("DVCCA", "VCCA-private"):
        return [s for s in sets if names[0] in s]
    if made.spec.name == "bi-VCCA":
        return [s for s in sets if len(s) == 1]
    if made.spec.conditions:  # what is conditioned on is always evidence; the prior answers where it is all there is
        return [names[:1], names]
    joint = any(q.fuse is not None and q.fuse.joint and q.subsets is None for q in made.spec.posteriors)
    return [s for s in sets if len(s) in (1, len(names))] if joint else sets


def parts(made: Model, size: int) -> int:
    """The number of components of q."""
    if made.spec.name.startswith("MMVM"):
        return 1 if size == len(made.spec.views) else size
    return {"none": 1, "singles": size, "subsets": 2**size - 1}[made.spec.mixture]


def seeded(seed: int = 0) -> torch.Generator:
    """A generator."""
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in POOLED])
def test_encode(name: str) -> None:
    """One distribution over rows for each latent, a mixture exactly where q is one."""
    made = made_of(name)
    batch = data(made.spec, ROWS)
    for given in askable(made):
        found = made.encode(batch, given)
        count = parts(made, len(given))
        if name in BATCHWISE:
            assert sorted(found) == [f"z.{v}" for v in sorted(made.spec.view_names)]
            continue
        if made.spec.pseudo:  # one latent a view, and one above them
            assert sorted(found) == ["c", *sorted(f"z.{v}" for v in made.spec.view_names)]
            continue
        for node in made.spec.discretes:
            values = found.pop(node.name)
            assert values.batch_shape == (ROWS,)
            torch.testing.assert_close(values.mean, made.responsibilities(batch, given)[node.name])
        for shared in [found.pop(x.name) for x in made.spec.latents if not x.plate]:
            assert shared.batch_shape == (ROWS,)
            assert shared.event_shape == (3,)
            assert isinstance(shared, MixtureSameFamily) == (count > 1)
            if isinstance(shared, MixtureSameFamily):
                weights = torch.full((ROWS, count), 1 / count, dtype=torch.float64)
                torch.testing.assert_close(shared.mixture_distribution.probs, weights)
        private = [n for n in made.spec.view_names if any(x.plate for x in made.spec.latents)]
        assert sorted(found) == sorted(f"h.{v}" for v in private)
        assert all(d.event_shape == (2,) and d.batch_shape == (ROWS,) for d in found.values())


@pytest.mark.parametrize("name", POOLED)
@pytest.mark.parametrize("alpha", [0, 0.25])
def test_encode_borrows_from_the_views_that_were_seen(name: str, alpha: float) -> None:
    """The latent of an absent view has the prior that is made of posteriors: a mixture of those of the seen views."""
    views = views_of(name, 3)
    made = model(load(small(name, views), sets=[f"p.z.latent.mixture_of.standard={alpha}"]))
    batch = data(made.spec, ROWS)
    whole = made.encode(batch)
    assert not any(isinstance(d, MixtureSameFamily) for d in whole.values())
    for given in ([views[0]], list(views[:2])):
        found = made.encode(batch, given)
        assert sorted(found) == sorted(f"z.{v}" for v in views)
        mean = (1 - alpha) * torch.stack([whole[f"z.{v}"].mean for v in given]).mean(0)
        torch.testing.assert_close(found[f"z.{views[2]}"].mean, mean)
        torch.testing.assert_close(found[f"z.{views[0]}"].mean, whole[f"z.{views[0]}"].mean)
        point = torch.zeros(3, dtype=torch.float64)
        densities = torch.stack([whole[f"z.{v}"].log_prob(point).exp() for v in given]).mean(0)
        normal = (2 * math.pi) ** -1.5
        mixed = (1 - alpha) * densities + alpha * normal
        torch.testing.assert_close(found[f"z.{views[2]}"].log_prob(point).exp(), mixed)


@pytest.mark.parametrize("name", POOLED)
def test_priors_made_of_posteriors_have_no_joint_density(name: str) -> None:
    """Neither log p(X) nor new data."""
    made = made_of(name)
    with pytest.raises(UsageError, match=r"there is no joint density p\(X\)"):
        made.log_likelihood(data(made.spec, ROWS), 20)
    with pytest.raises(UsageError, match=r"nothing to generate from: the prior of z is made of posteriors"):
        made.generate(3)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "dcca"])  # it trains no decoder
@pytest.mark.parametrize("samples", [None, 3])
def test_impute(name: str, samples: int | None) -> None:
    """A distribution of the view's shape for every view, with a part for every component or draw of it."""
    made = made_of(name)
    batch = data(made.spec, ROWS)
    for given in askable(made):
        options = {"samples": samples, "plug_in": samples is None, "generator": seeded()}
        found = made.impute(batch, given, **options)
        assert list(found) == list(made.spec.scored_views)
        again = made.impute(batch, given, **options | {"generator": seeded()})
        for view, answer in found.items():
            shape = made.spec.view(view).shape
            assert answer.batch_shape == (ROWS,)
            assert answer.event_shape == shape
            assert answer.mean.dtype == torch.float64
            assert torch.equal(answer.mean, again[view].mean)
            count = parts(made, len(given)) * (samples or 1)
            probs = answer.mixture_distribution.probs
            assert probs.dtype == torch.float64
            torch.testing.assert_close(probs, torch.full((ROWS, count), 1 / count, dtype=torch.float64))
    only = made.impute(batch, views=[made.spec.view_names[1]]) if name != "bi_vcca" else {made.spec.view_names[1]: None}
    assert list(only) == [made.spec.view_names[1]]


@pytest.mark.parametrize("name", [n for n in NAMES if n not in (*IMPROPER, *POOLED, "dcca")])
def test_generate(name: str) -> None:
    """Means or draws of every view, the same for the same generator; draws lie in the support."""
    made = made_of(name)
    given = data(made.spec, 1) if made.spec.conditions else None
    for mean in (True, False):
        found = made.generate(5, given, mean=mean, generator=seeded(1))
        again, other = (made.generate(5, given, mean=mean, generator=seeded(s)) for s in (1, 2))
        for view, value in found.items():
            own = made.spec.view(view)
            assert value.shape == (5, *(own.shape or ()))
            assert torch.equal(value, again[view])
            assert not torch.equal(value, other[view]) or (not mean and own.likelihood.discrete)
            if not mean and (judged := own.likelihood.invalid(value)) is not None:
                assert not judged[0].any()
    assert list(found) == list(made.spec.scored_views)


@pytest.mark.parametrize("name", IMPROPER)
def test_what_an_improper_prior_leaves_undefined(name: str) -> None:
    """New data and log p(X), each refused with the prior's name; encode and impute need no prior."""
    made = made_of(name)
    prior = "the prior of z is 'log_uniform'"
    with pytest.raises(UsageError, match=f"no new data can be drawn: {prior}.*impute from some view"):
        made.generate(5)
    with pytest.raises(UsageError, match=rf"log p\(X\) is not defined: {prior}, which is improper"):
        made.log_likelihood(data(made.spec, ROWS), 4)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in (*BATCHWISE, *NO_LIKELIHOOD)])
def test_log_likelihood(name: str) -> None:
    """One finite number a row, the same for the same generator, for any evidence."""
    made = made_of(name)
    batch = data(made.spec, ROWS)
    for given in askable(made):
        found = made.log_likelihood(batch, 20, given=given, generator=seeded())
        assert found.shape == (ROWS,)
        assert found.isfinite().all()
        assert torch.equal(found, made.log_likelihood(batch, 20, given=given, generator=seeded()))


@pytest.mark.parametrize("name", ["mvae", "mopoe", "mmvae", "jmvae", "dmvae", "mmvae_plus"])
def test_log_likelihood_does_not_depend_on_the_evidence(name: str) -> None:
    """Importance sampling from q(· | x_S) has one mean for every S; and it is the integral over the prior."""
    views = {v: {**VIEWS[v], "encoder": "linear", "decoder": "linear"} for v in ("touch", "label")}
    sets = ["p.z.dim=1", *(["p.h.dim=1"] if name in ("dmvae", "mmvae_plus") else [])]
    sets += ["q.z.fuse={joint: {hidden: [4]}}"] if name == "jmvae" else []
    made = model(load(name, views=views, sets=sets), seed=3)
    widen(made)
    batch = data(made.spec, 3)
    count, repeats = 4000, 8
    found = {}
    for given in askable(made):
        each = [made.log_likelihood(batch, count, given=given, generator=seeded(s)).exp() for s in range(repeats)]
        table = torch.stack(each)
        found[tuple(given)] = table.mean(0), table.std(0) / math.sqrt(repeats)
    truth = by_prior(made, batch.views, 400_000)
    for mean, error in found.values():
        # eight repeats: a t-distribution with seven degrees of freedom has its two-sided 1e-4 point at 7.9
        bound = 7.9 * (error.square() + truth[1].square()).sqrt()
        assert ((mean - truth[0]).abs() < bound).all(), (name, mean, truth)
        assert (bound < 0.2 * truth[0]).all()


@torch.no_grad()
def widen(made: Model) -> None:
    """Posteriors wider than their priors, so that importance weights have a variance."""
    for name, parameter in made.named_parameters():
        if "raw_scale" in name and ("experts" in name or "joints" in name):
            parameter.fill_(3.0 if name.endswith("bias") else 0.0)


@torch.no_grad()
def by_prior(made: Model, views: dict[str, torch.Tensor], count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """p(x) of each row as the mean of p(x | v) over draws of the latents from p, and its standard error."""
    spec, total = made.spec, torch.zeros(count, 3, dtype=torch.float64)
    generator = seeded(9)
    draws = {}
    for latent in spec.latents:
        for view in spec.view_names if latent.plate else [None]:
            prior = made.networks.priors[f"{latent.name}{f'@{view}' if view else ''}()"]()
            draws[latent.name, view] = latent.family.rsample(
                prior, latent.family.noise((count, 1), generator, next(iter(prior.values())))
            )
    for view in spec.view_names:
        own = spec.view(view)
        inputs = [draws.get((n, None), draws.get((n, view))) for n in spec.observed.given]
        params = made.networks.decode(view, torch.cat(inputs, -1))
        for row in range(3):
            total[:, row] += own.likelihood.log_prob(params, views[view][row], len(own.shape))
    weights = total.exp()
    return weights.mean(0), weights.std(0) / math.sqrt(count)


def test_a_mapping_with_absent_views_is_data_with_missing_views() -> None:
    """Leaving a view out, giving NaN, masking it and `given` say the same."""
    with double():
        made = made_of("mopoe")
        names = made.spec.view_names
        batch = data(made.spec, ROWS)
        left = {n: batch.views[n] for n in names[:2]}
        wanted = made.encode(batch, given=list(names[:2]))["z"]
        nan = {**left, names[2]: torch.full_like(batch.views[names[2]], torch.nan)}
        masked = replace(batch, mask=torch.tensor([[True, True, False]]).expand(ROWS, -1))
        for found in (made.encode(left), made.encode(nan), made.encode(masked)):
            assert torch.equal(found["z"].mean, wanted.mean)
        assert made.loss(left).rows.isfinite().all()
        assert set(made.impute(left)) == set(names)
        scored = made.log_likelihood(left, 4, generator=seeded())
        assert torch.equal(scored, made.log_likelihood(masked, 4, generator=seeded()))


def test_log_likelihood_scores_observed_views_only() -> None:
    """The decoder of an absent view has no say."""
    made = made_of("mopoe")
    names = made.spec.view_names
    batch = data(made.spec, ROWS, torch.tensor([[True, True, False]]).expand(ROWS, -1))
    before = made.log_likelihood(batch, 4, generator=seeded())
    with torch.no_grad():
        for parameter in made.networks.decoders[f"x@{names[2]}()"].parameters():
            parameter.mul_(3.0)
    assert torch.equal(made.log_likelihood(batch, 4, generator=seeded()), before)
    whole = data(made.spec, ROWS)
    assert not torch.equal(made.log_likelihood(whole, 4, given=list(names[:2]), generator=seeded()), before)


def test_a_dead_expert_is_no_evidence() -> None:
    """With alpha: 0 only the joint network of jmvae is trained; a single view cannot be encoded."""
    made = model(small("jmvae", views_of("jmvae", 2), params={"alpha": 0}))
    batch = data(made.spec, ROWS)
    assert made.encode(batch)["z"].mean.shape == (ROWS, 3)
    with pytest.raises(UsageError, match="no posterior is defined given sound"):
        made.encode(batch, given=["sound"])


def test_dropout_is_off_while_answering() -> None:
    """And on again afterwards."""
    network = {"mlp": {"hidden": [16], "dropout": 0.5}}
    views = {n: {**VIEWS[n], "encoder": network, "decoder": network} for n in ("touch", "label")}
    made = Model(load("mvae", views=views)).double().train()
    batch = data(made.spec, ROWS)
    first, second = (made.impute(batch)["touch"].mean for _ in range(2))
    assert torch.equal(first, second)
    assert torch.equal(made.generate(3, generator=seeded())["touch"], made.generate(3, generator=seeded())["touch"])
    assert made.training
    noise = made.draw_noise(ROWS)
    assert not torch.equal(made.loss(batch, noise=noise).rows, made.loss(batch, noise=noise).rows)


def test_answers_carry_no_gradient() -> None:
    """Answers are numbers."""
    made = made_of("mvae")
    assert not made.encode(data(made.spec, 2))["z"].mean.requires_grad


REFUSALS = [
    ("dvcca", "encode", ["label"], "no posterior is defined given label: the objective trains encoders of sound only"),
    ("vcca_private", "impute", ["label"], "no posterior is defined given label"),
    ("bi_vcca", "encode", ["sound", "label"], r"q\(z \| sound, label\) is not defined: its experts are not fused"),
    ("jmvae", "impute", ["sound", "label"], "a joint network needs all views, and its experts are not fused"),
    ("ae", "log_likelihood", None, "log p.X. is not defined: the likelihood of view sound is 'mse'"),
    ("mvae", "encode", ["smell"], "there is no view 'smell'; the views are sound, label, image"),
]


@pytest.mark.parametrize(("name", "ask", "given", "words"), REFUSALS)
def test_what_cannot_be_answered_is_refused(name: str, ask: str, given: list[str] | None, words: str) -> None:
    """In words that name what is missing."""
    made = made_of(name)
    with pytest.raises(UsageError, match=words):
        getattr(made, ask)(data(made.spec, ROWS), given=given)


def test_a_posterior_without_density_is_refused() -> None:
    """A delta posterior has no log p(X) by importance sampling."""
    views = {n: {"shape": [2], "likelihood": "normal"} for n in ("a", "b")}
    made = model(load("ae", views=views, sets=["p.z.dim=2"]))
    with pytest.raises(UsageError, match="the posterior of z is 'delta', which has no density"):
        made.log_likelihood(data(made.spec, 2))


def test_rows_that_are_no_views_are_refused() -> None:
    """A view that the spec does not have."""
    made = made_of("mvae")
    with pytest.raises(DataError, match="the spec has no view 'smell'"):
        made.encode({"smell": torch.zeros(2, 3)})


def test_impute_is_a_distribution_over_the_view() -> None:
    """Its log-density at the data is the log-mean of the components' densities."""
    made = made_of("mmvae")
    batch = data(made.spec, ROWS)
    found: Predictive = made.impute(batch, samples=2, generator=seeded())["sound"]
    value = batch.views["sound"]
    each = found.component_distribution.log_prob(value[:, None])
    wanted = each.logsumexp(1) - math.log(each.shape[1])
    torch.testing.assert_close(found.log_prob(value), wanted, rtol=1e-12, atol=1e-12)


def test_joint_names() -> None:
    """The joint models of the reference specs are those that these tests treat apart."""
    fusions = {n: [q.fuse for q in made_of(n).spec.posteriors] for n in NAMES}
    assert [n for n, found in fusions.items() if any(f is not None and f.joint for f in found)] == sorted(JOINT)
