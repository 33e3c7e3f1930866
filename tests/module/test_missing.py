"""Missing views: no trace of what stands in their place, the deletion law, clear refusals, weights that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch.distributions import Distribution, MixtureSameFamily

from mvgraph.data.batch import Batch
from mvgraph.data.tables import DataWarning
from mvgraph.data.validation import batch as checked
from mvgraph.errors import DataError, UsageError
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise
from mvgraph.objective.atoms import Stream

from .models import (
    BATCHWISE,
    CONDITIONED,
    EXACTLY_TWO,
    NAMES,
    NO_LIKELIHOOD,
    UNMASKABLE,
    data,
    double,
    gradients,
    model,
    noise_of,
    patterns,
    small,
    views_of,
    with_views,
)

GARBAGE = (float("nan"), float("inf"), 1e30)
MASKABLE = [n for n in NAMES if n not in UNMASKABLE]
FIRST = ("dvcca", "vcca_private")  # inferred from the first view alone
HALF = "1/(2*(M_obs + 1))"
COUNTED = {  # weights that use M, written for what is observed
    "mvtcae": {
        "objective": {
            "maximize": [
                {
                    "elbo": {
                        "from": "V",
                        "to": "V",
                        "likelihood_weight": "(M_obs - alpha)/M_obs",
                        "beta": "beta*(1 - alpha)",
                    }
                }
            ],
            "minimize": [{"kl": {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}, "weight": "beta*alpha/M_obs"}}],
        }
    },
    "crmvae": {
        "objective": {
            "maximize": [
                {"elbo": {"from": "V", "to": "V", "likelihood_weight": HALF, "beta": "beta/(M_obs + 1)"}},
                {"elbo": {"for": {"m": "V"}, "from": "[m]", "to": "[m]", "likelihood_weight": HALF, "beta": 0}},
            ],
            "minimize": [{"kl": {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}, "weight": "beta/(M_obs + 1)"}}],
        }
    },
    "weighted_mvae": {
        "objective": {"maximize": [{"elbo": {"from": "V", "to": "V", "likelihood_weight": "1/M_obs", "beta": "beta"}}]}
    },
}


def size(name: str) -> int:
    """How many views a test of a model has."""
    return 2 if name in EXACTLY_TWO else 3


def filled(batch: Batch, value: float) -> Batch:
    """The same rows with `value` in every missing entry."""
    views = {}
    for (name, tensor), there in zip(batch.views.items(), batch.mask.T, strict=True):
        views[name] = torch.where(there.reshape(-1, *[1] * (tensor.dim() - 1)), tensor, value)
    return replace(batch, views=views)


def numbers(found: Distribution) -> list[torch.Tensor]:
    """Everything that makes a distribution what it is."""
    parts = [found.mixture_distribution.probs] if isinstance(found, MixtureSameFamily) else []
    return [found.mean, *parts]


@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize("name", MASKABLE)
def test_garbage_leaves_no_trace_in_the_loss(name: str, optimize: bool) -> None:
    """NaN, infinity and 1e30 in missing entries change neither value nor gradient by a bit."""
    made = model(small(name, views_of(name, size(name))), optimize=optimize)
    masks = patterns(size(name))
    clean = filled(data(made.spec, len(masks), masks), 0.0)
    noise = noise_of(made, len(masks))
    loss = made.loss(clean, noise=noise)
    wanted = gradients(made, loss)
    assert loss.rows.isfinite().all()
    for value in GARBAGE:
        found = made.loss(filled(clean, value), noise=noise)
        assert torch.equal(found.rows, loss.rows)
        for parameter, gradient in gradients(made, found).items():
            assert torch.equal(gradient, wanted[parameter]), parameter


@pytest.mark.parametrize("name", [n for n in NAMES if n not in BATCHWISE])
def test_garbage_leaves_no_trace_in_answers(name: str) -> None:
    """Nor in encode, impute and log_likelihood."""
    count = size(name)
    made = model(small(name, views_of(name, count)))
    masks = patterns(count)
    masks = masks[masks[:, 0]] if name in FIRST else masks
    masks = masks[(masks.sum(1) == 1) | masks.all(1)] if name in UNMASKABLE else masks
    masks = masks[masks.sum(1) == 1] if name == "bi_vcca" else masks
    masks = masks[masks[:, 0]] if name in CONDITIONED else masks
    clean = filled(data(made.spec, len(masks), masks), 0.0)
    for value in GARBAGE:
        for one, other in pairwise([clean, filled(clean, value)]):
            for ask in (made.encode, made.impute):
                left, right = ask(one), ask(other)
                for latent in left:
                    for a, b in zip(numbers(left[latent]), numbers(right[latent]), strict=True):
                        assert a.isfinite().all()
                        assert torch.equal(a, b), (ask, latent)
            if name not in NO_LIKELIHOOD:
                first = made.log_likelihood(one, 4, generator=torch.Generator().manual_seed(0))
                second = made.log_likelihood(other, 4, generator=torch.Generator().manual_seed(0))
                assert first.isfinite().all()
                assert torch.equal(first, second)


def deleted(full: Model, kept: Sequence[str]) -> Model:
    """The model of the spec with the other views deleted, with the same parameters."""
    spec = full.spec
    small_model = Model(with_views(spec, kept)).double().eval()
    columns = [i for i, v in enumerate(spec.view_names) if v in kept]
    state = full.state_dict()
    wanted = small_model.state_dict()
    same = {n: state[n] if state[n].shape == t.shape else state[n][columns] for n, t in wanted.items()}
    small_model.load_state_dict(same)
    return small_model


def noise_for(full: Model, part: Model, rows: int, gone: frozenset[str]) -> tuple[Noise, Noise]:
    """Noise for both: a stream of the whole model has that of the stream it becomes without the deleted views."""

    def left(stream: Stream) -> Stream:
        parents = tuple(left(p) for p in stream.parents if p.views - gone or not p.views)
        return replace(stream, views=stream.views - gone, parents=parents)

    few, many = noise_of(part, rows, seed=5), noise_of(full, rows, seed=6)
    streams = {s: few.streams.get(left(s), own) for s, own in many.streams.items()}
    columns = [0, *(1 + i for i, v in enumerate(full.spec.view_names) if v not in gone)]
    many.sets[:, :, columns] = few.sets[: len(many.sets)] if len(few.sets) else many.sets[:, :, columns]
    return Noise(streams, many.sets), few


LAW = [n for n in MASKABLE if n not in FIRST]


@pytest.mark.parametrize("name", LAW)
@pytest.mark.parametrize("which", [0, -1])
def test_deletion_law(name: str, which: int) -> None:
    """The objective of data without a view is that of the spec without it, by both executors."""
    count = 2 if name in EXACTLY_TWO else 4 if name == "mvae_subsampled" else 3
    names = ("sound", "label", "image", "text")[:count]
    written: dict[str, object] = dict(COUNTED.get(name, {}))
    if name == "bi_vcca":
        routes = [{"elbo": {"from": [v], "to": "V", "beta": "beta", "weight": "mu"}} for v in names]
        written = {"objective": {"maximize": routes}}
    spec = small(name, names, **written)
    gone = names[which]
    kept = [v for v in names if v != gone]
    for optimize in (True, False):
        full = model(spec, optimize=optimize)
        part = deleted(full, kept)
        mask = torch.tensor([[v != gone for v in names]]).expand(5, -1)
        batch = filled(data(spec, 5, mask), float("nan"))
        less = Batch({v: batch.views[v] for v in kept}, torch.ones(5, len(kept), dtype=torch.bool))
        many, few = noise_for(full, part, 5, frozenset({gone}))
        masked, alone = full.loss(batch, noise=many), part.loss(less, noise=few)
        torch.testing.assert_close(masked.rows, alone.rows, rtol=1e-10, atol=1e-10)  # the order of sums differs
        assert masked.rows.abs().min() > 0
        left, right = gradients(full, masked), gradients(part, alone)
        for parameter, gradient in right.items():
            found = left[parameter]
            columns = [i for i, v in enumerate(names) if v != gone]
            found = found if found.shape == gradient.shape else found[columns]
            torch.testing.assert_close(found, gradient, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", ["mvtcae", "weighted_mvae"])
def test_deletion_law_needs_the_observed_count(name: str) -> None:
    """With M instead of M_obs the two differ: M is the number of views of the spec."""
    names = ("sound", "label", "image")
    full = model(small(name, names))
    part = deleted(full, names[:2])
    mask = torch.tensor([[True, True, False]])
    batch = data(full.spec, 1, mask)
    less = Batch({v: batch.views[v] for v in names[:2]}, mask[:, :2])
    many, few = noise_for(full, part, 1, frozenset({"image"}))
    assert (full.loss(batch, noise=many).rows - part.loss(less, noise=few).rows).abs().min() > 1e-3


@pytest.mark.parametrize("name", FIRST)
def test_a_model_of_the_first_view_says_nothing_without_it(name: str) -> None:
    """Its route does not apply: the row counts zero, and no posterior exists."""
    made = model(small(name, views_of(name, 2)))
    batch = data(made.spec, 2, torch.tensor([[False, True], [True, True]]))
    rows = made.loss(batch).rows
    assert rows[0] == 0
    assert rows[1] != 0
    with pytest.raises(UsageError, match="the objective trains encoders of sound only"):
        made.encode(batch)


@pytest.mark.parametrize("ask", ["loss", "encode", "impute", "log_likelihood"])
def test_a_datum_without_any_view_is_refused_by_name(ask: str) -> None:
    """By its id."""
    made = model(small("mopoe", views_of("mopoe", 2)))
    batch = data(made.spec, 3, torch.tensor([[True, False], [False, False], [True, True]]))
    with pytest.raises(DataError, match="rows without any view: p7"):
        getattr(made, ask)(replace(batch, ids=("p6", "p7", "p8")))


def test_a_datum_without_any_view_is_skipped_on_request() -> None:
    """With a warning that counts, and the rest as it was."""
    made = model(small("mvae", views_of("mvae", 2)))
    whole = data(made.spec, 4)
    views = {n: v.clone() for n, v in whole.views.items()}
    for view in views.values():
        view[[1, 3]] = torch.nan
    with double(), pytest.warns(DataWarning, match="2 of 4 rows have no view and are skipped"):
        kept = checked(made.spec, views, on_empty="skip")
    assert torch.equal(kept.mask, torch.ones(2, 2, dtype=torch.bool))
    noise = noise_of(made, 4)
    index = torch.tensor([0, 2])
    rows = made.loss(kept, noise=noise.rows(index)).rows
    torch.testing.assert_close(rows, made.loss(whole, noise=noise).rows[index], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("optimize", [True, False])
def test_a_joint_network_needs_every_view(optimize: bool) -> None:
    """The error names the row and offers models that are defined for any subset; one view alone can be encoded."""
    made = model(small("jmvae", views_of("jmvae", 3)), optimize=optimize)
    batch = data(made.spec, 3, torch.tensor([[True, True, True], [True, False, True], [True, True, True]]))
    with pytest.raises(DataError, match=r"needs every view, and row 1 lacks one[\s\S]*fuse: poe") as caught:
        made.loss(batch)
    assert [p.code for p in caught.value.problems] == ["MVG510"]
    complete = data(made.spec, 3)
    view = made.spec.view_names[1]
    single = made.encode(complete, given=[view])["z"]
    expert = made.networks.experts[f"z({view})"](complete.views[view])
    assert torch.equal(single.mean, expert["loc"])
    assert not torch.equal(made.encode(complete)["z"].mean, single.mean)
    with pytest.raises(UsageError, match="give one view"):
        made.encode(complete, given=list(made.spec.view_names[:2]))


@pytest.mark.parametrize(("name", "parts"), [("mmvae", lambda n: n), ("mopoe", lambda n: 2**n - 1)])
def test_mixture_weights_renormalise(name: str, parts: object) -> None:
    """Each row's weights are equal over what it has, and zero elsewhere; a row of one view has one posterior."""
    assert callable(parts)
    made = model(small(name, views_of(name, 3)))
    masks = patterns(3)
    batch = data(made.spec, len(masks), masks)
    found = made.encode(batch)["z"]
    assert isinstance(found, MixtureSameFamily)
    for row, mask in enumerate(masks):
        probs = found.mixture_distribution.probs[row]
        wanted = parts(int(mask.sum()))
        torch.testing.assert_close(probs.sort(descending=True)[0][:wanted], torch.full((wanted,), 1 / wanted).double())
        assert probs.count_nonzero() == wanted
        alone = made.encode(batch.rows(torch.tensor([row])))["z"]
        torch.testing.assert_close(alone.mean[0], found.mean[row], rtol=1e-12, atol=1e-12)
