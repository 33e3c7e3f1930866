"""What can be wrong with the posteriors of q: fusion, the prior as an expert, absent views, shared trunks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from mvgraph.deferring import defer
from mvgraph.errors import Path, Problem, SpecError
from mvgraph.graph.extents import extent
from mvgraph.graph.finding import Check, attempt, error, plated, posteriors, references
from mvgraph.language.expr import Formula, Reference
from mvgraph.registry import nearest
from mvgraph.spec.model import Posterior, Spec
from mvgraph.vocab.fusion import Fusion
from mvgraph.vocab.param import Schedule

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = defer("networkx")  # most specs are checked without it


def absences(spec: Spec) -> Iterator[Problem]:
    """MVG210: `absent` and `auxiliary` that do not belong together, or do not belong to the latent."""
    for name, rule in posteriors(spec).items():
        if rule.absent == "aux" and rule.auxiliary is None:
            message = f"absent: aux of '{name}' needs an auxiliary prior"
            yield error("MVG210", ("q", name, "absent"), message, "add auxiliary: {normal: {learnt: [scale]}}")
        if rule.auxiliary is not None and rule.absent != "aux":
            message = f"the auxiliary prior of '{name}' is never used"
            yield error("MVG210", ("q", name, "auxiliary"), message, "write absent: aux, or drop auxiliary")
        if rule.absent != "prior" and not plated(spec, name):
            message = f"absent: {rule.absent} is for private latents, and '{name}' is shared by all views"
            yield error("MVG210", ("q", name, "absent"), message, f"drop absent, or write plate: view at '{name}' in p")


def shares(spec: Spec) -> Iterator[Problem]:
    """MVG211: a trunk that cannot be shared."""
    known = posteriors(spec)
    for name, rule in known.items():
        path = ("q", name, "share")
        if rule.share is None:
            continue
        if rule.share not in known:
            others = [n for n in known if n != name]
            message = f"'{name}' shares the trunk of '{rule.share}', which is no latent"
            yield error("MVG211", path, message, nearest(rule.share, others))
        elif rule.network not in (None, known[rule.share].network):
            message = f"'{name}' has a network of its own and shares that of '{rule.share}'"
            yield error("MVG211", path, message, "drop network or share")


def share_circles(spec: Spec) -> Iterator[Problem]:
    """MVG212: latents that share each other's trunks, so that nobody owns one."""
    edges = [(n, q.share) for n, q in posteriors(spec).items() if q.share]
    for circle in sorted(nx.simple_cycles(nx.DiGraph(edges)), key=min) if edges else ():
        message = f"share goes round in a circle: {', '.join(sorted(circle))}"
        yield error("MVG212", ("q", min(circle), "share"), message, "let one of them have a trunk of its own")


def prior_experts(spec: Spec) -> Iterator[Problem]:
    """MVG213: the prior as one more expert, where the fusion cannot take it or the prior does not fit."""
    for name, rule in posteriors(spec).items():
        if rule.prior_expert != "never":
            reason, remedy = _refusal(spec, rule, rule.fuse)
            if reason:
                message = f"the prior of '{name}' cannot be an expert: {reason}"
                yield error("MVG213", ("q", name, "prior_expert"), message, remedy)


def _refusal(spec: Spec, rule: Posterior, fuse: Fusion | None) -> tuple[str, str]:
    latent = spec.latent(rule.name)
    if fuse is None:
        return "there is no fusion for it to take part in", "add fuse: poe, or drop prior_expert"
    if not fuse.takes_prior:
        return f"the fusion '{fuse.word}' takes no prior", "write fuse: poe, or prior_expert: never"
    if latent.family.word not in fuse.families:
        return f"it is {latent.family.word}", f"'{fuse.word}' multiplies {', '.join(sorted(fuse.families))} only"
    return "", ""


