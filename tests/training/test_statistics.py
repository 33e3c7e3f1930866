"""Training with a statistic of the batch: correlations rise, no batch is too small, none are put together."""

from __future__ import annotations

import pytest
import torch

from mvgraph.errors import UsageError
from mvgraph.spec.reading import load
from mvgraph.training.cutting import cuts
from mvgraph.training.fitting import fit

from .models import VIEW, Watched


def made(**training: object) -> Watched:
    """DCCAE with small networks."""
    torch.manual_seed(0)
    optimizer = {"adam": {"lr": 1e-2}}
    spec = load(
        "dccae",
        sets=["p.z.dim=2"],
        views={"a": {**VIEW, "likelihood": "mse"}, "b": {**VIEW, "likelihood": "mse"}},
        training={"optimizer": optimizer, "batch_size": 50, **training},
    )
    return Watched(spec)


def data(rows: int) -> dict[str, torch.Tensor]:
    """Two views of two hidden directions, under noise."""
    generator = torch.Generator().manual_seed(1)
    hidden = torch.randn(rows, 2, generator=generator)
    mixing = torch.randn(2, 2, 3, generator=generator)
    noise = 0.3 * torch.randn(2, rows, 3, generator=generator)
    return {n: torch.tanh(hidden @ mixing[i]) + noise[i] for i, n in enumerate("ab")}


def test_the_correlations_rise() -> None:
    model = made()
    run = fit(model, data(130), epochs=20, seed=0)
    (name,) = (n for n in run.metrics[0] if "STAT_cca" in n and n.startswith("train"))
    assert run.metrics[-1][name] > run.metrics[0][name] + 0.1
    assert run.metrics[-1][name] < 2.0
    assert {len(r) for r in model.rows} == {58, 59}  # of 117 rows to train on: no step of 17


def test_batches_are_not_put_together() -> None:
    """The sum of two batches' correlations is not that of both."""
    with pytest.raises(UsageError, match="gradient accumulation would train something else"):
        fit(made(), data(100), epochs=1, accumulate_grad_batches=2)


def test_rows_are_dealt_out_evenly() -> None:
    for rows, size in ((1, 4), (4, 4), (7, 4), (8, 4), (103, 10)):
        plain, whole = cuts(rows, size), cuts(rows, size, whole=True)
        for found in (plain, whole):
            assert [i for c in found for i in range(c.start, c.stop)] == list(range(rows))
        assert all(c.stop - c.start == size for c in plain[:-1])
        assert all(min(size, rows) <= c.stop - c.start < 2 * size for c in whole)
