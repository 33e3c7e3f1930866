"""CMVAE finds the clusters of a synthetic mixture, and prunes its prior to their number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score

from mvgraph.module.model import Model, compile  # noqa: A004 - the public verb
from mvgraph.objective.keys import Ref
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.training.fitting import fit
from mvgraph.training.run import Run
from mvgraph.vocab.mixed import LOGITS

CLUSTERS, COMPONENTS, ROWS = 3, 6, 400
NETWORK = {"mlp": {"hidden": [16]}}
SIZES = {"a": 6, "b": 5}


def rows() -> tuple[dict[str, Any], Any]:
    """Two linear views of a mixture of three normals in the plane, with noise of their own; and the labels."""
    generator = np.random.default_rng(0)
    angles = 2 * np.pi * np.arange(CLUSTERS) / CLUSTERS
    labels = generator.integers(CLUSTERS, size=ROWS)
    hidden = 6 * np.stack([np.cos(angles), np.sin(angles)], -1)[labels] + 0.6 * generator.normal(size=(ROWS, 2))
    found = {}
    for view, size in SIZES.items():
        private = generator.normal(size=(ROWS, 1)) @ generator.normal(size=(1, size))
        value = hidden @ generator.normal(size=(2, size)) + 0.3 * private + 0.1 * generator.normal(size=(ROWS, size))
        found[view] = ((value - value.mean(0)) / value.std(0)).astype(np.float32)
    return found, labels


def small() -> Spec:
    """CMVAE with six components over small latents."""
    view = {"likelihood": {"normal": {"scale": 0.3}}, "encoder": NETWORK, "decoder": NETWORK}
    views = {name: {**view, "shape": [size]} for name, size in SIZES.items()}
    nodes = {"c": {"discrete": COMPONENTS}, "z": {"dim": 2}, "h": {"dim": 1}}
    training = {"optimizer": {"adam": {"lr": 0.01}}, "batch_size": 100}
    return load({"extends": "cmvae", "name": "small", "views": views, "p": nodes, "training": training}, beta=1)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A trained one."""
    options: dict[str, Any] = {"fraction": 0.0, "epochs": 40, "progress": False, "accelerator": "cpu"}
    return fit(compile(small(), seed=0), rows()[0], out=tmp_path_factory.mktemp("runs") / "cmvae", **options)


def kept(model: Model) -> list[int]:
    """The components that have some probability."""
    return model.networks.prior(Ref("z"))[LOGITS].isfinite().nonzero().flatten().tolist()


def test_it_prunes_to_the_number_of_clusters(run: Run) -> None:
    (outcome,) = run.after
    assert outcome.word == "prune_components"
    assert len(outcome.facts["kept"]) == CLUSTERS
    assert outcome.text.startswith(f"{CLUSTERS} of {COMPONENTS} components of c are kept")
    assert outcome.facts["counts"] == list(range(COMPONENTS, 0, -1))
    assert min(outcome.facts["score"]) == outcome.facts["score"][COMPONENTS - CLUSTERS]
    assert kept(run.model) == outcome.facts["kept"]


def test_its_clusters_are_those_of_the_data(run: Run) -> None:
    data, labels = rows()
    both = run.model.responsibilities(data)["c"]
    torch.testing.assert_close(both.sum(1), torch.ones(ROWS))
    assert adjusted_rand_score(labels, both.argmax(1).numpy()) > 0.95
    for view, value in data.items():
        alone = run.model.responsibilities({view: value})["c"].argmax(1).numpy()
        assert adjusted_rand_score(labels, alone) > 0.95


def test_a_run_remembers_what_was_pruned(run: Run) -> None:
    assert run.folder is not None
    again = Run.load(run.folder)
    assert again.after == run.after
    assert kept(again.model) == kept(run.model)


def test_new_data_come_from_what_was_kept(run: Run) -> None:
    params = run.model.networks.prior(Ref("z"))
    family = run.model.spec.latent("z").family
    noise = family.noise((500, 2), torch.Generator().manual_seed(0), params["loc"])
    nearest = torch.cdist(family.rsample(params, noise), params["loc"][kept(run.model)]).argmin(1)
    assert len(nearest.unique()) == CLUSTERS
    assert {v: x.shape for v, x in run.model.generate(3).items()} == {v: (3, n) for v, n in SIZES.items()}


def test_the_hook_may_run_twice(run: Run) -> None:
    hook = run.model.spec.training.after[0]
    data: Any = run.model._batch(rows()[0])
    assert hook.apply(run.model, data) == run.after[0]
