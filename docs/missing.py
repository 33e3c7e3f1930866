"""What each reference model allows where views are missing, found by trying every set of views."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations
from typing import Any

import torch

import mvgraph as mg
from mvgraph.errors import MvgraphError
from mvgraph.objective.unused import dead
from mvgraph.spec import zoo
from mvgraph.spec.model import Spec

BRIEF = {"draws": 2, "chains": 1, "burn_in": 1, "steps": 1}  # a sampler that only shows that there is an answer


@cache
def tried(name: str) -> tuple[str, ...]:
    """One row: a loss, an encoding and a log-likelihood for every set of views."""
    spec = small(name)
    model = mg.compile(spec)
    sets = [c for n in range(1, len(spec.views) + 1) for c in combinations(spec.view_names, n)]
    rows = {s: dict.fromkeys(s, torch.eye(2, 3)) for s in sets}  # two rows that differ: a statistic tells them apart
    untrained = {d.removeprefix("encoder ") for d in dead(spec)}
    counting = [s for s in sets if counts(model, rows[s])]
    answering = [s for s in sets if works(model.encode, rows[s]) and not blind(spec, s, untrained)]
    scored = [s for s in sets if works(model.log_likelihood, rows[sets[-1]], samples=2, given=s)]
    return f"`{name}`", listed(counting, sets), listed(answering, sets), likelihood(scored, sets)


def small(name: str) -> Spec:
    """A reference spec with three views, or as many as it may have, of three numbers; and with linear networks."""
    spec = mg.load(zoo.path(name))
    most = spec.open_views
    views = {str(i + 1): {"shape": [3]} for i in range(min(3, (most and most.most) or 3))}
    brief = {q.name: {"subsets": {"hmc": BRIEF}} for q in spec.posteriors if q.subsets}
    return mg.load(zoo.path(name), view_defaults={"encoder": "linear", "decoder": "linear"}, views=views, q=brief)


def blind(spec: Spec, given: tuple[str, ...], untrained: set[str]) -> bool:
    """True where the answer would come from an encoder that no term of the objective trains."""
    if set(given) <= set(spec.conditioned.values()):
        return False  # the prior answers
    for rule in (q for q in spec.posteriors if not spec.latent(q.name).plate):
        if rule.fuse and rule.fuse.joint and len(given) == len(spec.views):
            continue
        unknown = [f"q({rule.name}|{view})" in untrained for view in given]
        if any(unknown) if rule.fuse else all(unknown):
            return True
    return False


def works(ask: Callable[..., Any], *arguments: Any, **options: Any) -> bool:
    """True where a question has an answer."""
    try:
        ask(*arguments, **options)
    except MvgraphError:
        return False
    return True


def counts(model: mg.Model, data: dict[str, torch.Tensor]) -> bool:
    """True where a row with these views alone enters the objective."""
    return works(model.loss, data) and bool((model.loss(data).rows != 0).all())


def listed(sets: list[tuple[str, ...]], every: list[tuple[str, ...]]) -> str:
    """Sets of views as text."""
    if sets == every:
        return "any views"
    if not sets:
        return "none"
    least = [s for s in sets if not any(set(t) < set(s) for t in sets)]
    grown = [s for s in every if any(set(t) <= set(s) for t in least)]
    if len(least) == 1 and grown == sets and len(sets) > 1:
        return f"any views with {', '.join(least[0])} among them"
    return "all the views" if sets == every[-1:] else ", ".join(f"{{{', '.join(s)}}}" for s in sets)


def likelihood(scored: list[tuple[str, ...]], every: list[tuple[str, ...]]) -> str:
    """Whether log p(X) of all the views can be estimated, and which views q may look at for it."""
    if every[-1] in scored:
        return "yes"
    return f"yes, with `given={list(scored[0])}`" if scored else "not defined"