def readings(spec: Spec) -> Iterator[Problem]:
    """MVG236: a posterior that reads what it cannot, or pools messages where no latent is shared."""
    for name, rule in posteriors(spec).items():
        pools = rule.fuse is not None and rule.fuse.pools
        if rule.reads is not None:
            path: Path = ("q", name, "reads")
            private = [v.name for v in spec.latents if v.plate]
            if rule.reads not in private:
                message = f"'{name}' reads '{rule.reads}', which is no private latent"
                yield error("MVG236", path, message, nearest(rule.reads, private))
            elif not pools:
                message = f"'{name}' reads draws of '{rule.reads}', and nothing says how they meet"
                yield error("MVG236", path, message, f"write fuse: pool in q.{name}")
        if pools and plated(spec, name):
            message = f"'{name}' is private to each view, and has no messages to pool"
            yield error("MVG236", ("q", name, "fuse"), message, "drop fuse")


def closures(spec: Spec) -> Iterator[Problem]:
    """MVG301: a fusion that does not lead back into the experts' family."""
    for name, rule in posteriors(spec).items():
        made = rule.family(whole=True).word
        if rule.fuse is not None and made not in rule.fuse.families:
            fitting = sorted(w for w in Fusion.registry if made in Fusion.registry[w].families)
            message = f"the fusion '{rule.fuse.word}' of '{name}' has no closed form for {made} experts"
            remedy = f"fusions for {made}: {', '.join(fitting) or 'none'}; or use q.mixture: singles"
            yield error("MVG301", ("q", name, "fuse"), message, remedy)


def exponents(spec: Spec) -> Iterator[Problem]:
    """MVG214: the exponents of a fusion, which are a number, a param, or a formula over M."""
    for name, rule in posteriors(spec).items():
        path: Path = ("q", name, "fuse", rule.fuse.word if rule.fuse else "", "weights")
        formula = exponents_of(rule)
        if formula is None:
            continue
        names = attempt(references, formula)
        if isinstance(names, SpecError):
            yield from (error(p.code, path, p.message, p.remedy) for p in names.problems)
            continue
        faults = [fault for reference in names if (fault := _exponent(spec, formula, reference))]
        yield from (error("MVG214", path, f"the weights of '{name}': {message}", remedy) for message, remedy in faults)
        span = None if faults else attempt(partial(extent, spec), formula)
        if isinstance(span, SpecError):
            yield from (error(p.code, path, p.message, p.remedy) for p in span.problems)
        elif span is not None and span[0].number < 0:
            message = f"the weights of '{name}': an exponent is {span[0].number:g}"
            yield error(
                "MVG214", path, message, "exponents are 0 or more; clamp: [0, 1] keeps one that is learnt there"
            )


def _exponent(spec: Spec, formula: Formula, reference: Reference) -> tuple[str, str] | None:
    if reference.size or reference.index or reference.name == "M_obs":
        return f"'{reference.name}' has no meaning here", "write a param, a number, or a formula such as 1/M"
    if reference.name != "M" and reference.name not in spec.params:
        add = f"add params: {{{reference.name}: {{learnt: {{init: 1/M, clamp: [0, 1], per: dim}}}}}}"
        return f"there is no param '{reference.name}'", add
    if isinstance(spec.params.get(reference.name), Schedule):
        return f"'{reference.name}' is a schedule", "exponents are numbers, one number a view, or learnt"
    if reference.name != "M" and formula.text != reference.name:
        return f"'{formula}' computes with '{reference.name}'", f"write {reference.name} alone, or a formula over M"
    return None


def exponents_of(rule: Posterior) -> Formula | None:
    """The exponents of a posterior's fusion; None where it has none."""
    text = vars(rule.fuse).get("weights") if rule.fuse is not None else None
    return None if text is None else Formula(str(text))


def weights_of(rule: Posterior) -> tuple[Reference, ...]:
    """The names that the exponents of a posterior's fusion use; none where it has no exponents."""
    formula = exponents_of(rule)
    names = () if formula is None else attempt(references, formula)
    return () if isinstance(names, SpecError) else names


CHECKS: tuple[Check, ...] = (absences, shares, share_circles, prior_experts, readings, closures, exponents)
