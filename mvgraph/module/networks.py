"""Every network and free parameter of a spec, in one module that all executors share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import torch
from torch import Tensor, nn

from mvgraph.errors import Problem, SpecError
from mvgraph.language.expr import Formula, symbol
from mvgraph.module.conditional import Conditional, Marginal
from mvgraph.module.critics import scorers
from mvgraph.module.joint import JointTrunk
from mvgraph.module.mixing import prior_without_parents
from mvgraph.module.naming import module_name as _name
from mvgraph.objective.family import parents, prior_key
from mvgraph.objective.keys import Ref
from mvgraph.spec.model import Spec
from mvgraph.vocab.family import Family, Params, Shape
from mvgraph.vocab.fusion.joint import Joint
from mvgraph.vocab.network import Network, Trunk
from mvgraph.vocab.network.mlp import Mlp
from mvgraph.vocab.param import Clock, Schedule
from mvgraph.vocab.param.learnt import Learnt

NOTHING: Mapping[Ref, Tensor] = MappingProxyType({})
END = Clock(2**53, 1)  # later than any schedule


class Networks(nn.Module):
    """The parameters of a model: encoders, joint networks, decoders, priors, auxiliary priors, critics, learnt numbers.

    Arguments:
        spec: a checked spec whose views have shapes.

    Raises:
        SpecError: a view without a shape or a likelihood, or a network that cannot read it.
    """

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        _require_shapes(spec)
        _require_networks(spec)
        self.spec = spec
        self.tied = nn.ModuleDict()  # before the experts: their names are those of shared parameters
        self.experts = nn.ModuleDict()
        self.joints = nn.ModuleDict()
        self.priors = nn.ModuleDict()
        self.auxiliaries = nn.ModuleDict()
        self.decoders = nn.ModuleDict({_name(Ref("x", v)): self._decoder(v) for v in spec.scored_views})
        trunks: dict[tuple[str, str], Trunk] = {}
        for latent in _sharers_last(spec):
            self._add(latent, trunks)
        self.critics = scorers(spec)
        self.learnt = nn.ParameterDict(
            {n: nn.Parameter(_initial(spec, n, p)) for n, p in spec.params.items() if isinstance(p, Learnt)}
        )

    def expert(self, ref: Ref, view: str) -> Conditional:
        """The network of q(ref | x_view)."""
        found = self.experts[_name(ref, view)]
        assert isinstance(found, Conditional)
        return found

    def experts_of(self, latent: str) -> dict[str, list[Conditional]]:
        """The experts of a latent, those of its every copy (`z`, `h.image`)."""
        spec, plate = self.spec, self.spec.latent(latent).plate
        found: dict[str, list[Conditional]] = {}
        for view in spec.view_names:
            ref = Ref(latent, view if plate else None)
            found.setdefault(str(ref), []).append(self.expert(ref, view))
        return found

    def joint(self, ref: Ref, values: Mapping[str, Tensor]) -> Params:
        """The parameters of q(ref | X) by the joint network, from every view's values."""
        conditional: nn.Module = self.joints[_name(ref)]
        parameters: Params = conditional(JointTrunk.pack(values, self.spec.view_names))
        return parameters

    def conditions(self, values: Mapping[str, Tensor]) -> dict[Ref, Tensor]:
        """What is conditioned on, from every view's values, `(row, entry)` each."""
        return {Ref(name): values[view].flatten(1) for name, view in self.spec.conditioned.items()}

    def inputs(self, view: str, at: Mapping[Ref, Tensor]) -> Tensor:
        """A decoder's input, from the values of the nodes: those of its parents side by side, `(*batch, width)`."""
        return side_by_side([at[r] for refs in parents(self.spec, self.spec.observed.given, view) for r in refs])

    def decode(self, view: str, inputs: Tensor) -> Params:
        """The parameters of p(x_view | its parents), `(*batch, *shape)`."""
        parameters: Params = self.decoders[_name(Ref("x", view))](inputs)
        return parameters

    def prior(self, ref: Ref, parents: Sequence[Tensor] = (), conditions: Mapping[Ref, Tensor] = NOTHING) -> Params:
        """The parameters of p(ref), or of p(ref | parents, conditions)."""
        network = self.priors[_name(ref)]
        above = [*parents, *(conditions[r] for r in prior_key(self.spec, ref).fixed)]
        parameters: Params = network(side_by_side(above)) if above else network()
        return parameters

    def auxiliary(self, ref: Ref) -> Params:
        """The parameters of r(ref)."""
        parameters: Params = self.auxiliaries[_name(ref)]()
        return parameters

    def exponents(self, latent: str) -> Tensor | None:
        """The exponents of a generalised product, `(view, dim)`, for all the views of the spec."""
        name = getattr(self.spec.posterior(latent).fuse, "weights", None)
        if name is None:
            return None
        like = next(self.decoders.parameters())
        shape = (len(self.spec.views), self.spec.dim(latent, self.spec.view_names[0]))
        if name in self.learnt:
            learnt: Tensor = self.learnt[name]
            return learnt.expand(shape)
        value = self.spec.params.get(str(name))
        if isinstance(value, Mapping):
            return like.new_tensor([value[v] for v in self.spec.view_names])[:, None].expand(shape)
        number = float(value) if isinstance(value, int | float) else _number(self.spec, name)
        return like.new_full(shape, number)

    def values(self, clock: Clock = END) -> dict[str, Tensor | float]:
        """Every param by its symbol's name: numbers, schedules at the clock, learnt numbers as tensors."""
        found: dict[str, Tensor | float] = {}
        for name, value in self.spec.params.items():
            if isinstance(value, Schedule):
                found[name] = value.final() if clock is END else value.at(clock)
            elif isinstance(value, Mapping):
                found |= {f"{name}_{view}": float(v) for view, v in value.items()}
            elif isinstance(value, int | float):
                found[name] = float(value)
            else:
                found[name] = self.learnt[name]
        return found

    @torch.no_grad()
    def project(self) -> None:
        """Bring every number that is learnt between bounds back between them."""
        for name, parameter in self.learnt.items():
            rule = self.spec.params[name]
            if isinstance(rule, Learnt) and rule.clamp is not None:
                parameter.clamp_(*rule.clamp)
        for expert in self.experts.values():
            assert isinstance(expert, Conditional)
            expert.project()

    def _decoder(self, view: str) -> Conditional:
        spec, own = self.spec, self.spec.view(view)
        assert own.shape is not None
        assert own.likelihood is not None
        width = sum(spec.dim(n, view) for n in spec.observed.given)
        trunk = _decoder(spec, view)
        return Conditional(own.likelihood, "likelihood", own.shape, (width,), trunk, own.decoder or Mlp())

    def _add(self, latent: str, trunks: dict[tuple[str, str], Trunk]) -> None:
        spec, rule = self.spec, self.spec.posterior(latent)
        plate = spec.latent(latent).plate
        for view in spec.scored_views if plate else spec.view_names:
            ref, shape = Ref(latent, view if plate else None), (spec.dim(latent, view),)
            word, inputs = self._encoder(latent, view), _shape(spec, view)
            trunk = trunks[rule.share, view] if rule.share else word.encoder(inputs)
            trunks[latent, view] = trunk
            tied = self._tied(ref, rule.expert, shape)
            self.experts[_name(ref, view)] = Conditional(rule.expert, "expert", shape, inputs, trunk, word, tied)
            if plate or view == spec.view_names[0]:
                self._add_marginals(ref, shape)
        if isinstance(rule.fuse, Joint):
            self.joints[_name(Ref(latent))] = self._joint(latent, rule.fuse)

    def _tied(self, ref: Ref, family: Family, shape: Shape) -> nn.ParameterDict | None:
        """The free parameters that all the experts of a latent share, made once."""
        if family.tied and _name(ref) not in self.tied:
            start = family.free(shape, "expert")
            self.tied[_name(ref)] = nn.ParameterDict({n: nn.Parameter(start[n]) for n in sorted(family.tied)})
        found = self.tied[_name(ref)] if family.tied else None
        assert found is None or isinstance(found, nn.ParameterDict)
        return found

    def _encoder(self, latent: str, view: str) -> Network:
        return self.spec.posterior(latent).network or self.spec.view(view).encoder or Mlp()

    def _add_marginals(self, ref: Ref, shape: Shape) -> None:
        spec = self.spec
        latent, rule = spec.latent(ref.node), spec.posterior(ref.node)
        prior = prior_key(spec, ref)
        if above := (*prior.given, *prior.fixed):
            width = sum(spec.dim(p.node, p.view) for p in above)
            word = latent.network or Mlp()
            trunk = word.decoder(width, shape)
            self.priors[_name(ref)] = Conditional(latent.family, "expert", shape, (width,), trunk, word)
        else:
            self.priors[_name(ref)] = prior_without_parents(latent.family, shape)
        if rule.auxiliary is not None:
            self.auxiliaries[_name(ref)] = Marginal(rule.auxiliary, "auxiliary", shape)

    def _joint(self, latent: str, rule: Joint) -> Conditional:
        spec = self.spec
        words = [rule.network or self._encoder(latent, v) for v in spec.view_names]
        shapes = [_shape(spec, v) for v in spec.view_names]
        each = [w.encoder(s) for w, s in zip(words, shapes, strict=True)]
        module = JointTrunk(each, shapes)
        word = Mlp(hidden=rule.hidden, activation=rule.activation)
        top = word.encoder((module.width,))
        trunk = Trunk(nn.Sequential(module, top.module), top.features)
        family = rule.family(spec.posterior(latent).expert)
        return Conditional(family, "expert", (spec.dim(latent),), (module.inputs,), trunk, word)


