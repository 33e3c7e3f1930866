"""The parts of a model that a phase freezes, as modules and parameters."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mvgraph.graph.parts import Part, within
from mvgraph.module.naming import module_name
from mvgraph.module.networks import Networks
from mvgraph.objective.keys import Ref


def frozen(networks: Networks, names: Sequence[str]) -> list[nn.Module | nn.Parameter]:
    """The networks and learnt numbers that names such as `p.x.image` and `q.z` stand for."""
    found = [_find(networks, part) for part in within(networks.spec, tuple(names))]
    return [each for each in found if each is not None]


def _find(networks: Networks, part: Part) -> nn.Module | nn.Parameter | None:
    if part.kind == "learnt":
        number: nn.Parameter = networks.learnt[part.node]
        return number
    node = "x" if part.kind == "decoders" else part.node  # decoders are kept by their views
    found = dict(networks.get_submodule(part.kind).named_children())
    return found.get(module_name(Ref(node, part.copy), part.view))  # a prior may have no network
