"""The parts of a model that can learn, by the names that a phase freezes them with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mvgraph.spec.model import Latent, Spec
from mvgraph.vocab.param.learnt import Learnt


@dataclass(frozen=True)
class Part:
    """A network, or a learnt number.

    Arguments:
        path: its name in a spec, e.g. `p.x.image`, `q.z.experts.image`, `q.z.joint`, `params.a`.
        kind: what it is, as the module of all networks groups them.
        node: whose it is; for a learnt number, its name.
        copy: the view of a private latent's copy, or of data.
        view: the view that it reads.
    """

    path: str
    kind: Literal["decoders", "priors", "experts", "joints", "auxiliaries", "learnt"]
    node: str
    copy: str | None = None
    view: str | None = None


def parts(spec: Spec) -> tuple[Part, ...]:
    """All parts of a model, in the order of its nodes."""
    return tuple(_parts(spec))


def _parts(spec: Spec) -> Iterator[Part]:
    for latent in spec.latents:
        yield from _latent(spec, latent)
    node = spec.observed.name
    yield from (Part(f"p.{node}.{v}", "decoders", node, v) for v in spec.scored_views)
    yield from (Part(f"params.{n}", "learnt", n) for n, value in spec.params.items() if isinstance(value, Learnt))


def _latent(spec: Spec, latent: Latent) -> Iterator[Part]:
    name, copies = latent.name, list(spec.view_names) if latent.plate else [None]
    rule = next((q for q in spec.posteriors if q.name == name), None)
    yield from (Part(_of(f"p.{name}", copy), "priors", name, copy) for copy in copies)
    if rule is None:
        return
    for view in spec.view_names:
        yield Part(f"q.{name}.experts.{view}", "experts", name, view if latent.plate else None, view)
    if rule.fuse is not None and rule.fuse.joint:
        yield Part(f"q.{name}.joint", "joints", name)
    if rule.auxiliary is not None:
        yield from (Part(_of(f"q.{name}.auxiliary", copy), "auxiliaries", name, copy) for copy in copies)


def _of(path: str, copy: str | None) -> str:
    return path if copy is None else f"{path}.{copy}"


def within(spec: Spec, names: tuple[str, ...]) -> tuple[Part, ...]:
    """The parts that names stand for: those of the name itself, and all below it."""
    return tuple(p for p in parts(spec) if any(f"{p.path}.".startswith(f"{n}.") for n in names))


def names_of(spec: Spec) -> list[str]:
    """Every name that stands for some part."""
    keys = [p.path.split(".") for p in parts(spec)]
    return list(dict.fromkeys(".".join(k[:end]) for k in keys for end in range(1, len(k) + 1)))
