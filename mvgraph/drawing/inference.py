"""The marks and lines of the posterior family q: experts, fusions, auxiliary priors, priors made of posteriors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from mvgraph.drawing.sketch import Line, Mark, Nodes
from mvgraph.graph.usage import trained
from mvgraph.language.word import inline
from mvgraph.spec.grammar import summary
from mvgraph.spec.graphs import copies, copy_name, data_names
from mvgraph.spec.model import Latent, Posterior, Spec
from mvgraph.vocab.family.mixture_of import MixtureOf

MIXED = {"none": "", "singles": "Mo", "subsets": "Mo"}  # what a mixture adds to the symbol of a rule
EXPERT_LINE = "an expert infers {target} from {source}"
EXPERT = "E"  # a single expert among the symbols of rules


def lines(spec: Spec, marks: Nodes) -> Iterator[Line]:
    """From data to latents: what the objective uses."""
    used = trained(spec).experts
    for latent in spec.latents:
        rule = next((q for q in spec.posteriors if q.name == latent.name), None)
        if rule is not None:
            yield from _private(spec, marks, rule, used) if latent.plate else _shared(spec, marks, rule, used)
        if isinstance(latent.family, MixtureOf):
            yield from _pooled_prior(spec, marks, latent)
    for node in spec.pseudo:
        for view in spec.scored_views:
            about = "the data of {target} are draws of {source}, their gradient stopped"
            source, target = marks[copy_name(node.pseudo, view)], marks[copy_name(node.name, view)]
            yield Line(source, target, "q", r"\mathrm{sg}", "sg", about=about)


def factor_symbol(spec: Spec, rule: Posterior) -> str:
    """What is written at the node where the experts of a shared latent meet; empty where nothing does.

    A mixture over single views is `MoE`, one over all subsets of a product is `MoPoE`.
    """
    if rule.fuse is not None and rule.fuse.joint:
        return "joint"
    within = rule.fuse.symbol if rule.fuse is not None and spec.mixture != "singles" else EXPERT
    return "" if spec.mixture == "none" and within == EXPERT else MIXED[spec.mixture] + within


def factor(spec: Spec, rule: Posterior) -> Mark:
    """The node where the experts of a latent meet."""
    latent = spec.latent(rule.name)
    node, level = (latent.level.node, latent.level.number) if latent.level else (latent.name, None)
    symbol = factor_symbol(spec, rule)
    product, text = (r"\cdot p", "·p") if rule.prior_expert != "never" else ("", "")
    return Mark(
        f"q.{node}", "factor", None, level, node, rf"\mathrm{{{symbol}}}{product}", symbol + text, _account(rule)
    )


def _account(rule: Posterior) -> str:
    meet = summary(type(rule.fuse)).rstrip(".") if rule.fuse is not None else "a mixture of the experts"
    prior = {
        "never": "",
        "full": "; the prior is one more expert of all views",
        "always": "; the prior is one more expert",
    }
    return f"posterior: {meet}{prior[rule.prior_expert]}"


def _shared(spec: Spec, marks: Nodes, rule: Posterior, used: Mapping[str, frozenset[str]]) -> Iterator[Line]:
    data = dict(zip(spec.view_names, data_names(spec), strict=True))
    data |= {v: copy_name(rule.reads, v) for v in spec.scored_views} if rule.reads else {}
    target = marks[rule.name]
    joint = rule.fuse is not None and rule.fuse.joint
    alone = [v for v in spec.view_names if v in used[rule.name]]
    if joint or not factor_symbol(spec, rule):
        for view in alone:
            yield Line(marks[data[view]], target, "q", network="own", about=EXPERT_LINE)
    if factor_symbol(spec, rule):
        meeting = factor(spec, rule)
        reader: Literal["own", "whole"] = "whole" if joint or rule.reads else "own"
        for view in spec.view_names if joint else alone:
            yield Line(marks[data[view]], meeting, "q", network=reader, about="{source} is evidence")
        if rule.prior_expert != "never":
            for parent in spec.latent(rule.name).given:
                yield Line(marks[parent], meeting, "q", about="the prior given {source} is an expert")
        yield Line(meeting, target, "q", about="{target} is inferred")


def _private(spec: Spec, marks: Nodes, rule: Posterior, used: Mapping[str, frozenset[str]]) -> Iterator[Line]:
    for view in spec.scored_views:
        copy = copy_name(rule.name, view)
        if view in used[rule.name]:
            source = marks[copy_name(spec.observed.name, view)]
            yield Line(source, marks[copy], "q", network="own", about=EXPERT_LINE)
        if rule.absent == "aux":
            family = rule.auxiliary or spec.latent(rule.name).family
            about = f"auxiliary prior, where the view is no evidence: {inline(family)}"
            prior = Mark(f"r.{rule.name}", "auxiliary", view, None, rule.name, "r(@)", "r(@)", about)
            yield Line(prior, marks[copy], "q", about="{target} comes from {source} where its view is no evidence")


def _pooled_prior(spec: Spec, marks: Nodes, latent: Latent) -> Iterator[Line]:
    """One prior for the copies of all views, a mixture of their posteriors."""
    about = f"prior of {latent.name}: a mixture of the posteriors of all views of the same datum"
    meeting = Mark(f"prior.{latent.name}", "factor", None, None, latent.name, "h(@)", "h(@)", about)
    for view in copies(spec, latent):
        data = marks[copy_name(spec.observed.name, view)]
        yield Line(data, meeting, "q", about="the posterior given {source} is a part of the prior")
        yield Line(meeting, marks[copy_name(latent.name, view)], "q", about="prior of {target}")
