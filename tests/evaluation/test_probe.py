"""Linear probes."""

import pytest
import torch

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.evaluation import fit_probe
from mvgraph.module.model import compile  # noqa: A004 - the public verb
from mvgraph.spec.reading import load

from .standins import Gaussian, Perfect, class_rows, gaussian_rows


def test_means_that_separate_classes_are_probed_perfectly():
    found = fit_probe(Perfect(), class_rows(80), class_rows(40, seed=1))
    assert found.accuracy > 0.95
    assert found.given == ("a", "b")
    assert found.latents == ("z",)
    assert found.rows == (80, 40)


def test_labels_from_an_array():
    train, valid = gaussian_rows(200), gaussian_rows(100, seed=1)
    labels = tuple((data.views["a"][:, 0] > 0).long().numpy() for data in (train, valid))
    assert fit_probe(Gaussian(), train, valid, labels, given=["a"]).accuracy > 0.95


def test_labels_that_say_nothing_are_at_chance():
    train, valid = gaussian_rows(200), gaussian_rows(1000, seed=1)
    draw = torch.Generator().manual_seed(3)
    labels = tuple(torch.randint(2, (n,), generator=draw) for n in (200, 1000))
    found = fit_probe(Gaussian(), train, valid, labels)
    assert found.accuracy == pytest.approx(0.5, abs=4.5 * 0.5 / 1000**0.5)


def test_rows_without_label_or_evidence_are_left_out():
    train, valid = class_rows(80), class_rows(40, seed=1)
    train.mask[:10, 2] = False
    valid.mask[:5, :2] = False
    assert fit_probe(Perfect(), train, valid, "label").rows == (70, 35)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "no view names a class"),
        ({"labels": "c"}, "there is no view 'c'"),
        ({"labels": ([0, 1], [0])}, "do not fit 6 rows"),
        ({"labels": ([0] * 6, [0] * 6)}, "two classes or more"),
        ({"labels": ([0, 1] * 3, [0] * 6), "latents": ["h"]}, "there is no latent 'h'"),
    ],
)
def test_requests_that_cannot_be_answered(arguments, message):
    with pytest.raises(UsageError, match=message):
        fit_probe(Gaussian(), gaussian_rows(6), gaussian_rows(6), **arguments)


def test_where_views_share_no_latent_the_private_ones_are_read():
    views = {v: {"shape": [2], "likelihood": "mse"} for v in "ab"}
    model = compile(load("dccae", views=views, sets=["p.z.dim=2"], view_defaults={"encoder": "linear"}))
    rows = Batch({v: torch.randn(12, 2) for v in "ab"}, torch.ones(12, 2, dtype=torch.bool))
    labels = tuple((rows.views["a"][:, 0] > 0).long() for _ in range(2))
    assert fit_probe(model, rows, rows, labels).latents == ("z.a", "z.b")
    assert fit_probe(model, rows, rows, labels, given=["a"]).latents == ("z.a",)
