"""Weights of networks that are not built: earlier versions built and kept them, and such files still load."""

from __future__ import annotations

from functools import partial
from typing import Any

from torch import nn

from mvgraph.module.naming import module_name
from mvgraph.objective.keys import Ref
from mvgraph.spec.model import Spec


def forgive(networks: nn.Module, spec: Spec) -> None:
    """Let networks load weights that hold those of networks that no term trains, too, which are passed over."""
    networks.register_load_state_dict_post_hook(partial(_pass_over, spec))


def _pass_over(spec: Spec, networks: nn.Module, keys: Any) -> None:
    """Take the weights of networks that are not built out of what is not expected."""
    names = unbuilt(networks, spec)
    keys.unexpected_keys[:] = [k for k in keys.unexpected_keys if not any(f".{name}." in f".{k}" for name in names)]


def unbuilt(networks: nn.Module, spec: Spec) -> tuple[str, ...]:
    """The names of the networks that a spec declares and no term trains."""
    copies = [(Ref(x.name, v if x.plate else None), v) for x in spec.latents for v in spec.view_names]
    names = {
        "experts": [module_name(ref, view) for ref, view in copies],
        "joints": [module_name(Ref(x.name)) for x in spec.latents],
        "decoders": [module_name(Ref("x", v)) for v in spec.scored_views],
        "uppers": [module_name(Ref(n.name, v)) for n in spec.pseudo for v in spec.scored_views],
    }
    built = {kind: dict(networks.get_submodule(kind).named_children()) for kind in names}
    return tuple(f"{kind}.{name}" for kind, listed in names.items() for name in listed if name not in built[kind])
