"""Sparse multi-channel VAE: one log alpha for all experts, entries dropped after fitting, what a dropped entry is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import mvgraph as mg
from mvgraph.graph.checks import check
from mvgraph.module.model import Model
from mvgraph.objective.keys import Ref
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

Z = Ref("z")
SIZE = 6


def synthetic(true: int, entries: int, views: int, rows: int, seed: int) -> dict[str, Any]:
    """The data of the paper: x_m = G_m z + noise, rows of G_m of length one (Antelmi et al. 2019, section 3.1).

    G_m comes from a random matrix with orthonormal columns; the noise has a tenth of the signal's variance.
    """
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(rows, true))
    found = {}
    for view in range(views):
        columns, _ = np.linalg.qr(rng.uniform(-1, 1, (entries, true)))
        maps = columns / np.linalg.norm(columns, axis=1, keepdims=True)
        found[f"x{view}"] = (z @ maps.T + rng.normal(size=(rows, entries)) / 10**0.5).astype("float32")
    return found


def sparse(dim: int, views: int = 2, entries: int = 4, **overrides: Any) -> Spec:
    """The reference spec with few entries."""
    named = {f"x{m}": {"shape": [entries]} for m in range(views)}
    return load("sparse_mcvae", views=named, sets=[f"p.z.dim={dim}"], **overrides)


def with_log_alpha(log_alpha: list[float], views: int = 2) -> Model:
    """A model whose entries have these log alphas."""
    model = mg.compile(sparse(len(log_alpha), views), seed=0)
    with torch.no_grad():
        model.networks.expert(Z, "x0").free["log_alpha"].copy_(torch.tensor(log_alpha))
    return model


def rows(count: int = SIZE, views: int = 2) -> dict[str, Tensor]:
    """Random data."""
    generator = torch.Generator().manual_seed(3)
    return {f"x{m}": torch.randn(count, 4, generator=generator) for m in range(views)}


@pytest.mark.parametrize(("true", "dim", "entries", "views", "seed"), [(2, 4, 4, 2, 0), (1, 3, 3, 2, 1)])
def test_pruning_finds_the_true_dimension(true: int, dim: int, entries: int, views: int, seed: int) -> None:
    """On the synthetic data of its paper, from more entries than there are latent directions."""
    spec = sparse(dim, views, entries, training={"optimizer": {"adam": {"lr": 0.1}}})
    run = mg.fit(
        mg.compile(spec, seed=seed),
        synthetic(true, entries, views, 200, seed),
        fraction=0,
        epochs=200,
        seed=seed,
        progress=False,
    )
    (outcome,) = run.after
    rates = np.array(outcome.facts["z"]["dropout"])
    assert len(outcome.facts["z"]["kept"]) == true
    assert np.sort(rates)[true - 1] < 0.1  # apart, on both sides of 0.2
    assert np.sort(rates)[true] > 0.6
    assert f"{true} of {dim} entries of z are kept" in outcome.text


def test_all_experts_share_one_log_alpha() -> None:
    """One parameter, with one name; every view's terms reach it, and the KL is one number for all rows and views."""
    model = with_log_alpha([0.5, -1.0, 2.0], views=3)
    owners = [e.free["log_alpha"] for e in model.networks.experts_of("z")["z"]]
    assert len(owners) == 3
    assert all(o is owners[0] for o in owners)
    assert [n for n, _ in model.named_parameters() if "log_alpha" in n] == ["networks.tied.z().log_alpha"]
    loss = model.loss(rows(views=3))
    divergences = [v for line, v in loss.terms.items() if "KL" in line]
    assert len(divergences) == 3
    torch.testing.assert_close(torch.stack(divergences), divergences[0].expand(3), rtol=1e-5, atol=0)
    alone = [torch.autograd.grad(v, owners[0], retain_graph=True)[0] for v in loss.terms.values()]
    assert all(bool((g != 0).all()) for g in alone)


def test_log_alpha_is_brought_back_between_its_bounds() -> None:
    """After a step, not inside the formula, so that an entry can come back from a bound."""
    model = with_log_alpha([20.0, -20.0, 1.0])
    model.project()
    assert model.networks.expert(Z, "x1").free["log_alpha"].tolist() == [8.0, -8.0, 1.0]


