"""What has no meaning in explicit divergences: mixtures, priors that are conditional or no density, centers."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mvgraph.errors import Path, Problem
from mvgraph.graph.finding import Check, Written, densities, error, evidence, posteriors, written
from mvgraph.language.density import Density
from mvgraph.language.index import parse_ranges
from mvgraph.spec.model import Latent, Spec
from mvgraph.spec.terms import CrossEntropy, Divergence, JensenShannon
from mvgraph.vocab.divergence import closed_kl

MAY_MIX: dict[type, tuple[str, ...]] = {Divergence: ("of", "to"), CrossEntropy: ("of",), JensenShannon: ()}


def mixtures(spec: Spec) -> Iterator[Problem]:
    """MVG311: a density that is a mixture where one is not known, or a conditional prior under a mixture."""
    for one in _comparisons(spec) if spec.mixture != "none" else ():
        mixed = [path for path, d in densities(one) if _is_mixture(spec, one, d)]
        refused = [p for p in mixed if p[len(one.path)] not in MAY_MIX[type(one.term)]] or mixed[1:]
        random = [p for p in mixed if p[-1] == "to" and any("random" in text for text in one.term.for_.values())]
        for path in dict.fromkeys([*refused, *random]):
            message = f"under mixture: {spec.mixture} this density is a mixture, and a {one.term.word} takes none here"
            yield error("MVG311", path, message, "give it one view, or write mixture: none")
        for path, density in densities(one):
            if path[-1] == "to" and _parents(spec, density):
                message = f"the prior of '{density.node}' depends on {', '.join(_parents(spec, density))}"
                yield error("MVG311", path, f"{message}, and q is a mixture over both", "use an elbo, or mixture: none")


def _comparisons(spec: Spec) -> list[Written]:
    return [one for one in written(spec) if type(one.term) in MAY_MIX]


def _is_mixture(spec: Spec, one: Written, density: Density) -> bool:
    given = evidence(spec, one.term, density) if density.which == "q" and density.copy is None else None
    return density.node in posteriors(spec) and given is not None and max(given.sizes, default=0) > 1


def _parents(spec: Spec, density: Density) -> tuple[str, ...]:
    found = _latent(spec, density)
    return found.given if found is not None and density.which == "p" else ()


def _latent(spec: Spec, density: Density) -> Latent | None:
    return next((v for v in spec.latents if v.name == density.node), None)


def priors(spec: Spec) -> Iterator[Problem]:
    """MVG320: a density that is conditional, or a prior that is none, where a divergence needs draws or densities."""
    for one in _comparisons(spec):
        for path, density in densities(one):
            latent = _latent(spec, density)
            if latent is None:
                continue
            if latent.given and _is_alone(spec, one, path, density):
                message = f"{density.which}({latent.name} …) depends on {', '.join(latent.given)}, not drawn here"
                yield error("MVG320", path, message, "a conditional density may stand in a kl or ce to one other")
            if density.which == "q":
                continue
            if latent.family.improper and not _is_known(spec, one, path, latent):
                message = f"'{latent.family.word}', the prior of '{latent.name}', is improper: no {one.term.word} to it"
                yield error("MVG320", path, message, "write latent: normal")


def _is_alone(spec: Spec, one: Written, path: Path, density: Density) -> bool:
    """Whether a conditional density stands where the latents that it depends on are not drawn."""
    if density.which == "p":
        return path[-1] != "to"
    reads = density.node in posteriors(spec) and posteriors(spec)[density.node].prior_expert != "never"
    return reads and (isinstance(one.term, JensenShannon) or spec.mixture != "none")


def _is_known(spec: Spec, one: Written, path: Path, latent: Latent) -> bool:
    """Whether a KL to such a prior has a formula of its own."""
    rule = posteriors(spec).get(latent.name)
    known = rule is not None and closed_kl(rule.expert, latent.family) is not None
    return known and type(one.term) is Divergence and path[-1] == "to"


def lonely(spec: Spec) -> Iterator[Problem]:
    """MVG321: a Jensen–Shannon divergence of one density, or of densities that are drawn at random."""
    for one in (w for w in written(spec) if isinstance(w.term, JensenShannon)):
        for name, text in one.term.for_.items():
            if "random" in text:
                message = "a js has the same densities in every step, and a random set is another one each time"
                yield error("MVG321", (*one.path, "for", name), message, "write V, singles, full or subsets")
        if sum(_count(spec, one, d) for _, d in densities(one)) < 2:
            message = "a js of one density is zero: it has no other to differ from"
            yield error("MVG321", (*one.path, "of"), message, "name two or more, e.g. of: [p(z), q(z | m)]")


def _count(spec: Spec, one: Written, density: Density) -> int:
    """How many densities a text stands for."""
    views = len(spec.scored_views)
    sizes = {"full": 1, "subsets": 2**views - 1}
    names = {n.strip() for n in (density.views or "").split(",")}
    texts = [text for name, text in one.term.for_.items() if name in names]
    return math.prod(sum(sizes.get(r.word, views) for r in parse_ranges(text)) for text in texts)


def centers(spec: Spec) -> Iterator[Problem]:
    """MVG322: a center in closed form, of densities for which there is none."""
    for one, term in ((w, w.term) for w in written(spec) if isinstance(w.term, JensenShannon)):
        center = term.center
        for path, density in densities(one):
            latent, rule = _latent(spec, density), posteriors(spec).get(density.node)
            family = latent.family if density.which == "p" and latent is not None else rule.expert if rule else None
            if center.families is not None and family is not None and family.word not in center.families:
                message = f"the {center.word} center of {family.word} densities is not known"
                fitting = ", ".join(sorted(center.families))
                yield error("MVG322", path, message, f"write center: mixture, or a density that is {fitting}")


CHECKS: tuple[Check, ...] = (mixtures, priors, lonely, centers)
