"""What can be wrong with networks, as far as their words tell: shapes, by arithmetic, and statistics of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from mvgraph.errors import Path, Problem, SpecError
from mvgraph.graph.finding import Check, attempt, error, posteriors, reach, value, warning, written
from mvgraph.graph.usage import trained
from mvgraph.language.density import Data, parse_sample
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Latent, Posterior, Spec
from mvgraph.vocab.family import Shape
from mvgraph.vocab.family.categorical import Categorical
from mvgraph.vocab.network import Network
from mvgraph.vocab.network.mlp import Mlp

SIDE = 8  # from here on two axes that are alike look like a picture's height and width
CHANNELS = 4  # so many at most are a last axis of channels: grey, with alpha, RGB, RGBA


@dataclass(frozen=True)
class Placed:
    """A network that is built: its word, where that is written, and what it reads or makes.

    Arguments:
        word: the network.
        path: where it is written.
        of: whose network it is, in words.
        shape: of what it reads or makes.
        role: which of the two.
        view: the view whose data these are, where they are data.
    """

    word: Network
    path: Path
    of: str
    shape: Shape
    role: Literal["reads", "makes"]
    view: str | None = None

    def blame(self, problem: Problem) -> Problem:
        """A problem of the network alone, at its place and with its owner."""
        turned = self.word.convolves and _channels_last(self.shape)
        remedy = _turn(self.shape) if turned else problem.remedy
        return replace(problem, path=self.path, message=f"{problem.message} {self.of}", remedy=remedy)


def placed(spec: Spec) -> Iterator[Placed]:
    """The networks that are built, as far as the shapes of what they read or make are known."""
    used = trained(spec)
    for name, rule in posteriors(spec).items():
        for view in (v for v in spec.view_names if v in used.experts[name]):
            own = _encoder(spec, rule.network, ("q", name, "network"), view)
            yield from _reading(spec, rule, view) if rule.reads else own
        if rule.fuse is not None and name in used.joints:
            for view in spec.view_names:
                yield from _encoder(spec, rule.fuse.trunk or rule.network, ("q", name, "fuse"), view)
    for view in (v for v in spec.scored_views if v in used.decoders[spec.observed.name]):
        shape, word = spec.view(view).shape, spec.view(view).decoder or Mlp()
        if shape is not None:
            yield Placed(word, _written(spec, view, "decoder"), f"of the view '{view}'", shape, "makes", view)
    for latent in (x for x in spec.latents if x.given and x.network is not None):
        yield from _prior(latent)
    yield from _critics(spec)


def _encoder(spec: Spec, own: Network | None, path: Path, view: str) -> Iterator[Placed]:
    shape, word = spec.view(view).shape, own or spec.view(view).encoder or Mlp()
    if shape is not None:
        where = path if own is not None else _written(spec, view, "encoder")
        yield Placed(word, where, f"of the view '{view}'", shape, "reads", view)


def _reading(spec: Spec, rule: Posterior, view: str) -> Iterator[Placed]:
    source = next((x for x in spec.latents if x.name == rule.reads), None)
    if rule.network is not None and source is not None and (size := _size(source, view)):
        yield Placed(rule.network, ("q", rule.name, "network"), f"of draws of '{rule.reads}'", (size,), "reads")


def _prior(latent: Latent) -> Iterator[Placed]:
    for size in {latent.dim} if isinstance(latent.dim, int) else set(latent.dim.values()):
        assert latent.network is not None
        of = f"of the prior of '{latent.name}'"
        yield Placed(latent.network, ("p", latent.name, "network"), of, (size,), "makes")


def _size(latent: Latent, view: str) -> int | None:
    """The entries of a latent's copy; None where its table lacks the view."""
    return latent.dim if isinstance(latent.dim, int) else latent.dim.get(view)


def _critics(spec: Spec) -> Iterator[Placed]:
    for one in (w for w in written(spec) if isinstance(w.term, Contest) and w.term.critic is not None):
        assert isinstance(one.term, Contest)
        assert one.term.critic is not None
        real = attempt(parse_sample, one.term.real)
        copies = reach(spec, one.term, f"[{real.copy}]") if isinstance(real, Data) else None
        for view in sorted(copies.views if copies and value(spec, one.term.weight) != 0 else ()):
            shape = spec.view(view).shape
            if shape is not None:
                yield Placed(one.term.critic, (*one.path, "critic"), "as the critic of this game", shape, "reads", view)


