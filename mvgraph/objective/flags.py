"""What keeps an objective from being the plain evidence bound of one model, in words."""

from __future__ import annotations

from mvgraph.objective.deriving import expand
from mvgraph.objective.evidence import random_parts
from mvgraph.objective.keys import Auxiliary
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import BatchStatistic


def flags(spec: Spec) -> tuple[str, ...]:
    """All flags of a spec, sorted."""
    return tuple(sorted({*_surrogates(spec), *_pseudo(spec), *_random(spec), *_statistics(spec)}))


def surrogate_refs(spec: Spec) -> set[str]:
    """Private latents that some route draws from an auxiliary prior."""
    draws = (d for t in expand(spec) for a in t.atom.scored for d in a.draws)
    return {str(d.ref) for d in draws if isinstance(d.key, Auxiliary)}


def pseudo_views(spec: Spec) -> list[str]:
    """Views whose likelihood is no density."""
    families = {v: spec.view(v).likelihood for v in spec.view_names}
    return [v for v, f in families.items() if f is not None and not f.is_density]


def _surrogates(spec: Spec) -> list[str]:
    return [f"surrogate: ratio of {ref} dropped (aux != prior)" for ref in surrogate_refs(spec)]


def _pseudo(spec: Spec) -> list[str]:
    word = {v: spec.view(v).likelihood for v in pseudo_views(spec)}
    return [f"pseudo-likelihood: {f.word} of view {v} is no density" for v, f in word.items() if f is not None]


def _random(spec: Spec) -> list[str]:
    drawn = any(map(random_parts, (*spec.maximize, *spec.minimize)))
    return ["random subsets: shown in expectation"] if drawn else []


def _statistics(spec: Spec) -> list[str]:
    words = [t.value.word for t in (*spec.maximize, *spec.minimize) if isinstance(t, BatchStatistic)]
    return [f"batch statistic: {w} is no mean over rows, the batch size is part of the objective" for w in words]
