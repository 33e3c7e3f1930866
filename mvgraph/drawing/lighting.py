"""Which nodes and edges of a picture every term of the objective comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

from mvgraph.drawing.diagram import Group, Part
from mvgraph.drawing.folding import Folding
from mvgraph.drawing.parameters import makes
from mvgraph.drawing.sketch import Line, Mark, Sketch
from mvgraph.language.table import Table
from mvgraph.objective.atoms import KL, Atom, Comparison, Draw, Likelihood, LogMeanExp
from mvgraph.objective.canonical import Objective
from mvgraph.objective.comparisons import CE, Deviation, PooledKL
from mvgraph.objective.explaining import Account
from mvgraph.objective.folding.formulas import formula as formula_of
from mvgraph.objective.games import Critic, Generator, Reconstruction, Sample
from mvgraph.objective.keys import (
    Auxiliary,
    Centered,
    Empirical,
    Expert,
    Fused,
    Joint,
    Marginalised,
    Mixture,
    Pool,
    Pooled,
    Prior,
    Ref,
    Standard,
)
from mvgraph.objective.statistics import Statistical
from mvgraph.spec.graphs import data_names
from mvgraph.spec.model import Spec

Step = tuple[str, str, Part]  # a line by the names of its ends, views and levels unrolled
UNROLLED = Folding()


@dataclass(frozen=True)
class Light:
    """What is lit: lines, and nodes that none of them needs to lead to; names that are not drawn do no harm."""

    steps: frozenset[Step] = frozenset()
    nodes: frozenset[str] = frozenset()

    def __or__(self, other: Light) -> Light:
        return Light(self.steps | other.steps, self.nodes | other.nodes)


@dataclass(frozen=True)
class Scene:
    """The unrolled picture of a spec."""

    spec: Spec
    sketch: Sketch

    @cached_property
    def lines(self) -> dict[Step, Line]:
        """Every line by the names of its ends."""
        return {(UNROLLED.name(x.source), UNROLLED.name(x.target), x.part): x for x in self.sketch.lines}

    @cached_property
    def marks(self) -> dict[str, Mark]:
        """Every node by its name."""
        return {UNROLLED.name(mark): mark for mark in self.sketch.marks}

    @cached_property
    def networks(self) -> dict[Line, list[Line]]:
        """For every line the lines from the parameters of the network behind it, where those are drawn."""
        dots = [x for x in self.sketch.lines if x.source.kind == "parameter"]
        return {x: [dot for dot in dots if makes(dot, x)] for x in self.sketch.lines}

    @cached_property
    def data(self) -> dict[str, str]:
        """The node of each view's datum."""
        return dict(zip(self.spec.view_names, data_names(self.spec), strict=True))

    def into(self, name: str, part: Part) -> Light:
        """A node and the lines of one part that lead to it."""
        return Light(frozenset(s for s in self.lines if s[1:] == (name, part)), frozenset({name}))


def groups(account: Account, sketch: Sketch, folding: Folding) -> Table[tuple[Group, ...]]:
    """For every term that `explain` prints what it comes from, in the picture that is folded as said.

    Arguments:
        account: of the spec.
        sketch: its unrolled picture.
        folding: how that is drawn.

    Returns:
        The terms of each phase by its name; those of an objective without phases under no name.
    """
    scene = Scene(account.spec, sketch)
    phases = account.objective.phases or {"": account.objective}
    return Table({name: tuple(_groups(scene, folding, name, account, one)) for name, one in phases.items()})


def _groups(scene: Scene, folding: Folding, phase: str, account: Account, objective: Objective) -> Iterator[Group]:
    for n, (line, formula, atoms) in enumerate(_printed(account, objective), 1):
        light = _all(scene, atoms)
        yield Group(f"{phase or 'term'}.{n}", formula, line, _members(scene, folding, light))


def _printed(account: Account, objective: Objective) -> Iterator[tuple[str, str, list[Atom]]]:
    """Each line as text and as LaTeX, with the atom that it is of, or all those that a folded sum stands for."""
    found = account.folded(objective.terms)
    if found is None:
        terms = zip(objective.lines, objective.formulas, objective.terms, strict=True)
        yield from ((line, formula, [atom]) for line, formula, (_, atom) in terms)
        return
    for piece in found.pieces:
        atoms = [atom for _, atom in piece.unfolded(found.universe)]
        yield str(piece), formula_of(account.notation, piece), atoms


def _members(scene: Scene, folding: Folding, light: Light) -> frozenset[str]:
    """The ids of nodes and edges: lines with their ends, and the parameters that make them."""
    lit = [scene.lines[s] for s in light.steps if s in scene.lines]
    lit += [dot for line in lit for dot in scene.networks[line]]
    marks = [m for line in lit for m in (line.source, line.target)]
    marks += [scene.marks[name] for name in light.nodes if name in scene.marks]
    return frozenset([*map(folding.name, marks), *(folding.edge(line) for line in lit)])


def _all(scene: Scene, parts: Iterable[Any]) -> Light:
    """Several keys, draws or atoms together."""
    return _union(READERS[type(part)](scene, part) for part in parts)


def _union(lights: Iterable[Light]) -> Light:
    return reduce(or_, lights, Light())


