"""Cross-view coherence: whether the views that a model makes agree on the class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.errors import MvgraphError, UsageError
from mvgraph.evaluation.answering import Answering, Asking, drawn, expected, made_views, randomness, seen, some
from mvgraph.evaluation.classes import Classifier, agreement, class_views, classes, fit_classifier, majority
from mvgraph.evaluation.evidence import evidence, others


@dataclass(frozen=True)
class Coherence:
    """How well views agree on the class that the view `label` names; all values are shares of rows, 0 to 1.

    Arguments:
        label: the class view.
        chance: what always answering the most frequent training class gives.
        from_views: accuracy of the class imputed from each other view alone, and from `all others` together.
        to_views: agreement of each other view, imputed from the label, with that label, by the view's classifier.
        classifiers: those classifiers' own accuracy on held-out data; coherence above it says nothing.
        joint: how often all views of a draw from the prior agree; None where that is not defined.
        draws: how many draws from the prior.
        undefined: why an entry is left out, by its name.
    """

    label: str
    chance: float
    from_views: Mapping[str, float]
    to_views: Mapping[str, float]
    classifiers: Mapping[str, float]
    joint: float | None
    draws: int
    undefined: Mapping[str, str] = field(default_factory=dict)


def measure_coherence(
    model: Answering,
    train: Batch,
    valid: Batch,
    label: str | None = None,
    samples: int | None = None,
    draws: int = 1000,
    most_training: int = 2000,
    seed: int = 0,
) -> Coherence:
    """Cross-view coherence where a view names a class.

    1. *Towards the label*: the class with the greatest p(label | x_S), averaged over draws of z from the components
       of q(z | x_S), for S each other view alone and all of them, against the label of the row.
    2. *From the label*: z ~ q(z | label), one draw a row (of one component at random, where q is a mixture); every
       other view decoded to its mean and classified; correct if the class is the label.
    3. *Jointly*: z ~ p(z), all views decoded; coherent if all classes agree, the label's own among them.

    The protocol is that of Shi et al. (2019, arXiv 1911.03393, section 4.3) with draws as in Sutter et al. (2021,
    arXiv 2105.02470); their convolutional classifiers are here a logistic regression a view, trained on the real
    training views, whose own accuracy stands beside each value and bounds what can be measured. Values are plain
    accuracies over rows, not averages over classes. A model that always makes the same class is jointly coherent too:
    read the joint value beside the other two.

    Arguments:
        model: a trained model.
        train: rows that the classifiers learn from.
        valid: held-out rows; rows without label are left out.
        label: the class view; the first one of the spec where not given.
        samples: draws from each component for the class imputed; as many as `impute` makes, unless said.
        draws: draws from the prior.
        most_training: rows that a classifier learns from, at most.
        seed: randomness of all draws.

    Raises:
        UsageError: the spec has no class view, or no row has a label.
    """
    label = _label(model, valid, label)
    train, valid = (data.rows(seen(data, label)) for data in (train, valid))
    if not len(train) or not len(valid):
        raise UsageError(f"coherence needs rows with the view '{label}' in the training and in the validation data")
    undefined: dict[str, str] = {}
    every = _classifiers(train, label, most_training, seed, undefined)
    known = {v: c for v, c in every.items() if v in made_views(model.spec)}  # a condition is never imputed
    study = _Study(model, valid, label, known, randomness(model, seed), undefined)
    chance = majority(classes(train.views[label]), classes(valid.views[label]))
    towards, away, joint = study.towards(samples), study.away(), study.joint(draws)
    return Coherence(label, chance, towards, away, study.own(), joint, draws, undefined)


@dataclass(frozen=True, eq=False)
class _Study:
    """One model, its held-out rows with their label, and a classifier of each other view."""

    model: Answering
    valid: Batch
    label: str
    known: Mapping[str, Classifier]
    generator: torch.Generator
    undefined: dict[str, str]

    def towards(self, samples: int | None) -> dict[str, float]:
        """The accuracy of the class imputed from other views."""
        found = {}
        for name, given in evidence(others(self.valid.names, self.label)).items():
            try:
                right = list(self._right(given, samples))
            except MvgraphError as error:
                self.undefined[f"{self.label} from {name}"] = str(error)
                continue
            if right:
                found[name] = _share(right)
        return found

    def _right(self, given: Sequence[str], samples: int | None) -> Iterator[Tensor]:
        for chunk, answer in Asking(self.model, samples, self.generator).impute(self.valid, given, [self.label]):
            yield classes(expected(answer[self.label])) == classes(chunk.views[self.label])

    def away(self) -> dict[str, float]:
        """The agreement of views imputed from the label with it."""
        right: dict[str, list[Tensor]] = {view: [] for view in self.known}
        if not self.known:
            return {}
        try:
            for chunk, answer in Asking(self.model, 1, self.generator).impute(self.valid, [self.label], [*self.known]):
                truth = classes(chunk.views[self.label])
                for view, classifier in self.known.items():
                    right[view].append(classifier.classify(drawn(answer[view], self.generator)) == truth)
        except MvgraphError as error:
            self.undefined[f"views from {self.label}"] = str(error)
            return {}
        return {view: _share(r) for view, r in right.items()}

    def joint(self, draws: int) -> float | None:
        """How often all views of a draw from the prior agree."""
        if not self.known:
            return None
        try:
            made = self.model.generate(draws, generator=self.generator)
        except MvgraphError as error:
            self.undefined["joint coherence"] = str(error)
            return None
        if self.label not in made:
            self.undefined["joint coherence"] = f"no term trains the decoder of '{self.label}'"
            return None
        return agreement(classes(made[self.label]), *(c.classify(made[v]) for v, c in self.known.items()))

    def own(self) -> dict[str, float]:
        """The classifiers' accuracy on real held-out views; none for a view that no row has."""
        found = {}
        for view, classifier in self.known.items():
            rows = self.valid.rows(seen(self.valid, view))
            if len(rows):
                truth = classes(rows.views[self.label])
                found[view] = agreement(classifier.classify(rows.views[view]), truth)
        return found


def _share(right: Sequence[Tensor]) -> float:
    return float(torch.cat(list(right)).double().mean())


def _label(model: Answering, data: Batch, label: str | None) -> str:
    found = class_views(model.spec)
    if not found:
        raise UsageError("no view is categorical with a shape [K], so none names a class")
    if label is not None and label not in found:
        raise UsageError(f"the view '{label}' names no class; those that do: {', '.join(found)}")
    if len(data.names) < 2:
        raise UsageError("there is one view only, and nothing that it could agree with")
    return label or found[0]


def _classifiers(train: Batch, label: str, most: int, seed: int, undefined: dict[str, str]) -> dict[str, Classifier]:
    """A classifier for every view but the label."""
    known = {}
    for view in others(train.names, label):
        rows = some(train.rows(seen(train, view)), most, seed)
        try:
            known[view] = fit_classifier(rows.views[view], classes(rows.views[label]))
        except UsageError as error:
            undefined[f"classifier of {view}"] = str(error)
    return known
