"""Objectives as sums of coefficient and atom, to be compared; values of models with shared parameters and noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sympy
import torch

from mvgraph.data.batch import Batch
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise, family_of_stream
from mvgraph.objective import derive
from mvgraph.objective.atoms import Atom
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

Sum = dict[Atom, Any]

SHARED = {"z": {"latent": "normal", "dim": 2}, "x": {"observed": True, "plate": "view", "given": ["z"]}}
PRIVATE = {
    "z": {"latent": "normal", "dim": 2},
    "h": {"latent": "normal", "plate": "view", "dim": 1},
    "x": {"observed": True, "plate": "view", "given": ["z", "h"]},
}
POE = {"z": {"expert": "normal", "fuse": "poe"}}
VIEW = {"likelihood": "normal", "shape": [3], "encoder": "linear", "decoder": "linear"}
SIZES = (1, 2, 3)


def model(
    views: int,
    *routes: Mapping[str, Any],
    q: Mapping[str, Any] = POE,
    p: Mapping[str, Any] = SHARED,
    minimize: Any = None,
    **top: Any,
) -> Spec:
    """A small spec."""
    terms: dict[str, Any] = {"maximize": list(routes), **({"minimize": minimize} if minimize else {})}
    return load({"name": "s", "views": views, "view_defaults": VIEW, "p": p, "q": q, "objective": terms, **top})


def elbo(from_: str = "V", to: str = "V", **options: Any) -> dict[str, Any]:
    """A route."""
    return {"elbo": {"from": from_, "to": to, **options}}


def iwae(samples: int, from_: str = "V", to: str = "V", **options: Any) -> dict[str, Any]:
    """An importance-weighted route."""
    return {"iwae": {"from": from_, "to": to, "samples": samples, **options}}


def each(variable: str = "m", over: str = "V") -> dict[str, Any]:
    """A bound variable."""
    return {"for": {variable: over}}


def of(name: str, views: int, **options: Any) -> Spec:
    """A reference spec with so many views, fewer than it is for where asked."""
    least = max(views, 2)
    top = {k: v for k, v in options.items() if k in ("objective", "q", "p")}
    rest = {k: v for k, v in options.items() if k not in top}
    source: Any = {"extends": name, "name": name, **top} if top else name
    spec = load(source, **({"views": least} if load(name).open_views else {}), view_defaults=VIEW, **rest)
    return replace(spec, views=spec.views[:views])


def terms(spec: Spec, scale: Any = 1, **values: Any) -> Sum:
    """The canonical objective with params replaced, times a number."""
    chosen = {sympy.Symbol(k, real=True): sympy.sympify(v) for k, v in values.items()}
    found = {a: sympy.simplify(c.subs(chosen) * scale) for c, a in derive(spec).terms}
    return {a: c for a, c in found.items() if c != 0}


def plus(*sums: Sum) -> Sum:
    """The sum of sums."""
    found: Sum = {}
    for one in sums:
        for atom, c in one.items():
            found[atom] = sympy.simplify(found.get(atom, 0) + c)
    return {a: c for a, c in found.items() if c != 0}


def factor(left: Sum, right: Sum) -> Any:
    """c with left = c · right, where there is one; else None."""
    if set(left) != set(right) or not left:
        return None
    ratios = {sympy.simplify(left[a] / right[a]) for a in left}
    return ratios.pop() if len(ratios) == 1 else None


def data(spec: Spec, rows: int = 5, seed: int = 0) -> Batch:
    """Complete random rows."""
    generator = torch.Generator().manual_seed(seed)
    views = {v: torch.randn(rows, *(spec.view(v).shape or ()), generator=generator) for v in spec.view_names}
    return Batch(views, torch.ones(rows, len(views), dtype=torch.bool))


def compiled(spec: Spec, like: Model | None = None) -> Model:
    """A model with random weights that do not depend on the spec's objective, or with those of another model."""
    torch.manual_seed(0)
    found = Model(spec)
    generator = torch.Generator().manual_seed(7)
    for parameter in found.parameters():
        parameter.data = 0.5 * torch.randn(parameter.shape, generator=generator)
    if like is not None:
        found.load_state_dict(like.state_dict(), strict=False)
    return found


def shared_noise(model: Model, rows: int = 5, seed: int = 3) -> Noise:
    """Noise that depends on what is drawn, not on the model that draws it."""
    streams = {}
    for s in model.plan.streams:
        shape = (s.samples, rows, model.spec.dim(s.ref.node, s.ref.view))
        family, generator = family_of_stream(model.spec, s), _generator(f"{s.ref}{s.source}{sorted(s.views)}", seed)
        streams[s] = family.noise(shape, generator, torch.zeros(()))
    columns = [
        torch.rand(model.plan.random_sets, rows, generator=_generator(n, seed)) for n in ("", *model.spec.view_names)
    ]
    return Noise(streams, torch.stack(columns, -1))


def _generator(text: str, seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(sum(ord(c) * (i + 1) for i, c in enumerate(text)) + seed)


def value(model: Model) -> torch.Tensor:
    """The objective of each row on shared data and noise."""
    return model.loss(data(model.spec), noise=shared_noise(model)).rows.detach()
