"""What keeps an objective from being the plain evidence bound of one model, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mvgraph.graph.gradients import biased
from mvgraph.graph.pooling import pools
from mvgraph.objective.atoms import KL
from mvgraph.objective.evidence import drop_rates, random_parts
from mvgraph.objective.family import family_of
from mvgraph.objective.games import Generator
from mvgraph.objective.keys import Auxiliary, Mixture
from mvgraph.objective.terms import Term
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import BatchStatistic
from mvgraph.vocab.divergence import FITTED, closed_kl


def flags(spec: Spec, derived: Sequence[Term]) -> tuple[str, ...]:
    """All flags of a spec and the terms that are derived from it, sorted."""
    found = {flag for each in OF_SPEC for flag in each(spec)}
    found |= {*_surrogates(derived), *_fitted(spec, derived), *_games(derived)}
    return tuple(sorted(found))


def surrogate_refs(derived: Sequence[Term]) -> set[str]:
    """Private latents that some route draws from an auxiliary prior."""
    draws = (d for t in derived for a in t.atom.scored for d in a.draws)
    return {str(d.ref) for d in draws if isinstance(d.key, Auxiliary)}


def pseudo_views(spec: Spec) -> list[str]:
    """Views whose likelihood is no density."""
    families = {v: spec.view(v).likelihood for v in spec.scored_views}
    return [v for v, f in families.items() if f is not None and not f.is_density]


def improper_latents(spec: Spec) -> list[str]:
    """Latents whose prior has an infinite integral."""
    return [v.name for v in spec.latents if v.family.improper]


def fitted_divergences(spec: Spec, derived: Sequence[Term]) -> set[tuple[str, str]]:
    """The priors to which some divergence is evaluated by a fitted formula, as text, and what was fitted by whom."""
    if spec.estimator.kl == "sampled":
        return set()
    pairs = [(t.atom.of, t.atom.to[0]) for t in derived if isinstance(t.atom, KL)]
    single = [(of, to) for of, to in pairs if not isinstance(of, Mixture)]
    found = [(to, closed_kl(family_of(spec, of), family_of(spec, to))) for of, to in single]
    return {(str(to), FITTED[formula]) for to, formula in found if formula in FITTED}


def _surrogates(derived: Sequence[Term]) -> list[str]:
    return [f"surrogate: ratio of {ref} dropped (aux != prior)" for ref in surrogate_refs(derived)]


def _pseudo(spec: Spec) -> list[str]:
    word = {v: spec.view(v).likelihood for v in pseudo_views(spec)}
    return [f"pseudo-likelihood: {f.word} of view {v} is no density" for v, f in word.items() if f is not None]


def _pooled(spec: Spec) -> list[str]:
    made = pools(spec).values()
    convex = ["convex upper bound on KL(.||mix)"] if any(f.bound == "convex" for f in made) else []
    return [*convex, *(["empirical prior: no joint density p(X)"] if made else [])]


def _random(spec: Spec) -> list[str]:
    drawn = any(map(random_parts, (*spec.maximize, *spec.minimize)))
    return ["random subsets: shown in expectation"] if drawn else []


def _statistics(spec: Spec) -> list[str]:
    words = [t.value.word for t in (*spec.maximize, *spec.minimize) if isinstance(t, BatchStatistic)]
    return [f"batch statistic: {w} is no mean over rows, the batch size is part of the objective" for w in words]


def _uppers(spec: Spec) -> list[str]:
    read = [f"stopped gradient: q({q.name}|.) reads draws of {q.reads}" for q in spec.posteriors if q.reads]
    return [*read, *(f"pseudo-data: {n.name} is a draw of {n.pseudo}, its gradient stopped" for n in spec.pseudo)]


def _drops(spec: Spec) -> list[str]:
    loses = "a datum loses 1 to n - 1 of its n views as evidence"
    return [f"random evidence: with probability {p:g} {loses}; shown without" for p in drop_rates(spec)]


def _improper(spec: Spec) -> list[str]:
    families = {v: spec.latent(v).family.word for v in improper_latents(spec)}
    return [f"improper prior: {word} of {v}; its KL is known up to a constant" for v, word in families.items()]


def _fitted(spec: Spec, derived: Sequence[Term]) -> list[str]:
    return [f"approximate: KL(.||{to}) by {fit}" for to, fit in fitted_divergences(spec, derived)]


def _biased(spec: Spec) -> list[str]:
    return [f"biased gradient: {spec.estimator.gradient}, by draws that share a logarithm"] if any(biased(spec)) else []


def _games(derived: Sequence[Term]) -> list[str]:
    matches = [t.atom.match for t in derived if isinstance(t.atom, Generator)]
    players = [f"game: {m.critic} has a loss of its own; GAME is the loss of those who make the fakes" for m in matches]
    flaws = [f"game: {m.play.word}: {m.play.flaw}" for m in matches if m.play.flaw]
    return [*players, *flaws]


OF_SPEC: tuple[Callable[[Spec], list[str]], ...] = (
    _pseudo,
    _random,
    _statistics,
    _improper,
    _biased,
    _pooled,
    _uppers,
    _drops,
)
