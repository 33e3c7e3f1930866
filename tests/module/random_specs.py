"""Whole specs by chance, as mappings: views, graphs, posteriors, routes, divergences, estimators."""

from __future__ import annotations

from copy import deepcopy
from functools import reduce
from operator import getitem
from typing import Any

from hypothesis import strategies as st

from mvgraph.errors import SpecError
from mvgraph.graph.checks import check
from mvgraph.spec.reading import load

Tree = dict[str, Any]

SHAPES = {"normal": [3], "laplace": [2, 2], "bernoulli": [2], "categorical": [3], "poisson": [2], "mse": [2]}
LIKELIHOODS: dict[str, Any] = {
    "normal": {"normal": {"learnt": ["scale"]}},
    "laplace": "laplace",
    "bernoulli": "bernoulli",
    "categorical": "categorical",
    "poisson": "poisson",
    "mse": "mse",
}
NAMES = ("a", "b", "c", "d")
NETWORK = {"mlp": {"hidden": [3], "activation": "tanh"}}
PARAMS: Tree = {
    "beta": 1.5,
    "alpha": 0.25,
    "warm": {"linear": {"from": 0, "to": 0.5, "epochs": 3}},
    "c": {"learnt": {"init": 0.7}},
    "g": {"learnt": {"init": "1/M", "clamp": [0, 1], "per": "dim"}},
    "k": 2,
}
FORMULAS = ("beta", "1 - alpha", "M*beta", "(M_obs - alpha)/M_obs", "warm", "c", "alpha^2", "1/M", "2*c*beta")


@st.composite
def specs(draw: st.DrawFn) -> Tree:
    """A spec; it may be one that the checks refuse."""
    count = draw(st.integers(1, 4))
    names = NAMES[:count]
    nodes = draw(graphs())
    mixture = draw(st.sampled_from(["none", "none", "singles", "subsets"]))
    q = {name: draw(posteriors(node, mixture, list(nodes))) for name, node in nodes.items() if "latent" in node}
    if draw(st.booleans()) and count > 1:
        for node in nodes.values():
            if node.get("plate") and "latent" in node:
                node["dim"] = {v: draw(st.integers(1, 3)) for v in names}
    plated = {n for n, node in nodes.items() if node.get("plate") and "latent" in node}
    latents = tuple(q)
    bounds = draw(st.lists(routes(names, latents), min_size=1, max_size=3))
    explicit = draw(st.lists(divergences(names, latents, plated), max_size=2))
    tree = {
        "name": "random",
        "params": {**PARAMS, "lam": {v: 0.5 + i for i, v in enumerate(names)}},
        "views": {v: draw(views()) for v in names},
        "view_defaults": {"encoder": NETWORK, "decoder": NETWORK},
        "p": nodes,
        "q": {"mixture": mixture, **q},
        "objective": {"maximize": bounds, **({"minimize": explicit} if explicit else {})},
        "estimator": {
            "samples": draw(st.integers(1, 2)),
            "kl": draw(st.sampled_from(["closed", "sampled"])),
            "gradient": draw(st.sampled_from(["pathwise", "pathwise", "stl", "dreg"])),
        },
    }
    return useful(tree)


def useful(tree: Tree) -> Tree:
    """A spec without the options that change nothing where they stand, and for which it would be refused."""
    tree = deepcopy(tree)
    try:
        problems = check(load(tree))
    except SpecError:
        return tree
    for path in dict.fromkeys(p.path for p in problems if p.code == "MVG324"):
        *above, option = path
        del reduce(getitem, above, tree)[option]  # type: ignore[arg-type]
    return tree


@st.composite
def views(draw: st.DrawFn) -> Tree:
    """A view with a likelihood and a shape that fits it."""
    word = draw(st.sampled_from(sorted(SHAPES)))
    return {"shape": SHAPES[word], "likelihood": LIKELIHOODS[word]}


@st.composite
def graphs(draw: st.DrawFn) -> Tree:
    """p: one or two shared latents, perhaps one above the other, perhaps a private one, perhaps below a shared one."""
    families = st.sampled_from(["normal", "normal", "laplace", {"normal": {"learnt": ["loc", "scale"]}}])
    nodes: Tree = {"z": {"latent": draw(families), "dim": draw(st.integers(1, 3))}}
    given = ["z"]
    if draw(st.integers(0, 2)) == 0:
        nodes["u"] = {"latent": draw(families), "dim": 2}
        shape = draw(st.sampled_from(["beside", "above", "between"]))
        if shape == "beside":
            given = ["z", "u"]
        else:
            nodes["z"] |= {"given": ["u"], "network": NETWORK}
            nodes["z"]["latent"] = draw(st.sampled_from(["normal", "laplace"]))
            given = ["z"] if shape == "above" else ["z", "u"]
    if draw(st.integers(0, 2)) > 0:
        nodes["h"] = {"latent": draw(families), "plate": "view", "dim": 2}
        if draw(st.booleans()):
            parents = draw(st.sampled_from([["z"], list(nodes)[:-1]]))
            nodes["h"] |= {"given": parents, "network": NETWORK, "latent": draw(st.sampled_from(["normal", "laplace"]))}
        given = draw(st.sampled_from([[*given, "h"], ["h", *given], ["h"]]))
    if draw(st.booleans()):
        nodes = dict(reversed(nodes.items()))
    return {**nodes, "x": {"observed": True, "plate": "view", "given": given}}


