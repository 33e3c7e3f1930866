"""How many models relate: known relations, what is the same both ways, and a family tree without circles."""

from __future__ import annotations

import json
from functools import cache

import networkx as nx
import pytest

import mvgraph as mg
from mvgraph.drawing.kin import table
from mvgraph.drawing.kin.tree import branches
from mvgraph.errors import UsageError
from mvgraph.interface.objectives import relate
from mvgraph.objective.difference.kinship import Step, family, steps
from mvgraph.objective.difference.matrix import Matrix
from mvgraph.objective.difference.relation import Relation

GAUSSIAN = ("mvae", "mvtcae", "jmvae", "mopoe", "me_mvae", "mvae_subsampled", "crmvae")
MIXTURES = ("mmvae", "mmvae_dreg", "mmvae_tight", "mmvae_plus", "cmvae", "mcvae")
ENCODERS = ("ae", "maae", "mwae", "dcca", "dccae")


@cache
def some(names: tuple[str, ...]) -> Matrix:
    return relate(*names)


def step(names: tuple[str, ...], start: str, end: str) -> Step:
    """The last step of two models: the one under conditions, if there is one."""
    found = some(names)
    own = list(steps(found, found.link(start, end)))[-1]
    assert {own.start, own.end} == {start, end}
    return own


@pytest.mark.parametrize(
    ("names", "start", "end", "changes", "others"),
    [
        (GAUSSIAN, "mopoe", "mvae", ("with the evidence of all views alone",), ()),
        (GAUSSIAN, "mvae_subsampled", "me_mvae", ("without the prior expert",), ()),
        (GAUSSIAN, "mvae", "mvtcae", ("without the prior expert",), ("alpha = 0",)),
        (
            ("crmvae", "mvtcae"),
            "crmvae",
            "mvtcae",
            ("without its routes from a part of the views",),
            ("alpha = 2/3", "beta = 4*beta of crmvae"),
        ),
        (MIXTURES, "cmvae", "mmvae_plus", ("with one cluster",), ()),
        (MIXTURES, "mmvae", "mmvae_plus", ("with one draw",), ("without private latents", "beta = 1")),
        (
            MIXTURES,
            "mmvae_plus",
            "mcvae",
            ("without private latents", "with the density of the component"),
            (),
        ),
        (ENCODERS, "maae", "ae", ("without its game",), ()),
        (ENCODERS, "dcca", "dccae", (), ()),
    ],
)
def test_known_relations(
    names: tuple[str, ...], start: str, end: str, changes: tuple[str, ...], others: tuple[str, ...]
) -> None:
    found = step(names, start, end)
    assert (found.start, found.end, found.changes, found.others) == (start, end, changes, others)


def test_levels_conditions_and_phases() -> None:
    found = relate("mhvae_subsets", "mopoe", "mvae")
    (both,) = steps(found, found.link("mhvae_subsets", "mopoe"))
    assert both.relation is Relation.IDENTICAL  # with one level, and the prior in every product
    assert (both.changes, both.others) == (("with one level",), ("with the prior expert in every product",))
    (cvae,) = family(relate("cvae", "cvae_fixed")).steps
    assert (cvae.start, cvae.end) == ("cvae", "cvae_fixed")
    (telbo,) = family(relate("telbo", "telbo_joint")).steps
    assert telbo.needs == ("the phases of telbo trained as one",)


def test_bounds_lead_upwards() -> None:
    bound = family(some(MIXTURES)).steps[0]
    assert (bound.start, bound.end, bound.kind) == ("mmvae", "mmvae_tight", "bound")


def test_false_but_tempting_ones_are_not_told() -> None:
    """MVTCAE without correlations is not MVAE; an average over subsets is not a sum of their own bounds."""
    assert some(GAUSSIAN).link("mvae", "mvtcae").verdict is Relation.DIFFERENT
    assert not some(GAUSSIAN).link("mopoe", "mvae_subsampled").related
    assert not relate("mopoe", "dmvae", views=3).links[0].related


