"""Whole specs by chance, each around one of the rarer words: hierarchies, pools, games, statistics, and others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from .random_specs import NAMES, NETWORK, PARAMS, Tree, divergences, routes, useful, views

SOME = st.sampled_from
Q = {"expert": "normal", "fuse": "poe"}


def whole(draw: st.DrawFn, count: int, p: Tree, q: Tree, maximize: list[Tree], minimize: list[Tree]) -> Tree:
    """A spec with these parts."""
    names = NAMES[:count]
    objective = {"maximize": maximize, **({"minimize": minimize} if minimize else {})}
    tree = {
        "name": "random",
        "params": {**PARAMS, "lam": {v: 0.5 + i for i, v in enumerate(names)}},
        "views": {v: draw(views()) for v in names},
        "view_defaults": {"encoder": NETWORK, "decoder": NETWORK},
        "p": p,
        "q": q,
        "objective": objective,
        "estimator": {"samples": draw(st.integers(1, 2)), "kl": draw(SOME(["closed", "sampled"]))},
    }
    return useful(tree)


def terms(draw: st.DrawFn, count: int, latents: tuple[str, ...], plated: set[str], nodes: tuple[str, ...] = ()) -> Any:
    """Some routes, and some divergences between densities of `nodes`, or of the latents."""
    names = NAMES[:count]
    up = draw(st.lists(routes(names, latents), min_size=1, max_size=2))
    return up, draw(st.lists(divergences(names, nodes or latents, plated), max_size=2))


@st.composite
def hierarchies(draw: st.DrawFn) -> Tree:
    """Two or three levels of shared latents."""
    count, levels = draw(st.integers(1, 3)), draw(st.integers(2, 3))
    level: Tree = {"latent": "normal", "plate": {"level": levels}, "dim": [2, 1, 2][:levels], "network": NETWORK}
    p = {"z": {**level, "given": ["z[l+1:]"]}, "x": {"observed": True, "plate": "view", "given": ["z"]}}
    rule = {**Q, "prior_expert": draw(SOME(["never", "full", "always", "always"]))}
    q = {"mixture": draw(SOME(["none", "none", "singles", "subsets"])), "z": rule}
    up, down = terms(draw, count, ("z",), set(), tuple(f"z.{i + 1}" for i in range(levels)))
    return whole(draw, count, p, q, up, down)


@st.composite
def pools(draw: st.DrawFn) -> Tree:
    """Private latents with a prior that is made of all their posteriors."""
    count = draw(st.integers(1, 3))
    pool = {"of": "q", "standard": draw(SOME([0, 1, 0.5, "alpha"])), "bound": draw(SOME(["convex", "exact"]))}
    p = {
        "h": {"latent": {"mixture_of": pool}, "plate": "view", "dim": 2},
        "x": {"observed": True, "plate": "view", "given": ["h"]},
    }
    weights: Tree = {"beta": draw(SOME([1, "beta", {"h": 2}])), "likelihood_weight": draw(SOME([1, "lam", "1/M"]))}
    bound = draw(SOME([{"from": "V", "to": "V"}, {"for": {"m": "V"}, "from": ["m"], "to": ["m"], "combine": "mean"}]))
    up = [{"elbo": {**bound, **weights}}, *draw(st.lists(routes(NAMES[:count], ("h",)), max_size=1))]
    return whole(draw, count, p, {"h": {"expert": "normal"}}, up, [])


@st.composite
def clusters(draw: st.DrawFn) -> Tree:
    """A prior that is a mixture over a discrete node."""
    count, family = draw(st.integers(1, 3)), draw(SOME(["normal", "laplace"]))
    p = {
        "c": {"discrete": 3},
        "z": {"latent": {family: {"learnt": ["loc"]}}, "dim": 2, "marginal_over": "c"},
        "x": {"observed": True, "plate": "view", "given": ["z"]},
    }
    mixture = draw(SOME(["none", "singles", "subsets"]))
    rule = {"expert": family} if mixture == "singles" else {**Q, "fuse": draw(SOME(["poe", "mean"]))}
    up, down = terms(draw, count, ("z",), set())
    return whole(draw, count, p, {"mixture": mixture, "z": rule}, up, down)


@st.composite
def conditions(draw: st.DrawFn) -> Tree:
    """A view that is conditioned on, by a prior, by the data, or by both."""
    count = draw(st.integers(2, 3))
    above, given = draw(SOME([(True, ["z"]), (False, ["z", "w"]), (True, ["w", "z"])]))
    p = {
        "w": {"condition": True, "view": 1},
        "z": {"latent": "normal", "dim": 2, **({"given": ["w"], "network": NETWORK} if above else {})},
        "x": {"observed": True, "plate": "view", "given": given},
    }
    fuse = draw(SOME(["poe", {"joint": {"hidden": [3]}}]))
    up, down = terms(draw, count, ("z",), set())
    up = [{"elbo": {"from": "V", "to": "V", "beta": draw(SOME([1, "beta"]))}}, *draw(SOME([[], up]))]
    return whole(draw, count, p, {"z": {"expert": "normal", "fuse": fuse}}, up, draw(SOME([[], down])))


@st.composite
def joints(draw: st.DrawFn) -> Tree:
    """One network for all views, another family than the experts' perhaps."""
    count = draw(st.integers(1, 3))
    p = {"z": {"latent": "normal", "dim": 2}, "x": {"observed": True, "plate": "view", "given": ["z"]}}
    expert = draw(SOME(["normal", "laplace"]))
    joint = {"hidden": [3], **({"expert": "normal"} if expert == "laplace" else {})}
    up, down = terms(draw, count, ("z",), set())
    return whole(draw, count, p, {"z": {"expert": expert, "fuse": {"joint": joint}}}, up, down)


