"""What is written correctly and has no meaning: densities that do not exist, wrong signs, counts below one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mvgraph.errors import Path, Problem
from mvgraph.graph.finding import (
    Check,
    attempt,
    densities,
    error,
    objectives,
    posteriors,
    reach,
    routes,
    scored_node,
    used_latents,
    value,
    warning,
    written,
)
from mvgraph.language.expr import Formula
from mvgraph.language.table import Table
from mvgraph.spec.model import Spec
from mvgraph.spec.phases import Objective
from mvgraph.spec.terms import Route, WrittenTerm
from mvgraph.vocab.family import Family, Role

NOUNS: dict[Role, str] = {
    "prior": "a prior",
    "expert": "an expert",
    "likelihood": "a likelihood",
    "auxiliary": "an auxiliary prior",
}
NO_KL = "a delta posterior has no KL; set beta: 0"


def roles(spec: Spec) -> Iterator[Problem]:
    """MVG302: a family where it cannot stand."""
    for path, family, role in _families(spec):
        if role not in family.roles:
            fitting = sorted(w for w in Family.registry if role in Family.registry[w].roles)
            yield error("MVG302", path, f"'{family.word}' cannot be {NOUNS[role]}", f"words: {', '.join(fitting)}")


def _families(spec: Spec) -> Iterator[tuple[Path, Family, Role]]:
    yield from ((("p", v.name, "latent"), v.family, "prior") for v in spec.latents)
    yield from ((("p", n.name, "likelihood"), n.likelihood, "likelihood") for n in spec.pseudo)
    for q in spec.posteriors:
        yield ("q", q.name, "expert"), q.expert, "expert"
        if q.fuse is not None and q.family(whole=True) is not q.expert:
            yield ("q", q.name, "fuse", q.fuse.word, "expert"), q.family(whole=True), "expert"
        if q.auxiliary is not None:
            yield ("q", q.name, "auxiliary"), q.auxiliary, "auxiliary"
    for path, family in _likelihoods(spec):
        yield path, family, "likelihood"


def _likelihoods(spec: Spec) -> Iterator[tuple[Path, Family]]:
    """The likelihoods as they are written, each once."""
    if spec.observed.likelihood is not None:
        yield ("p", spec.observed.name, "likelihood"), spec.observed.likelihood
    if spec.view_defaults.likelihood is not None:
        yield ("view_defaults", "likelihood"), spec.view_defaults.likelihood
    yield from ((("views", v.name, "likelihood"), v.likelihood) for v in spec.views if v.likelihood is not None)


def missing_likelihoods(spec: Spec) -> Iterator[Problem]:
    """MVG230: a view whose data have no distribution."""
    for name in spec.scored_views:
        if spec.view(name).likelihood is None:
            message = f"the view '{name}' has no likelihood"
            yield error("MVG230", ("views", name), message, "add likelihood: normal to it or to view_defaults")


def delta_betas(spec: Spec) -> Iterator[Problem]:
    """MVG303: a divergence of a point mass, asked for by a route."""
    for one, route in routes(spec):
        for name in (n for n in _deltas(spec) if n in used_latents(spec, scored_node(route))):
            by_name = isinstance(route.beta, Table) and name in route.beta
            path = (*one.path, "beta", name) if by_name else (*one.path, "beta")
            if route.word == "iwae":
                message = f"an importance weight needs the density of '{name}', and a delta has none"
                yield error("MVG303", one.path, message, "use elbo with beta: 0, or a normal expert")
            elif not _is_zero(route.beta_of(name)):
                yield error("MVG303", path, f"the posterior of '{name}' is a delta", NO_KL)


def delta_divergences(spec: Spec) -> Iterator[Problem]:
    """MVG304: a KL term with a point mass in it."""
    for one in written(spec):
        for path, density in densities(one):
            if one.term.compares and density.which == "q" and density.node in _deltas(spec):
                message = f"the posterior of '{density.node}' is a delta, and a delta posterior has no KL"
                yield error("MVG304", path, message, "drop this term, or write expert: normal")


def _deltas(spec: Spec) -> list[str]:
    found = posteriors(spec).items()
    return [n for n, q in found if not (q.expert.is_density and q.family(whole=True).is_density)]


def _is_zero(formula: Formula) -> bool:
    return attempt(_vanishing, formula) is True


def _vanishing(formula: Formula) -> bool:
    return formula.vanishes


def signs(spec: Spec) -> Iterator[Problem]:
    """MVG305: a bound that is minimised, or a divergence that is maximised."""
    for one in written(spec):
        word, wrong = one.term.word, "maximize" if one.term.is_distance else "minimize"
        if one.list == wrong:
            right = "maximize" if wrong == "minimize" else "minimize"
            kind = "a bound that grows as the model gets better" if right == "maximize" else "a distance to be closed"
            yield error("MVG305", one.path, f"'{word}' is {kind}, and stands under {wrong}", f"move it under {right}")


def counts(spec: Spec) -> Iterator[Problem]:
    """MVG306: fewer than one sample."""
    if spec.estimator.samples < 1:
        yield error("MVG306", ("estimator", "samples"), f"{spec.estimator.samples} samples", "samples is 1 or more")
    for one, route in routes(spec):
        if route.samples < 1:
            yield error("MVG306", (*one.path, "samples"), f"{route.samples} samples", "samples is 1 or more")


def pseudo_weights(spec: Spec) -> Iterator[Problem]:
    """MVG309 (warning): an importance weight made from a score that is no density."""
    for one, route in ((o, r) for o, r in routes(spec) if r.word == "iwae"):
        scored = reach(spec, route, route.to)
        likelihoods = {v: spec.view(v).likelihood for v in sorted(scored.views)} if scored else {}
        pseudo = [v for v, family in likelihoods.items() if family is not None and not family.is_density]
        if pseudo:
            message = f"the likelihood of {', '.join(pseudo)} is no density, so this iwae is no bound on log p(X)"
            yield warning("MVG309", one.path, message, "use a density, e.g. likelihood: normal")


def mixture_betas(spec: Spec) -> Iterator[Problem]:
    """MVG312: different weights for shared latents whose KL is that of one mixture."""
    shared = [v.name for v in spec.latents if not v.plate and v.name in used_latents(spec)]
    for one, route in routes(spec) if spec.mixture != "none" else ():
        betas = dict.fromkeys(route.beta_of(name) for name in shared)
        if len(betas) > 1 and route.density == "mixture":
            message = f"the shared latents {', '.join(shared)} have one mixture density, hence one KL and one weight"
            yield error("MVG312", (*one.path, "beta"), message, "give them the same beta, or write density: component")


def nothing(spec: Spec) -> Iterator[Problem]:
    """MVG313: an objective without any term, or whose terms cancel each other."""
    for path, one in objectives(spec).items():
        terms = (*one.maximize, *one.minimize)
        if not terms:
            remedy = "add a term, e.g. maximize: [{elbo: {from: V, to: V}}]"
            yield error("MVG313", path, "the objective has no term: there is nothing to train", remedy)
        elif all(_is_void(spec, term) for term in terms):
            message = "the objective is zero: every weight is zero, or no set of views is left to score"
            yield error("MVG313", path, message, "give a term a weight, and views that exist")
        elif _cancels(spec, one):
            message = "the objective is zero: its terms cancel each other"
            yield error("MVG313", path, message, "give them weights that differ")


def _cancels(spec: Spec, objective: Objective) -> bool:
    """Whether terms that are alike but for their weights add up to nothing, all of them."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for sign, terms in ((1, objective.maximize), (-1, objective.minimize)):
        for term in terms:
            weight = value(spec, term.weight)
            if weight is None or term.is_distance == (sign == 1):  # on the wrong side, which is told
                return False
            sums[term.word, str(_without_weight(term))] += sign * weight
    return all(total == 0 for total in sums.values())


def _without_weight(term: WrittenTerm) -> dict[str, object]:
    return {name: each for name, each in vars(term).items() if name != "weight"}


def _is_void(spec: Spec, term: WrittenTerm) -> bool:
    if value(spec, term.weight) == 0:
        return True
    if not isinstance(term, Route):
        return False
    found = [reach(spec, term, text) for text in (term.from_, term.to)]
    weights = [*_weights(term.beta), *_weights(term.likelihood_weight)]
    tables = isinstance(term.beta, Table) or isinstance(term.likelihood_weight, Table)
    silent = not tables and all(value(spec, w) == 0 for w in weights)
    return silent or any(f is not None and not f.sizes for f in found)


def _weights(weight: Formula | Table[Formula]) -> list[Formula]:
    return [weight] if isinstance(weight, Formula) else list(weight.values())


CHECKS: tuple[Check, ...] = (
    roles,
    missing_likelihoods,
    delta_betas,
    delta_divergences,
    signs,
    counts,
    pseudo_weights,
    mixture_betas,
    nothing,
)
