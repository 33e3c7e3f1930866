"""How much work it is to derive, to explain and to compare: some calls of functions, growing with the terms."""

from __future__ import annotations

from functools import partial
from itertools import combinations

import pytest

from mvgraph.objective.accounting import account
from mvgraph.objective.asking import why
from mvgraph.objective.difference.comparing import difference
from mvgraph.objective.explaining import Account, explain
from mvgraph.objective.typesetting import FORMATS
from mvgraph.spec import zoo
from mvgraph.spec.model import OpenViews
from mvgraph.spec.reading import load
from tests.work import calls

MOST = 2_000_000  # of an explanation at five views; 860,000 are those of the model with the most terms
MOST_AT_TWO = 300_000  # of a pair at two views; 135,000 are those of the largest of some
MOST_OF_A_PAIR = 5_000_000  # at four views; 2,300,000 are those of the pair that takes the most
FORMS = {name: lambda found, form=form: form(found.report) for name, form in FORMATS.items()}
FORMS |= {"json": account, "why": lambda found: why(found, "1")}


@pytest.mark.parametrize("name", zoo.names())
def test_five_views_are_explained_at_once(name: str) -> None:
    spec = load(name, views=5) if load(name).open_views == OpenViews(2) else load(name)
    assert calls(partial(explain, spec)) < MOST


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_twice_as_many_subsets_are_little_more_than_twice_the_work(form: str, *, steps: bool) -> None:
    """Of six views, and of seven."""

    def work(views: int) -> int:
        return calls(lambda: FORMS[form](Account(load("mopoe", views=views), steps=steps)))

    work(2)  # what is made once is no part of it
    assert work(7) < 2.6 * work(6)


@pytest.mark.parametrize("b", ["mmjsd_private", "mmjsd", "mopoe", "dmvae"])
def test_two_large_objectives_are_compared_at_once(b: str) -> None:
    """Of all pairs of reference models those with `mhvae_subsets` take the most."""
    one, other = load("mhvae_subsets", views=4), load(b, views=4)
    assert calls(lambda: str(difference(one, other))) < MOST_OF_A_PAIR


def test_pairs_take_no_more_where_they_differ_much() -> None:
    specs = [load(n) for n in ("mopoe", "mhvae_gan", "mmvm", "dmvae", "jnf", "weighted_mvae")]
    work = {(a.name, b.name): calls(partial(difference, a, b)) for a, b in combinations(specs, 2)}
    assert max(work.values()) < MOST_AT_TWO, work
