"""mvgraph: a multi-view latent variable model, written down as a small graph, compiled and trained.

>>> import mvgraph as mg
>>> print(mg.derive("mvae", beta=1))
+ E[log p(x.1|z); z~PoE[p(z)·q(z|1)·q(z|2)]]
+ E[log p(x.2|z); z~PoE[p(z)·q(z|1)·q(z|2)]]
- beta KL(PoE[p(z)·q(z|1)·q(z|2)] || p(z))

Every name below is loaded when it is first used, so that reading and checking a spec never imports torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvgraph.deferring import attach

if TYPE_CHECKING:
    from mvgraph.data.batch import Batch
    from mvgraph.data.loading import read
    from mvgraph.drawing.rendering import Picture
    from mvgraph.errors import DataError, MvgraphError, Problem, SpecError, UnknownWord, UsageError
    from mvgraph.interface.models import batch, compile, fit, plan  # noqa: A004
    from mvgraph.interface.objectives import apply, contrast, derive, diff, explain, relate
    from mvgraph.interface.pictures import draw
    from mvgraph.interface.specs import check, dump, load, names, published
    from mvgraph.module.model import Model
    from mvgraph.objective.canonical import Objective
    from mvgraph.objective.difference.delta import Difference
    from mvgraph.planning.steps import Plan
    from mvgraph.spec.builder import ce, compose, elbo, iwae, js, kl, latent, observed, posterior, statistic, view
    from mvgraph.spec.model import Spec
    from mvgraph.training.errors import Diverged, Interrupted, NotFinite, Unwritten
    from mvgraph.training.run import Run
    from mvgraph.vocab.network.custom import network
else:
    __getattr__ = attach(
        __name__,
        {
            "Batch": "mvgraph.data.batch",
            "DataError": "mvgraph.errors",
            "Difference": "mvgraph.objective.difference.delta",
            "Diverged": "mvgraph.training.errors",
            "Interrupted": "mvgraph.training.errors",
            "Model": "mvgraph.module.model",
            "MvgraphError": "mvgraph.errors",
            "NotFinite": "mvgraph.training.errors",
            "Objective": "mvgraph.objective.canonical",
            "Picture": "mvgraph.drawing.rendering",
            "Plan": "mvgraph.planning.steps",
            "Problem": "mvgraph.errors",
            "Run": "mvgraph.training.run",
            "Spec": "mvgraph.spec.model",
            "SpecError": "mvgraph.errors",
            "UnknownWord": "mvgraph.errors",
            "Unwritten": "mvgraph.training.errors",
            "UsageError": "mvgraph.errors",
            "apply": "mvgraph.interface.objectives",
            "batch": "mvgraph.interface.models",
            "ce": "mvgraph.spec.builder",
            "check": "mvgraph.interface.specs",
            "compile": "mvgraph.interface.models",
            "compose": "mvgraph.spec.builder",
            "contrast": "mvgraph.interface.objectives",
            "derive": "mvgraph.interface.objectives",
            "diff": "mvgraph.interface.objectives",
            "draw": "mvgraph.interface.pictures",
            "dump": "mvgraph.interface.specs",
            "elbo": "mvgraph.spec.builder",
            "explain": "mvgraph.interface.objectives",
            "fit": "mvgraph.interface.models",
            "iwae": "mvgraph.spec.builder",
            "js": "mvgraph.spec.builder",
            "kl": "mvgraph.spec.builder",
            "latent": "mvgraph.spec.builder",
            "load": "mvgraph.interface.specs",
            "names": "mvgraph.interface.specs",
            "network": "mvgraph.vocab.network.custom",
            "observed": "mvgraph.spec.builder",
            "plan": "mvgraph.interface.models",
            "posterior": "mvgraph.spec.builder",
            "published": "mvgraph.interface.specs",
            "read": "mvgraph.data.loading",
            "relate": "mvgraph.interface.objectives",
            "statistic": "mvgraph.spec.builder",
            "view": "mvgraph.spec.builder",
        },
    )


__version__ = "0.1.0"

__all__ = [
    "Batch",
    "DataError",
    "Difference",
    "Diverged",
    "Interrupted",
    "Model",
    "MvgraphError",
    "NotFinite",
    "Objective",
    "Picture",
    "Plan",
    "Problem",
    "Run",
    "Spec",
    "SpecError",
    "UnknownWord",
    "Unwritten",
    "UsageError",
    "__version__",
    "apply",
    "batch",
    "ce",
    "check",
    "compile",
    "compose",
    "contrast",
    "derive",
    "diff",
    "draw",
    "dump",
    "elbo",
    "explain",
    "fit",
    "iwae",
    "js",
    "kl",
    "latent",
    "load",
    "names",
    "network",
    "observed",
    "plan",
    "posterior",
    "published",
    "read",
    "relate",
    "statistic",
    "view",
]


def __dir__() -> list[str]:
    return __all__
