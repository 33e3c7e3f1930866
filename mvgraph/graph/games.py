"""What can be wrong with a game: its players, the fakes, and the order of the moves."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.errors import Path, Problem, SpecError
from mvgraph.graph.finding import (
    Check,
    Written,
    attempt,
    components,
    error,
    evidence,
    warning,
    written,
)
from mvgraph.language.density import Data, Density, parse_sample
from mvgraph.registry import nearest
from mvgraph.spec.games import Contest, Loss
from mvgraph.spec.model import Spec
from mvgraph.spec.moves import contests, reaches

WITHOUT: dict[Loss, str] = {
    "objective": "nothing moves on the objective: its other terms are not trained",
    "generator": "nothing moves on the generator: no fake ever learns to pass for real",
}


def games(spec: Spec) -> Iterator[tuple[Written, Contest, Density | Data, Density | Data]]:
    """The games whose reals and fakes can be read, with these."""
    for one in written(spec):
        if isinstance(one.term, Contest):
            real, fake = (attempt(parse_sample, text) for _, text in one.term.samples)
            if not isinstance(real, SpecError) and not isinstance(fake, SpecError):
                yield one, one.term, real, fake


def data(spec: Spec) -> Iterator[Problem]:
    """MVG349: reals or fakes that are the data of no view."""
    for one, _, *both in games(spec):
        for key, text in zip(("real", "fake"), both, strict=True):
            if isinstance(text, Data):
                yield from _data(spec, one, (*one.path, key), text)


def _data(spec: Spec, one: Written, path: Path, text: Data) -> Iterator[Problem]:
    observed = spec.observed.name
    if text.node != observed:
        name = f"{text.node}.{text.copy}"
        latent = any(v.name == text.node for v in spec.latents)
        remedy = f"write p({name}) or q({name} | {text.copy})" if latent else nearest(text.node, [observed])
        yield error("MVG349", path, f"'{text.node}' is not the observed node", remedy)
    elif text.copy not in one.term.for_ and spec.view_named(text.copy) is None:
        known = [*spec.view_names, *one.term.for_]
        yield error("MVG349", path, f"'{text.copy}' is neither a view nor bound by `for`", nearest(text.copy, known))
    elif one.variables.get(text.copy) is False:
        message = f"'{text.copy}' is a set of views, and data belong to one view"
        yield error("MVG349", path, message, "bind a view: for: {m: V}")


def players(spec: Spec) -> Iterator[Problem]:
    """MVG341: fakes that cannot pass for what is real, or that nothing makes."""
    for one, term, real, fake in games(spec):
        path = (*one.path, "fake")
        if (real.node, real.copy) != (fake.node, fake.copy):
            names = [t.node if t.copy is None else f"{t.node}.{t.copy}" for t in (fake, real)]
            remedy = f"let both be of '{names[1]}'"
            yield error("MVG341", path, f"a fake '{names[0]}' cannot pass for a real '{names[1]}'", remedy)
        elif isinstance(fake, Density) and fake.which == "p":
            remedy = f"write fake: q({fake.node} | V), or q({fake.node} | m) with for: {{m: V}}"
            yield error("MVG341", path, "a prior makes no fakes: nobody would learn from the game", remedy)
        elif isinstance(fake, Data) and term.from_ is None:
            message = f"'{fake.node}.{fake.copy}' is reconstructed, and the game does not say from which views"
            yield error("MVG341", path, message, "add from: V, or from: [n] with for: {n: V}")
        elif isinstance(fake, Density) and term.from_ is not None:
            message = f"the fake says itself what it is inferred from: {fake.views}"
            yield error("MVG341", (*one.path, "from"), message, "drop from")


def random_fakes(spec: Spec) -> Iterator[Problem]:
    """MVG342: random evidence in a game, or a real that is a mixture."""
    for one, term, real, _ in games(spec):
        for name, text in term.for_.items():
            if "random" in text:
                message = "a game has no random evidence: its fakes are those that every step makes"
                yield error("MVG342", (*one.path, "for", name), message, "write V, singles, full or subsets")
        given = evidence(spec, term, real) if isinstance(real, Density) and real.which == "q" else None
        if given is not None and max(components(spec, given.sizes), default=0) and _mixed(spec, given.sizes):
            message = f"under mixture: {spec.mixture} this posterior is a mixture, and a real is one draw"
            yield error("MVG342", (*one.path, "real"), message, "give it one view, or write mixture: none")


def _mixed(spec: Spec, sizes: frozenset[int]) -> bool:
    return spec.mixture != "none" and max(sizes, default=0) > 1


def moves(spec: Spec) -> Iterator[Problem]:
    """MVG344, MVG345: moves without a game, of nobody, or on a loss that does not depend on what they update."""
    if spec.moves and not any(isinstance(one.term, Contest) for one in written(spec)):
        message = "moves order the players of a game, and the objective has no game"
        yield error("MVG344", ("moves",), message, "drop moves; all parameters take their steps together")
        return
    if any(isinstance(attempt(parse_sample, text), SpecError) for c in contests(spec) for _, text in c.samples):
        return
    known = reaches(spec)
    for number, move in enumerate(spec.moves):
        path = ("moves", number)
        if not move.update:
            yield error("MVG345", (*path, "update"), "a move that updates nothing", "write update: [p, q], or [critic]")
        for at, group in enumerate(move.update):
            if group not in known[move.loss]:
                groups = ", ".join(sorted(known[move.loss]))
                message = f"'{group}' does not change the loss '{move.loss}': the move would move nothing"
                yield error("MVG345", (*path, "update", at), message, f"that loss depends on {groups}")


def players_that_rest(spec: Spec) -> Iterator[Problem]:
    """MVG346: a critic that never moves; MVG347 (warning): an objective or a generator that never does."""
    if not spec.moves or not contests(spec):
        return
    done = {m.loss for m in spec.moves}
    if "critic" not in done:
        message = "no move updates the critics: they would judge as they were born"
        yield error("MVG346", ("moves",), message, "add {update: [critic], loss: critic}")
    for part in (p for p in WITHOUT if p not in done and "total" not in done):
        if part == "generator" or spec.maximize:
            yield warning("MVG347", ("moves",), WITHOUT[part], f"add a move whose loss is {part}, or total")


def phased(spec: Spec) -> Iterator[Problem]:
    """MVG348: a game in one of several phases."""
    for one in written(spec) if spec.phases else ():
        if isinstance(one.term, Contest):
            message = "a game has moves of its own, and a spec with phases has none"
            yield error("MVG348", one.path, message, "write one objective, or leave the game out")


CHECKS: tuple[Check, ...] = (data, players, random_fakes, moves, players_that_rest, phased)
