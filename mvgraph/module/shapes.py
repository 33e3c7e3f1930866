"""Whether networks can read, and make, the shapes of the views: what stops a spec from being compiled."""

from __future__ import annotations

import torch

from mvgraph.errors import Problem, SpecError
from mvgraph.graph.networks import Placed, placed
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
    problems = [network.blame(p) for network in placed(spec) if network.view for p in _faults(spec, network)]
    if problems:
        raise SpecError(*(spec.document.locate(p) if spec.document else p for p in dict.fromkeys(problems)))


def decoder_of(spec: Spec, view: str) -> Trunk:
    """The trunk of a view's decoder.

    Raises:
        SpecError: it cannot make the view.
    """
    return (spec.view(view).decoder or Mlp()).decoder(width_of(spec, view), shape_of(spec, view))


def width_of(spec: Spec, view: str) -> int:
    """The entries of what a view's decoder reads."""
    return sum(spec.dim(n, view) for n in spec.observed.given)


def _faults(spec: Spec, network: Placed) -> tuple[Problem, ...]:
    """What is wrong with a network, found on a device without memory or random numbers."""
    try:
        with torch.device("meta"):
            if network.role == "reads":
                network.word.encoder(network.shape)
            else:
                network.word.decoder(width_of(spec, str(network.view)), network.shape)
    except SpecError as error:
        return error.problems
    return ()
