"""What sets objectives apart beside their terms: players and moves, statistics, random evidence, phases."""

from __future__ import annotations

from dataclasses import replace

import pytest

import mvgraph as mg
from mvgraph.objective.difference.relation import Relation

GAME = {"real": "p(z)", "fake": "q(z | m)", "for": {"m": "V"}, "play": "gan", "balance": "pooled"}


def maae(**changed):
    """mAAE with its game written otherwise."""
    return mg.load({"extends": "maae", "name": "other", "objective": {"minimize": [{"game": {**GAME, **changed}}]}})


def test_one_game_is_one_objective():
    assert mg.diff("maae", maae()).verdict is Relation.IDENTICAL


@pytest.mark.parametrize("changed", [{"balance": "even"}, {"play": "lsgan"}, {"weight": 2}])
def test_both_players_count(changed):
    """Another loss, another balance of the critic, another weight of the generator."""
    found = mg.diff("maae", maae(**changed))
    assert found.verdict is Relation.DIFFERENT
    assert found.removed + tuple(found.changed)


def test_no_scale_is_offered_for_a_game():
    """Twice the generator's loss, and twice the scores, is not the same play: the critic's loss stays."""
    spec = mg.load("maae")
    doubled = tuple(replace(t, weight=type(t.weight)("2")) for t in spec.objective.maximize)
    games = tuple(replace(t, weight=type(t.weight)("2")) for t in spec.objective.minimize)
    other = replace(spec, objective=replace(spec.objective, maximize=doubled, minimize=games))
    found = mg.diff(spec, other)
    assert found.verdict is Relation.DIFFERENT
    assert found.special is None


def test_the_order_of_moves_counts():
    spec = mg.load("maae")
    moves = [{"update": ["critic"], "loss": "critic"}, {"update": ["p", "q"], "loss": "objective"}]
    moves.append({"update": ["q"], "loss": "generator"})
    other = mg.load({"extends": "maae", "name": "other", "moves": moves})
    found = mg.diff(spec, other)
    assert found.verdict is Relation.DIFFERENT
    assert found.special is not None
    assert (found.special.relation, found.special.given) == (Relation.IDENTICAL, ("the same moves of the players",))


def test_the_batch_is_a_part_of_a_statistic():
    found = mg.diff("dcca", {"extends": "dcca", "training": {"batch_size": 17}})
    assert found.verdict is Relation.DIFFERENT
    assert found.special is not None
    assert found.special.given == ("the same size of a batch",)
    assert mg.diff("mvae", {"extends": "mvae", "training": {"batch_size": 17}}).verdict is Relation.IDENTICAL


def test_random_evidence_counts():
    spec = mg.load("nexus")
    routes = tuple(replace(t, drop=None) for t in spec.objective.maximize)
    found = mg.diff(spec, replace(spec, objective=replace(spec.objective, maximize=routes)))
    assert found.verdict is Relation.DIFFERENT
    assert found.special is not None
    assert found.special.given == ("the same random evidence",)


def test_phases_are_compared_one_by_one():
    spec = mg.load("telbo")
    assert mg.diff(spec, replace(spec, phases=spec.phases[::-1])).verdict is Relation.DIFFERENT
    assert mg.diff(spec, replace(spec, phases=spec.phases[:1])).verdict is Relation.DIFFERENT
    longer = replace(spec, phases=(replace(spec.phases[0], epochs=7), *spec.phases[1:]))
    found = mg.diff(spec, longer)
    assert found.verdict is Relation.IDENTICAL
    assert [str(c) for c in found.training] == ["phase 1, epochs: 100 -> 7"]
    assert list(found.phases) == ["joint", "unimodal"]


def test_one_phase_below_the_other_way_round_is_no_order():
    """One phase higher and the other lower is different; both lower is lower."""
    spec = mg.load("telbo")

    def weighed(*betas):
        pairs = zip(spec.phases, betas, strict=True)
        found = []
        for phase, beta in pairs:
            routes = tuple(replace(t, beta=type(t.weight)(str(beta))) for t in phase.objective.maximize)
            found.append(replace(phase, objective=replace(phase.objective, maximize=routes)))
        return replace(spec, phases=tuple(found))

    both = mg.diff(weighed(2, 2), weighed(1, 1))
    assert (both.verdict, both.finding.lower) == (Relation.ORDERED, "A")
    assert mg.diff(weighed(2, 1), weighed(1, 2)).verdict is Relation.DIFFERENT
