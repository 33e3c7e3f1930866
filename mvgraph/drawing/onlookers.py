"""Marks and lines of what looks at nodes without being a part of p or q: critics of games, statistics of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mvgraph.drawing.sketch import Line, Mark, Nodes
from mvgraph.language.density import Data, Density, parse_density, parse_sample
from mvgraph.language.symbols import upright
from mvgraph.language.word import inline
from mvgraph.spec.games import Contest
from mvgraph.spec.graphs import copies, copy_name
from mvgraph.spec.model import Spec
from mvgraph.spec.moves import contests, variables
from mvgraph.spec.terms import BatchStatistic

Sample = Density | Data


def lines(spec: Spec, marks: Nodes) -> Iterator[Line]:
    """From what is looked at to who looks."""
    games = contests(spec)
    for number, game in enumerate(games, 1):
        yield from _critics(spec, marks, game, f"C{number}" if len(games) > 1 else "C")
    for term in (*spec.maximize, *spec.minimize):
        if isinstance(term, BatchStatistic) and term.weight.expr != 0:
            yield from _statistic(spec, marks, term)


def _critics(spec: Spec, marks: Nodes, game: Contest, name: str) -> Iterator[Line]:
    samples = [parse_sample(text) for _, text in game.samples]
    for view in spec.scored_views if variables(game) else (None,):
        critic = Mark(name, "critic", view, about=f"critic of the game {inline(game.play)}")
        for node in dict.fromkeys(n for s in samples for n in _nodes(spec, s, view)):
            yield Line(marks[node], critic, "game", about="{target} judges {source}")


def _statistic(spec: Spec, marks: Nodes, term: BatchStatistic) -> Iterator[Line]:
    name = term.value.word.upper()
    about = f"statistic of a whole batch: {inline(term.value)}"
    seen = Mark(name, "statistic", frame=upright(name), plain=name, about=about, per_row=False)
    for text in term.of:
        for node in _nodes(spec, parse_density(text), None):
            yield Line(marks[node], seen, "game", about="{target} reads {source}")


def _nodes(spec: Spec, sample: Sample, view: str | None) -> Iterable[str]:
    """The nodes that a sample may be of; all copies of a plated one, unless a view is singled out."""
    if isinstance(sample, Density):
        named = sample.among([v.name for v in spec.latents])
        plated = named.node in {v.name for v in spec.latents if v.plate}
        everything = copies(spec, spec.latent(named.node)) if plated else (None,)
        own, node = named.copy, named.node
    else:
        own, node, everything = sample.copy, sample.node, spec.scored_views
    fixed = spec.view_named(own) if own is not None else None
    chosen = [fixed] if fixed else [view] if view is not None and own is not None else everything
    return [copy_name(node, v) for v in chosen]
