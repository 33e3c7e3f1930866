"""The graphs and the rule of a route, in words and symbols: the sentences that `explain` is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from mvgraph.graph.networks import channels
from mvgraph.language.expr import Formula
from mvgraph.language.word import inline
from mvgraph.objective.atoms import Atom, Draw
from mvgraph.objective.evidence import Views, components, each_subset
from mvgraph.objective.family import Site, drawn, drawn_from_prior, parents, prior_key
from mvgraph.objective.keys import Ref
from mvgraph.objective.playbook import players
from mvgraph.spec.games import Contest
from mvgraph.spec.grammar import summary
from mvgraph.spec.model import Latent, Posterior, Spec
from mvgraph.spec.nodes import Discrete
from mvgraph.spec.phases import Phase
from mvgraph.spec.terms import BatchStatistic, CrossEntropy, Divergence, JensenShannon, Route, WrittenTerm
from mvgraph.vocab.family import Shape
from mvgraph.vocab.family.mixture_of import MixtureOf
from mvgraph.vocab.mixed import Mixed
from mvgraph.vocab.network import Network

MOST_SETS = 15  # evidence sets that are written out

MIXTURES = {
    "none": "q(·|x_E) looks at all of E at once: no mixture",
    "singles": "q(·|x_E) is an equal mixture with one component for each single view of E",
    "subsets": "q(·|x_E) is an equal mixture with one component for each non-empty subset S of E",
}
PRIOR_EXPERTS = {
    "never": "the prior is no expert",
    "full": "the prior is one more expert where S is all the views",
    "always": "the prior is one more expert of every S",
}
ABSENT = {
    "prior": "where its view is not in S it is drawn from its prior: its KL is zero",
    "aux": "where its view is not in S it is drawn from an auxiliary prior r, and p/r is left out (surrogate)",
    "own": "it is inferred from its own view whatever S is",
}
RULES = {
    "elbo": "L_S = Σ_t λ_t E[log p(x_t|pa)] - Σ_v β_v E[KL(q(v|x_S) || p(v|pa))], t in the targets, v above them",
    "iwae": "L = E[log 1/K Σ_k w_k], log w = Σ_t λ_t log p(x_t|pa) + Σ_v β_v (log p(v|pa) - log q(v|x_S))",
}
POOL_BOUNDS = {"convex": "bounded from above by those to its parts", "exact": "that to the whole, by draws"}
JENSEN_SHANNON = "Σ_k 1/K KL(q_k || c) over the K densities q_k whose evidence is observed, c their center"
STRATA = {
    "outside": "one logarithm for each component, averaged",
    "inside": "one logarithm over all components and their samples",
}
DENSITIES = {
    "mixture": "the KL of the shared latents is that of the whole mixture",
    "component": "every component has its own KL, which bounds the mixture's from above",
}


def views_text(views: Iterable[str]) -> str:
    """A set of views as text: `{1, 2}`."""
    return "{" + ", ".join(sorted(views)) + "}"


def joint_density(spec: Spec) -> str:
    """p as a product over the unrolled graph."""
    latents = [ref for v in spec.latents for ref in copies(spec, v)]
    data = [Ref(spec.observed.name, v) for v in spec.scored_views]
    factors = [str(prior_key(spec, r)) for r in latents]
    above = {x: [r for refs in parents(spec, spec.observed.given, x.view) for r in refs] for x in data}
    factors += [f"p({x}|{','.join(map(str, above[x]))})" for x in data]
    factors += [f"p({n.name}.{v}|{','.join(n.given)})" for n in spec.pseudo for v in spec.scored_views]
    data += [Ref(n.name, v) for n in spec.pseudo for v in spec.scored_views]
    given = f" | {', '.join(spec.conditioned)}" if spec.conditions else ""
    return f"p({', '.join(map(str, [*latents, *data]))}{given}) = {' · '.join(factors)}"


def copies(spec: Spec, latent: Latent) -> list[Ref]:
    """The nodes that a latent stands for: one, or one a view."""
    return [Ref(latent.name, v) for v in spec.scored_views] if latent.plate else [Ref(latent.name)]


def latent_line(latent: Latent) -> str:
    """One latent of p in words."""
    where = "one copy a view" if latent.plate else "shared by all views"
    network = inline(latent.network or "its default network")
    given = f", given {', '.join(latent.given)} by {network}" if latent.given else ""
    made = f"; {_pooled(latent.name, latent.family)}" if isinstance(latent.family, MixtureOf) else ""
    mixed = isinstance(latent.family, Mixed)
    over = f", one for each value of {latent.marginal_over}, which is summed out" if mixed else ""
    return f"{latent.name}: {inline(latent.family)}{over}, {inline(latent.dim)} entries, {where}{given}{made}"


def discrete_line(node: Discrete) -> str:
    """One discrete node of p in words."""
    return f"{node.name}: {node.count} values, p({node.name}) {'learnt' if node.probs == 'learnt' else 'equal'}"


def _pooled(name: str, family: MixtureOf) -> str:
    """What a prior that is made of posteriors is, and how it is compared."""
    mean = f"mean over n of q({name}.n|n)"
    alone = str(family.standard)
    whole = mean if Formula(alone).expr == 0 else f"({alone}) N(0,I) + (1 - ({alone})) {mean}"
    return f"h({name}.m|X) = {whole}; the KL to it is {POOL_BOUNDS[family.bound]}"


def view_line(spec: Spec, name: str) -> str:
    """One view in words: its data, likelihood and networks."""
    view = spec.view(name)
    shape = f"shape {inline(view.shape)}" if view.shape else "shape from the data"
    if name not in spec.scored_views:
        node = next(n for n, v in spec.conditioned.items() if v == name)
        return f"{node}: the view {name}, {shape}, conditioned on: always there, never scored"
    networks = ", ".join(
        f"{role} {inline(word or 'mlp')}{_slides(word, view.shape)}"
        for role, word in (("encoder", view.encoder), ("decoder", view.decoder))
    )
    return f"{Ref(spec.observed.name, name)}: {shape}, likelihood {inline(view.likelihood)}, {networks}"


def _slides(word: Network | None, shape: Shape | None) -> str:
    """Over what a network slides, where it does."""
    slides = word is not None and word.convolves and shape is not None and len(shape) > 1
    return f" [{len(shape or ()) - 1}-d convolutions over {channels(shape or ())}]" if slides else ""


def posterior_lines(spec: Spec, rule: Posterior) -> Iterator[str]:
    """How one latent is inferred, in sentences."""
    latent = spec.latent(rule.name)
    name = f"{rule.name}.m" if latent.plate else rule.name
    if rule.fuse is not None and rule.fuse.pools:
        said = f"draws of {rule.reads}, their gradient stopped" if rule.reads else "the views"
        yield f"{rule.name}: {inline(rule.expert)}, made by one network from the mean of messages about {said}"
        return
    yield f"{rule.name}: experts q({name}|m) are {inline(rule.expert)}, one encoder a view{_trunk(rule)}"
    if rule.fuse is not None:
        yield f"  within S: {summary(type(rule.fuse)).rstrip('.')}"
        yield f"  {PRIOR_EXPERTS[rule.prior_expert]}"
        if rule.family(whole=True) is not rule.expert:
            yield f"  q({rule.name}|V) is {inline(rule.family(whole=True))}"
    if rule.subsets is not None:
        product = f"Π_m q({rule.name}|m) / p({rule.name})^(|S| - 1)"
        yield f"  otherwise, once trained: drawn by {inline(rule.subsets)} from the density of {product}, m in S"
    if latent.plate:
        auxiliary = f"; r is {inline(rule.auxiliary or latent.family)}" if rule.absent == "aux" else ""
        yield f"  {ABSENT[rule.absent]}{auxiliary}"


def _trunk(rule: Posterior) -> str:
    return f", own heads on the trunk of {rule.share}'s" if rule.share else ""


def evidence_rows(spec: Spec) -> tuple[list[tuple[Views, list[Draw | str]]], int]:
    """What every latent is drawn from, for each set of views that a component can look at, all views observed.

    A latent for which there is no draw is a text. There may be more sets than rows: how many is the second part.
    """
    everything = frozenset(spec.view_names)
    sets, count = _seen(spec)
    return [(s, list(_draws(spec, s, everything))) for s in islice(sets, MOST_SETS)], max(count - MOST_SETS, 0)


def _seen(spec: Spec) -> tuple[Iterable[Views], int]:
    """The sets of views that a component can look at, the small ones first, and how many there are."""
    if spec.mixture == "singles":
        return [frozenset({v}) for v in spec.view_names], len(spec.views)
    fixed = frozenset(spec.conditioned.values()) if spec.mixture == "none" else frozenset()
    alone = [fixed] if fixed else []
    free = frozenset(spec.view_names) - fixed
    return chain(alone, (fixed | more for more in each_subset(free))), 2 ** len(free) - 1 + len(alone)


def _draws(spec: Spec, evidence: Views, everything: Views) -> Iterator[Draw | str]:
    site = Site(spec, evidence, evidence, everything)
    if not evidence & frozenset(spec.scored_views):
        yield from (drawn_from_prior(site, r) for v in spec.latents for r in copies(spec, v))
        return
    for latent in spec.latents:
        rule = spec.posterior(latent.name)
        if not latent.plate and _unfused(rule, evidence, everything):
            yield _product(rule, evidence)
            continue
        yield from (drawn(site, ref) for ref in copies(spec, latent))


def _unfused(rule: Posterior, evidence: Views, everything: Views) -> bool:
    """Whether no fusion gives a posterior: of several experts without one, or of some of a joint network's views."""
    return len(evidence) > 1 and (rule.fuse is None or (rule.fuse.joint and evidence != everything))


