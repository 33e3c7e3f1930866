"""MNIST as two views, image and label: log-likelihood, the label from the image, images from the label.

Trains MVAE, MVAE with sub-sampling and MoPoE-VAE. Images are binarised once, so that log p(image, label) is a
logarithm of a probability.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from console import options, table
from datasets import Split, mnist
from matplotlib.figure import Figure

import mvgraph as mg
from mvgraph.evaluation import Coherence, Likelihood, estimate_likelihood, measure_coherence
from mvgraph.evaluation.answering import some
from mvgraph.evaluation.classes import agreement, fit_classifier

VIEWS = {
    "image": {"shape": [784], "likelihood": "bernoulli"},
    "label": {"shape": [10], "likelihood": "categorical"},
}
COMMON: dict[str, Any] = {
    "p": {"z": {"dim": 32}},
    "view_defaults": {
        "encoder": {"mlp": {"hidden": [400], "activation": "relu"}},
        "decoder": {"mlp": {"hidden": [400], "activation": "relu"}},
    },
    "training": {"optimizer": {"adam": {"lr": 1.0e-3}}, "batch_size": 200},
}
WARM_UP = {"linear": {"from": 0, "to": 1, "epochs": 3, "per": "batch"}}
TEXT = 50  # the weight of the label's likelihood, as Wu & Goodman have it for MNIST
MODELS: dict[str, dict[str, Any]] = {
    "mvae": {"beta": WARM_UP},
    "mvae_subsampled": {
        "beta": WARM_UP,
        "objective": {
            "maximize": [
                {
                    "elbo": {
                        "for": {"S": "full+singles"},
                        "from": "S",
                        "to": "S",
                        "beta": "beta",
                        "likelihood_weight": {"label": TEXT},
                    }
                }
            ]
        },
    },
    "mopoe": {"beta": 1.0},
}


@dataclass(frozen=True)
class Result:
    """What one model learnt: log p(image, label), coherence between the views, and how long training took."""

    likelihood: Likelihood
    coherence: Coherence
    seconds: float


def main() -> None:
    """All models, a table, and a picture of each."""
    parser = options(__doc__.partition("\n")[0], "mnist", epochs=6)
    parser.add_argument("--samples", type=int, default=500, help="importance samples a row, of the log-likelihood")
    parser.add_argument("--judged", type=int, default=1000, help="test rows of the log-likelihood")
    given = parser.parse_args()
    train, test = (part.rows(slice(given.rows)) for part in mnist(given.data, given.seed))
    given.out.mkdir(parents=True, exist_ok=True)
    results = {name: judge(name, train, test, given) for name in given.models or MODELS}
    print(report(results, train, test))


def judge(name: str, train: Split, test: Split, given: argparse.Namespace) -> Result:
    """Train one model, draw its images from labels, and judge it on test rows."""
    spec = mg.load(name, views=VIEWS, **COMMON, **MODELS[name])
    model = mg.compile(spec, seed=given.seed)
    rows, held = (mg.batch(spec, {**part.views, "label": part.labels}) for part in (train, test))
    start = time.perf_counter()
    mg.fit(model, rows, fraction=0, epochs=given.epochs, seed=given.seed)
    seconds = time.perf_counter() - start
    images_from_labels(model, given.seed).savefig(given.out / f"images_from_labels_{name}.png", dpi=60)
    likelihood = estimate_likelihood(model, some(held, given.judged, given.seed), given.samples, given.seed)
    coherence = measure_coherence(model, rows, held, most_training=5000, seed=given.seed)
    return Result(likelihood, coherence, seconds)


def report(results: Mapping[str, Result], train: Split, test: Split) -> str:
    """The table of all models, with its baselines."""
    first = next(iter(results.values()))
    chance = first.coherence.chance
    values, truth = torch.from_numpy(train.views["image"]), torch.from_numpy(train.labels)
    pixels = fit_classifier(values, truth, iterations=50).classify(torch.from_numpy(test.views["image"]))
    plain = agreement(pixels, torch.from_numpy(test.labels))
    rows = [
        ["majority class", "", f"{chance:.1%}", "", "", "", ""],
        ["logistic regression on pixels", "", *_gain(plain, chance), "", "", ""],
        *([name, *_cells(r)] for name, r in results.items()),
    ]
    head = ["", "log p(image, label)", "label from image", "above majority", "image from label", "joint", "seconds"]
    found, judged = first.likelihood.complete, len(test)
    own = first.coherence.classifiers["image"]
    notes = [
        f"log p: nats a row, mean and standard error over {found.rows if found else 0} test rows,"
        f" {first.likelihood.samples} importance samples each",
        f"label from image: accuracy over {judged} test rows",
        f"image from label: how often a classifier of pixels (accuracy {own:.1%} on real images) finds that label",
        f"joint: how often it agrees with the label, over {first.coherence.draws} draws of both views from the prior",
    ]
    return "\n".join([table(f"MNIST image and label, {len(train)} training rows", head, rows), "", *notes])


def _cells(result: Result) -> list[str]:
    found = result.coherence
    label, image, joint = found.from_views["image"], found.to_views["image"], found.joint or 0.0
    gain = _gain(label, found.chance)
    return [str(result.likelihood.complete), *gain, f"{image:.1%}", f"{joint:.1%}", f"{result.seconds:.0f}"]


def _gain(accuracy: float, chance: float) -> list[str]:
    return [f"{accuracy:.1%}", f"{100 * (accuracy - chance):+.1f} points"]


def images_from_labels(model: mg.Model, seed: int, columns: int = 10) -> Figure:
    """One row a digit: the mean image of `columns` draws of z from q(z | label)."""
    labels = torch.arange(10).repeat_interleave(columns)
    answer = model.impute({"label": labels}, views=["image"], samples=1, generator=torch.Generator().manual_seed(seed))
    images = answer["image"].mean.reshape(10, columns, 28, 28)
    figure = Figure(figsize=(columns * 0.6, 10 * 0.6))
    wall = images.permute(0, 2, 1, 3).reshape(280, columns * 28)  # digits below, draws beside one another
    figure.add_axes((0, 0, 1, 1), frameon=False, xticks=[], yticks=[]).imshow(wall, cmap="gray", vmin=0, vmax=1)
    return figure


if __name__ == "__main__":
    main()
