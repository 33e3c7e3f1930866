"""Every picture of every reference model: folded, unrolled by name, one part alone, with parameters."""

from __future__ import annotations

from functools import cache
from typing import Any

import mvgraph as mg
from mvgraph.drawing.building import diagram
from mvgraph.drawing.diagram import Diagram
from mvgraph.spec.model import Spec

VARIANTS: dict[str, dict[str, Any]] = {
    "folded": {},
    "unrolled": {"unroll": True},
    "p": {"part": "p"},
    "q": {"part": "q"},
    "parameters": {"with_parameters": True},
    "p with parameters": {"part": "p", "with_parameters": True},
    "q with parameters": {"part": "q", "with_parameters": True},
    "unrolled p": {"unroll": True, "part": "p"},
    "unrolled q": {"unroll": True, "part": "q"},
    "unrolled with parameters": {"unroll": True, "with_parameters": True},
}
NAMES = ("image", "sound", "text")


@cache
def spec(name: str, views: int = 3) -> Spec:
    """A reference spec, with so many named views where it leaves them open."""
    written = mg.load(name)
    most = written.open_views
    if most is None:
        return written
    count = min(views, most.most or views)
    return mg.load(name, views={v: {"shape": [3]} for v in NAMES[:count]})


@cache
def drawn(name: str, variant: str) -> Diagram:
    """One of the pictures of a reference model."""
    return diagram(spec(name), **VARIANTS[variant])
