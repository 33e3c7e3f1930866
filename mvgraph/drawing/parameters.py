"""Marks and lines of the networks' parameters: one dot for every decoder, encoder, and learnt prior."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mvgraph.drawing.sketch import Line, Mark
from mvgraph.language.word import split
from mvgraph.spec.model import Latent, Spec


def lines(spec: Spec, drawn: Iterable[Line]) -> Iterator[Line]:
    """From parameters to what they make, for a picture whose other lines are drawn.

    θ are those of decoders, φ of encoders, ψ of priors.
    """
    found = tuple(drawn)
    generated = dict.fromkeys(x.target for x in found if x.part == "p" and x.target.kind in ("observed", "pseudo"))
    for target in generated:
        own = () if target.name == spec.observed.name else (target.name,)
        yield Line(_dot("theta", own, target.view, target.level, "decoder"), target, "p")
    for latent in spec.latents:
        for mark in _copies(found, latent) if _learnt(latent) else ():
            yield Line(_dot("psi", (mark.name,), mark.view, mark.level, "prior"), mark, "p")
    inferred = [x for x in found if x.network]
    several = len({_inferred(x.target) for x in inferred}) > 1
    for line in inferred:
        own = (_inferred(line.target),) if several else ()
        yield Line(_encoder(line, own), line.target, "q")


def makes(dot: Line, line: Line) -> bool:
    """Whether a line from parameters stands for the network behind another line of q."""
    if not line.network or dot.target != line.target:
        return False
    return dot.source in (_encoder(line, ()), _encoder(line, (_inferred(line.target),)))


def _encoder(line: Line, own: tuple[str, ...]) -> Mark:
    if line.network == "whole":
        return _dot("phi", (*own, "J"), None, line.target.level, "network that reads all views")
    unplated = (line.source.name,) if line.source.view is None else ()
    return _dot("phi", (*own, *unplated), line.source.view, line.target.level, "encoder")


def _dot(symbol: str, indices: tuple[str, ...], view: str | None, level: int | None, owner: str) -> Mark:
    name = ".".join([symbol, *indices])
    return Mark(name, "parameter", view, level, about=f"parameters of the {owner}", per_row=False)


def _inferred(target: Mark) -> str:
    """The latent that a line of q leads to, through a factor or not."""
    return target.symbol or target.name


def _copies(drawn: Iterable[Line], latent: Latent) -> Iterator[Mark]:
    node, level = (latent.level.node, latent.level.number) if latent.level else (latent.name, None)
    marks = dict.fromkeys(m for line in drawn for m in (line.source, line.target))
    return (m for m in marks if m.kind == "latent" and m.name == node and m.level == level)


def _learnt(latent: Latent) -> bool:
    """Whether a prior has parameters: where it has parents, or something of it is learnt."""
    return bool(latent.given) or "learnt" in split(latent.family.write())[1]
