"""Log-likelihood over data: means, errors, patterns of missing views, and where there is none."""

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.evaluation import answering, estimate_likelihood

from .standins import NOISE, Gaussian, gaussian_rows


def scipy_logs(data, columns):
    x = torch.cat([data.views[v] for v in columns], 1).numpy()
    covariance = np.ones((len(columns), len(columns))) + NOISE**2 * np.eye(len(columns))
    return multivariate_normal(np.zeros(len(columns)), covariance).logpdf(x)


def test_the_mean_and_its_standard_error():
    data = gaussian_rows(50)
    found = estimate_likelihood(Gaussian(), data).complete
    logs = scipy_logs(data, "ab")
    assert found.rows == 50
    assert found.mean == pytest.approx(logs.mean(), rel=1e-12)
    assert found.error == pytest.approx(logs.std(ddof=1) / np.sqrt(50), rel=1e-12)


def test_a_short_last_chunk_weighs_no_more_than_its_rows(monkeypatch):
    data, model = gaussian_rows(50), Gaussian()
    monkeypatch.setattr(answering, "NUMBERS", 2 * 200 * 16)  # 16 rows of 2 numbers and 200 samples
    found = estimate_likelihood(model, data)
    assert model.chunks == [16, 16, 16, 2]
    assert found.complete.mean == pytest.approx(scipy_logs(data, "ab").mean(), rel=1e-12)


def test_rows_are_apart_by_their_number_of_views_and_garbage_is_not_read():
    data = gaussian_rows(40)
    mask = data.mask.clone()
    mask[:25, 1] = False
    broken = {"a": data.views["a"], "b": torch.where(mask[:, 1:], data.views["b"], torch.nan)}
    mask[39] = False  # no view at all: left out
    found = estimate_likelihood(Gaussian(), Batch(broken, mask))
    assert {n: e.rows for n, e in found.by_size.items()} == {1: 25, 2: 14}
    assert found.by_size[1].mean == pytest.approx(scipy_logs(data, "a")[:25].mean(), rel=1e-12)
    assert found.by_size[2].mean == pytest.approx(scipy_logs(data, "ab")[25:39].mean(), rel=1e-12)
    assert "1 of 2 views" in str(found)


def test_it_says_where_there_is_no_density():
    with pytest.raises(UsageError, match="'mse', which has no density"):
        estimate_likelihood(Gaussian("mse"), gaussian_rows(3))


def test_no_rows_is_no_estimate():
    data = gaussian_rows(3)
    with pytest.raises(UsageError, match="no rows"):
        estimate_likelihood(Gaussian(), Batch(data.views, torch.zeros_like(data.mask)))
