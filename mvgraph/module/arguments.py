"""What a model is asked: data, names of views, numbers of draws; read, or refused with a remedy."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any, Literal, get_args

import torch
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.data.tables import Tables
from mvgraph.errors import DataError, Problem, UsageError
from mvgraph.module.networks import Networks
from mvgraph.objective.family import parents
from mvgraph.objective.keys import Ref
from mvgraph.registry import nearest
from mvgraph.spec.model import Spec

Data = Batch | Tables | Mapping[str, Any]
Component = Literal["mixture", "given"]


def fitting(spec: Spec, data: Batch) -> Batch:
    """A batch with its views in the order of the spec.

    Raises:
        DataError: it has other views, other shapes, or a mask that is not bool `(row, view)`.
    """
    if set(data.names) != set(spec.view_names):
        message = f"the batch has the views {', '.join(data.names)}, the spec {', '.join(spec.view_names)}"
        raise DataError(Problem("MVG710", ("data",), message, "give a mapping: views that it lacks count as missing"))
    if data.mask.dtype != torch.bool or data.mask.dim() != 2 or data.mask.shape[1] != len(spec.views):
        message = f"the mask is {data.mask.dtype} {tuple(data.mask.shape)}, not bool (row, {len(spec.views)})"
        raise DataError(Problem("MVG713", ("data",), message, "mg.batch(spec, views, mask) makes one"))
    for name, values in data.views.items():
        shape = spec.view(name).shape
        if shape is not None and tuple(values.shape[1:]) != shape:
            message = f"view '{name}' has rows of shape {list(values.shape[1:])}, the spec says {list(shape)}"
            raise DataError(Problem("MVG711", ("data",), message, "mg.batch(spec, views) prepares data, e.g. classes"))
    if data.names == spec.view_names:
        return data
    columns = [data.names.index(v) for v in spec.view_names]
    return replace(data, views={v: data.views[v] for v in spec.view_names}, mask=data.mask[:, columns])


def evidence(spec: Spec, given: Sequence[str] | str | None) -> list[str] | None:
    """The views to look at; None for all that were observed.

    Raises:
        UsageError: none is named, though the model has no condition that could be looked at alone.
    """
    if given is None:
        return None
    names = _names(given, "given")
    if not names and not spec.conditions:
        remedy = "leave `given` out to look at every view that was observed; model.generate draws from the prior"
        raise UsageError(f"given=[] names no view to look at; {remedy}")
    return [*names, *spec.conditioned.values()]


def targets(spec: Spec, views: Sequence[str] | str) -> list[str]:
    """The views to answer for.

    Raises:
        UsageError: there is no such view, or none is named.
    """
    names = _names(views, "views")
    known = ", ".join(spec.view_names)
    if not names:
        raise UsageError(f"views=[] names no view to answer for; leave `views` out for all of {known}")
    for name in (n for n in names if n not in spec.view_names):
        raise UsageError(f"there is no view '{name}'; the views are {known}")
    return names


def _names(value: Any, what: str) -> list[str]:
    """Names of views; one may stand without a list."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Collection) or not all(isinstance(name, str) for name in value):
        raise UsageError(f"{what} is a list of names of views, not {value!r}")
    return list(value)


def count_of(value: Any, name: str) -> int:
    """A number of things.

    >>> count_of(3, "samples")
    3

    Raises:
        UsageError: it is not a whole number from 1 up.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise UsageError(f"{name} is a whole number from 1 up, not {value!r}")
    return int(value)


def draws_of(samples: Any, plug_in: bool) -> int | None:
    """How many draws were asked for; None where nothing was said.

    Raises:
        UsageError: the number is none, or makes no sense beside `plug_in`.
    """
    if samples is None:
        return None
    if plug_in:
        raise UsageError("plug_in=True decodes the mean of q and makes no draws: leave out samples, or plug_in")
    return count_of(samples, "samples")


def require_generator(generator: Any) -> None:
    """Refuse randomness that does not come from torch.

    Raises:
        UsageError: it is something else, e.g. a seed.
    """
    if generator is not None and not isinstance(generator, torch.Generator):
        raise UsageError(f"generator is a torch.Generator, e.g. torch.Generator().manual_seed(0), not {generator!r}")


def latent_values(networks: Networks, values: Any, views: Sequence[str]) -> dict[Ref, Tensor]:
    """What the decoders of some views read, `(*batch, dim)`, from values by the name of their node (`z`, `h.image`).

    Raises:
        UsageError: something that they read is not given, or what is given is no node, or not of its size.
    """
    spec = networks.spec
    if not isinstance(values, Mapping):
        raise UsageError(f"values are a mapping from latents to tensors, {{'z': ...}}, not {type(values).__name__}")
    read = {v: [r for refs in parents(spec, spec.observed.given, v) for r in refs] for v in spec.scored_views}
    known = {str(r): r for refs in read.values() for r in refs}
    for name in (n for n in values if n not in known):
        raise UsageError(f"no decoder reads '{name}': {nearest(str(name), sorted(known))}")
    for view in views:
        missing = [str(r) for r in read[view] if str(r) not in values]
        if missing:
            listed = ", ".join(str(r) for r in read[view])
            raise UsageError(
                f"the decoder of '{view}' reads {listed}: give {', '.join(missing)}, or ask for other views"
            )
    like = next(networks.decoders.parameters())
    return {known[n]: _sized(spec, known[n], torch.as_tensor(v).to(like)) for n, v in values.items()}


def _sized(spec: Spec, ref: Ref, value: Tensor) -> Tensor:
    if ref.node in spec.conditioned:
        return value.flatten(1)
    size = spec.dim(ref.node, ref.view)
    if not value.dim() or value.shape[-1] != size:
        raise UsageError(f"a value of '{ref}' has {size} entries in its last axis, not the shape {list(value.shape)}")
    return value


def whole_of(component: str) -> bool:
    """Whether S is asked for as one component.

    Raises:
        UsageError: it is no word for either.
    """
    if component not in get_args(Component):
        raise UsageError(f"component is 'mixture' or 'given', not '{component}'")
    return component == "given"
