"""Imputation error against sums written out by hand."""

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Poisson

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.evaluation import Score, measure_imputation
from mvgraph.evaluation.losses import losses
from mvgraph.vocab.family import Family

from .standins import CLASSES, Gaussian, Partial, Random, class_rows, gaussian_rows


def test_errors_of_the_model_and_of_the_mean_imputer():
    train, valid = gaussian_rows(30), gaussian_rows(20, seed=1)
    found = measure_imputation(Gaussian(), train, valid).of("b", "a", "mse")
    a, b = (valid.views[v][:, 0].numpy() for v in "ab")
    by_model = np.mean((b - a / (1 + 0.25)) ** 2)  # E[b | a] = a / (1 + s²)
    by_mean = np.mean((b - train.views["b"].numpy().mean()) ** 2)
    assert (found.value, found.baseline) == pytest.approx((by_model, by_mean), rel=1e-12)
    assert found.ratio == pytest.approx(by_model / by_mean)
    assert found.ratio < 0.9
    assert found.rows == 20


def test_two_views_have_no_all_others():
    found = measure_imputation(Gaussian(), gaussian_rows(5), gaussian_rows(5))
    assert {(s.view, s.source) for s in found.scores} == {("a", "b"), ("b", "a")}


def test_only_rows_with_target_and_evidence_count():
    train, valid = gaussian_rows(30), gaussian_rows(20, seed=1)
    for data in (train, valid):
        data.mask[:8, 0] = False
        data.views["a"][:8] = torch.nan
        data.mask[15:18, 1] = False
        data.views["b"][15:18] = torch.nan
    found = measure_imputation(Gaussian(), train, valid).of("b", "a", "mse")
    rows = [*range(8, 15), 18, 19]
    known = [*range(15), *range(18, 30)]
    b = valid.views["b"][rows, 0].numpy()
    assert found.rows == len(rows)
    assert found.baseline == pytest.approx(np.mean((b - train.views["b"][known, 0].numpy().mean()) ** 2))
    assert found.value == pytest.approx(np.mean((b - valid.views["a"][rows, 0].numpy() / 1.25) ** 2))


def test_classes_are_counted_and_scored():
    train, valid = class_rows(100), class_rows(1000, seed=1)
    found = measure_imputation(Random(), train, valid)
    errors, log_loss = found.of("label", "a", "errors"), found.of("label", "a", "log loss")
    assert errors.value == pytest.approx(1 - 1 / CLASSES, abs=4.5 * (0.1875 / 1000) ** 0.5)
    share = train.views["label"].numpy().mean(0)
    truth = valid.views["label"].numpy().argmax(1)
    assert errors.baseline == pytest.approx(np.mean(truth != share.argmax()))
    assert log_loss.baseline == pytest.approx(-np.mean(np.log(share[truth])))


def test_counts_have_a_squared_error_and_a_log_loss():
    truth = torch.tensor([[3.0, 0.0]])
    answer = Independent(Poisson(torch.tensor([[2.0, 1.0]])), 1)
    found = losses(Family.read("poisson"), truth, answer, torch.tensor([4.0, 4.0]))
    assert found["mse"].tolist() == [[1.0, 8.5]]  # ((3-2)² + (0-1)²)/2 and ((3-4)² + (0-4)²)/2
    of_rates = -(3 * np.log(2) - 2 - np.log(6)) + 1, -(3 * np.log(4) - 4 - np.log(6)) + 4
    assert found["log loss"][0].tolist() == pytest.approx(of_rates)


def test_a_text_counts_by_letter():
    truth = torch.eye(3)[torch.tensor([[0, 1, 2, 0]])]
    guess = torch.eye(3)[torch.tensor([[0, 1, 0, 1]])] * 0.7 + 0.1
    answer = Independent(torch.distributions.OneHotCategorical(guess), 1)
    found = losses(Family.read("categorical"), truth, answer, torch.full((4, 3), 1 / 3))
    assert found["errors"][0, 0].item() == 0.5
    assert found["log loss"][0].tolist() == pytest.approx([-2 * np.log(0.8) - 2 * np.log(0.1), 4 * np.log(3)])


def test_evidence_without_posterior_is_left_out_with_its_reason():
    found = measure_imputation(Partial(), class_rows(20), class_rows(20, seed=1))
    assert {s.source for s in found.scores} == {"a"}
    assert any("given b" in why for why in found.undefined.values())


def test_nothing_to_impute_from():
    data = gaussian_rows(4)
    alone = Batch(data.views, torch.tensor([[True, False]] * 4))
    with pytest.raises(UsageError, match="two views or more, seen in the same rows"):
        measure_imputation(Gaussian(), data, alone)


def test_a_score_that_is_not_there():
    with pytest.raises(UsageError, match="no mse of 'z' imputed from a"):
        measure_imputation(Gaussian(), gaussian_rows(4), gaussian_rows(4)).of("z", "a", "mse")


def test_a_constant_view_has_a_ratio():
    assert Score("a", "b", "mse", 0.0, 0.0, 3).ratio == 1.0
    assert Score("a", "b", "mse", 0.5, 0.0, 3).ratio == float("inf")
