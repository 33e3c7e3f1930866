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


MOVES = {
    "model": {"update": ["p", "q"], "loss": "objective"},
    "critic": {"update": ["critic"], "loss": "critic"},
    "makers": {"update": ["q"], "loss": "generator"},
    "both": {"update": ["p", "q"], "loss": "total"},
}


def moving(*names, **critic):
    """mAAE with other moves."""
    written = [{**MOVES[n], **(critic if n == "critic" else {})} for n in names]
    return mg.load({"extends": "maae", "name": "other", "moves": written})


@pytest.mark.parametrize(
    "order",
    [
        ("critic", "model", "makers"),
        ("model", "makers", "critic"),
        ("model", "critic", "critic", "makers"),
        ("both", "critic"),
    ],
)
def test_every_other_order_of_moves_is_another_play(order):
    found = mg.diff("maae", moving(*order))
    assert found.verdict is Relation.DIFFERENT
    assert found.special is not None
    assert found.special.given == ("the same moves of the players",)
    assert {c.what.rstrip("1234") for c in found.players} == {"move "}


def test_what_does_not_change_the_play():
    """The default moves written out, the groups of a move in another order, an optimizer of a player's own."""
    assert mg.diff("maae", {"extends": "maae", "moves": None}).same
    turned = [{**MOVES["model"], "update": ["q", "p"]}, MOVES["critic"], MOVES["makers"]]
    assert mg.diff("maae", {"extends": "maae", "moves": turned}).same
    found = mg.diff("maae", moving("model", "critic", "makers", optimizer="sgd"))
    assert found.same
    assert [str(c) for c in found.training] == ["move 2, optimizer: - -> sgd"]


def test_the_losses_of_both_players_are_shown():
    found = {c.what: (c.before, c.after) for c in mg.diff("maae", "maae_compat").players}
    assert found == {
        "critic C, at each fake": ("-log(1 - σ(C))", "log σ(C) - 1"),
        "generator of C, at each fake": ("-log σ(C)", "1 - log σ(C)"),
    }
    pooled = {c.what: (c.before, c.after) for c in mg.diff("maae", maae(balance="even")).players}
    sides = ("the real and every fake alike", "half at the real, half at the fakes")
    assert pooled == {"critic C, counts": sides}
    assert "players\n  critic C, at the real" in str(mg.diff("maae", "mwae"))


def test_several_games_have_no_order():
    """Critics have numbers after their place in the text, which say nothing."""

    def games(*plays):
        written = [{"game": {**GAME, "play": play}} for play in plays]
        return mg.load({"extends": "maae", "name": "other", "objective": {"minimize": written}})

    found = mg.diff(games("gan", "lsgan"), games("lsgan", "gan"))
    assert found.same
    assert not found.players
    assert mg.diff(games("gan", "gan"), games("gan", "lsgan")).verdict is Relation.DIFFERENT
    assert mg.diff(games("gan", "gan"), games("gan", "gan")).same
    fewer = mg.diff(games("lsgan"), games("gan", "lsgan"))
    assert [str(a)[:8] for _, a in fewer.shared + fewer.added][-2:] == ["GAME_lsg", "GAME_gan"]
    assert len(mg.diff(games("gan"), games("gan", "gan", "gan")).added) == 2


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


def test_random_evidence_belongs_to_terms():
    """Of two routes with one sum, it counts which of them loses its evidence by chance; where both do, how often."""
    spec = mg.load("nexus")
    below, above = spec.objective.maximize
    twice = replace(above, weight=type(above.weight)("2"))

    def of(*routes):
        return replace(spec, objective=replace(spec.objective, maximize=(below, *routes)))

    one = of(above, replace(twice, drop=None))
    assert mg.diff(one, of(replace(twice, drop=None), above)).same
    found = mg.diff(one, of(replace(above, drop=None), twice))
    assert found.verdict is Relation.DIFFERENT
    assert not found.changed + found.removed + found.added
    assert found.special is not None
    assert found.special.given == ("the same random evidence",)
    gone = mg.diff("mmvm", spec).special
    assert gone is not None
    assert not any("random evidence" in words for words in gone.given)  # with weight 0, what is dropped is nothing


