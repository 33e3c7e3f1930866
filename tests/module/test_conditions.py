"""Views that are conditioned on: always there, never scored; answers are given them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import mvgraph as mg
from mvgraph.data.batch import Batch
from mvgraph.errors import DataError, UsageError
from mvgraph.evaluation import report
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise
from mvgraph.spec.reading import load

from .models import NETWORK, VIEWS, agree, data, model, noise_of, patterns, with_views

NAMES = ("touch", "image", "sound")
WRITTEN = {v: {**VIEWS[v], "encoder": NETWORK, "decoder": NETWORK} for v in NAMES}


def product(mixture: str = "none") -> Model:
    """p(image, sound | touch) with a product of experts, so that an image or a sound may be missing."""
    spec = {
        "name": "given",
        "views": WRITTEN,
        "p": {
            "w": {"condition": True, "view": "touch"},
            "z": {"latent": "normal", "dim": 3, "given": ["w"], "network": NETWORK},
            "h": {"latent": "normal", "dim": 2, "plate": "view", "given": ["w"], "network": NETWORK},
            "x": {"observed": True, "plate": "view", "given": ["z", "h", "w"]},
        },
        "q": {"mixture": mixture, "z": {"expert": "normal", "fuse": "poe"}, "h": {"expert": "normal"}},
        "objective": {"maximize": [{"elbo": {"for": {"S": "full+singles"}, "from": "S", "to": "V"}}]},
    }
    return model(load(spec))


def masks() -> torch.Tensor:
    """Every pattern that has the condition."""
    return patterns(3)[patterns(3)[:, 0]]


@pytest.mark.parametrize("mixture", ["none", "singles", "subsets"])
def test_the_executors_agree_under_every_mask(mixture: str) -> None:
    made = product(mixture)
    agree(made, data(made.spec, 4, masks()))


def test_deleting_a_scored_view_is_masking_it() -> None:
    made = product()
    mask = torch.tensor([[True, True, False]] * 3)
    batch, noise = data(made.spec, 3, mask), noise_of(made, 3)
    less = Model(with_views(made.spec, ["touch", "image"])).double().eval()
    less.load_state_dict({k: v for k, v in made.state_dict().items() if k in less.state_dict()})
    kept = Batch({v: batch.views[v] for v in ("touch", "image")}, mask[:, :2])
    known = {str(s): n for s, n in noise.streams.items()}
    streams = {}
    for s in less.plan.streams:
        wide = str(s).replace("(image,touch)", "(image,sound,touch)")
        streams[s] = known[wide]
    rows = less.loss(kept, noise=Noise(streams, noise.sets[..., :3])).rows
    torch.testing.assert_close(made.loss(batch, noise=noise).rows, rows, rtol=1e-10, atol=1e-12)


def test_rows_without_it_are_refused() -> None:
    made = product()
    batch = data(made.spec, 3, torch.tensor([[True, True, True], [False, True, True], [True, False, True]]))
    for ask in (made.loss, made.encode, made.impute, made.log_likelihood):
        with pytest.raises(DataError, match="conditioned on 'w', the view 'touch', and it is missing in rows: 1"):
            ask(batch)


def test_evidence_always_has_it() -> None:
    """Naming the evidence does not take away what is conditioned on."""
    made = product()
    batch = data(made.spec, 4)
    first, second = (made.encode(batch, given)["z"].mean for given in (["image"], ["touch", "image"]))
    torch.testing.assert_close(first, second, rtol=0, atol=0)


def test_rows_that_know_nothing_else_are_drawn_from_the_prior() -> None:
    made = product()
    batch = data(made.spec, 4, torch.tensor([[True, False, False], [True, True, False]] * 2))
    found = made.encode(batch)["z"].mean
    prior = made.networks.priors["z()"](batch.views["touch"])["loc"]
    torch.testing.assert_close(found[::2], prior[::2], rtol=1e-12, atol=1e-12)
    assert not torch.allclose(found[1::2], prior[1::2])
    assert sorted(made.impute(batch)) == ["image", "sound"]
    assert made.log_likelihood(batch, 5).isfinite().all()


def test_generate_needs_it() -> None:
    made = product()
    with pytest.raises(UsageError, match=r"conditioned on touch: give rows of it, e.g. model.generate\(10, "):
        made.generate(3)
    rows = data(made.spec, 2).views["touch"]
    found = made.generate(3, {"touch": rows})
    assert {v: t.shape for v, t in found.items()} == {"image": (6, 2, 2), "sound": (6, 3)}


def test_nothing_is_given_to_a_model_without_conditions() -> None:
    made = Model(load("mvae", views=WRITTEN))
    with pytest.raises(UsageError, match="conditioned on nothing"):
        made.generate(3, data(made.spec, 1))


def test_it_is_not_imputed() -> None:
    made = product()
    with pytest.raises(UsageError, match="'touch' is conditioned on"):
        made.impute(data(made.spec, 2), views=["touch"])


def test_what_is_imputed_from_it_has_a_column(tmp_path: Path) -> None:
    """It is no row of the table of imputation errors, and a column of it."""
    found = report(product(), data(product().spec, 12), data(product().spec, 6, seed=3), tmp_path, samples=3, columns=2)
    table = str(found).split("imputed from\n")[1].splitlines()
    assert table[0].split() == ["image", "sound", "touch", "all", "others"]
    assert all(not line.strip().startswith("touch") for line in table[1:3])


def test_its_likelihood_is_not_needed() -> None:
    """A likelihood only says how its values are read: class numbers of a categorical become one-hot rows."""
    views = {**WRITTEN, "touch": {"shape": [2]}}
    made = Model(load("cvae", views=views))
    assert made.loss(data(load("cvae", views=WRITTEN), 3)).rows.isfinite().all()
    label = {"touch": {"shape": [4], "likelihood": "categorical"}, "image": WRITTEN["image"]}
    made = Model(load("cvae", views=label))
    assert made.generate(2, {"touch": torch.tensor([1, 3])})["image"].shape == (4, 2, 2)


def counted(**objective: object) -> dict[str, object]:
    """Two views given an age."""
    scored = {"shape": [2], "likelihood": "normal", "encoder": "linear", "decoder": "linear"}
    return {
        "name": "counted",
        "views": {"a": scored, "b": scored, "age": {"shape": [2]}},
        "p": {
            "c": {"condition": True, "view": "age"},
            "z": {"latent": "normal", "dim": 2},
            "x": {"observed": True, "plate": "view", "given": ["z", "c"]},
        },
        "q": {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "always"}},
        "objective": objective,
    }


BY_HAND = {
    "M": ({"from": ["a", "b"], "to": "V", "beta": "M"}, [{"from": ["a", "b"], "to": "V", "beta": 2}]),
    "each view": (
        {"from": ["m"], "to": "V", "for": {"m": "V"}, "combine": "mean"},
        [{"from": [v], "to": "V", "weight": "1/2"} for v in ("a", "b")],
    ),
    "all sets": (
        {"from": "S", "to": "V", "for": {"S": "subsets"}, "weight": "1/size(S)"},
        [
            {"from": ["a"], "to": "V"},
            {"from": ["b"], "to": "V"},
            {"from": ["a", "b"], "to": "V", "weight": "1/2"},
        ],
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize("optimize", [True, False])
def test_a_condition_is_in_no_set_and_not_counted(name: str, optimize: bool) -> None:
    """M, `for: {m: V}` and `subsets` are about the views that are explained."""
    short, long = BY_HAND[name]
    rows = {v: torch.randn(5, 2, generator=torch.Generator().manual_seed(i)) for i, v in enumerate(("a", "b", "age"))}
    losses = []
    for routes in ([short], long):
        spec = mg.load(counted(maximize=[{"elbo": route} for route in routes]))
        assert not [p for p in mg.check(spec) if p.severity == "error"]
        model = mg.compile(spec, seed=0, optimize=optimize)
        noise = model.draw_noise(5, torch.Generator().manual_seed(0))
        for draw in noise.streams.values():
            draw.zero_()
        losses.append(model.loss(rows, noise=noise).rows)
    torch.testing.assert_close(*losses)


def test_observed_views_are_counted_without_the_condition() -> None:
    """M_obs of a row that has a alone is 1, and its KL has that weight."""
    given = {"from": ["a", "b"], "to": "V"}
    rows = {"a": torch.ones(2, 2), "b": torch.tensor([[1.0, 1.0], [torch.nan, torch.nan]]), "age": torch.ones(2, 2)}
    models = [mg.compile(counted(maximize=[{"elbo": given | {"beta": beta}}]), seed=0) for beta in ("M_obs", "1", "2")]
    noises = [m.draw_noise(2, torch.Generator().manual_seed(0)) for m in models]
    observed, one, two = (m.loss(rows, noise=n).rows for m, n in zip(models, noises, strict=True))
    torch.testing.assert_close(observed, torch.stack([two[0], one[1]]))
