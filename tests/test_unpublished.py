"""Models that nobody has published, written by combining words: each is short, explains itself, and trains."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

import mvgraph as mg

SPECS = sorted((Path(__file__).parents[1] / "examples" / "specs").glob("*.yaml"))
NETWORK = {"mlp": {"hidden": [16]}}


def test_there_are_three() -> None:
    assert len(SPECS) >= 3


@pytest.mark.parametrize("file", SPECS, ids=lambda f: f.stem)
def test_it_is_short_and_explains_itself(file: Path) -> None:
    """At most twenty lines; no finding; every line of the objective stands in the explanation."""
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 20
    assert not mg.check(file)
    text = mg.explain(file)
    assert all(line in text for line in mg.derive(file).lines)


@pytest.mark.parametrize("file", SPECS, ids=lambda f: f.stem)
def test_it_trains(file: Path) -> None:
    """On the halves of a few digits, some of them missing; it imputes one half from the other."""
    pixels = load_digits().data[:120].astype(np.float32) / 16
    views = {"upper": pixels[:, :32].copy(), "lower": pixels[:, 32:].copy()}
    views["lower"][::10] = np.nan
    shapes = {v: {"shape": [32]} for v in views}
    spec = mg.load(
        file,
        views=shapes,
        view_defaults={"encoder": NETWORK, "decoder": NETWORK, "likelihood": "normal"},
        training={"optimizer": {"adam": {"lr": 5e-3}}, "batch_size": 30, "epochs": 6},
    )
    run = mg.fit(mg.compile(spec, seed=0), mg.batch(spec, views), fraction=0, seed=0, progress=False)
    totals = [row["train total"] for row in run.metrics]
    assert totals[-1] < totals[0]
    found = run.model.impute(mg.batch(spec, views), given=["upper"], views=["lower"], samples=2)
    assert found["lower"].mean.isfinite().all()
