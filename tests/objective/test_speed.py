"""How long it takes to derive and to explain: less than anybody waits for, in the processor's time."""

from __future__ import annotations

import time

import pytest

from mvgraph.objective.explaining import explain
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
    assert seconds(name, MANY) < 1


def test_a_thousand_subsets_take_less_than_five_seconds() -> None:
    """Ten views, 1,023 components: two seconds on an idle machine."""
    assert seconds("mopoe", 10) < 5
