"""Views that name a class, and classifiers of the other views."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from mvgraph.errors import UsageError
from mvgraph.spec.model import Spec
from mvgraph.vocab.family.categorical import Categorical


def class_views(spec: Spec) -> tuple[str, ...]:
    """The views whose value is one class out of K: a categorical vector `[K]`.

    >>> from mvgraph.spec.reading import load
    >>> label = {"shape": [10], "likelihood": "categorical"}
    >>> class_views(load("mopoe", views={"image": {"shape": [784]}, "label": label}))
    ('label',)
    """
    each = [spec.view(name) for name in spec.view_names]
    return tuple(v.name for v in each if isinstance(v.likelihood, Categorical) and len(v.shape or ()) == 1)


@dataclass(frozen=True)
class Classifier:
    """Multinomial logistic regression on flattened values, centred and divided by one common scale.

    Arguments:
        center: the mean of the training values, `(entry,)`.
        scale: their deviation over all entries.
        regression: the fitted regression of scikit-learn.
    """

    center: NDArray[np.float64]
    scale: float
    regression: Any

    def classify(self, values: Tensor) -> Tensor:
        """The class of each row, `(row, *shape)` to `(row,)`."""
        return torch.as_tensor(self.regression.predict((_flat(values) - self.center) / self.scale))


def fit_classifier(values: Tensor, labels: Tensor, iterations: int = 1000) -> Classifier:
    """A classifier of values `(row, *shape)` with classes `(row,)`.

    >>> values, labels = torch.tensor([[0.0], [0.1], [0.9], [1.0]]), torch.tensor([0, 0, 7, 7])
    >>> fit_classifier(values, labels).classify(torch.tensor([[0.2], [0.8]]))
    tensor([0, 7])

    Raises:
        UsageError: there are fewer than two classes.
    """
    if len(labels.unique()) < 2:
        raise UsageError(f"a classifier needs rows of two classes or more; there are {len(labels)} rows of one class")
    flat = _flat(values)
    center, scale = flat.mean(0), float(flat.std()) or 1.0
    regression = LogisticRegression(max_iter=iterations)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # an early stop costs a little accuracy, which is reported
        regression.fit((flat - center) / scale, labels.numpy())
    return Classifier(center, scale, regression)


def classes(one_hot: Tensor) -> Tensor:
    """The class numbers of one-hot rows or of probabilities, `(row, K)` to `(row,)`."""
    return one_hot.detach().cpu().argmax(-1)


def agreement(first: Tensor, *others: Tensor) -> float:
    """The share of rows on which all agree; NaN without rows.

    >>> agreement(torch.tensor([1, 2, 3]), torch.tensor([1, 2, 0]), torch.tensor([1, 0, 0]))
    0.3333333333333333
    """
    same = [first == other for other in others]
    return float(torch.stack(same).all(0).double().mean()) if len(first) else float("nan")


def majority(train: Tensor, valid: Tensor) -> float:
    """The accuracy of always answering the most frequent training class."""
    return float((valid == train.mode().values).double().mean())


def _flat(values: Tensor) -> NDArray[np.float64]:
    return np.asarray(values.detach().cpu().double().flatten(1).numpy())
