"""Every network and free parameter of a spec, in one module that all executors share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

import torch
from torch import Tensor, nn

from mvgraph.errors import Problem, SpecError, UsageError
from mvgraph.graph.inference import exponents_of
from mvgraph.graph.networks import prior_statistics, reading_statistics
from mvgraph.graph.usage import needed, trained
from mvgraph.language.expr import Formula, Reference
from mvgraph.module.conditional import Conditional, Marginal, Message, Reader
from mvgraph.module.critics import scorers
from mvgraph.module.forgiving import forgive
from mvgraph.module.heads import warn_of_heads
from mvgraph.module.joint import JointTrunk
from mvgraph.module.mixing import prior_without_parents
from mvgraph.module.naming import module_name as _name
from mvgraph.module.normalising import normalisers
from mvgraph.module.refusing import untrained
from mvgraph.module.shapes import decoder_of, require_networks, require_shapes, shape_of, width_of
from mvgraph.objective.family import parents, prior_key, upper
from mvgraph.objective.keys import Ref
from mvgraph.spec.model import Spec
from mvgraph.spec.nodes import Pseudo
from mvgraph.vocab.family import Family, Params, Shape
from mvgraph.vocab.fusion.joint import Joint
from mvgraph.vocab.fusion.pool import Pool
from mvgraph.vocab.network import Network, Trunk
from mvgraph.vocab.network.linear import Linear
from mvgraph.vocab.network.mlp import Mlp
from mvgraph.vocab.param import Clock, Schedule
from mvgraph.vocab.param.learnt import Learnt

NOTHING: Mapping[Ref, Tensor] = MappingProxyType({})
END = Clock(2**53, 1)  # later than any schedule


class Networks(nn.Module):
    """The parameters of a model: encoders, joint networks, decoders, priors, auxiliary priors, critics, learnt numbers.

    Encoders, joint networks and decoders that no term trains are not built, and asking for one is refused.

    Arguments:
        spec: a checked spec whose views have shapes.

    Raises:
        SpecError: a view without a shape or a likelihood, or a network that cannot read it.
    """

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        require_shapes(spec)
        require_networks(spec)
        self.spec = spec
        self.trained, self.needed = trained(spec), needed(spec)
        forgive(self, spec)
        self.tied = nn.ModuleDict()  # before the experts: their names are those of shared parameters
        self.experts = nn.ModuleDict()
        self.joints = nn.ModuleDict()
        self.pools = nn.ModuleDict()
        self.priors = nn.ModuleDict()
        self.auxiliaries = nn.ModuleDict()
        decoded = [v for v in spec.scored_views if v in self.needed.decoders[spec.observed.name]]
        self.decoders = nn.ModuleDict({_name(Ref("x", v)): self._decoder(v) for v in decoded})
        self.uppers = nn.ModuleDict(
            {_name(Ref(n.name, v)): self._upper(n, v) for n in spec.pseudo for v in self.decoded(n.name)}
        )
        trunks: dict[tuple[str, str], Trunk] = {}
        for latent in _sharers_last(spec):
            self._add(latent, trunks)
        self.critics = scorers(spec)
        self.learnt = nn.ParameterDict(
            {n: nn.Parameter(_initial(spec, n, p)) for n, p in spec.params.items() if isinstance(p, Learnt)}
        )

    @property
    def batch_dependent(self) -> bool:
        """Whether some network normalises by statistics of the batch, which one row does not have."""
        return bool(normalisers(self))

    def expert(self, ref: Ref, view: str) -> Conditional | Message:
        """The network of q(ref | x_view), or of the message from the view where messages are pooled.

        Raises:
            UsageError: no term trains it.
        """
        if not self.builds_expert(ref, view):
            known = tuple(v for v in self.spec.view_names if v in self.trained.experts[ref.node])
            raise UsageError(untrained(f"the encoder of '{ref}' for the view '{view}'", "encoders", known))
        found = self.experts[_name(ref, view)]
        assert isinstance(found, Conditional | Message)
        return found

    def has_expert(self, ref: Ref, view: str) -> bool:
        """Whether some term trains the network of q(ref | x_view)."""
        return view in self.trained.experts[ref.node]

    def builds_expert(self, ref: Ref, view: str) -> bool:
        """Whether some term asks for the network of q(ref | x_view), be it with the weight zero."""
        return view in self.needed.experts[ref.node]

    def has_decoder(self, view: str, node: str = "") -> bool:
        """Whether some term trains the network of p(x_view | its parents), or of a pseudo node's copy."""
        return view in self.trained.decoders[self.spec.target(node).name]

    def decoded(self, node: str = "") -> tuple[str, ...]:
        """The views whose decoders, or copies of a pseudo node, some term trains."""
        return tuple(v for v in self.spec.scored_views if self.has_decoder(v, node))

    @property
    def like(self) -> Tensor:
        """A tensor with the dtype and device of the model."""
        return next(self.parameters())

    def pool(self, ref: Ref, message: Tensor) -> Params:
        """The parameters of q(ref | x_S) from the mean of the messages of S, `(*batch, width)`."""
        parameters: Params = self.pools[_name(ref)](message)
        return parameters

    def experts_of(self, latent: str) -> dict[str, list[Conditional]]:
        """The experts of a latent, those of its every copy (`z`, `h.image`)."""
        spec, plate = self.spec, self.spec.latent(latent).plate
        found: dict[str, list[Conditional]] = {}
        for view in spec.scored_views if plate else spec.view_names:
            ref = Ref(latent, view if plate else None)
            expert = self.expert(ref, view) if self.has_expert(ref, view) else None
            found.setdefault(str(ref), []).extend([expert] if isinstance(expert, Conditional) else [])
        return found

    def joint(self, ref: Ref, values: Mapping[str, Tensor]) -> Params:
        """The parameters of q(ref | X) by the joint network, from every view's values."""
        parameters: Params = self.joint_network(ref)(self.packed(values))
        return parameters

    def joint_network(self, ref: Ref) -> Conditional:
        """The joint network of q(ref | X), which reads the views packed.

        Raises:
            UsageError: no term trains it.
        """
        if ref.node not in self.needed.joints:
            raise UsageError(untrained(f"the joint encoder of '{ref}'", "joint encoders", ()))
        found = self.joints[_name(ref)]
        assert isinstance(found, Conditional)
        return found

    def packed(self, values: Mapping[str, Tensor]) -> Tensor:
        """The values of all views side by side, `(row, entry)`."""
        return JointTrunk.pack(values, self.spec.view_names)

    def conditions(self, values: Mapping[str, Tensor]) -> dict[Ref, Tensor]:
        """What is conditioned on, from every view's values, `(row, entry)` each."""
        return {Ref(name): values[view].flatten(1) for name, view in self.spec.conditioned.items()}

    def inputs(self, view: str, at: Mapping[Ref, Tensor], node: str = "") -> Tensor:
        """A decoder's input, from the values of the nodes: those of its parents side by side, `(*batch, width)`."""
        return side_by_side([at[r] for refs in parents(self.spec, self.spec.target(node).given, view) for r in refs])

    def decode(self, view: str, inputs: Tensor, node: str = "", there: Tensor | None = None) -> Params:
        """The parameters of p(x_view | its parents), or of a pseudo node's copy, `(*batch, *shape)`.

        Arguments:
            view, node: what is decoded.
            inputs: the values of its parents, `(*batch, row, width)`.
            there: the rows in which they are asked for, bool `(row,)`; all of them where it is None.
        """
        parameters: Params = self.decoder(view, node)(inputs, there)
        return parameters

    def decoder(self, view: str, node: str = "") -> Conditional:
        """The network of p(x_view | its parents), or of a pseudo node's copy.

        Raises:
            UsageError: no term trains it.
        """
        if view not in self.needed.decoders[self.spec.target(node).name]:
            raise UsageError(untrained(f"the decoder of '{view}'", "decoders", self.decoded(node)))
        upper = isinstance(self.spec.target(node), Pseudo)
        found = self.uppers[_name(Ref(node, view))] if upper else self.decoders[_name(Ref("x", view))]
        assert isinstance(found, Conditional)
        return found

    def reproduced(self, ref: Ref, causes: Sequence[Tensor]) -> Tensor | None:
        """What an upper level makes of a latent, the mean given its own latents; None where there is no upper level."""
        node = upper(self.spec, ref)
        if node is None:
            return None
        return node.likelihood.mean(self.decode(str(ref.view), side_by_side(causes), node.name))

    def scored(self, view: str, node: str = "") -> tuple[Family, Shape]:
        """The likelihood of a view, or of a pseudo node's copy, and the shape of one value."""
        target, own = self.spec.target(node), self.spec.view(view)
        if isinstance(target, Pseudo):
            return target.likelihood, (self.spec.dim(target.pseudo, view),)
        assert own.likelihood is not None
        assert own.shape is not None
        return own.likelihood, own.shape

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
        weights = exponents_of(self.spec.posterior(latent))
        if weights is None:
            return None
        like = self.like
        shape = (len(self.spec.views), self.spec.dim(latent, self.spec.view_names[0]))
        if weights.text in self.learnt:
            learnt: Tensor = self.learnt[weights.text]
            return learnt.expand(shape)
        value = self.spec.params.get(weights.text)
        if isinstance(value, Mapping):
            return like.new_tensor([value[v] for v in self.spec.view_names])[:, None].expand(shape)
        return like.new_full(shape, float(value) if isinstance(value, int | float) else _number(self.spec, weights))

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
        for expert in (e for e in self.experts.values() if isinstance(e, Conditional)):
            expert.project()

    def _decoder(self, view: str) -> Conditional:
        spec, own = self.spec, self.spec.view(view)
        assert own.shape is not None
        assert own.likelihood is not None
        width, trunk, word = width_of(spec, view), decoder_of(spec, view), own.decoder or Mlp()
        made = Conditional(own.likelihood, "likelihood", own.shape, (width,), trunk, word)
        warn_of_heads(made, word, trunk.features, f"the decoder of the view '{view}'")
        return made

    def _upper(self, node: Pseudo, view: str) -> Conditional:
        shape, word = (self.spec.dim(node.pseudo, view),), node.network or Mlp()
        width = sum(self.spec.dim(n) for n in node.given)
        return Conditional(node.likelihood, "likelihood", shape, (width,), word.decoder(width, shape), word)

    def _add(self, latent: str, trunks: dict[tuple[str, str], Trunk]) -> None:
        spec, rule = self.spec, self.spec.posterior(latent)
        plate = spec.latent(latent).plate
        for view in spec.scored_views if plate else spec.view_names:
            ref, shape = Ref(latent, view if plate else None), (spec.dim(latent, view),)
            if self.builds_expert(ref, view):
                self._add_expert(ref, view, trunks)
            if plate or view == spec.view_names[0]:
                self._add_marginals(ref, shape)
        if isinstance(rule.fuse, Pool):
            self.pools[_name(Ref(latent))] = self._pool(latent, rule.fuse)
        if isinstance(rule.fuse, Joint) and latent in self.needed.joints:
            self.joints[_name(Ref(latent))] = self._joint(latent, rule.fuse)

    def _add_expert(self, ref: Ref, view: str, trunks: dict[tuple[str, str], Trunk]) -> None:
        spec, rule, shape = self.spec, self.spec.posterior(ref.node), (self.spec.dim(ref.node, view),)
        if isinstance(rule.fuse, Pool):
            self._add_message(ref, view, rule.fuse)
            return
        word, inputs, owner = self._encoder(ref.node, view), shape_of(spec, view), _owner(spec, ref.node)
        if (owner, view) not in trunks:
            trunks[owner, view] = self._encoder(owner, view).encoder(inputs)
        tied = self._tied(ref, rule.expert, shape)
        trunk = trunks[owner, view]
        made = Conditional(rule.expert, "expert", shape, inputs, trunk, word, tied)
        warn_of_heads(made, word, trunk.features, f"the encoder of '{ref}' for the view '{view}'")
        self.experts[_name(ref, view)] = made

    def _tied(self, ref: Ref, family: Family, shape: Shape) -> nn.ParameterDict | None:
        """The free parameters that all the experts of a latent share, made once."""
        if family.tied and _name(ref) not in self.tied:
            start = family.free(shape, "expert")
            self.tied[_name(ref)] = nn.ParameterDict({n: nn.Parameter(start[n]) for n in sorted(family.tied)})
        found = self.tied[_name(ref)] if family.tied else None
        assert found is None or isinstance(found, nn.ParameterDict)
        return found

    def _add_message(self, ref: Ref, view: str, fuse: Pool) -> None:
        rule = self.spec.posterior(ref.node)
        inputs = (self.spec.dim(rule.reads, view),) if rule.reads else shape_of(self.spec, view)
        word = rule.network or Linear() if rule.reads else self._encoder(ref.node, view)
        message = Message(word, inputs, fuse.message)
        self.experts[_name(ref, view)] = (
            _steady(self.spec, message, reading_statistics(rule)) if rule.reads else message
        )

    def _pool(self, latent: str, fuse: Pool) -> Conditional:
        word = Mlp(hidden=fuse.hidden, activation=fuse.activation, norm=fuse.norm)
        trunk, shape = word.encoder((fuse.message,)), (self.spec.dim(latent),)
        return Conditional(self.spec.posterior(latent).expert, "expert", shape, (fuse.message,), trunk, word)

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
            network = Conditional(latent.family, "expert", shape, (width,), trunk, word)
            self.priors[_name(ref)] = _steady(spec, network, prior_statistics(latent))
        else:
            self.priors[_name(ref)] = prior_without_parents(latent.family, shape)
        if rule.auxiliary is not None:
            self.auxiliaries[_name(ref)] = Marginal(rule.auxiliary, "auxiliary", shape)

    def _joint(self, latent: str, rule: Joint) -> Conditional:
        spec = self.spec
        words = [rule.network or self._encoder(latent, v) for v in spec.view_names]
        shapes = [shape_of(spec, v) for v in spec.view_names]
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


