"""mvgraph: a multi-view latent variable model, written down as a small graph, compiled and trained.

>>> import mvgraph as mg
>>> print(mg.derive("mvae", beta=1))
+ E[log p(x.1|z); z~PoE[p(z)·q(z|1)·q(z|2)]]
+ E[log p(x.2|z); z~PoE[p(z)·q(z|1)·q(z|2)]]
- beta KL(PoE[p(z)·q(z|1)·q(z|2)] || p(z))

Every name below is loaded when it is first used, so that reading and checking a spec never imports torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import lazy_loader as lazy

if TYPE_CHECKING:
    from mvgraph.data.batch import Batch
    from mvgraph.data.loading import read
    from mvgraph.errors import DataError, MvgraphError, Problem, SpecError, UnknownWord, UsageError
    from mvgraph.interface import batch, check, compile, derive, dump, explain, fit, load, names, plan  # noqa: A004
    from mvgraph.module.model import Model
    from mvgraph.objective.canonical import Objective
    from mvgraph.planning.steps import Plan
    from mvgraph.spec.builder import compose, elbo, iwae, kl, latent, observed, posterior, view
    from mvgraph.spec.model import Spec
    from mvgraph.training.errors import Interrupted, NotFinite
    from mvgraph.training.run import Run
    from mvgraph.vocab.network.custom import network
else:
    _attached, __dir__, _names = lazy.attach(
        __name__,
        submod_attrs={
            "spec.builder": ["compose", "elbo", "iwae", "kl", "latent", "observed", "posterior", "view"],
            "data.batch": ["Batch"],
            "data.loading": ["read"],
            "errors": ["DataError", "MvgraphError", "Problem", "SpecError", "UnknownWord", "UsageError"],
            "interface": ["batch", "check", "compile", "derive", "dump", "explain", "fit", "load", "names", "plan"],
            "module.model": ["Model"],
            "objective.canonical": ["Objective"],
            "planning.steps": ["Plan"],
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
    "batch",
    "check",
    "compile",
    "compose",
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
    "view",
]