@st.composite
def posteriors(draw: st.DrawFn, node: Tree, mixture: str, names: list[str]) -> Tree:
    """How one latent is inferred."""
    rare = draw(st.integers(0, 9)) == 9  # a delta asks for beta: 0 in every route
    expert = draw(st.sampled_from(["normal", "normal", {"normal": {"scale": "softplus"}}, "laplace"]))
    expert = "delta" if rare else expert
    rule: Tree = {"expert": expert}
    if node.get("plate"):
        rule["absent"] = draw(st.sampled_from(["prior", "prior", "aux", "own"]))
        if rule["absent"] == "aux":
            rule["auxiliary"] = draw(st.sampled_from(["normal", {"laplace": {"learnt": ["scale"]}}]))
        if draw(st.integers(0, 3)) == 0 and "z" in names:
            rule["share"] = "z"
        return rule
    gpoe = {"gpoe": {"weights": draw(st.sampled_from(["g", "lam", "1/M"]))}}
    fuse = draw(st.sampled_from(["poe", "poe", "poe", "mean", gpoe])) if expert not in ("laplace", "delta") else "mean"
    if mixture != "singles" or draw(st.booleans()):
        rule["fuse"] = fuse
    if rule.get("fuse") == "poe":
        rule["prior_expert"] = draw(st.sampled_from(["never", "full", "always"]))
    return rule


WEIGHTS = st.one_of(st.sampled_from([0, 1, 1, 0.5, 2]), st.sampled_from(FORMULAS))


@st.composite
def _bindings(draw: st.DrawFn) -> Tree:
    """Variables and their ranges."""
    ranges = ["singles", "full", "subsets", "full+singles", "random(1)", "random(k)", "subsets+random(2)", "full+full"]
    choice = draw(st.integers(0, 4))
    if choice < 2:
        return {}
    found: Tree = {}
    if choice in (2, 4):
        found["m"] = "V"
    if choice in (3, 4):
        found["S"] = draw(st.sampled_from(ranges))
    if draw(st.integers(0, 4)) == 0:
        found["n"] = "V"
    return found


def _sets(names: tuple[str, ...], bound: Tree) -> st.SearchStrategy[Any]:
    """What `from` and `to` can be."""
    options: list[Any] = ["V", "V", [names[0]], [names[-1]], "[1]", list(names[:2])]
    options += [["m"], ["m"], "m", [names[0], "m"]] if "m" in bound else []
    options += ["S", "S", "S", ["S"], ["S", names[0]]] if "S" in bound else []
    options += [["n"], "n", ["n", "m"] if "m" in bound else ["n"]] if "n" in bound else []
    return st.sampled_from(options)


def _weights(bound: Tree) -> st.SearchStrategy[Any]:
    extra = (["lam[m]", "beta*lam[m]"] if "m" in bound else []) + (["1/size(S)"] if "S" in bound else [])
    return st.one_of(WEIGHTS, st.sampled_from([*extra, 1]))


@st.composite
def routes(draw: st.DrawFn, names: tuple[str, ...], latents: tuple[str, ...]) -> Tree:
    """One route with some of its options."""
    bound = draw(_bindings())
    weights = _weights(bound)
    options: Tree = {"for": bound} if bound else {}
    options |= {"from": draw(_sets(names, bound)), "to": draw(_sets(names, bound))}
    if draw(st.booleans()):
        options["combine"] = draw(st.sampled_from(["sum", "mean"]))
    if draw(st.booleans()):
        tables = st.dictionaries(st.sampled_from(latents), weights, min_size=1)
        options["beta"] = draw(st.one_of(weights, weights, tables))
    if draw(st.booleans()):
        tables = st.dictionaries(st.sampled_from(names), weights, min_size=1)
        options["likelihood_weight"] = draw(st.one_of(weights, st.sampled_from(["lam[m]", "lam"]), tables))
    if draw(st.booleans()):
        options["weight"] = draw(weights)
    if draw(st.booleans()):
        options["density"] = draw(st.sampled_from(["mixture", "component"]))
    if draw(st.booleans()):
        return {"elbo": options}
    options["samples"] = draw(st.integers(1, 3))
    options["strata"] = draw(st.sampled_from(["outside", "inside"]))
    return {"iwae": options}


@st.composite
def divergences(draw: st.DrawFn, names: tuple[str, ...], latents: tuple[str, ...], plated: set[str]) -> Tree:
    """One explicit KL, cross-entropy, or Jensen–Shannon divergence."""
    bound = draw(_bindings())
    node = draw(st.sampled_from(latents))
    if node in plated:
        node += "." + draw(st.sampled_from([*(v for v in ("m", "n") if v in bound), *names]))
    variables = [v for v in ("m", "S", "n") if v in bound]
    evidence = ["V", names[0], names[-1], *variables, *variables, f"{names[0]}, {names[-1]}"]
    densities = st.sampled_from([f"p({node})", *(f"q({node} | {e})" for e in evidence)])
    options: Tree = {"for": bound} if bound else {}
    word = draw(st.sampled_from(["kl", "kl", "ce", "js"]))
    if draw(st.booleans()):
        options["weight"] = draw(_weights({} if word == "js" else bound))
    if word == "js":
        options["center"] = draw(st.sampled_from(["mixture", "geometric"]))
        return {word: {"of": draw(st.lists(densities, min_size=2, max_size=3)), **options}}
    if draw(st.booleans()):
        options["combine"] = draw(st.sampled_from(["sum", "mean"]))
    return {word: {"of": draw(densities), "to": draw(densities), **options}}


__all__ = ["specs"]
