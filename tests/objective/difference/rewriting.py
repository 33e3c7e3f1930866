"""One objective written in two ways: changes of a spec, as a mapping, that leave its meaning."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Tree = dict[str, Any]
Draw = st.DrawFn


def plain(tree: Tree) -> Tree:
    """The same spec without names by position, which another order of the views would change."""
    names = list(tree["views"])
    found = deepcopy(tree)
    for _, options in terms_of(found):
        for key in ("from", "to"):
            if options.get(key) == "[1]":
                options[key] = [names[0]]
    for node in found["p"].values():
        if node.get("condition"):
            node["view"] = names[0]
    return found


def terms_of(tree: Tree) -> list[tuple[str, Tree]]:
    objective = tree["objective"]
    return [next(iter(t.items())) for side in ("maximize", "minimize") for t in objective.get(side, [])]


def times(weight: Any, factor: str) -> str:
    return f"({weight})*({factor})"


PLAIN = {"latent", "given", "network", "dim", "plate"}  # what a node of most specs says
JOINED = ("elbo", "iwae", "kl", "ce")  # words whose bindings are added, or averaged


def permuted(draw: Draw, tree: Tree) -> Tree:
    """Its views in another order."""
    order = draw(st.permutations(list(tree["views"])))
    return {**tree, "views": {v: tree["views"][v] for v in order}}


def reordered(draw: Draw, tree: Tree) -> Tree:
    """Its terms in another order."""
    sides = {side: draw(st.permutations(terms)) for side, terms in tree["objective"].items()}
    return {**tree, "objective": sides}


def split(draw: Draw, tree: Tree) -> Tree:
    """One term as two, with parts of its weight; a game has a critic of its own, and a route draws what it drops."""
    side = draw(st.sampled_from(sorted(tree["objective"])))
    terms = list(tree["objective"][side])
    place = draw(st.integers(0, len(terms) - 1))
    ((word, options),) = terms[place].items()
    if word == "game" or "drop" in options:
        return tree
    part = draw(st.sampled_from(["1/3", "0.25", "beta"]))
    shares = (part, f"1 - {part}")
    both = [{word: {**options, "weight": times(options.get("weight", 1), s)}} for s in shares]
    return {**tree, "objective": {**tree["objective"], side: [*terms[:place], *both, *terms[place + 1 :]]}}


def averaged(draw: Draw, tree: Tree) -> Tree:
    """Means over the views as sums with a weight, and the other way round."""
    del draw
    found = deepcopy(tree)
    for word, options in terms_of(found):
        if set(options.get("for", {})) in ({"m"}, {"n"}) and word in JOINED:
            mean = options.pop("combine", "sum") == "mean"
            options["weight"] = times(options.get("weight", 1), "1/M" if mean else "M")
            options |= {} if mean else {"combine": "mean"}
    return found


def unbound(draw: Draw, tree: Tree) -> Tree:
    """A route that is bound over the views as one route a view."""
    del draw
    routes: list[Tree] = []
    for route in tree["objective"]["maximize"]:
        ((word, options),) = route.items()
        alone = set(options.get("for", {})) == {"m"} and options.get("combine", "sum") == "sum" and word in JOINED
        routes += [{word: _at(options, v)} for v in tree["views"]] if alone else [route]
    return {**tree, "objective": {**tree["objective"], "maximize": routes}}


def _at(options: Tree, view: str) -> Tree:
    """The options of a route at one value of m."""

    def change(key: str, value: Any) -> Any:
        if key in ("from", "to"):
            parts = [value] if value == "m" else value
            return [view if p == "m" else p for p in parts] if isinstance(parts, list) else parts
        if isinstance(value, dict):
            return {k: change("weight", v) for k, v in value.items()}
        return value.replace("lam[m]", f"lam[{view}]") if isinstance(value, str) and key == "weight" else value

    return {k: change("weight" if k != "from" and k != "to" else k, v) for k, v in options.items() if k != "for"}


def _nodes(tree: Tree) -> list[Tree]:
    return [v for n, v in tree["p"].items() if n != "x"]


def renamed(draw: Draw, tree: Tree) -> Tree:
    """Its latents under other names."""
    del draw
    named = {"game", "statistic"} & {word for word, _ in terms_of(tree)}
    if named or any(set(v) - PLAIN or v.get("plate", "view") != "view" for v in _nodes(tree)):
        return tree  # other texts name nodes as well
    names = {old: f"{old}{old}" for old in tree["p"] if old != "x"}

    def node(text: str) -> str:
        return names.get(text, text)

    def density(text: Any) -> Any:
        if isinstance(text, list):
            return [density(t) for t in text]
        return re.sub(r"\((\w+)", lambda m: f"({node(m[1])}", text)

    found = deepcopy(tree)
    found["p"] = {node(n): _given(v, node) for n, v in found["p"].items()}
    found["q"] = {node(n): {**v, "share": node(v["share"])} if "share" in v else v for n, v in _rules(found["q"])}
    for _, options in terms_of(found):
        options |= {k: density(options[k]) for k in ("of",) if k in options}
        if "of" in options and "to" in options:
            options["to"] = density(options["to"])
        if isinstance(options.get("beta"), dict):
            options["beta"] = {node(n): v for n, v in options["beta"].items()}
    return found


def _given(options: Tree, node: Callable[[str], str]) -> Tree:
    return {**options, "given": list(map(node, options["given"]))} if "given" in options else options


def _rules(q: Tree) -> list[tuple[str, Any]]:
    return [(n, v if isinstance(v, dict) else {}) if n != "mixture" else (n, v) for n, v in q.items()]


def as_log_weight(draw: Draw, tree: Tree) -> Tree:
    """One bound in its joint form, log p(x, z) - log q(z) of one draw; or such a log-weight as a bound."""
    found = deepcopy(tree)
    route = draw(st.sampled_from(found["objective"]["maximize"]))
    ((word, options),) = route.items()
    single = found["q"].get("mixture", "none") == "none"
    if word == "elbo":
        inside = single and draw(st.booleans())  # one component has one logarithm
        route |= {"iwae": {**route.pop("elbo"), "samples": 1, "strata": "inside" if inside else "outside"}}
    elif word == "iwae" and options["samples"] == 1 and (single or options.get("strata", "outside") == "outside"):
        taken = {k: v for k, v in route.pop("iwae").items() if k not in ("samples", "strata")}
        route |= {"elbo": taken}
    return found


def as_divergence(draw: Draw, tree: Tree) -> Tree:
    """The KL of the shared latent of a route as a term of its own."""
    found = deepcopy(tree)
    route = draw(st.sampled_from(found["objective"]["maximize"]))
    ((word, options),) = route.items()
    shared = [n for n, v in found["p"].items() if "latent" in v and not v.get("plate")]
    drawn = any("random" in text for text in options.get("for", {}).values())
    component = found["q"].get("mixture", "none") != "none" and options.get("density") == "component"
    scored = not any(v.get("condition") for v in found["p"].values())  # else a route may score nothing, and have no KL
    plain = isinstance(options.get("to"), str | list) and scored and not drawn and not component
    if word != "elbo" or not plain or "z" not in _above(found["p"]) or shared != ["z"]:
        return found
    betas, weight = options.get("beta", 1), options.get("weight", 1)
    beta = betas.get("z", 1) if isinstance(betas, dict) else betas
    evidence = ", ".join(options["from"]) if isinstance(options["from"], list) else options["from"]
    latents = [n for n, v in found["p"].items() if "latent" in v]
    rest = {n: betas.get(n, 1) if isinstance(betas, dict) else betas for n in latents}
    same = {k: options[k] for k in ("for", "combine") if k in options}
    term = {"kl": {"of": f"q(z | {evidence})", "to": "p(z)", **same, "weight": times(weight, str(beta))}}
    options["beta"] = {**rest, "z": 0}
    found["objective"].setdefault("minimize", []).append(term)
    return found


def _above(p: Tree) -> list[str]:
    """The latents above the data."""
    found = list(p["x"]["given"])
    for name in found:
        found += [g for g in p[name].get("given", ()) if g in p and g not in found]
    return found


REWRITINGS = (permuted, reordered, split, averaged, unbound, renamed, as_log_weight, as_divergence)
