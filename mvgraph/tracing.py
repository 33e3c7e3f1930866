"""What may be asked of values while PyTorch makes a program of a computation: nothing, for there are no data yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mvgraph.deferring import defer

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


def tracing() -> bool:
    """Whether `torch.compile`, `torch.export` or `torch.jit.trace` is looking.

    >>> tracing()
    False
    """
    return torch.compiler.is_compiling() or recording()


def recording() -> bool:
    """Whether `torch.jit.trace` is looking, to which even the shape of a tensor is a value."""
    flag: bool = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    return flag


def known(flag: Tensor, unknown: bool) -> bool:
    """Whether a flag about the data is set; `unknown`, the answer that is right for any data, while there are none.

    >>> known(torch.tensor(True), unknown=False)
    True
    """
    return unknown if tracing() else bool(flag)


@contextmanager
def trusting() -> Iterator[None]:
    """Distributions of torch look at no value, for a while, where a program is made by running this code."""
    distribution = torch.distributions.Distribution
    before = distribution._validate_args
    if tracing() and not torch.compiler.is_dynamo_compiling():
        distribution.set_default_validate_args(False)
    try:
        yield
    finally:
        if tracing() and not torch.compiler.is_dynamo_compiling():
            distribution.set_default_validate_args(before)
