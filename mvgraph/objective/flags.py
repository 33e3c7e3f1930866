"""What keeps an objective from being the plain evidence bound of one model, in words."""

from __future__ import annotations

from mvgraph.objective.atoms import Likelihood, LogMeanExp
from mvgraph.objective.deriving import expand
from mvgraph.objective.keys import Auxiliary
from mvgraph.spec.model import Spec


def flags(spec: Spec) -> tuple[str, ...]:
    """All flags of a spec, sorted."""
    return tuple(sorted({*_surrogates(spec), *_pseudo(spec), *_random(spec)}))


def surrogate_refs(spec: Spec) -> set[str]:
    """Private latents that some route draws from an auxiliary prior."""
    found: set[str] = set()
    for term in expand(spec):
        scores = [a for p in term.atom.parts for _, a in p.scores] if isinstance(term.atom, LogMeanExp) else [term.atom]
        for atom in (a for a in scores if isinstance(a, Likelihood)):
            found |= {str(d.ref) for d in atom.draws if isinstance(d.key, Auxiliary)}
    return found


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
    ranges = [text for term in (*spec.maximize, *spec.minimize) for text in term.for_.values()]
    return ["random subsets: shown in expectation"] if any("random" in t for t in ranges) else []


