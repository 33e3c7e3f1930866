"""What can be wrong with the statistics of a batch: too few codes, codes of priors, batches that are too small."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.errors import Problem
from mvgraph.graph.finding import Check, Written, densities, error, posteriors, warning, written
from mvgraph.language.index import parse_ranges
from mvgraph.spec.graphs import copies
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import BatchStatistic


def statistics(spec: Spec) -> Iterator[tuple[Written, BatchStatistic]]:
    """The terms that are statistics of a batch."""
    return ((w, w.term) for w in written(spec) if isinstance(w.term, BatchStatistic))


def codes(spec: Spec) -> Iterator[Problem]:
    """MVG371: a statistic that compares codes, and has too few of them."""
    for one, term in statistics(spec):
        bound = any(d.copy in term.for_ or (d.views or "") in term.for_ for _, d in densities(one))
        count = len(term.of) * (len(spec.views) if bound else 1)
        if count < term.value.least:
            message = f"'{term.value.word}' compares {term.value.least} codes or more, and has {count} here"
            yield error("MVG371", (*one.path, "of"), message, "give the spec two views, and write for: {m: V}")


def priors(spec: Spec) -> Iterator[Problem]:
    """MVG372: a statistic of something that does not depend on the data."""
    for one, _ in statistics(spec):
        for path, density in densities(one):
            if density.which == "p":
                message = f"p({density.node}) does not depend on the batch"
                yield error("MVG372", path, message, f"write q({density.node} | m) with for: {{m: V}}")


def random_evidence(spec: Spec) -> Iterator[Problem]:
    """MVG373: random evidence in a statistic, whose rows must all look at the same views."""
    for one, term in statistics(spec):
        for name, text in term.for_.items():
            if any(part.word == "random" for part in parse_ranges(text)):
                message = "the rows of a batch would have codes of different views"
                yield error("MVG373", (*one.path, "for", name), message, f"write {name}: V")


def batches(spec: Spec) -> Iterator[Problem]:
    """MVG374 (warning): batches of so few rows that codes correlate whatever they are."""
    size = spec.training.batch_size
    for one, _ in statistics(spec):
        nodes = [d.node for _, d in densities(one) if d.node in posteriors(spec)]
        dims = [spec.dim(n, view) for n in nodes for view in copies(spec, spec.latent(n))]
        if isinstance(size, int) and size <= sum(dims):
            message = f"batches of {size} rows for codes of {sum(dims)} entries in all: they fit any codes perfectly"
            remedy = "write a larger training.batch_size (or full), or smaller dims"
            yield warning("MVG374", (*one.path, "of"), message, remedy)


CHECKS: tuple[Check, ...] = (codes, priors, random_evidence)
CONSEQUENCES: tuple[Check, ...] = (batches,)  # of a spec without errors only
