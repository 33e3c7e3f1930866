"""The report that ends a training: what was learnt, and where the files are."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from matplotlib.figure import Figure

from mvgraph.data.batch import Batch
from mvgraph.errors import MvgraphError
from mvgraph.evaluation.answering import Answering, some
from mvgraph.evaluation.coherence import Coherence, measure_coherence
from mvgraph.evaluation.imputation import Imputation, measure_imputation
from mvgraph.evaluation.likelihood import Likelihood, estimate_likelihood
from mvgraph.evaluation.pictures import Sizes, draw_imputations, draw_reconstructions
from mvgraph.evaluation.wording import lines
from mvgraph.files import replacing
from mvgraph.training.folder import AFTER, CURVES, METRICS, SPEC, STATE, WEIGHTS

EVALUATION, RECONSTRUCTIONS, IMPUTATIONS = "evaluation.json", "reconstructions.png", "imputations.png"
WRITTEN = (EVALUATION, RECONSTRUCTIONS, IMPUTATIONS)
FILES = {
    "weights": WEIGHTS,
    "checkpoint": STATE,
    "spec": SPEC,
    "metrics": METRICS,
    "curves": CURVES,
    "hooks": AFTER,
    "evaluation": EVALUATION,
    "reconstructions": RECONSTRUCTIONS,
    "imputations": IMPUTATIONS,
}
T = TypeVar("T")


@dataclass(frozen=True)
class Report:
    """What a trained model can do, on rows that it was not trained on, or on others.

    Arguments:
        name: the model's.
        rows: how many rows were judged.
        judged: how many of them were `held-out` by the run, are `new` to it, or are `training` rows; under an empty
            name those of which it is not known.
        likelihood, coherence, imputation: what was found; None where it is not defined.
        omitted: why something was left out, by its name.
        folder: the run's folder.
        files: the files of the run that are there, by what they hold.
    """

    name: str
    rows: int
    judged: Mapping[str, int]
    likelihood: Likelihood | None
    coherence: Coherence | None
    imputation: Imputation | None
    omitted: Mapping[str, str]
    folder: Path
    files: Mapping[str, Path] = field(default_factory=dict)

    def to_json(self) -> str:
        """The numbers as JSON; what is not finite is null."""
        found: dict[str, Any] = {
            "model": self.name,
            "rows": self.rows,
            "judged": {kind or "not known": count for kind, count in self.judged.items()},
            "log_likelihood": asdict(self.likelihood) if self.likelihood else None,
            "coherence": asdict(self.coherence) if self.coherence else None,
            "imputation": [asdict(s) | {"ratio": s.ratio} for s in self.imputation.scores] if self.imputation else None,
            "coverage": [asdict(c) for c in self.imputation.coverage] if self.imputation else None,
            "omitted": dict(self.omitted),
        }
        return json.dumps(_finite(found), indent=2, allow_nan=False, ensure_ascii=False) + "\n"

    def __str__(self) -> str:
        found = lines(self.likelihood, self.coherence, self.imputation, self.omitted)
        width = max((len(what) for what in self.files), default=0)
        files = [f"  {what:<{width}}  {path}" for what, path in self.files.items()]
        head = f"{self.name}, judged on {judged_in_words(self.judged)}"
        return "\n".join([head, *found, "files", *files] if files else [head, *found])


def judged_in_words(judged: Mapping[str, int]) -> str:
    """Which rows were judged.

    >>> judged_in_words({"held-out": 180}), judged_in_words({"held-out": 6, "training": 48}), judged_in_words({"": 9})
    ('180 held-out rows', '54 rows: 6 held-out, 48 training', '9 rows')
    """
    if len(judged) == 1:
        ((kind, count),) = judged.items()
        return f"{count} {kind} rows" if kind else f"{count} rows"
    return f"{sum(judged.values())} rows: {', '.join(f'{count} {kind}' for kind, count in judged.items())}"


def all_held_out(data: Batch) -> Mapping[str, int]:
    """Rows that are all held out."""
    return {"held-out": len(data)}


def not_known(data: Batch) -> Mapping[str, int]:
    """Rows of which it is not known whether they were held out."""
    return {"": len(data)}


def all_training(data: Batch) -> Mapping[str, int]:
    """Rows that were all trained on."""
    return {"training": len(data)}


def report(
    model: Answering,
    train: Batch,
    valid: Batch,
    folder: Path,
    seed: int = 0,
    rows: int = 1000,
    samples: int = 200,
    columns: int = 8,
    sizes: Sizes | None = None,
    standing: Callable[[Batch], Mapping[str, int]] = all_held_out,
) -> Report:
    """Judge a trained model, and put numbers and pictures into the folder of its run.

    Writes `evaluation.json`, `reconstructions.png` and `imputations.png`, each whole or not at all. What is not
    defined for a model (a log-likelihood without densities, q(z | x_S) for an evidence that no encoder is trained for)
    is left out, with a sentence why.

    Arguments:
        model: a trained model.
        train: its training rows: the baselines' means, and what the classifiers of coherence learn from.
        valid: the rows to judge by.
        folder: the run's folder; made where it is not there.
        seed: randomness of all draws.
        rows: held-out rows to judge by, at most.
        samples: importance samples a row, of the log-likelihood.
        columns: held-out rows that the pictures show.
        sizes: height and width of views that are pictures laid out as vectors.
        standing: counts which of the rows that are judged were held out, and which were not.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    held = some(valid, rows, seed)
    omitted: dict[str, str] = {}
    found = (
        _attempt("joint log-likelihood", lambda: estimate_likelihood(model, held, samples, seed), omitted),
        _attempt("coherence", lambda: measure_coherence(model, train, held, seed=seed), omitted),
        _attempt("imputation error", lambda: measure_imputation(model, train, held, seed=seed), omitted),
    )
    for name, draw in ((RECONSTRUCTIONS, draw_reconstructions), (IMPUTATIONS, draw_imputations)):
        _save(folder / name, _attempt(name, partial(draw, model, held, columns, sizes, seed=seed), omitted))
    omitted |= {k: why for part in found if part is not None for k, why in _named(part).items()}
    judged = standing(held)
    numbers = Report(model.spec.name, len(held), judged, *found, omitted, folder)
    with replacing(folder / EVALUATION) as path:
        path.write_text(numbers.to_json(), encoding="utf-8")
    files = {what: folder / file for what, file in FILES.items() if (folder / file).is_file()}
    return replace(numbers, files=files)


def _attempt(what: str, compute: Callable[[], T], omitted: dict[str, str]) -> T | None:
    """The result, or None and the reason why there is none."""
    try:
        return compute()
    except MvgraphError as error:
        omitted[what] = str(error)
        return None


def _named(part: Likelihood | Coherence | Imputation) -> dict[str, str]:
    """Why entries of a part are left out, by name."""
    if isinstance(part, Likelihood):
        return {f"log-likelihood of rows with {n} of {part.views} views": w for n, w in part.undefined.items()}
    return dict(part.undefined)


def _save(path: Path, figure: Figure | None) -> None:
    """Write a picture, or take away one that an earlier evaluation left."""
    if figure is None:
        path.unlink(missing_ok=True)
        return
    with replacing(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=110)


def _finite(value: Any) -> Any:
    """The same, with None for numbers that are not finite, and text for keys."""
    if isinstance(value, Mapping):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