def side_by_side(values: Sequence[Tensor]) -> Tensor:
    """Values `(*batch, entry)` whose batches broadcast, as one."""
    batch = torch.broadcast_shapes(*(v.shape[:-1] for v in values))
    return torch.cat([v.expand(*batch, -1) for v in values], -1)


def _shape(spec: Spec, view: str) -> Shape:
    shape = spec.view(view).shape
    assert shape is not None
    return shape


def _require_shapes(spec: Spec) -> None:
    problems = []
    for view in spec.view_names:
        own = spec.view(view)
        for key, value in (("shape", own.shape), ("likelihood", own.likelihood)):
            if value is None and (key == "shape" or view in spec.scored_views):
                remedy = f"write views: {{{view}: {{{key}: ...}}}}, or train with data, which gives shapes"
                problems.append(Problem("MVG401", ("views", view), f"the view '{view}' has no {key}", remedy))
    if problems:
        raise SpecError(*problems)


def _require_networks(spec: Spec) -> None:
    """Refuse networks that cannot read, or make, the shapes they are given: all at once, with their places."""
    problems: list[Problem] = []
    for view in spec.view_names:
        problems += [_located(spec, view, "encoder", p) for p in _faults(partial(_encoder, spec, view))]
    for view in spec.scored_views:
        problems += [_located(spec, view, "decoder", p) for p in _faults(partial(_decoder, spec, view))]
    if problems:
        raise SpecError(*problems)