def pruned(log_alpha: list[float]) -> Model:
    """A model after its hook."""
    model = with_log_alpha(log_alpha)
    (hook,) = model.spec.training.after
    hook.apply(model, None)  # type: ignore[arg-type]
    return model.eval()


LOG_ALPHA = [-3.0, 2.0, -1.5, 8.0]  # dropout rates 0.05, 0.88, 0.18, 1.00


@pytest.mark.parametrize("given", [["x0"], ["x1"], ["x0", "x1"]])
def test_a_dropped_entry_is_zero_for_every_evidence(given: list[str]) -> None:
    """In encodings, their draws, and what decoders read; the others are as they were."""
    before, after, data = with_log_alpha(LOG_ALPHA).eval(), pruned(LOG_ALPHA), rows()
    old, new = (m.encode(data, given=given)["z"] for m in (before, after))
    assert new.mean[:, [1, 3]].abs().max() == 0
    assert float(new.sample((100,))[..., [1, 3]].abs().max()) < 1e-5
    for moment in ("mean", "stddev"):
        torch.testing.assert_close(getattr(new, moment)[:, [0, 2]], getattr(old, moment)[:, [0, 2]])
    z = old.mean.clone()
    z[:, [1, 3]] = 0
    for view, answer in after.impute(data, given=given, plug_in=True).items():
        torch.testing.assert_close(answer.mean, after.networks.decode(view, z)["loc"])
        assert not torch.allclose(answer.mean, before.impute(data, given=given, plug_in=True)[view].mean, atol=1e-3)


def test_the_hook_says_what_it_kept_and_may_run_twice() -> None:
    """It starts from the rates, whatever it did before."""
    model = pruned(LOG_ALPHA)
    (hook,) = model.spec.training.after
    outcome = hook.apply(model, None)  # type: ignore[arg-type]
    assert outcome.text == (
        "2 of 4 entries of z are kept: 0, 2 (counted from 0); the others had dropout rates above 0.2"
    )
    assert outcome.facts["z"]["kept"] == [0, 2]
    assert outcome.facts["z"]["dropout"] == pytest.approx([0.047426, 0.880797, 0.182426, 0.999665])
    with torch.no_grad():
        model.networks.expert(Z, "x0").free["log_alpha"].copy_(torch.tensor([-9.0, -9.0, 9.0, 9.0]))
    assert hook.apply(model, None).facts["z"]["kept"] == [0, 1]  # type: ignore[arg-type]


def test_pruning_is_kept_with_the_run(tmp_path: Path) -> None:
    """Reading the folder gives the pruned model; going on with the run starts from the unpruned one."""
    spec, data = sparse(3), {n: v.numpy() for n, v in rows(20).items()}
    run = mg.fit(mg.compile(spec, seed=0), data, epochs=2, fraction=0, out=tmp_path / "run", progress=False)
    again = mg.Run.load(tmp_path / "run")
    assert again.after == run.after
    assert run.after[0].facts["z"]["kept"] == []
    assert "0 of 3 entries of z are kept: train longer, or raise above; the others" in run.after[0].text
    for model in (run.model, again.model):
        assert float(model.encode(rows())["z"].mean.abs().max()) == 0
    options: dict[str, Any] = {"epochs": 4, "fraction": 0, "progress": False}
    longer = mg.fit(mg.compile(spec, seed=0), data, out=tmp_path / "run", resume=True, **options)
    whole = mg.fit(mg.compile(spec, seed=0), data, **options)
    assert longer.metrics[-1]["train total"] == whole.metrics[-1]["train total"]


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        (["training.after=[{prune_entries: {of: y}}]"], "there is no latent 'y'"),
        (["q.z.expert=normal"], "the experts of 'z' are 'normal', whose entries have no dropout rates"),
        (["p.z.latent=normal"], "under the prior 'normal' a 0 in 'z' is a value like any other"),
    ],
)
def test_pruning_without_meaning_is_refused(sets: list[str], message: str) -> None:
    """By the spec's check."""
    found = [p for p in check(load("sparse_mcvae", sets=sets)) if p.severity == "error"]
    assert [(p.code, p.message) for p in found] == [("MVG340", message)]
    assert found[0].remedy
