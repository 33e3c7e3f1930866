"""mvgraph: a multi-view latent variable model, written down as a small graph, compiled and trained.

>>> import mvgraph as mg
>>> print(mg.derive("mvae", beta=1))
+ E[log p(x.1|z); z~PoE[p(z)·q(z|1)·q(z|2)]]
+ E[log p(x.2|z); z~PoE[p(z)·q(z|1)·q(z|2)]]
- beta KL(PoE[p(z)·q(z|1)·q(z|2)] || p(z))

Every name below is loaded when it is first used, so that reading and checking a spec never imports torch.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import lazy_loader as lazy

if TYPE_CHECKING:
    from mvgraph.data.batch import Batch
    from mvgraph.data.loading import read
    from mvgraph.errors import DataError, MvgraphError, Problem, SpecError, UnknownWord, UsageError
    from mvgraph.interface import check, compile, derive, dump, explain, fit, load, names, plan  # noqa: A004
    from mvgraph.module.model import Model
    from mvgraph.objective.canonical import Objective
    from mvgraph.plan.planning import Plan
    from mvgraph.spec.builder import elbo, iwae, kl, latent, observed, posterior, spec
    from mvgraph.spec.model import Spec
    from mvgraph.training.errors import Interrupted, NotFinite
    from mvgraph.training.run import Run
    from mvgraph.vocab.network.custom import network
else:
    _attached, __dir__, _names = lazy.attach(
        __name__,
        submod_attrs={
            "spec.builder": ["elbo", "iwae", "kl", "latent", "observed", "posterior", "spec"],
            "data.batch": ["Batch"],
            "data.loading": ["read"],
            "errors": ["DataError", "MvgraphError", "Problem", "SpecError", "UnknownWord", "UsageError"],
            "interface": ["check", "compile", "derive", "dump", "explain", "fit", "load", "names", "plan"],
            "module.model": ["Model"],
            "objective.canonical": ["Objective"],
            "plan.planning": ["Plan"],
            "spec.model": ["Spec"],
            "training.errors": ["Interrupted", "NotFinite"],
            "training.run": ["Run"],
            "vocab.network.custom": ["network"],
        },
    )

    def __getattr__(name: str) -> Any:
        return _attached(name)


__version__ = "0.1.0"

__all__ = [
    "Batch",
    "DataError",
    "Interrupted",
    "Model",
    "MvgraphError",
    "NotFinite",
    "Objective",
    "Plan",
    "Problem",
    "Run",
    "Spec",
    "SpecError",
    "UnknownWord",
    "UsageError",
    "__version__",
    "check",
    "compile",
    "derive",
    "dump",
    "elbo",
    "explain",
    "fit",
    "iwae",
    "kl",
    "latent",
    "load",
    "names",
    "network",
    "observed",
    "plan",
    "posterior",
    "read",
    "spec",
]


class _Package(ModuleType):
    """Keeps the verbs `plan` and `spec`: importing the packages of the same names must not replace them."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in ("plan", "spec") and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