def _encoder(spec: Spec, view: str) -> Trunk:
    return (spec.view(view).encoder or Mlp()).encoder(_shape(spec, view))


def _decoder(spec: Spec, view: str) -> Trunk:
    width = sum(spec.dim(n, view) for n in spec.observed.given)
    return (spec.view(view).decoder or Mlp()).decoder(width, _shape(spec, view))


def _faults(make: Callable[[], Trunk]) -> tuple[Problem, ...]:
    """What is wrong with a network, found on a device without memory or random numbers."""
    try:
        with torch.device("meta"):
            make()
    except SpecError as error:
        return error.problems
    return ()


def _located(spec: Spec, view: str, key: str, problem: Problem) -> Problem:
    """A network's problem at the place where the view's network was written: in the view, or in the defaults."""
    own = getattr(next(v for v in spec.views if v.name == view), key) is not None
    found = replace(problem, path=("views", view, key) if own else ("view_defaults", key))
    found = replace(found, message=f"{found.message} of the view '{view}'")
    return spec.document.locate(found) if spec.document else found


def _sharers_last(spec: Spec) -> list[str]:
    """The latents, those that share another's trunk after it."""
    depth = {p.name: p for p in spec.posteriors}

    def rank(name: str) -> int:
        share = depth[name].share
        return 0 if share is None else 1 + rank(share)

    return sorted(depth, key=rank)


def _number(spec: Spec, text: str | float) -> float:
    """A formula over M, as a number."""
    return float(Formula(str(text)).expr.subs(symbol("M"), len(spec.views)))


def _initial(spec: Spec, name: str, rule: Learnt) -> Tensor:
    users = [p.name for p in spec.posteriors if getattr(p.fuse, "weights", None) == name]
    rows = len(spec.views) if rule.per else 1
    dim = spec.dim(users[0], spec.view_names[0]) if users and rule.per == "dim" else 1
    shape = (rows, dim) if users else ()
    return torch.full(shape, _number(spec, rule.init))
