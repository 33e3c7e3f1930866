"""The normal distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mvgraph.vocab.family.base import Role
from mvgraph.vocab.family.gaussian import Gaussian
from mvgraph.vocab.family.location_scale import LocationScale


@dataclass(frozen=True, repr=False)
class Normal(Gaussian, LocationScale):
    """The normal distribution N(x; μ, σ²) with independent entries.

    log p(x) = −Σ [ ½ ((x − μ)/σ)² + log σ + ½ log 2π ], with `loc` μ and `scale` σ. Under `scale: exp` the raw
    tensor is the log-variance: σ = exp(raw/2) (Kingma & Welling 2014, arXiv 1312.6114, appendix C.2).

    Options: see `LocationScale`.

    >>> import torch
    >>> family = Normal.read("normal")
    >>> prior = family.constrain({}, (2,), "prior")
    >>> family.log_prob(prior, torch.zeros(3, 2))  # (row,): -log 2π
    tensor([-1.8379, -1.8379, -1.8379])
    >>> family.heads((2,), "expert")
    {'loc': (2,), 'raw_scale': (2,)}
    """

    word: ClassVar[str] = "normal"
    roles: ClassVar[frozenset[Role]] = frozenset({"prior", "expert", "likelihood", "auxiliary"})
    exponent: ClassVar[float] = 0.5
