"""Writing a model in Python, with the words of the text: the pieces are plain data, and `spec` reads them.

>>> from mvgraph.spec.builder import compose, elbo, latent, observed, posterior, view
>>> model = compose(
...     name="MVAE",
...     views={"image": view(shape=(784,), likelihood="bernoulli"), "label": view(shape=(10,))},
...     p={"z": latent("normal", dim=64), "x": observed(given=["z"])},
...     q={"z": posterior("normal", fuse="poe", prior_expert="always")},
...     maximize=[elbo(from_="V", to="V", beta="beta")],
...     params={"beta": 1.0},
... )
>>> model.posterior("z").fuse
PoE()
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict, Unpack

from mvgraph.language.expr import Formula
from mvgraph.language.word import Word
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

Tree = dict[str, Any]
AnyWord = str | Mapping[str, Any] | Word
AnyWeight = float | str | Formula | Mapping[str, float | str | Formula]
AnyViews = str | Sequence[str | int]


class RouteOptions(TypedDict, total=False):
    """What a route may say besides `from` and `to`."""

    for_: Mapping[str, str]
    combine: Literal["sum", "mean"]
    beta: AnyWeight
    likelihood_weight: AnyWeight
    weight: float | str | Formula
    density: Literal["mixture", "component"]
    samples: int
    strata: Literal["outside", "inside"]
    drop: Mapping[str, float]


class SpecOptions(TypedDict, total=False):
    """What a spec may say besides its graphs and its objective."""

    about: Mapping[str, Any]
    params: Mapping[str, Any]
    view_defaults: Mapping[str, Any]
    estimator: Mapping[str, Any]
    training: Mapping[str, Any]


def _tree(**values: Any) -> Tree:
    """The values that are given, under their names in the text (`from_` is `from`)."""
    return {key.rstrip("_"): value for key, value in values.items() if value is not None}


def view(
    *,
    shape: Sequence[int] | None = None,
    likelihood: AnyWord | None = None,
    encoder: AnyWord | None = None,
    decoder: AnyWord | None = None,
) -> Tree:
    """A view: the shape of one datum x_m, its likelihood p(x_m | ·), and its networks."""
    return _tree(shape=shape, likelihood=likelihood, encoder=encoder, decoder=decoder)


def latent(
    family: AnyWord,
    *,
    dim: int | Sequence[int] | Mapping[str, int],
    plate: Literal["view"] | Mapping[Literal["level"], int] | None = None,
    given: Sequence[str] | None = None,
    network: AnyWord | None = None,
    marginal_over: str | None = None,
) -> Tree:
    """A latent node of p with its prior family; `plate="view"` gives one copy a view, `{"level": L}` a hierarchy."""
    return _tree(latent=family, dim=dim, plate=plate, given=given, network=network, marginal_over=marginal_over)


def discrete(count: int, *, probs: Literal["learnt", "equal"] | None = None) -> Tree:
    """A discrete node of p with `count` values, to be summed out of the prior of a latent."""
    return _tree(discrete=count, probs=probs)


def condition(view: str | int) -> Tree:
    """A view, by name or position, that is given and never scored: a parent of priors and decoders."""
    return {"condition": True, "view": view}


def pseudo(latent: str, *, given: Sequence[str], likelihood: AnyWord, network: AnyWord | None = None) -> Tree:
    """Pseudo-data: draws of a private latent, their gradient stopped, one copy a view."""
    return _tree(pseudo=latent, plate="view", given=given, likelihood=likelihood, network=network)


def observed(*, given: Sequence[str], likelihood: AnyWord | None = None, network: AnyWord | None = None) -> Tree:
    """The observed node of p, one copy a view, given its latent parents."""
    return _tree(observed=True, plate="view", given=given, likelihood=likelihood, network=network)


def posterior(
    expert: AnyWord,
    *,
    fuse: AnyWord | None = None,
    prior_expert: Literal["never", "full", "always"] | None = None,
    absent: Literal["prior", "aux", "own"] | None = None,
    auxiliary: AnyWord | None = None,
    network: AnyWord | None = None,
    subsets: AnyWord | None = None,
    share: str | None = None,
    reads: str | None = None,
) -> Tree:
    """How a latent is inferred from any set of views S: q(z | x_S)."""
    more = _tree(absent=absent, auxiliary=auxiliary, network=network, subsets=subsets, share=share, reads=reads)
    return _tree(expert=expert, fuse=fuse, prior_expert=prior_expert) | more


def elbo(from_: AnyViews, to: AnyViews, **options: Unpack[RouteOptions]) -> Tree:
    """The route `elbo`: infer from the views in `from_`, score the views in `to`."""
    return {"elbo": _tree(from_=from_, to=to, **options)}


def iwae(from_: AnyViews, to: AnyViews, **options: Unpack[RouteOptions]) -> Tree:
    """The route `iwae`: the importance-weighted bound with `samples` samples."""
    return {"iwae": _tree(from_=from_, to=to, **options)}


def kl(
    of: str,
    to: str,
    *,
    for_: Mapping[str, str] | None = None,
    combine: Literal["sum", "mean"] | None = None,
    weight: float | str | Formula | None = None,
) -> Tree:
    """The explicit term KL(of ‖ to), e.g. `kl("q(z | V)", "q(z | m)", for_={"m": "V"})`."""
    return {"kl": _tree(of=of, to=to, for_=for_, combine=combine, weight=weight)}


def ce(
    of: str,
    to: str,
    *,
    for_: Mapping[str, str] | None = None,
    combine: str | None = None,
    weight: float | str | Formula | None = None,
) -> Tree:
    """A cross-entropy -E_of[log to], e.g. `ce("q(z | V)", "q(z | m)", for_={"m": "V"})`."""
    return {"ce": _tree(of=of, to=to, for_=for_, combine=combine, weight=weight)}


def js(
    of: Sequence[str],
    *,
    for_: Mapping[str, str] | None = None,
    center: AnyWord | None = None,
    weight: float | str | Formula | None = None,
) -> Tree:
    """A Jensen–Shannon divergence, e.g. `js(["p(z)", "q(z | m)"], for_={"m": "V"}, center="geometric")`."""
    return {"js": _tree(of=of, for_=for_, center=center, weight=weight)}


def statistic(
    value: AnyWord,
    of: Sequence[str],
    *,
    for_: Mapping[str, str] | None = None,
    weight: float | str | Formula | None = None,
) -> Tree:
    """A statistic of the batch, e.g. `statistic("cca", ["q(z.m | m)"], for_={"m": "V"})`."""
    return {"statistic": _tree(of=of, value=value, for_=for_, weight=weight)}


def phase(
    name: str,
    epochs: int,
    *,
    maximize: Sequence[Mapping[str, Any]] = (),
    minimize: Sequence[Mapping[str, Any]] = (),
    freeze: Sequence[str] | None = None,
    reset: Sequence[Literal["optimizer"]] | None = None,
) -> Tree:
    """A phase of training with an objective of its own, e.g. `phase("joint", 100, maximize=[elbo("V", "V")])`."""
    objective = _tree(maximize=maximize or None, minimize=minimize or None)
    return _tree(name=name, epochs=epochs, freeze=freeze, reset=reset, objective=objective)


def compose(
    *,
    name: str,
    views: Mapping[str, Mapping[str, Any] | None] | str | int,
    p: Mapping[str, Mapping[str, Any]],
    q: Mapping[str, Mapping[str, Any]],
    maximize: Sequence[Mapping[str, Any]] = (),
    minimize: Sequence[Mapping[str, Any]] = (),
    phases: Sequence[Mapping[str, Any]] = (),
    mixture: Literal["none", "singles", "subsets"] = "none",
    **options: Unpack[SpecOptions],
) -> Spec:
    """The spec that these pieces make.

    Raises:
        SpecError: with one problem for everything that is not well formed.
    """
    objective = _tree(maximize=maximize or None, minimize=minimize or None)
    trained = _tree(objective=None if phases and not objective else objective, phases=phases or None)
    graphs: Tree = {"p": p, "q": {"mixture": mixture, **q}}
    return load(_tree(name=name, views=views, **options) | graphs | trained)
