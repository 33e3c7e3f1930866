"""Whether networks can read, and make, the shapes of the views: what stops a spec from being compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import torch

from mvgraph.errors import Problem, SpecError
from mvgraph.spec.model import Spec
from mvgraph.vocab.family import Shape
from mvgraph.vocab.network import Trunk
from mvgraph.vocab.network.mlp import Mlp


def shape_of(spec: Spec, view: str) -> Shape:
    """The shape of a view, which the spec has."""
    shape = spec.view(view).shape
    assert shape is not None
    return shape


def require_shapes(spec: Spec) -> None:
    """Refuse views without a shape, and scored ones without a likelihood.

    Raises:
        SpecError: with one problem for each.
    """
    problems = []
    for view in spec.view_names:
        own = spec.view(view)
        for key, value in (("shape", own.shape), ("likelihood", own.likelihood)):
            if value is None and (key == "shape" or view in spec.scored_views):
                remedy = (
                    f"write views: {{{view}: {{{key}: ...}}}}, or let data give shapes: mg.compile(spec, data), mg.fit"
                )
                problems.append(Problem("MVG401", ("views", view), f"the view '{view}' has no {key}", remedy))
    if problems:
        raise SpecError(*problems)


def require_networks(spec: Spec) -> None:
    """Refuse networks that cannot read, or make, the shapes they are given: all at once, with their places.

    Raises:
        SpecError: with one problem for each.
    """
    problems: list[Problem] = []
    for view in spec.view_names:
        problems += [_located(spec, view, "encoder", p) for p in _faults(partial(encoder_of, spec, view))]
    for view in spec.scored_views:
        problems += [_located(spec, view, "decoder", p) for p in _faults(partial(decoder_of, spec, view))]
    if problems:
        raise SpecError(*problems)


def encoder_of(spec: Spec, view: str) -> Trunk:
    """The trunk of a view's encoder.

    Raises:
        SpecError: it cannot read the view.
    """
    return (spec.view(view).encoder or Mlp()).encoder(shape_of(spec, view))


def decoder_of(spec: Spec, view: str) -> Trunk:
    """The trunk of a view's decoder.

    Raises:
        SpecError: it cannot make the view.
    """
    width = sum(spec.dim(n, view) for n in spec.observed.given)
    return (spec.view(view).decoder or Mlp()).decoder(width, shape_of(spec, view))


def _faults(make: Callable[[], Trunk]) -> tuple[Problem, ...]:
    """What is wrong with a network, found on a device without memory or random numbers."""
    try:
        with torch.device("meta"):
            make()
    except SpecError as error:
        return error.problems
    return ()


def _located(spec: Spec, view: str, key: str, problem: Problem) -> Problem:
    """A network's problem at the place where the view's network was written: in the view, or in the defaults."""
    own = getattr(next(v for v in spec.views if v.name == view), key) is not None
    found = replace(problem, path=("views", view, key) if own else ("view_defaults", key))
    found = replace(found, message=f"{found.message} of the view '{view}'")
    return spec.document.locate(found) if spec.document else found
