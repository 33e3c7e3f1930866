"""Small models of every reference spec, data for them, and ways to compare two executors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import combinations

import torch
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.language.table import Table
from mvgraph.module.model import Loss, Model
from mvgraph.module.noise import Noise
from mvgraph.objective.games import is_critic
from mvgraph.spec import zoo
from mvgraph.spec.model import OpenViews, Spec
from mvgraph.spec.phases import Objective
from mvgraph.spec.reading import load
from mvgraph.spec.terms import Route, WrittenTerm

NETWORK = {"mlp": {"hidden": [4], "activation": "tanh"}}
VIEWS = {
    "image": {"shape": [2, 2], "likelihood": "bernoulli"},
    "sound": {"shape": [3], "likelihood": {"laplace": {"learnt": ["scale"]}}},
    "label": {"shape": [3], "likelihood": "categorical"},
    "text": {"shape": [2], "likelihood": "poisson"},
    "touch": {"shape": [2], "likelihood": "normal"},
}
ORDERS = (("sound", "label", "image"), ("touch", "text", "sound"))  # which views a model has, in two ways
CONDITIONED = ("cvae", "cvae_fixed")  # a view that must be there is never scored
JOINT = ("jmvae", "jnf", "telbo", "telbo_joint", *CONDITIONED)
ADVERSARIAL = ("maae", "maae_compat", "mwae")  # autoencoders: squared errors, and codes without a density
GAMES = (*ADVERSARIAL, "mhvae_gan")
BATCHWISE = ("dcca", "dccae")  # statistics of a batch
UNMASKABLE = (*JOINT, *BATCHWISE)
IMPROPER = ("sparse_mcvae",)  # an improper prior: no draws from it, no log p(X)
POOLED = ("mmvm", "mmvm_exact")  # their priors are made of posteriors
DROPPING = ("nexus",)  # lose evidence by chance
NO_LIKELIHOOD = ("ae", *ADVERSARIAL, *DROPPING, *IMPROPER, *POOLED)  # log p(X) is not defined
NAMES = tuple(zoo.names())
EXACTLY_TWO = tuple(n for n in NAMES if load(n).open_views == OpenViews(2, 2))


def small(name: str, views: Sequence[str], **overrides: object) -> Spec:
    """A reference spec over some of the views above, every network one hidden layer of four."""
    written = {v: {**VIEWS[v], "encoder": NETWORK, "decoder": NETWORK} for v in views}
    if name in ("ae", *ADVERSARIAL) and "sound" in views:
        written["sound"]["likelihood"] = "mse"
    sets = ["p.z.dim=3"]
    sets += ["objective.minimize.0.game.critic={mlp: {hidden: [4], activation: tanh}}"] if name in GAMES else []
    sets += ["p.h.dim=2"] if name in ("cmvae", "dmvae", "mmjsd_private", "mmvae_plus", "vcca_private") else []
    sets += ["objective.maximize.0.iwae.samples=3"] if name in ("mmvae", "mmvae_dreg", "mmvae_tight") else []
    sets += ["p.c.discrete=3"] if name == "cmvae" else []
    sets += ["q.z.fuse={joint: {hidden: [4]}}"] if name in JOINT else []
    sets += ["p.z.network={mlp: {hidden: [4], activation: tanh}}"] if name == "cvae" else []
    sets += ["q.z.expert={flow: {hidden: [4]}}"] if name == "jnf" else []
    if name in DROPPING:
        pool = "{message: 3, hidden: [4], activation: tanh}"
        sets += [
            "p.c.dim=2",
            "p.zhat.network={mlp: {hidden: [4], activation: tanh}}",
            f"q.c.fuse={{pool: {pool}}}",
        ]
        sets += ["objective.maximize.1.elbo.drop.p=0.6"]
    return load(name, sets=sets, views=written, **overrides)


def views_of(name: str, count: int, order: int = 0) -> tuple[str, ...]:
    """The names of the first `count` views of an order."""
    assert count < 3 or name not in EXACTLY_TWO
    return ORDERS[order][:count]


def with_views(spec: Spec, kept: Sequence[str]) -> Spec:
    """A spec with some of its views deleted, in its tables, too; routes whose evidence is gone go with them.

    The prior that is an expert of all the views of a spec is one of no set that is left.
    """
    tables = {n: Table({v: p[v] for v in kept}) if isinstance(p, Table) else p for n, p in spec.params.items()}
    gone = {f"[{v}]" for v in spec.view_names if v not in kept}
    there = with_terms(spec, lambda t: None if isinstance(t, Route) and t.from_ in gone else t)
    views = tuple(v for v in spec.views if v.name in kept)
    some = len(views) < len(spec.views)
    rules = (replace(q, prior_expert="never") if some and q.prior_expert == "full" else q for q in spec.posteriors)
    return replace(there, views=views, params=Table(tables), posteriors=tuple(rules), open_views=None, document=None)


def with_terms(spec: Spec, change: Callable[[WrittenTerm], WrittenTerm | None]) -> Spec:
    """A spec with every term of every phase changed; None leaves it out."""

    def of(written: Objective) -> Objective:
        both = ([change(t) for t in terms] for terms in (written.maximize, written.minimize))
        return Objective(*(tuple(t for t in terms if t is not None) for terms in both))

    phases = tuple(replace(p, objective=of(p.objective)) for p in spec.phases)
    return replace(spec, objective=of(spec.objective), phases=phases)


def model(spec: Spec, *, optimize: bool = True, seed: int = 0) -> Model:
    """A model in float64 with every parameter away from its start, in training mode without dropout."""
    torch.manual_seed(seed)
    made = Model(spec, optimize=optimize).double().eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    made.project()
    return made


def twin(of: Model, *, optimize: bool) -> Model:
    """The same model with the other executor, and the same parameters."""
    other = Model(of.spec, optimize=optimize).double().eval()
    other.load_state_dict(of.state_dict())
    return other


def data(spec: Spec, rows: int, mask: Tensor | None = None, seed: int = 1) -> Batch:
    """Values inside the support of each view's likelihood, `(row, *shape)`."""
    generator = torch.Generator().manual_seed(seed)
    found = {}
    for name in spec.view_names:
        view = spec.view(name)
        assert view.likelihood is not None
        shape = (rows, *(view.shape or ()))
        unit = torch.rand(shape, generator=generator, dtype=torch.float64)
        kinds = {
            "bernoulli": (unit > 0.5).double(),
            "categorical": torch.nn.functional.one_hot(unit.argmax(-1), shape[-1]).double(),
            "poisson": (unit * 5).floor(),
            "negative_binomial": (unit * 5).floor(),
        }
        found[name] = kinds.get(view.likelihood.word, 2 * unit - 1)
    return Batch(found, torch.ones(rows, len(spec.views), dtype=torch.bool) if mask is None else mask)