@st.composite
def uppers(draw: st.DrawFn) -> Tree:
    """An upper level that reads and reproduces draws of the lower one, and loses some of what it reads."""
    count = draw(st.integers(1, 3))
    p = {
        "z": {"latent": "normal", "plate": "view", "dim": 2},
        "x": {"observed": True, "plate": "view", "given": ["z"]},
        "c": {"latent": "normal", "dim": 2},
        "zhat": {"pseudo": "z", "plate": "view", "given": ["c"], "likelihood": "mse", "network": NETWORK},
    }
    pool = {"pool": {"message": 2, "hidden": [3]}}
    q = {"z": {"expert": "normal"}, "c": {"expert": "normal", "fuse": pool, "reads": "z"}}
    lower = {"for": {"m": "V"}, "from": ["m"], "to": ["m"], "beta": draw(SOME([1, "beta"]))}
    upper: Tree = {"from": "V", "to": {"zhat": "V"}, "beta": draw(SOME([1, "alpha"]))}
    upper |= draw(SOME([{}, {"drop": {"p": 0.3}}, {"likelihood_weight": "lam"}]))
    return whole(draw, count, p, q, [{"elbo": lower}, {"elbo": upper}], [])


@st.composite
def games(draw: st.DrawFn) -> Tree:
    """A critic for all codes, for those of each view, or for reconstructions."""
    count = draw(st.integers(1, 3))
    p = {"z": {"latent": "normal", "dim": 2}, "x": {"observed": True, "plate": "view", "given": ["z"]}}
    expert = draw(SOME(["normal", "delta"]))
    players = draw(SOME([
        {"real": "p(z)", "fake": "q(z | m)"},
        {"real": "p(z)", "fake": "q(z | V)"},
        {"real": "q(z | m)", "fake": "q(z | V)"},
        {"real": "x.m", "fake": "x.m", "from": "V"},
    ]))  # fmt: skip
    rest = {"weight": draw(SOME([1, "beta", 0.5])), "balance": draw(SOME(["even", "pooled"]))}
    bound = {"for": {"m": "V"}} if "m" in "".join(players.values()) else {}
    play = draw(SOME(["gan", "gan_compat", "lsgan", {"wgan": {"clip": 0.01}}]))
    up = [{"elbo": {"for": {"n": "V", "m": "V"}, "from": ["n"], "to": ["m"], "beta": 0 if expert == "delta" else 1}}]
    q = {"z": {"expert": expert, "fuse": "mean"}}
    return whole(draw, count, p, q, up, [{"game": {"play": play, **players, **bound, **rest}}])


@st.composite
def statistics(draw: st.DrawFn) -> Tree:
    """Codes of views that are to correlate."""
    count = draw(st.integers(2, 3))
    p = {
        "h": {"latent": "normal", "plate": "view", "dim": 2},
        "x": {"observed": True, "plate": "view", "given": ["h"]},
    }
    weights = SOME([1, 0.5, "beta"])
    own = {"for": {"m": "V"}, "from": ["m"], "to": ["m"], "likelihood_weight": draw(weights), "beta": 0}
    cca = {"of": ["q(h.m | m)"], "for": {"m": "V"}, "value": {"cca": {"ridge": 0.01}}, "weight": draw(weights)}
    return whole(draw, count, p, {"h": {"expert": "delta"}}, [{"elbo": own}, {"statistic": cca}], [])


KINDS: dict[str, Callable[[], st.SearchStrategy[Tree]]] = {
    "hierarchies": hierarchies,
    "pools": pools,
    "clusters": clusters,
    "conditions": conditions,
    "joints": joints,
    "uppers": uppers,
    "games": games,
    "statistics": statistics,
}


@st.composite
def newer(draw: st.DrawFn) -> Tree:
    """A spec of one of the kinds."""
    return draw(KINDS[draw(SOME(sorted(KINDS)))]())


__all__ = ["KINDS", "newer"]