def test_phases_are_compared_one_by_one():
    spec = mg.load("telbo")
    turned = mg.diff(spec, replace(spec, phases=spec.phases[::-1]))
    assert turned.verdict is Relation.DIFFERENT
    assert turned.special is not None
    assert (turned.special.relation, turned.special.given) == (Relation.IDENTICAL, ("the same order of the phases",))
    assert mg.diff(spec, replace(spec, phases=spec.phases[:1])).verdict is Relation.DIFFERENT
    longer = replace(spec, phases=(replace(spec.phases[0], epochs=7), *spec.phases[1:]))
    found = mg.diff(spec, longer)
    assert found.verdict is Relation.IDENTICAL
    assert [str(c) for c in found.training] == ["phase 1, epochs: 100 -> 7"]
    assert list(found.phases) == ["joint", "unimodal"]


@pytest.mark.parametrize("name", ["telbo", "jnf"])
def test_what_rests_is_a_part_of_a_phase(name):
    """The decoders and the joint network rest in the second phase; a fixed prior has nothing that could."""
    spec = mg.load(name)

    def freezing(*parts):
        return replace(spec, phases=(spec.phases[0], replace(spec.phases[1], freeze=parts)))

    for parts in (("p.x", "q.z.joint"), ("q.z.joint", "p"), ("p.x.1", "p.x.2", "q.z.joint")):
        idle = {"jnf": True, "telbo": "q.z.joint" in parts}[name]
        assert mg.diff(spec, freezing(*parts)).same is idle
    found = mg.diff(spec, freezing())
    assert found.verdict is Relation.DIFFERENT
    assert found.special is not None
    assert found.special.given == ("the same parts at rest in the phase unimodal",)
    assert mg.diff(spec, replace(spec, phases=(replace(spec.phases[0], freeze=("p.z",)), spec.phases[1]))).same


def twice(**options):
    """TELBO's first phase two times, with other options of its route: a pair of values each."""
    spec = mg.load("telbo")
    (route,) = spec.phases[0].objective.maximize
    routes = [replace(route, **{k: type(route.weight)(v[n]) for k, v in options.items()}) for n in (0, 1)]
    pairs = zip(spec.phases, routes, strict=True)
    return replace(spec, phases=tuple(replace(p, freeze=(), objective=type(p.objective)((r,))) for p, r in pairs))


def test_params_are_chosen_for_every_phase_at_once():
    """What adds up to the same over all phases is not the same training."""
    found = mg.diff(twice(likelihood_weight=("lam", "gamma")), twice(likelihood_weight=("2", "3")))
    assert found.verdict is Relation.DIFFERENT
    assert found.special is not None
    assert (found.special.relation, dict(found.special.under)) == (Relation.IDENTICAL, {"lam": "2", "gamma": "3"})
    other = mg.diff(twice(likelihood_weight=("1", "3")), twice(likelihood_weight=("2", "2")))
    assert (other.verdict, other.special) == (Relation.DIFFERENT, None)


def test_each_phase_may_have_a_factor_of_its_own():
    found = mg.diff(twice(weight=("4", "9")), twice(weight=("2", "3")))
    assert (found.verdict, str(found.finding.factor)) == (Relation.SCALED, "1")
    assert found.finding.notes == (
        "phase joint: equal up to a positive scale, A = 2 B",
        "phase unimodal: equal up to a positive scale, A = 3 B",
        "with a factor of its own in each phase",
    )
    same = mg.diff(twice(weight=("4", "6")), twice(weight=("2", "3")))
    assert (same.verdict, str(same.finding.factor)) == (Relation.SCALED, "2")


def test_the_first_phase_may_be_a_model_of_its_own():
    """I-2: JNF and TELBO begin as JMVAE."""
    for name, under in (("jnf", {"alpha": "0"}), ("telbo", {"alpha": "0", "lam": "1", "beta": "1"})):
        found = mg.diff(name, "jmvae").special
        assert found is not None
        assert (found.relation, dict(found.under)) == (Relation.IDENTICAL, under)
        assert found.given == ("A in its first phase alone",)


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