def _steady(spec: Spec, network: Reader, problem: Problem) -> Reader:
    """A network that may not normalise by the batch, as modules of one's own may only show when they are built.

    Raises:
        SpecError: the problem, where it does.
    """
    if network.batch_dependent:
        raise SpecError(spec.document.locate(problem) if spec.document else problem)
    return network


def _owner(spec: Spec, latent: str) -> str:
    """The latent whose trunks a latent uses: its own, unless it shares another's."""
    share = spec.posterior(latent).share
    return latent if share is None else _owner(spec, share)


def _sharers_last(spec: Spec) -> list[str]:
    """The latents, those that share another's trunk after it."""
    depth = {p.name: p for p in spec.posteriors}

    def rank(name: str) -> int:
        share = depth[name].share
        return 0 if share is None else 1 + rank(share)

    return sorted(depth, key=rank)


def _number(spec: Spec, formula: Formula) -> float:
    """A formula over M, as a number."""
    return formula.at({Reference("M"): Fraction(len(spec.scored_views))})


def _initial(spec: Spec, name: str, rule: Learnt) -> Tensor:
    users = [p.name for p in spec.posteriors if exponents_of(p) == Formula(name)]
    rows = len(spec.views) if rule.per else 1
    dim = spec.dim(users[0], spec.view_names[0]) if users and rule.per == "dim" else 1
    shape = (rows, dim) if users else ()
    return torch.full(shape, _number(spec, Formula(str(rule.init))))