def _product(rule: Posterior, evidence: Views) -> str:
    """A posterior that is sampled, or none."""
    if rule.subsets is None:
        why = "no fusion" if rule.fuse is None else "a joint network needs all views"
        return f"{rule.name} not defined ({why})"
    experts = "·".join(f"q({rule.name}|{v})" for v in sorted(evidence))
    power = f"^{len(evidence) - 1}" if len(evidence) > 2 else ""
    return f"{rule.name}~{rule.subsets.word}[{experts} / p({rule.name}){power}]"


def term_line(term: WrittenTerm) -> str:
    """A written term in one line, as the spec says it."""
    return LINES[type(term)](term)


def _divergence(term: Divergence) -> str:
    options: dict[str, Any] = {"for": term.for_ or None, "weight": term.weight.text}
    options["combine"] = _unless(term.combine, "sum")
    return f"{term.word} of {term.of} to {term.to}{_options(options)}"


def _route(term: Route) -> str:
    options = {
        "for": term.for_ or None,
        "samples": term.samples if term.word == "iwae" else None,
        "strata": term.strata if term.word == "iwae" else None,
        "beta": _weight(term.beta),
        "likelihood_weight": _weight(term.likelihood_weight),
        "weight": _unless(term.weight.text, "1"),
        "combine": _unless(term.combine, "sum"),
        "density": _unless(term.density, "mixture"),
        "drop": term.drop.p if term.drop else None,
    }
    return f"{term.word} from {term.from_} to {term.to}{_options(options)}"


