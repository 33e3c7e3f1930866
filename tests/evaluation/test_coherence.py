"""Coherence: 1 for a model that knows the class, about 1/K for one that guesses."""

import pytest
import torch

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.evaluation import measure_coherence

from .standins import CLASSES, Gaussian, Partial, Perfect, Random, class_rows, gaussian_rows


def test_a_perfect_model_is_coherent():
    found = measure_coherence(Perfect(), class_rows(100), class_rows(60, seed=1), draws=50)
    assert found.label == "label"
    assert found.from_views == pytest.approx({"a": 1.0, "b": 1.0, "all others": 1.0}, abs=0.02)
    assert found.to_views == {"a": 1.0, "b": 1.0}
    assert found.joint == 1.0
    assert min(found.classifiers.values()) > 0.97
    assert not found.undefined


def test_a_guessing_model_is_at_chance():
    rows, draws = 2000, 2000
    found = measure_coherence(Random(), class_rows(100), class_rows(rows, seed=1), draws=draws)
    error = 4.5 * (0.25 * 0.75 / rows) ** 0.5
    for value in (*found.from_views.values(), *found.to_views.values(), found.chance):
        assert value == pytest.approx(1 / CLASSES, abs=error)
    assert found.joint == pytest.approx(1 / CLASSES**2, abs=4.5 * (1 / 16 * 15 / 16 / draws) ** 0.5)


def test_what_is_missing_is_neither_learnt_from_nor_judged():
    train, valid = class_rows(100), class_rows(60, seed=1)
    for data in (train, valid):
        data.mask[:30, 0] = False
        data.views["a"][:30] = torch.nan
        data.mask[50:, 2] = False
        data.views["label"][50:] = torch.nan
    found = measure_coherence(Perfect(), train, valid, draws=10)
    assert found.to_views == {"a": 1.0, "b": 1.0}
    assert found.from_views["b"] == pytest.approx(1.0, abs=0.03)


def test_evidence_without_posterior_is_left_out_with_its_reason():
    found = measure_coherence(Partial(), class_rows(60), class_rows(40, seed=1), draws=10)
    assert set(found.from_views) == {"a"}
    assert not found.to_views
    assert "given b" in found.undefined["label from b"]
    assert "given label" in found.undefined["views from label"]


def test_a_spec_without_class_view():
    with pytest.raises(UsageError, match="no view is categorical"):
        measure_coherence(Gaussian(), gaussian_rows(5), gaussian_rows(5))


def test_a_view_that_names_no_class():
    with pytest.raises(UsageError, match="'a' names no class; those that do: label"):
        measure_coherence(Perfect(), class_rows(5), class_rows(5), label="a")


def test_rows_without_label():
    data = class_rows(5)
    empty = Batch(data.views, data.mask & torch.tensor([True, True, False]))
    with pytest.raises(UsageError, match="rows with the view 'label'"):
        measure_coherence(Perfect(), empty, data)
