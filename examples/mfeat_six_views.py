"""Six views of handwritten digits (UCI Multiple Features), complete and with 30 % of the views missing.

Trains MVAE, MMVAE+ and MoPoE-VAE, and judges them on held-out rows: views imputed from others, and digits found by a
linear classifier in the posterior means.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
import torch
from console import options, table
from datasets import Split, drop_views, mfeat
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

import mvgraph as mg
from mvgraph.evaluation import Imputation, draw_imputations, fit_probe, measure_imputation
from mvgraph.evaluation.classes import agreement, fit_classifier, majority

# Chosen on the validation rows (`--part valid`); docs/examples.md lists what was tried.
COMMON: dict[str, Any] = {
    "beta": 1.0,
    "view_defaults": {
        "likelihood": {"normal": {"learnt": ["scale"]}},  # a deviation for each column, learnt
        "encoder": {"mlp": {"hidden": [128], "activation": "relu"}},
        "decoder": {"mlp": {"hidden": [128], "activation": "relu"}},
    },
    "training": {"optimizer": {"adam": {"lr": 3.0e-3}}, "batch_size": 64},
}
MODELS: dict[str, dict[str, Any]] = {
    "mvae": {"p": {"z": {"dim": 32}}},
    "mmvae_plus": {"p": {"z": {"dim": 32}, "h": {"dim": 8}}},
    "mopoe": {"p": {"z": {"dim": 32}}},
}
MISSING = 0.3
DRAWS = 10  # of z for each component of the posterior, to impute
SINGLE, REST = "one other view", "all others"


@dataclass(frozen=True, eq=False)
class Setting:
    """Training and held-out rows, with a mask of the entries that a model may see.

    Arguments:
        name: complete, or how much is missing.
        train, held: the rows.
        train_mask, held_mask: `(row, view)`.
    """

    name: str
    train: Split
    held: Split
    train_mask: NDArray[np.bool_]
    held_mask: NDArray[np.bool_]


@dataclass(frozen=True)
class Result:
    """What one model can do in one setting.

    Arguments:
        imputation: the errors on complete held-out rows.
        dropped: the mean squared error of the missing held-out entries, given what is left of their rows, and that of
            the training mean; None where nothing is missing.
        accuracy: of the digit, by a linear probe of posterior means given the entries that are there.
        seconds: of training.
    """

    imputation: Imputation
    dropped: tuple[float, float] | None
    accuracy: float
    seconds: float


def main() -> None:
    """Both settings, all models, three tables and a picture."""
    parser = options(__doc__.partition("\n")[0], "mfeat", epochs=30)
    parser.add_argument("--part", choices=["valid", "test"], default="test", help="the held-out rows to judge by")
    given = parser.parse_args()
    names = given.models or list(MODELS)
    for number, setting in enumerate(settings(given)):
        results = {name: judge(name, setting, given, picture=number == 0) for name in names}
        print(errors(setting, results), accuracies(setting, results), sep="\n\n", end="\n\n")


def settings(given: argparse.Namespace) -> list[Setting]:
    """The rows complete, and with entries missing in training and held-out rows alike."""
    train, valid, test = (part.rows(slice(given.rows)) for part in mfeat(given.data, given.seed))
    held = valid if given.part == "valid" else test
    masks = {
        share: [drop_views(len(part), len(part.views), share, given.seed + k) for k, part in enumerate((train, held))]
        for share in (0.0, MISSING)
    }
    return [
        Setting(f"{share:.0%} of the views missing" if share else "complete", train, held, *pair)
        for share, pair in masks.items()
    ]


def judge(name: str, setting: Setting, given: argparse.Namespace, picture: bool) -> Result:
    """Train one model and judge it."""
    views = {view: {"shape": [x.shape[1]]} for view, x in setting.train.views.items()}
    spec = mg.load(name, views=views, **COMMON, **MODELS[name])
    model = mg.compile(spec, seed=given.seed)
    train = mg.batch(spec, setting.train.views, setting.train_mask)
    whole = mg.batch(spec, setting.held.views)
    held = mg.batch(spec, setting.held.views, setting.held_mask)
    start = time.perf_counter()
    mg.fit(model, train, fraction=0, epochs=given.epochs, seed=given.seed, progress=False)
    seconds = time.perf_counter() - start
    if picture:
        given.out.mkdir(parents=True, exist_ok=True)
        figure = draw_imputations(model, whole, columns=5, sizes={"pix": (16, 15)}, seed=given.seed)
        figure.savefig(given.out / f"imputations_{name}.png", dpi=60)
    imputation = measure_imputation(model, train, whole, samples=DRAWS, seed=given.seed)
    probe = fit_probe(model, train, held, labels=(setting.train.labels, setting.held.labels))
    return Result(imputation, dropped(model, train, whole, held, given.seed), probe.accuracy, seconds)


def dropped(model: mg.Model, train: mg.Batch, whole: mg.Batch, held: mg.Batch, seed: int) -> tuple[float, float] | None:
    """The squared error of the entries that `held` lacks, a mean over views: the model's, and the training mean's."""
    if held.complete:
        return None
    answer = model.impute(held, samples=DRAWS, generator=torch.Generator().manual_seed(seed))
    pairs = []
    for view, lost, seen in zip(held.names, ~held.mask.T, train.mask.T, strict=True):
        truth, mean = whole.views[view][lost], train.views[view][seen].mean(0)
        pairs.append([float((guess - truth).square().mean()) for guess in (answer[view].mean[lost], mean)])
    ours, means = zip(*pairs, strict=True)
    return fmean(ours), fmean(means)


def errors(setting: Setting, results: Mapping[str, Result]) -> str:
    """The table of imputation errors: views by models, beside the training mean and a ridge regression."""
    views = list(setting.train.views)
    ridge = dict(zip(views, ridges(setting), strict=True))
    first = next(iter(results.values())).imputation
    mean = {view: first.of(view, REST, "mse").baseline for view in views}
    columns = {"training mean": mean, f"ridge, {REST}": ridge}
    for name, result in results.items():
        columns[f"{name}, {REST}"] = {v: result.imputation.of(v, REST, "mse").value for v in views}
        columns[f"{name}, {SINGLE}"] = {v: one_other(result.imputation, v) for v in views}
    rows = [[view, *(f"{c[view]:.3f}" for c in columns.values())] for view in views]
    average = [fmean(c.values()) for c in columns.values()]
    rows += [["average", *(f"{a:.3f}" for a in average)]]
    rows += [["below the training mean by", *(f"{1 - a / average[0]:.1%}" for a in average)]]
    title = f"Imputation, {setting.name}: squared error per standardised entry of {len(setting.held)} held-out rows"
    lines = [[head, *cells] for head, *cells in zip(["", *columns], *rows, strict=True)]
    return table(title, lines[0], lines[1:])


def one_other(imputation: Imputation, view: str) -> float:
    """The error of a view imputed from one other, averaged over the others."""
    found = [s.value for s in imputation.scores if s.view == view and s.measure == "mse" and s.source != REST]
    return fmean(found)


def ridges(setting: Setting) -> list[float]:
    """The error of each view by a ridge regression on all others, with zeros (the mean) for what is missing."""
    train = [
        np.where(m[:, None], x, 0) for m, x in zip(setting.train_mask.T, setting.train.views.values(), strict=True)
    ]
    held = list(setting.held.views.values())
    found = []
    for i, target in enumerate(held):
        rows = setting.train_mask[:, i]
        inputs = np.hstack([x for j, x in enumerate(train) if j != i])[rows]
        ridge = Ridge(alpha=100.0).fit(inputs, train[i][rows])
        made = ridge.predict(np.hstack([x for j, x in enumerate(held) if j != i]))
        found.append(float(np.square(made - target).mean()))
    return found


def accuracies(setting: Setting, results: Mapping[str, Result]) -> str:
    """The table of digit accuracies, and where views are missing, of the errors of the missing entries."""
    truth = [torch.from_numpy(part.labels) for part in (setting.train, setting.held)]
    inputs = [filled(setting.train, setting.train_mask), filled(setting.held, setting.held_mask)]
    plain = fit_classifier(inputs[0], truth[0]).classify(inputs[1])
    chance = majority(*truth)
    rows = [
        ["majority class", f"{chance:.1%}", "", ""],
        ["logistic regression on the six views", *_gain(agreement(plain, truth[1]), chance), ""],
        *([name, *_gain(r.accuracy, chance), f"{r.seconds:.0f}"] for name, r in results.items()),
    ]
    title = f"Digits found by a linear probe of E[z | x], {setting.name}"
    found = table(title, ["", "accuracy", "above majority", "seconds of training"], rows)
    lost = {name: r.dropped for name, r in results.items() if r.dropped}
    if not lost:
        return found
    mean = next(iter(lost.values()))[1]
    rows = [["training mean", f"{mean:.3f}", ""]]
    rows += [[name, f"{ours:.3f}", f"{1 - ours / mean:.1%}"] for name, (ours, _) in lost.items()]
    title = "Imputation of the held-out entries that are missing, from what is left of their rows"
    return "\n\n".join([found, table(title, ["", "squared error", "below the training mean by"], rows)])


def filled(part: Split, mask: NDArray[np.bool_]) -> torch.Tensor:
    """All views side by side, with zeros (the mean) for what is missing, `(row, column)`."""
    return torch.from_numpy(
        np.hstack([np.where(m[:, None], x, 0) for m, x in zip(mask.T, part.views.values(), strict=True)])
    )


def _gain(accuracy: float, chance: float) -> list[str]:
    return [f"{accuracy:.1%}", f"{100 * (accuracy - chance):+.1f} points"]


if __name__ == "__main__":
    main()
