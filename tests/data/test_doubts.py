"""Values that are taken otherwise than meant: each is told, with the remedy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch

from mvgraph.data.doubts import improper
from mvgraph.data.filling import complete
from mvgraph.data.objects import tabulate
from mvgraph.data.tables import DataWarning
from mvgraph.data.validation import batch
from mvgraph.errors import DataError
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

PIXELS = np.random.default_rng(0).integers(0, 256, (10, 3, 8, 8))
PIXELS[0, 0, 0, 0] = 255


def pictures(likelihood: str, shape: tuple[int, ...] = (3, 8, 8)) -> Spec:
    """A model of pictures and of something else."""
    return load("mvae", views={"image": {"shape": list(shape), "likelihood": likelihood}, "b": {"shape": [2]}})


def images(values: Any) -> dict[str, Any]:
    return {"image": values, "b": np.zeros((len(values), 2))}


@pytest.mark.parametrize("likelihood", ["normal", "laplace", "student_t", "mse"])
@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64"])
def test_pictures_from_0_to_255_are_told(likelihood: str, dtype: str) -> None:
    with pytest.warns(DataWarning, match=rf"holds whole numbers .* under '{likelihood}': divide them by 255"):
        batch(pictures(likelihood), images(PIXELS.astype(dtype)))


@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous_bernoulli"])
def test_pictures_from_0_to_255_are_refused_with_the_remedy(likelihood: str) -> None:
    with pytest.raises(DataError, match=r"outside the support(.|\n)*as pictures have: divide them by 255"):
        batch(pictures(likelihood), images(torch.from_numpy(PIXELS.astype(np.uint8))))


def test_pictures_of_which_some_are_missing_are_told() -> None:
    values = PIXELS.astype(float)
    values[3] = np.nan
    with pytest.warns(DataWarning, match="divide them by 255"):
        batch(pictures("normal"), images(values))


@pytest.mark.parametrize(
    ("likelihood", "values"),
    [
        ("normal", PIXELS / 255),
        ("normal", PIXELS - 128.0),
        ("normal", (PIXELS > 128).astype(np.uint8)),
        ("negative_binomial", PIXELS),
        ("bernoulli", PIXELS // 255),
    ],
)
def test_other_values_are_not(likelihood: str, values: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        batch(pictures(likelihood), images(values))


def test_channels_behind_are_told_by_the_shape() -> None:
    with pytest.raises(DataError, match=r"shape \[8, 8, 3\], the spec says \[3, 8, 8\](.|\n)*channels come first"):
        batch(pictures("normal"), images(np.zeros((10, 8, 8, 3))))
    with pytest.raises(DataError, match=r"its axes stand in another order"):
        batch(pictures("normal"), images(np.zeros((10, 8, 3, 8))))
    with pytest.raises(DataError, match=r"as many entries: values.reshape\(-1, 3, 8, 8\)"):
        batch(pictures("normal"), images(np.zeros((10, 192))))
    with pytest.warns(DataWarning, match=r"shape \[8, 8, 3\], pictures with their channels last; networks take"):
        complete(load("mvae"), tabulate(images(np.zeros((10, 8, 8, 3)))))


def test_grey_values_are_no_bits() -> None:
    spec = pictures("bernoulli")
    grey = batch(spec, images(np.full((4, 3, 8, 8), 0.5)), {"image": [True, True, True, False]})
    (sentence,) = improper(spec, grey)
    assert "'bernoulli' is no density over [0, 1]" in sentence
    assert "pseudo-likelihood; 'continuous_bernoulli' is one" in sentence
    assert list(improper(spec, batch(spec, images(PIXELS // 255)))) == []
    assert list(improper(spec, grey.rows(torch.tensor([3])))) == []
    assert list(improper(pictures("continuous_bernoulli"), grey)) == []


def test_numbers_that_single_precision_cannot_hold_are_named() -> None:
    values = PIXELS / 255
    values[4, 0, 0, 1] = 1e39
    with pytest.raises(DataError, match=r"MVG712: view 'image', row 4 .*column 0, 0, 1: 1e\+39 is more than float32"):
        batch(pictures("normal"), images(values))