def patterns(views: int) -> Tensor:
    """Every non-empty mask, bool `(2^views − 1, view)`, the full one last."""
    sets = [c for n in range(1, views + 1) for c in combinations(range(views), n)]
    return torch.tensor([[v in s for v in range(views)] for s in sets])


def noise_of(made: Model, rows: int, seed: int = 2) -> Noise:
    """The randomness of a step, by a seed."""
    return made.draw_noise(rows, torch.Generator().manual_seed(seed))


def gradients(made: Model, loss: Loss) -> dict[str, Tensor]:
    """The gradient of a weighted sum over rows, and of critics' losses, by every parameter; zeros beyond its reach."""
    names, parameters = zip(*made.named_parameters(), strict=True)
    weights = torch.linspace(0.5, 1.5, len(loss.rows), dtype=loss.rows.dtype)
    if not loss.rows.requires_grad:
        return {n: torch.zeros_like(p) for n, p in made.named_parameters()}
    whole = (weights * loss.rows).sum() + sum(v for n, v in loss.players.items() if is_critic(n))
    found = torch.autograd.grad(whole, parameters, allow_unused=True, retain_graph=True)
    return {n: torch.zeros_like(p) if g is None else g for n, p, g in zip(names, parameters, found, strict=True)}


def agree(plan: Model, batch: Batch, *, rtol: float = 1e-10, atol: float = 1e-12, seed: int = 2) -> Loss:
    """Refuse any difference between a compiled model and the interpreter, in value and in gradient.

    `atol` stands beside `rtol` for sums that cancel: both executors round in sums of size 1 to 100.
    """
    reference = twin(plan, optimize=False)
    noise = noise_of(plan, len(batch), seed)
    fast, slow = plan.loss(batch, noise=noise), reference.loss(batch, noise=noise)
    torch.testing.assert_close(fast.rows, slow.rows, rtol=rtol, atol=atol)
    torch.testing.assert_close(fast.total, slow.total, rtol=rtol, atol=atol)
    assert fast.players.keys() == slow.players.keys()
    for name, value in fast.players.items():
        torch.testing.assert_close(value, slow.players[name], rtol=rtol, atol=atol, msg=_named(name))
    both = gradients(plan, fast), gradients(reference, slow)
    for name in both[0]:
        torch.testing.assert_close(both[0][name], both[1][name], rtol=rtol, atol=atol, msg=_named(name))
    return fast


def _named(name: str) -> Callable[[str], str]:
    return lambda message: f"{name}: {message}"


@contextmanager
def double() -> Iterator[None]:
    """float64 as the default dtype, for a while: what a mapping of arrays becomes."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


__all__ = [
    "BATCHWISE",
    "CONDITIONED",
    "DROPPING",
    "EXACTLY_TWO",
    "GAMES",
    "IMPROPER",
    "JOINT",
    "NAMES",
    "NO_LIKELIHOOD",
    "POOLED",
    "UNMASKABLE",
    "agree",
    "data",
    "double",
    "gradients",
    "model",
    "noise_of",
    "patterns",
    "small",
    "twin",
    "views_of",
    "with_terms",
    "with_views",
]
