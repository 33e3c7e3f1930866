"""Every reference model on two data sets, in one table: log-likelihood, imputation, a linear probe, seconds an epoch.

Digits (scikit-learn's, bundled): the upper and the lower half of a picture are two views. mfeat: the Fourier and the
pixel features of a digit for models of two views, all six for the others. All models have the same small networks,
the same numbers of latent entries and the same optimizer, so the table compares objectives and not settings; it is no
contest: the published settings are in `specs/published`.
"""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from console import options, table
from datasets import Split, mfeat
from rich.console import Console
from rich.progress import track
from sklearn.datasets import load_digits

import mvgraph as mg
from mvgraph.evaluation import estimate_likelihood, fit_probe, measure_imputation
from mvgraph.spec.model import Spec

NETWORK = {"mlp": {"hidden": [64]}}
NORMAL = {"normal": {"learnt": ["scale"], "init": -1}}
TRAINING = {"optimizer": {"adam": {"lr": 3.0e-3}}, "batch_size": 64}
DIM, PRIVATE = 8, 4  # entries of a shared latent, and of one copy of a private one beside it
TWO = ("fou", "pix")  # the views of mfeat that models of two views have
HEAD = ("model", "objective, first → last epoch", "log p(X)", "imputation", "probe", "s / epoch")


@dataclass(frozen=True)
class Result:
    """One model on one data set.

    Arguments:
        first, last: the mean training objective of the first and the last epoch (of the last phase, where there are
            several).
        likelihood: log p(X) of the held-out rows, or why there is none.
        imputation: the squared error of a view imputed from the others, over that of the training mean.
        probe: the share of digits found from E[z | X] by a linear classifier.
        seconds: of an epoch, the median.
    """

    first: float
    last: float
    likelihood: str
    imputation: str
    probe: str
    seconds: float


def main() -> None:
    """All models on both data sets."""
    parser = options(str(__doc__).partition("\n")[0], "mfeat", epochs=20)
    parser.add_argument("--on", nargs="+", choices=["digits", "mfeat"], default=["digits", "mfeat"], help="data sets")
    given = parser.parse_args()
    warnings.filterwarnings("ignore", module="lightning")
    read: dict[str, Callable[[], tuple[Split, Split]]] = {
        "digits": lambda: halves(given.seed),
        "mfeat": lambda: mfeat(given.data, given.seed)[::2],
    }
    text = []
    for name in given.on:
        train, held = (part.rows(slice(given.rows)) for part in read[name]())
        chosen = given.models or mg.names()
        watched = track(chosen, description=name, console=Console(stderr=True))
        results = {model: judge(model, train, held, given) for model in watched}
        title = f"{name}: {len(train)} training rows, {len(held)} held out, {given.epochs} epochs"
        text.append(table(title, HEAD, [line(model, found) for model, found in results.items()]))
        print(text[-1], end="\n\n", flush=True)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "all_models.txt").write_text("\n\n".join(text) + "\n", encoding="utf-8")


def halves(seed: int) -> tuple[Split, Split]:
    """The bundled digits as two views of 32 grey levels from 0 to 1; 1,200 training and 597 held-out rows."""
    found = load_digits()
    order = np.random.default_rng(seed).permutation(len(found.data))
    pixels = (found.data[order] / 16).astype(np.float32)
    whole = Split({"upper": pixels[:, :32], "lower": pixels[:, 32:]}, found.target[order].astype(np.int64))
    return whole.rows(slice(1200)), whole.rows(slice(1200, None))


def judge(name: str, train: Split, held: Split, given: argparse.Namespace) -> Result:
    """Train one model and judge it on the held-out rows."""
    spec = small(name, train)
    kept = list(spec.view_names)
    model = mg.compile(spec, seed=given.seed)
    rows, others = (mg.batch(spec, {v: part.views[v] for v in kept}) for part in (train, held))
    run = mg.fit(model, rows, fraction=0, epochs=given.epochs, seed=given.seed, progress=False)
    totals = [loss(row) for row in run.metrics if row.get("phase") == run.metrics[-1].get("phase")]
    answers = {
        "likelihood": lambda: f"{estimate_likelihood(model, others, 100, given.seed).complete}",
        "imputation": lambda: f"{ratio(model, rows, others, given.seed):.2f}",
        "probe": lambda: f"{fit_probe(model, rows, others, (train.labels, held.labels)).accuracy:.1%}",
    }
    seconds = float(np.median([row["seconds"] for row in run.metrics]))
    return Result(-totals[0], -totals[-1], **{n: attempt(a) for n, a in answers.items()}, seconds=seconds)


def loss(row: Mapping[str, float]) -> float:
    """The loss of an epoch, without games: what the players of these minimise need not fall."""
    return row["train total"] - sum(v for n, v in row.items() if n.startswith("train generator of "))


def small(name: str, data: Split) -> Spec:
    """A reference spec over the views of a data set, with small networks and the common training."""
    spec = mg.load(name)
    most = spec.open_views.most if spec.open_views else len(spec.views)
    names = list(data.views) if most is None else [v for v in data.views if len(data.views) <= most or v in TWO]
    pseudo = spec.view_defaults.likelihood is not None and not spec.view_defaults.likelihood.is_density
    likelihood = "mse" if pseudo else NORMAL
    defaults = {"encoder": NETWORK, "decoder": NETWORK, "likelihood": likelihood}
    alone = not any(not v.plate for v in spec.latents)
    sets = [f"p.{v.name.partition('.')[0]}.dim={PRIVATE if v.plate and not alone else DIM}" for v in spec.latents]
    views = {v: {"shape": [data.views[v].shape[1]]} for v in names}
    return mg.load(name, sets=sets, views=views, view_defaults=defaults, training=TRAINING)


def ratio(model: mg.Model, train: mg.Batch, held: mg.Batch, seed: int) -> float:
    """The error of each view from the others over that of the training mean, a mean over views."""
    scores = measure_imputation(model, train, held, seed=seed).scores
    found = [s.ratio for s in scores if s.measure == "mse" and s.ratio is not None]
    return fmean(found) if found else math.nan


def attempt(ask: Callable[[], str]) -> str:
    """The answer, or that there is none."""
    try:
        return ask()
    except mg.MvgraphError:
        return "not defined"


def line(name: str, found: Result) -> list[str]:
    """One row of the table."""
    course = f"{found.first:.1f} → {found.last:.1f}"
    return [name, course, found.likelihood, found.imputation, found.probe, f"{found.seconds:.2f}"]


if __name__ == "__main__":
    main()
