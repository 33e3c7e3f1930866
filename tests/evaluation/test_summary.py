"""The report that ends a training."""

import json

import torch

from mvgraph.evaluation import report

from .standins import Gaussian, Partial, Perfect, Random, class_rows, gaussian_rows

FILES = ["evaluation.json", "imputations.png", "reconstructions.png"]


def files(folder):
    return sorted(p.name for p in folder.iterdir())


def test_everything_is_judged_written_and_said(tmp_path):
    found = report(Perfect(), class_rows(60), class_rows(40, seed=1), tmp_path, columns=2)
    assert files(tmp_path) == FILES
    assert all((tmp_path / f).read_bytes().startswith(b"\x89PNG") for f in FILES[1:])
    numbers = json.loads((tmp_path / "evaluation.json").read_text())
    assert numbers["coherence"]["to_views"] == {"a": 1.0, "b": 1.0}
    assert numbers["log_likelihood"]["by_size"]["3"]["mean"] == 0.0
    assert not numbers["omitted"]
    text = str(found)
    for part in ("joint log-likelihood", "cross-view coherence", "all others", str(tmp_path / "evaluation.json")):
        assert part in text
    assert max(map(len, text.splitlines())) < 160


def test_what_is_not_defined_is_left_out_with_a_reason(tmp_path):
    found = report(Partial(), class_rows(60), class_rows(40, seed=1), tmp_path, columns=2)
    assert found.likelihood is None
    assert found.omitted["joint log-likelihood"] == "log p(X) is not defined"
    assert "left out" in str(found)
    assert files(tmp_path) == FILES


def test_no_class_view_and_no_density(tmp_path):
    found = report(Gaussian("mse"), gaussian_rows(10), gaussian_rows(10, seed=1), tmp_path, columns=2)
    assert set(found.omitted) == {"joint log-likelihood", "coherence"}
    assert found.imputation is not None


def test_the_same_seed_gives_the_same_numbers_and_the_global_state_is_left_alone(tmp_path):
    train, valid = class_rows(60), class_rows(40, seed=1)
    state = torch.random.get_rng_state()
    for name in ("one", "two"):
        report(Random(), train, valid, tmp_path / name, seed=3, columns=1)
    assert torch.equal(state, torch.random.get_rng_state())
    one, two = ((tmp_path / name / "evaluation.json").read_bytes() for name in ("one", "two"))
    assert one == two


def test_rows_are_bounded(tmp_path):
    model = Gaussian()
    report(model, gaussian_rows(10), gaussian_rows(100, seed=1), tmp_path, rows=7, columns=2)
    assert max(model.chunks) == 7


def test_one_row_and_numbers_that_are_not_finite(tmp_path):
    found = report(Gaussian(), gaussian_rows(5), gaussian_rows(1, seed=1), tmp_path, columns=2)
    assert json.loads((tmp_path / "evaluation.json").read_text())["log_likelihood"]["by_size"]["2"]["error"] is None
    assert "1 rows" not in str(found)
