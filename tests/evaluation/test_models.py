"""Compiled models, untrained: whatever they define is reported, and the rest is left out with a reason."""

import pytest
import torch

from mvgraph.data.batch import Batch
from mvgraph.evaluation import report
from mvgraph.module.model import Model
from mvgraph.spec.reading import load

VIEWS = {"a": {"shape": [6]}, "label": {"shape": [3], "likelihood": "categorical"}}
SMALL = {"encoder": {"mlp": {"hidden": [4]}}, "decoder": {"mlp": {"hidden": [4]}}}


def rows(count, seed):
    draw = torch.Generator().manual_seed(seed)
    label = torch.eye(3)[torch.randint(3, (count,), generator=draw)]
    return Batch({"a": torch.rand(count, 6, generator=draw), "label": label}, torch.ones(count, 2, dtype=torch.bool))


@pytest.mark.parametrize(
    ("name", "omitted"),
    [
        ("ae", {"joint log-likelihood", "coverage of a"}),
        ("dvcca", {"views from label", "a from label"}),
        ("jmvae", set()),
        ("mmvae_plus", set()),
        ("mopoe", set()),
    ],
)
def test_a_compiled_model(name, omitted, tmp_path):
    model = Model(load(name, views=VIEWS, view_defaults=SMALL))
    found = report(model, rows(30, 0), rows(12, 1), tmp_path, samples=6, columns=2)
    assert set(found.omitted) == omitted
    assert (found.likelihood is None) == (name == "ae")
    assert found.coherence is not None
    assert found.imputation is not None
    assert name != "dvcca" or {s.source for s in found.imputation.scores} == {"a"}
