"""From terms to a plan: every encoder once, every posterior once, one decoder call a view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from mvgraph.graph.usage import trained
from mvgraph.language.table import Table
from mvgraph.objective import unused
from mvgraph.objective.atoms import Stream
from mvgraph.objective.canonical import derive
from mvgraph.objective.deriving import expand
from mvgraph.objective.evaluation import is_closed
from mvgraph.objective.evidence import Draws, dropping, random_count
from mvgraph.objective.keys import Ref
from mvgraph.objective.statistics import Statistical
from mvgraph.objective.terms import Term
from mvgraph.objective.text import signed
from mvgraph.spec.model import Spec


@dataclass(frozen=True)
class Decode:
    """One decoder call: each row is the streams of the latents that the node is given.

    Arguments:
        target: the node that is scored.
        rows: the streams of its latent parents.
        values: for each row the stream that it is a value of, where the target is pseudo-data.
    """

    target: Ref
    rows: tuple[tuple[Stream, ...], ...]
    values: tuple[Stream, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a step executes, in order: encode, fuse, sample, decode, score, divergence, reduce.

    Arguments:
        experts: the encoders that run, once each, as (latent, view).
        joints: the latents whose joint network runs.
        slots: the posteriors that are made, as streams of one draw; those of one latent are fused in one call.
        streams: the draws.
        decodes: the decoder calls.
        terms: the derived terms, with coefficients.
        names: for each term, the printed line that it is a part of.
        random_sets: how many random evidence sets a step draws.
        dead: declared networks that no term uses, as text.
        phases: the plans of the phases, by their names; the plan itself is then that of their sum.
    """

    experts: tuple[tuple[Ref, str], ...]
    joints: tuple[Ref, ...]
    slots: tuple[Stream, ...]
    streams: tuple[Stream, ...]
    decodes: tuple[Decode, ...]
    terms: tuple[Term, ...]
    names: tuple[str, ...]
    random_sets: int
    dead: tuple[str, ...]
    phases: Table[Plan] = field(default_factory=Table)

    @property
    def batchwise(self) -> bool:
        """True where a term looks at all the rows of a batch together."""
        return any(isinstance(t.atom, Statistical) for t in self.terms)

    @property
    def lines(self) -> tuple[str, ...]:
        """The printed lines, each once."""
        return tuple(dict.fromkeys(self.names))

    def __str__(self) -> str:
        phases = [t for n, p in self.phases.items() for t in (f"phase {n}", *(f"  {s}" for s in p.steps))]
        return "\n".join([*(phases or self.steps), *(f"dead     {d}" for d in self.dead)])

    @property
    def steps(self) -> tuple[str, ...]:
        """What is done, one line a step."""
        lines = [f"encode   q({r}|{v})" for r, v in self.experts] + [f"encode   qJ({r})" for r in self.joints]
        lines += [f"fuse     {s}" for s in self.slots] + [f"sample   {s}" for s in self.streams]
        lines += [f"decode   {d.target}: {len(d.rows)} rows in one call" for d in self.decodes]
        return (*lines, *(f"term     {n}" for n in self.lines))


def plan(spec: Spec) -> Plan:
    """The plan of a spec, for any mask."""
    terms = tuple(expand(spec, draws=_whole(spec)))
    closed = partial(is_closed, spec)
    streams = _sorted({s for t in terms for s in t.atom.streams(closed)})
    made = {slot_of(s) for s in [*streams, *(s for t in terms for s in t.atom.compared)]}
    slots = _sorted({s for s in made if s.source in ("posterior", "own")})
    experts = _experts(spec, slots)
    joints = tuple(sorted({s.ref for s in slots if is_joint(spec, s)}, key=str))
    decodes = tuple(_decodes(spec, terms))
    dead = tuple(unused.dead(spec))
    names, sets = tuple(_names(spec, terms)), random_sets(spec)
    phases = Table({name: plan(one) for name, one in spec.by_phase.items()})
    return Plan(experts, joints, slots, streams, decodes, terms, names, sets, dead, phases)


def random_sets(spec: Spec) -> int:
    """How many random evidence sets the routes of a spec draw at once."""
    return random_count(spec) + len(dropping(spec))


def is_joint(spec: Spec, slot: Stream) -> bool:
    """True where one network over all the views of the slot makes the posterior."""
    rule = spec.posterior(slot.ref.node).fuse
    return rule is not None and rule.joint and len(slot.views) > 1


def _whole(spec: Spec) -> Draws:
    return dict.fromkeys(range(1, random_sets(spec) + 1), frozenset(spec.view_names))


def slot_of(stream: Stream) -> Stream:
    """The posterior that a stream draws from."""
    return replace(stream, samples=1, parents=(), owner="")


def _sorted(streams: Iterable[Stream]) -> tuple[Stream, ...]:
    return tuple(sorted(streams, key=lambda s: (str(s.ref), s.drawn, len(s.views), str(s))))


def _experts(spec: Spec, slots: Iterable[Stream]) -> tuple[tuple[Ref, str], ...]:
    """The encoders behind the slots, in the order of latents and views."""
    used = {(s.ref, v) for s in slots if not is_joint(spec, s) for v in s.views}
    order = spec.view_names.index
    return tuple(sorted(used, key=lambda p: (str(p[0]), order(p[1]))))


def _decodes(spec: Spec, terms: Iterable[Term]) -> Iterator[Decode]:
    """The decoder calls; what is scored with the weight zero alone has no decoder."""
    rows: dict[Ref, dict[tuple[Stream, ...], Stream | None]] = {}
    decoders = trained(spec).decoders
    scored = (a for t in terms for a in t.atom.scored)
    for atom in (a for a in scored if a.target.view in decoders[a.target.node]):
        value = atom.value.stream if atom.value else None
        rows.setdefault(atom.target, {})[tuple(d.stream for d in atom.draws)] = value
    for target in sorted(rows, key=str):
        yield Decode(target, tuple(rows[target]), tuple(v for v in rows[target].values() if v is not None))


def _names(spec: Spec, terms: Iterable[Term]) -> Iterator[str]:
    """The printed line that each term is a part of; terms of a random evidence set say which."""
    printed = {a: signed(c, a) for c, a in derive(spec).terms}
    for term in terms:
        own = signed(term.coefficient, term.atom)
        yield f"{own} with S = S_{term.drawn}" if term.drawn else printed.get(term.atom, own)
