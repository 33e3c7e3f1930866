"""Every part of a spec with games, statistics, phases, moves or random evidence counts: changed alone, it is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

import mvgraph as mg
from mvgraph.interface.specs import accepted
from mvgraph.language.expr import Formula
from mvgraph.objective.difference.relation import Relation
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Spec
from mvgraph.spec.moves import moves
from mvgraph.spec.phases import Objective
from mvgraph.spec.terms import BatchStatistic, Drop, Route
from mvgraph.vocab.game import Game

NAMES = ("maae", "maae_compat", "mwae", "mhvae_gan", "dcca", "dccae", "telbo", "jnf", "nexus", "mmvae_dreg")
PLAYS: tuple[Any, ...] = ("gan", "lsgan", "gan_compat", {"wgan": {"clip": 0.01}}, {"wgan": {"clip": 0.02}})
Mutant = tuple[str, Spec]


def mutants(spec: Spec) -> Iterator[Mutant]:
    """A spec with one thing changed that its training depends on."""
    yield from objectives(spec.objective, lambda o: replace(spec, objective=o))
    for n, phase in enumerate(spec.phases):

        def put(objective: Objective, n: int = n) -> Spec:
            found = replace(spec.phases[n], objective=objective)
            return replace(spec, phases=(*spec.phases[:n], found, *spec.phases[n + 1 :]))

        yield from ((f"phase {n}, {words}", made) for words, made in objectives(phase.objective, put))
    yield from phases(spec)
    yield from plays(spec)


def objectives(objective: Objective, put: Any) -> Iterator[Mutant]:
    """One written term gone, twice as heavy, or with another option."""
    for side in ("maximize", "minimize"):
        terms = getattr(objective, side)
        for n, term in enumerate(terms):
            rest = (*terms[:n], *terms[n + 1 :])
            if rest or (objective.maximize and side == "minimize"):
                yield f"{side} {n} gone", put(replace(objective, **{side: rest}))
            for words, other in changed(term):
                yield f"{side} {n} {words}", put(replace(objective, **{side: (*terms[:n], other, *terms[n + 1 :])}))


def changed(term: Any) -> Iterator[tuple[str, Any]]:
    yield "twice", replace(term, weight=Formula(f"2*({term.weight.text})"))
    if isinstance(term, Contest):
        yield "balance", replace(term, balance="even" if term.balance == "pooled" else "pooled")
        yield from ((f"play {p}", replace(term, play=Game.read(p))) for p in PLAYS if Game.read(p) != term.play)
    if isinstance(term, BatchStatistic):
        options = {f.name: getattr(term.value, f.name) for f in fields(term.value)}
        yield "ridge", replace(term, value=replace(term.value, ridge=2 * options["ridge"]))
        yield "top", replace(term, value=replace(term.value, top=1))
    if isinstance(term, Route) and term.drop is not None:
        yield "never dropped", replace(term, drop=None)
        yield "dropped more often", replace(term, drop=Drop(p=term.drop.p / 2))


def phases(spec: Spec) -> Iterator[Mutant]:
    """A phase gone, the order, what rests."""
    if not spec.phases:
        return
    yield "phases turned", replace(spec, phases=spec.phases[::-1])
    yield "first phase twice", replace(spec, phases=(replace(spec.phases[0], name="more"), *spec.phases))
    for n, phase in enumerate(spec.phases):
        rest = (*spec.phases[:n], *spec.phases[n + 1 :])
        yield f"phase {n} gone", replace(spec, phases=rest)
        others = [(), ("p.x",), ("q.z.experts",)]
        for freeze in (f for f in others if set(f) != set(phase.freeze)):
            yield (
                f"phase {n} freezes {freeze}",
                replace(spec, phases=tuple(replace(p, freeze=freeze) if p is phase else p for p in spec.phases)),
            )


def plays(spec: Spec) -> Iterator[Mutant]:
    """A move gone, the order of moves, another loss for one."""
    own = moves(spec)
    if len(own) > 1:
        yield "moves turned", replace(spec, moves=own[::-1])
        yield "a move more", replace(spec, moves=(*own, own[-1]))
    if len(own) > 2:
        yield "two moves exchanged", replace(spec, moves=(own[0], *own[:0:-1]))
        total = replace(own[0], loss="total")
        yield "one loss for the model", replace(spec, moves=(total, own[1]))


IDLE = {
    ("dcca", "maximize 0 gone"),  # its scores have weight 0
    ("dcca", "maximize 0 twice"),
    ("telbo", "phase 0 freezes ('q.z.experts',)"),  # no expert is in it
    ("jnf", "phase 0 freezes ('q.z.experts',)"),
    ("telbo", "phase 1 freezes ('p.x',)"),  # nor is the joint network here
}


def valid(spec: Spec) -> bool:
    """Whether there are no errors, such as a phase that freezes all it trains."""
    try:
        accepted(spec)
    except mg.SpecError:
        return False
    return True


CASES = [(name, words, made) for name in NAMES for words, made in mutants(mg.load(name)) if valid(made)]


@pytest.mark.parametrize(("name", "words", "mutant"), CASES, ids=[f"{n}: {w}" for n, w, _ in CASES])
def test_what_training_depends_on_counts(name: str, words: str, mutant: Spec) -> None:
    found = mg.diff(name, mutant)
    assert (found.verdict is Relation.IDENTICAL) is ((name, words) in IDLE)
    if found.verdict is Relation.SCALED:
        assert words.endswith("twice")


def test_there_are_many_mutants() -> None:
    assert len(CASES) > 80
