"""One objective written in two ways, and two that are not the same: changes of a spec as a mapping."""

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
    for _, options in _terms(found):
        for key in ("from", "to"):
            if options.get(key) == "[1]":
                options[key] = [names[0]]
    return found


def _terms(tree: Tree) -> list[tuple[str, Tree]]:
    objective = tree["objective"]
    return [next(iter(t.items())) for side in ("maximize", "minimize") for t in objective.get(side, [])]


def _times(weight: Any, factor: str) -> str:
    return f"({weight})*({factor})"


def permuted(draw: Draw, tree: Tree) -> Tree:
    """Its views in another order."""
    order = draw(st.permutations(list(tree["views"])))
    return {**tree, "views": {v: tree["views"][v] for v in order}}


def reordered(draw: Draw, tree: Tree) -> Tree:
    """Its terms in another order."""
    sides = {side: draw(st.permutations(terms)) for side, terms in tree["objective"].items()}
    return {**tree, "objective": sides}


def split(draw: Draw, tree: Tree) -> Tree:
    """One term as two, with parts of its weight."""
    side = draw(st.sampled_from(sorted(tree["objective"])))
    terms = list(tree["objective"][side])
    place = draw(st.integers(0, len(terms) - 1))
    ((word, options),) = terms[place].items()
    part = draw(st.sampled_from(["1/3", "0.25", "beta"]))
    shares = (part, f"1 - {part}")
    both = [{word: {**options, "weight": _times(options.get("weight", 1), s)}} for s in shares]
    return {**tree, "objective": {**tree["objective"], side: [*terms[:place], *both, *terms[place + 1 :]]}}


def averaged(draw: Draw, tree: Tree) -> Tree:
    """Means over the views as sums with a weight, and the other way round."""
    del draw
    found = deepcopy(tree)
    for word, options in _terms(found):
        if set(options.get("for", {})) in ({"m"}, {"n"}) and word != "js":
            mean = options.pop("combine", "sum") == "mean"
            options["weight"] = _times(options.get("weight", 1), "1/M" if mean else "M")
            options |= {} if mean else {"combine": "mean"}
    return found


def unbound(draw: Draw, tree: Tree) -> Tree:
    """A route that is bound over the views as one route a view."""
    del draw
    routes: list[Tree] = []
    for route in tree["objective"]["maximize"]:
        ((word, options),) = route.items()
        alone = set(options.get("for", {})) == {"m"} and options.get("combine", "sum") == "sum"
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


def renamed(draw: Draw, tree: Tree) -> Tree:
    """Its latents under other names."""
    del draw
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
    for _, options in _terms(found):
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


REWRITINGS = (permuted, reordered, split, averaged, unbound, renamed)


def reweighed(draw: Draw, tree: Tree) -> Tree:
    """Another weight of one term."""
    found = deepcopy(tree)
    _, options = draw(st.sampled_from(_terms(found)))
    options["weight"] = f"({options.get('weight', 1)}) + 1/7"
    return found


def inner(draw: Draw, tree: Tree) -> Tree:
    """Another weight of the divergences, or of the scores, of one route."""
    found = deepcopy(tree)
    routes = [o for w, o in _terms(found) if w in ("elbo", "iwae")]
    options = draw(st.sampled_from(routes))
    key = draw(st.sampled_from(["beta", "likelihood_weight"]))
    options[key] = draw(st.sampled_from(["3/7", "alpha + 3/7"]))
    return found


def opposite(draw: Draw, tree: Tree) -> Tree:
    """Another sign of one term."""
    found = deepcopy(tree)
    _, options = draw(st.sampled_from(_terms(found)))
    options["weight"] = f"-({options.get('weight', 1)})"
    return found


def other_product(draw: Draw, tree: Tree) -> Tree:
    """Another rule for the prior expert, or for the fusion, of one latent."""
    found = deepcopy(tree)
    rules = [r for n, r in found["q"].items() if n != "mixture" and r.get("fuse")]
    if rules:
        rule = draw(st.sampled_from(rules))
        rule["fuse"] = "poe" if rule["fuse"] == "mean" and rule["expert"] not in ("laplace", "delta") else rule["fuse"]
        if rule["fuse"] == "poe":
            rule["prior_expert"] = {"never": "always", "always": "never"}.get(
                rule.get("prior_expert", "never"), "never"
            )
    return found


def other_absence(draw: Draw, tree: Tree) -> Tree:
    """Private latents of absent views from elsewhere."""
    found = deepcopy(tree)
    rules = [r for n, r in found["q"].items() if n != "mixture" and "absent" in r]
    if rules:
        rule = draw(st.sampled_from(rules))
        rule.pop("auxiliary", None)
        rule["absent"] = "own" if rule["absent"] != "own" else "prior"
    return found


PERTURBATIONS = (reweighed, inner, opposite, other_product, other_absence)