def _through(ref: Ref, sources: Iterable[str]) -> Light:
    """From sources to the node where experts meet, and on to the latent."""
    meeting = f"q.{ref}"
    return Light(frozenset([*((s, meeting, "q") for s in sources), (meeting, str(ref), "q")]), frozenset({str(ref)}))


def _prior(scene: Scene, key: Prior) -> Light:
    return scene.into(str(key.ref), "p")


def _borrowed(_: Scene, key: Prior) -> Light:
    """The standard normal in a prior that is made of posteriors."""
    return _from_prior(key.ref)


def _from_prior(ref: Ref, sources: Iterable[str] = ()) -> Light:
    """From data to a prior that is made of posteriors, and on to the latent."""
    meeting = f"prior.{ref.node}"
    return Light(frozenset([*((s, meeting, "q") for s in sources), (meeting, str(ref), "q")]), frozenset({str(ref)}))


def _empirical(scene: Scene, key: Empirical) -> Light:
    return _from_prior(key.ref, scene.data.values())


def _auxiliary(_: Scene, key: Auxiliary) -> Light:
    return Light(frozenset({(f"r.{key.ref}", str(key.ref), "q")}), frozenset({str(key.ref)}))


def _expert(scene: Scene, key: Expert) -> Light:
    """By a line of its own where there is one, else through the node where experts meet."""
    alone: Step = (scene.data[key.view], str(key.ref), "q")
    return Light(frozenset({alone})) if alone in scene.lines else _through(key.ref, [scene.data[key.view]])


def _joint(scene: Scene, key: Joint) -> Light:
    return _through(key.ref, (scene.data[v] for v in key.views))


def _pooled(scene: Scene, key: Pooled) -> Light:
    return _through(key.ref, map(str, key.reads) if key.reads else (scene.data[v] for v in key.views))


def _fused(scene: Scene, key: Fused) -> Light:
    """The experts; a conditional prior among them by the lines from its parents to where they meet."""
    priors = [k for k in key.members if isinstance(k, Prior)]
    parents = [str(r) for k in priors for r in (*k.given, *k.fixed)]
    return _all(scene, (k for k in key.members if k not in priors)) | _through(key.ref, parents)


def _mixture(scene: Scene, key: Mixture) -> Light:
    return _all(scene, (k for part in key.parts for k in part))


def _centered(scene: Scene, key: Centered | Pool) -> Light:
    return _all(scene, key.members)


def _draw(scene: Scene, draw: Draw) -> Light:
    return Light(nodes=frozenset({str(draw.ref)})) | _all(scene, (draw.key, *draw.given))


def _likelihood(scene: Scene, atom: Likelihood) -> Light:
    """The target, its parents, how they were drawn; of pseudo-data, what it is a draw of, too."""
    found = scene.into(str(atom.target), "p") | _all(scene, atom.draws)
    return found if atom.value is None else found | scene.into(str(atom.target), "q") | _all(scene, [atom.value])


def _comparison(scene: Scene, atom: Comparison) -> Light:
    """Both densities. The posterior of another copy is compared with by way of a prior that is made of posteriors."""
    found = _all(scene, (atom.of, *atom.to, *atom.given))
    if isinstance(atom.of, Mixture):
        return found
    ref, others = atom.of.ref, (k for k in atom.to if isinstance(k, Expert))
    return found | _union(_from_prior(ref, [scene.data[k.view]]) for k in others if k.ref != ref)


def _deviation(scene: Scene, atom: Deviation) -> Light:
    return _all(scene, (atom.of, atom.center))


def _pooled_kl(scene: Scene, atom: PooledKL) -> Light:
    views = [k.view for k in atom.to.members if isinstance(k, Expert)]
    return _all(scene, (atom.of, atom.to)) | _from_prior(atom.of.ref, (scene.data[v] for v in views))


def _log_mean_exp(scene: Scene, atom: LogMeanExp) -> Light:
    return _all(scene, (a for part in atom.parts for terms in (part.scores, part.ratios) for _, a in terms))


def _statistical(scene: Scene, atom: Statistical) -> Light:
    seen = atom.statistic.word.upper()
    return _all(scene, atom.draws) | Light(frozenset((str(d.ref), seen, "game") for d in atom.draws))


def _player(scene: Scene, atom: Generator | Critic) -> Light:
    match = atom.match
    samples: list[Sample] = [match.real, *(f.sample for f in match.fakes)]
    looks = Light(frozenset((str(s.ref), match.critic, "game") for s in samples), frozenset({match.critic}))
    remade = (scene.into(str(s.ref), "p") for s in samples if isinstance(s, Reconstruction))
    return looks | _all(scene, (d for s in samples for d in s.draws)) | _union(remade)


READERS: dict[type, Callable[[Scene, Any], Light]] = {
    Prior: _prior,
    Marginalised: _prior,
    Standard: _borrowed,
    Empirical: _empirical,
    Auxiliary: _auxiliary,
    Expert: _expert,
    Joint: _joint,
    Pooled: _pooled,
    Fused: _fused,
    Mixture: _mixture,
    Pool: _centered,
    Centered: _centered,
    Draw: _draw,
    Likelihood: _likelihood,
    KL: _comparison,
    CE: _comparison,
    Deviation: _deviation,
    PooledKL: _pooled_kl,
    LogMeanExp: _log_mean_exp,
    Statistical: _statistical,
    Generator: _player,
    Critic: _player,
}