def _written(spec: Spec, view: str, key: str) -> Path:
    """Where a view's network was written: in the view, or in the defaults."""
    own = getattr(next(v for v in spec.views if v.name == view), key) is not None
    return ("views", view, key) if own else ("view_defaults", key)


def network_shapes(spec: Spec) -> Iterator[Problem]:
    """MVG410: a network that can neither read nor make data of the shape that it is given."""
    for network in placed(spec):
        fault = attempt(network.word.require_shape, network.shape)
        if isinstance(fault, SpecError):
            yield from map(network.blame, fault.problems)


def taken_otherwise(spec: Spec) -> Iterator[Problem]:
    """MVG415, MVG416, MVG417 (warnings): a shape that convolutions take for something else than is meant."""
    for network in (n for n in placed(spec) if n.word.convolves and n.view is not None):
        shape, view = network.shape, str(network.view)
        path: Path = ("views", view, "shape")
        taken = f"'{network.word.word}' takes the shape {list(shape)} of the view '{view}' for {channels(shape)}"
        if isinstance(spec.view(view).likelihood, Categorical):
            message = f"{taken}, and the last axis of categorical data is their classes"
            remedy = "use mlp, or a network of your own (@mg.network) that convolves along the first axis"
            yield warning("MVG416", path, message, remedy)
        elif len(shape) == 2 and min(shape) >= SIDE and max(shape) <= 2 * min(shape):
            yield warning("MVG415", path, taken, f"write shape: {[1, *shape]} for pictures of one channel")
        elif _channels_last(shape):
            yield warning("MVG417", path, taken, _turn(shape))


def _channels_last(shape: Shape) -> bool:
    """Whether data look like pictures (or volumes) with their channels behind the other axes."""
    return len(shape) in (3, 4) and shape[-1] <= CHANNELS < min(shape[:-1])


def _turn(shape: Shape) -> str:
    return f"write shape: {[shape[-1], *shape[:-1]]}, and give the data with their channels first"


def channels(shape: Shape) -> str:
    """What a shape is to convolutions.

    >>> channels((28, 28)), channels((1, 28, 28))
    ('28 channels of length 28', '1 channel of 28×28')
    """
    count = f"{shape[0]} channel{'s' if shape[0] > 1 else ''}"
    return f"{count} of {'length ' if len(shape) == 2 else ''}{'×'.join(map(str, shape[1:]))}"


def batch_statistics(spec: Spec) -> Iterator[Problem]:
    """MVG414: batch normalisation in a network over draws, or over pooled messages."""
    for latent in spec.latents:
        if latent.given and latent.network is not None and latent.network.batch_dependent:
            yield prior_statistics(latent)
    for name, rule in posteriors(spec).items():
        if rule.reads is not None and rule.network is not None and rule.network.batch_dependent:
            yield reading_statistics(rule)
        if rule.fuse is not None and rule.fuse.batch_dependent:
            yield _unsteady(("q", name, "fuse"), f"the network over the pooled messages of '{name}'")


def prior_statistics(latent: Latent) -> Problem:
    """MVG414, of the network of a prior that depends on draws."""
    return _unsteady(("p", latent.name, "network"), f"the network of the prior of '{latent.name}'")


def reading_statistics(rule: Posterior) -> Problem:
    """MVG414, of the network of a posterior that reads draws."""
    return _unsteady(("q", rule.name, "network"), f"the network by which '{rule.name}' reads draws of '{rule.reads}'")


def _unsteady(path: Path, network: str) -> Problem:
    """Such a network is asked about draws whose evidence differs; which of them share statistics is in no model."""
    message = f"{network} normalises by statistics of the batch, and it is asked about draws of several origins at once"
    return error("MVG414", path, message, "write norm: layer there; encoders, decoders and critics may use norm: batch")


CHECKS: tuple[Check, ...] = (network_shapes, batch_statistics)
CONSEQUENCES: tuple[Check, ...] = (taken_otherwise,)