@pytest.mark.parametrize("names", [GAUSSIAN, MIXTURES, ENCODERS], ids=["gaussian", "mixtures", "encoders"])
def test_the_other_way_round_is_the_same(names: tuple[str, ...]) -> None:
    there, back = some(names), relate(*reversed(names))
    mirrored = {"A": "B", "B": "A", "": ""}
    for link in there.links:
        other = back.link(link.a, link.b)
        assert (other.verdict, other.related) == (link.verdict, link.related)
        assert other.finding.lower == mirrored[link.finding.lower]
        if link.special and other.special:
            assert other.special.relation is link.special.relation
    classes = {frozenset(group) for group in family(there).classes}
    assert classes == {frozenset(group) for group in family(back).classes}


@pytest.mark.parametrize("names", [GAUSSIAN, MIXTURES, ENCODERS], ids=["gaussian", "mixtures", "encoders"])
def test_the_tree_is_one(names: tuple[str, ...]) -> None:
    """No circle, no class twice, every class in the picture, children beside their parents, none on another."""
    found = family(some(names))
    graph = nx.Graph((s.start, s.end) for s in found.steps)
    assert nx.is_forest(graph)
    assert sorted(n for group in found.classes for n in group) == sorted(names)
    placed = branches(found)
    assert sorted(b.names for b in placed) == sorted(found.classes)
    assert len({(b.depth, b.row) for b in placed}) == len(placed)
    assert all(b.parent is None or placed[b.parent].depth == b.depth - 1 for b in placed)


def test_data_has_every_pair() -> None:
    found = table.data(some(ENCODERS))
    assert json.loads(json.dumps(found)) == json.loads(json.dumps(found, sort_keys=True))
    assert len(found["pairs"]) == 10
    assert {p["finding"]["relation"] for p in found["pairs"]} == {"different"}


def test_a_sign_reads_along_the_row() -> None:
    link = some(MIXTURES).link("mmvae", "mmvae_tight")
    assert (link.sign("mmvae"), link.sign("mmvae_tight")) == ("<", ">")
    rows = {line.split()[1]: line.split()[2:] for line in str(some(MIXTURES)).splitlines()[1 : len(MIXTURES) + 1]}
    assert rows["mmvae_tight"][MIXTURES.index("mmvae")] == ">"
    assert rows["cmvae"][MIXTURES.index("mmvae_plus")] == rows["mmvae_plus"][MIXTURES.index("cmvae")] == "(=)"


def test_assumed_values_count() -> None:
    (link,) = relate("mmvm", "nexus", assuming={"beta": 1}).links
    assert link.verdict is Relation.DIFFERENT
    (same,) = relate("jmvae", "telbo_joint", assuming={"alpha": 0}).links
    assert same.special is None or "alpha" not in same.special.under


@pytest.mark.parametrize(
    ("names", "said"), [(("mvae",), "1 is too few"), (("mvae", "mvae"), "two models have the name 'mvae'")]
)
def test_a_matrix_has_several_models(names: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        relate(*names)


@pytest.mark.slow
def test_all_reference_models() -> None:
    told: list[int] = []
    found = relate(*mg.names(), tell=lambda done, _of: told.append(done))
    count = len(mg.names())
    assert told == list(range(1, count * (count - 1) // 2 + 1))
    assert [group for group in family(found).classes if len(group) > 1] == [
        ("me_mvae", "mnist_svhn_poe"),
        ("mhvae", "mhvae_subsets"),
        ("mmvae", "mmvae_dreg"),
    ]
    assert {(x.a, x.b) for x in found.links if x.verdict is Relation.ORDERED} == {
        ("mmvae", "mmvae_tight"),
        ("mmvae_dreg", "mmvae_tight"),
        ("mmvm", "mmvm_exact"),
    }
