"""Specs of the framework whose networks are linear maps set by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mvgraph.data.batch import Batch
from mvgraph.module.conditional import Conditional
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise
from mvgraph.objective.atoms import Stream
from mvgraph.objective.keys import Ref
from mvgraph.spec.reading import load

from .linear_gaussian import Array, Gaussian, LinearGaussian, View

Z = Ref("z")


def names(oracle: LinearGaussian) -> list[str]:
    """The views' names: `1`, `2`, …"""
    return [str(i + 1) for i in range(len(oracle.views))]


def _view(view: View) -> dict[str, Any]:
    """A view with the noise of the oracle, the same for all its entries; else it is set in `build`."""
    scale = float(np.sqrt(view.noise[0]))
    same = bool(np.all(view.noise == view.noise[0]))
    family = {"scale": scale} if same else {"learnt": ["scale"]}
    return {"shape": [len(view.noise)], "likelihood": {"normal": family}, "encoder": "linear", "decoder": "linear"}


def build(oracle: LinearGaussian, base: str | Mapping[str, Any], *, optimize: bool = True, **overrides: Any) -> Model:
    """A model of a reference spec (or of a mapping) whose decoders are those of the oracle."""
    views = {n: _view(v) for n, v in zip(names(oracle), oracle.views, strict=True)}
    source = {"extends": base, "name": f"linear {base}"} if isinstance(base, str) else dict(base)
    spec = load({**source, "views": views, **{k: v for k, v in overrides.items() if k in TOP}}, **_params(overrides))
    model = Model(spec, optimize=optimize)
    for name, view in zip(names(oracle), oracle.views, strict=True):
        if name not in model.networks.decoded():
            continue  # what no term trains is not built
        decoder = model.networks.decoders[f"x@{name}()"]
        set_head(decoder, "loc", view.loadings, view.offset)
        if "raw_scale" in decoder.free:
            decoder.free["raw_scale"].data = torch.as_tensor(np.log(view.noise))
    return model


TOP = ("p", "q", "objective", "estimator", "params", "view_defaults")


def _params(overrides: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in overrides.items() if k not in TOP}


def head_of(network: nn.Module, head: str) -> nn.Linear:
    """The linear map behind one parameter of a conditional."""
    assert isinstance(network, Conditional)
    (linear,) = [m for m in network.heads[head].modules() if isinstance(m, nn.Linear)]
    return linear


def set_head(network: nn.Module, head: str, weight: Array, bias: Array) -> None:
    """Make one parameter of a conditional weight · input + bias."""
    linear = head_of(network, head)
    linear.weight.data = torch.as_tensor(weight).clone()
    linear.bias.data = torch.as_tensor(bias).clone()


def set_expert(network: nn.Module, gain: Array, offset: Array, var: Array) -> None:
    """Make an expert N(gain · x + offset, diag(var))."""
    softplus = isinstance(network, Conditional) and getattr(network.family, "scale", None) == "softplus"
    set_head(network, "loc", gain, offset)
    set_head(network, "raw_scale", np.zeros_like(gain), np.log(np.expm1(np.sqrt(var))) if softplus else np.log(var))


def constant(network: nn.Module, q: Gaussian) -> None:
    """Make an expert (or joint network) that is q, whatever it is given."""
    set_expert(network, np.zeros((len(q.mean), head_of(network, "loc").in_features)), q.mean, q.var)


def fixed(model: Model, experts: Sequence[Gaussian], joint: Gaussian | None = None) -> Model:
    """Give every view its expert, and the joint network its Gaussian."""
    private = model.spec.latent("z").plate
    for view, q in zip(model.spec.view_names, experts, strict=True):
        if not model.networks.has_expert(Z, view):
            continue  # what no term trains is not built
        constant(model.networks.expert(Ref("z", view) if private else Z, view), q)
    if joint is not None:
        constant(model.networks.joints["z()"], joint)
    return model


def exact(model: Model, oracle: LinearGaussian) -> Model:
    """Give every view the expert of its own likelihood; with the prior, their product is the posterior."""
    for i, view in enumerate(model.spec.view_names):
        if model.networks.has_expert(Z, view):
            set_expert(model.networks.expert(Z, view), *oracle.expert(i))
    return model


def batch(x: Sequence[Array], copies: int = 1, mask: Array | None = None) -> Batch:
    """Rows of all views, `(row, entries)` each, every row so many times; a view that is masked holds NaN."""
    rows = [torch.as_tensor(np.atleast_2d(v)).repeat_interleave(copies, 0) for v in x]
    there = torch.ones(len(rows[0]), len(rows), dtype=torch.bool)
    there = there if mask is None else torch.as_tensor(mask).repeat_interleave(copies, 0)
    filled = [torch.where(there[:, [i]], r, torch.nan) for i, r in enumerate(rows)]
    return Batch({str(i + 1): r for i, r in enumerate(filled)}, there)


def noise(model: Model, rows: int, value: Mapping[Stream, Tensor]) -> Noise:
    """Given noise for every stream, `(sample, row, dim)`."""
    return Noise(dict(value), torch.full((model.plan.random_sets, rows, 1 + len(model.spec.views)), 0.5))


def signs(model: Model, rows: int) -> Noise:
    """All combinations of ±1 over the entries of all latents: they integrate a quadratic exactly."""
    refs = sorted({s.ref for s in model.plan.streams}, key=str)
    if not refs:
        return noise(model, rows, {})
    dims = [model.spec.dim(r.node, r.view) for r in refs]
    total = sum(dims)
    table = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0])] * total).reshape(2**total, total)
    columns = dict(zip(refs, table.split(dims, -1), strict=True))
    return noise(model, rows, {s: columns[s.ref][:, None].expand(-1, rows, -1) for s in model.plan.streams})


def exactly(dims: int) -> dict[str, Any]:
    """The estimator that `signs` is for, with so many entries over all latents."""
    return {"samples": 2**dims}


def grid(points: int = 4001, end: float = 12.0) -> tuple[Tensor, Tensor]:
    """Nodes of the standard normal and their weights: the trapezoid rule, exponentially exact for smooth functions."""
    nodes = torch.linspace(-end, end, points)
    density = torch.distributions.Normal(0.0, 1.0).log_prob(nodes).exp()
    return nodes, density * (nodes[1] - nodes[0])


def integral(model: Model, x: Sequence[Array], points: int = 4001) -> float:
    """E of the objective over its noise, in one dimension: one node a row, all streams alike."""
    nodes, weights = grid(points)
    given = dict.fromkeys(model.plan.streams, nodes[None, :, None])
    rows = model.loss(batch(x, points), noise=noise(model, points, given)).rows
    return float((rows * weights).sum().detach())


def random_rows(model: Model, x: Sequence[Array], rows: int, seed: int = 0) -> Tensor:
    """The objective under independent draws, `(row,)`."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        return model.loss(batch(x, rows), generator=generator).rows
