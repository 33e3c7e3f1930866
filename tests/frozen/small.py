"""Small models whose every number is a function of a name: parameters, noise and data need no order of creation."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import torch
from torch import Tensor

import mvgraph as mg
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise, family_of_stream
from mvgraph.spec.model import Spec

MLP = {"mlp": {"hidden": [4], "activation": "tanh"}}
VIEWS: dict[str, dict[str, Any]] = {
    "sound": {"shape": [3], "likelihood": {"laplace": {"learnt": ["scale"]}}},
    "label": {"shape": [3], "likelihood": "categorical"},
    "image": {"shape": [2, 2], "likelihood": "bernoulli"},
}
CRITIC = "objective.minimize.0.game.critic={mlp: {hidden: [4], activation: tanh}}"
JOINT = "q.z.fuse={joint: {hidden: [4]}}"
DRAWS = "objective.maximize.0.iwae.samples=3"
PRIVATE = "p.h.dim=2"
SETS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("maae", "maae_compat", "mwae", "mhvae_gan"), (CRITIC,)),
    **dict.fromkeys(("mmvae", "mmvae_dreg", "mmvae_tight"), (DRAWS,)),
    **dict.fromkeys(("dmvae", "mmjsd_private", "mmvae_plus", "vcca_private"), (PRIVATE,)),
    **dict.fromkeys(("jmvae", "telbo", "telbo_joint", "cvae_fixed"), (JOINT,)),
    "cvae": (JOINT, "p.z.network={mlp: {hidden: [4], activation: tanh}}"),
    "jnf": (JOINT, "q.z.expert={flow: {hidden: [4]}}"),
    "cmvae": (PRIVATE, "p.c.discrete=3"),
    "nexus": (
        "p.c.dim=2",
        "p.zhat.network={mlp: {hidden: [4], activation: tanh}}",
        "q.c.fuse={pool: {message: 3, hidden: [4], activation: tanh}}",
        "objective.maximize.1.elbo.drop.p=0.6",
    ),
}
SQUARED = ("ae", "maae", "maae_compat", "mwae")  # autoencoders: a squared error has no scale to learn


def shrunk(name: str, count: int) -> Spec:
    """A reference spec over the first `count` of the views, every network one hidden layer of four."""
    views = {v: {**VIEWS[v], "encoder": MLP, "decoder": MLP} for v in list(VIEWS)[:count]}
    if name in SQUARED:
        views["sound"]["likelihood"] = "mse"
    return mg.load(name, sets=["p.z.dim=3", *SETS.get(name, ())], views=views)


def masks(count: int) -> Iterator[tuple[bool, ...]]:
    """Every pattern of observed views but the empty one, the complete one last."""
    for size in range(1, count + 1):
        for kept in combinations(range(count), size):
            yield tuple(place in kept for place in range(count))


def unit(name: str, shape: Sequence[int]) -> Tensor:
    """Numbers in [0, 1), a function of a name alone."""
    digits = hashlib.shake_256(name.encode()).digest(8 * math.prod(shape))
    whole = np.frombuffer(digits, dtype="<u8") >> np.uint64(11)
    return torch.from_numpy(whole / 2.0**53).reshape(tuple(shape))


def built(spec: Spec, *, optimize: bool) -> Model:
    """A model in float64 without dropout, every parameter a function of its name."""
    with torch.random.fork_rng(devices=[]):
        model = Model(spec, optimize=optimize).double().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            value = unit(name, parameter.shape)
            parameter.copy_(0.1 + 0.8 * value if ".learnt." in name else value - 0.5)
    model.project()
    return model


def noise(model: Model, rows: int) -> Noise:
    """The randomness of a step, that of each stream a function of its name."""
    drawn = model.draw_noise(rows)
    streams = {}
    for stream, like in drawn.streams.items():
        seed = int.from_bytes(hashlib.sha256(str(stream).encode()).digest()[:7], "big")
        family = family_of_stream(model.spec, stream)
        streams[stream] = family.noise(tuple(like.shape), torch.Generator().manual_seed(seed), like)
    return Noise(streams, unit("sets", drawn.sets.shape))


def batch(spec: Spec, mask: Sequence[Sequence[bool]]) -> mg.Batch:
    """Values inside the support of each view's likelihood, a row for each row of the mask."""
    values = {view: _values(spec, view, len(mask)) for view in spec.view_names}
    return mg.Batch(values, torch.tensor(mask, dtype=torch.bool))


def _values(spec: Spec, view: str, rows: int) -> Tensor:
    likelihood = spec.view(view).likelihood
    shape = (rows, *(spec.view(view).shape or ()))
    uniform = unit(f"data of {view}", shape)
    supported: Mapping[str, Tensor] = {
        "bernoulli": (uniform > 0.5).double(),
        "categorical": torch.nn.functional.one_hot(uniform.argmax(-1), shape[-1]).double(),
        "poisson": (uniform * 5).floor(),
    }
    return supported.get("" if likelihood is None else likelihood.word, 2 * uniform - 1)
