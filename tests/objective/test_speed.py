"""How long it takes to derive and to explain: less than anybody waits for, in the processor's time."""

from __future__ import annotations

import time

import pytest

from mvgraph.objective.accounting import account
from mvgraph.objective.asking import why
from mvgraph.objective.difference.comparing import difference
from mvgraph.objective.explaining import Account, explain
from mvgraph.objective.typesetting import FORMATS
from mvgraph.spec import zoo
from mvgraph.spec.model import OpenViews
from mvgraph.spec.reading import load

MANY = 5


def seconds(name: str, views: int) -> float:
    """How long the explanation of a spec takes."""
    spec = load(name, views=views) if load(name).open_views == OpenViews(2) else load(name)
    start = time.process_time()
    explain(spec)
    return time.process_time() - start


@pytest.mark.parametrize("name", zoo.names())
def test_five_views_take_less_than_a_second(name: str) -> None:
    """Every reference spec; it takes less than a tenth of that on a machine with nothing else to do."""
    assert seconds(name, MANY) < 1 or seconds(name, MANY) < 1  # a busy machine gives less of itself for the same time


FORMS = {name: lambda found, form=form: form(found.report) for name, form in FORMATS.items()}
FORMS |= {"json": account, "why": lambda found: why(found, "1")}
ALIKE = ("latex", "markdown", "html", "why")  # take as long as the text


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("form", [pytest.param(f, marks=[pytest.mark.slow] if f in ALIKE else []) for f in FORMS])
def test_a_thousand_subsets_take_less_than_five_seconds(form: str, *, steps: bool) -> None:
    """Ten views, 1,023 components, as every form: one to three seconds on an idle machine."""

    def once() -> float:
        start = time.process_time()
        assert FORMS[form](Account(load("mopoe", views=10), steps=steps))
        return time.process_time() - start

    assert once() < 5 or once() < 5  # as above


@pytest.mark.parametrize("b", ["mmjsd_private", "mmjsd", "mopoe", "dmvae"])
def test_two_large_objectives_are_compared_in_a_second(b: str) -> None:
    """Five views; of all pairs of reference models those with `mhvae_subsets` take the longest."""
    one, other = load("mhvae_subsets", views=MANY), load(b, views=MANY)

    def once() -> float:
        start = time.process_time()
        assert str(difference(one, other))
        return time.process_time() - start

    assert once() < 1 or once() < 1  # as above
