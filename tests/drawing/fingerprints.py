"""Prints a fingerprint of every format of every reference model, to be compared between processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256

import mvgraph as mg
from mvgraph.drawing.building import diagram
from mvgraph.drawing.dot import dot
from mvgraph.drawing.layout import place
from mvgraph.drawing.mermaid import mermaid
from mvgraph.drawing.placement import Placement
from mvgraph.drawing.svg import svg
from mvgraph.drawing.themes import DARK, LIGHT
from mvgraph.drawing.tikz import tikz
from mvgraph.spec.model import Spec

FORMATS: dict[str, Callable[[Placement], str]] = {
    "svg": lambda placed: svg(placed, LIGHT),
    "dark svg": lambda placed: svg(placed, DARK),
    "tikz": tikz,
    "mermaid": lambda placed: mermaid(placed.diagram),
    "dot": lambda placed: dot(placed.diagram),
}


def fingerprints(spec: Spec) -> Iterator[str]:
    """One line a format, folded and unrolled."""
    for unroll in (False, True):
        placed = place(diagram(spec, unroll=unroll))
        for name, write in FORMATS.items():
            yield f"{spec.name}, {name}{', unrolled' * unroll}: {sha256(write(placed).encode()).hexdigest()}"


if __name__ == "__main__":
    for each in mg.names():
        print("\n".join(fingerprints(mg.load(each))))