def _statistic(term: BatchStatistic) -> str:
    options = _options({"for": term.for_ or None, "weight": _unless(term.weight.text, "1")})
    return f"statistic {inline(term.value)} of {', '.join(term.of)}{options}"


def _jensen_shannon(term: JensenShannon) -> str:
    options: dict[str, Any] = {"for": term.for_ or None, "center": term.center, "weight": term.weight.text}
    return f"{term.word} of {', '.join(term.of)}{_options(options)}"


def _contest(term: Contest) -> str:
    options = {
        "from": term.from_,
        "for": term.for_ or None,
        "critic": term.critic,
        "balance": _unless(term.balance, "even"),
        "weight": _unless(term.weight.text, "1"),
    }
    return f"{term.word} {inline(term.play)}: real {term.real}, fake {term.fake}{_options(options)}"


LINES: dict[type, Callable[[Any], str]] = {
    Route: _route,
    Divergence: _divergence,
    CrossEntropy: _divergence,
    JensenShannon: _jensen_shannon,
    BatchStatistic: _statistic,
    Contest: _contest,
}


def _unless(value: str, usual: str) -> str | None:
    return None if value == usual else value


def _weight(weight: Any) -> str | None:
    text = inline({k: v.text for k, v in weight.items()}) if isinstance(weight, Mapping) else weight.text
    return _unless(text, "1")


def _options(options: Mapping[str, Any]) -> str:
    return "".join(f", {k} {inline(v)}" for k, v in options.items() if v is not None)


def rule_lines(spec: Spec, term: WrittenTerm, atoms: Iterable[Atom]) -> Iterator[str]:
    """The rule that a term follows; of a game, which gave the atoms, also its players."""
    if isinstance(term, JensenShannon):
        yield f"rule: {JENSEN_SHANNON}"
        yield f"  {summary(type(term.center)).rstrip('.')}"
    if isinstance(term, Contest):
        yield from players(atoms)
    if not isinstance(term, Route):
        return
    yield f"rule: {RULES[term.word]}"
    if len(components(spec, frozenset(spec.view_names))) > 1:
        yield f"  q is a mixture: {DENSITIES[term.density]}"
    if term.word == "iwae":
        alone = "; with one sample it is the elbo" if term.samples == 1 and term.strata == "outside" else ""
        yield f"  K = {term.samples}, strata {term.strata}: {STRATA[term.strata]}{alone}"


def phase_lines(phase: Phase) -> list[str]:
    """How long a phase is, what rests in it, and what starts anew.

    >>> from mvgraph.spec.phases import Objective
    >>> phase_lines(Phase(name="unimodal", epochs=300, freeze=("p", "q.z.joint"), objective=Objective()))
    ['300 epochs', 'at rest, by not a bit changed: p, q.z.joint']
    """
    lines = [f"{phase.epochs} epoch{'s' * (phase.epochs > 1)}"]
    lines += [f"at rest, by not a bit changed: {', '.join(phase.freeze)}"] if phase.freeze else []
    return lines + [f"starts anew: the {one}" for one in phase.reset]
