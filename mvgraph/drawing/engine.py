"""Graphviz: inside this process by pygraphviz, whose wheel brings it along; else the programs of the system."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from shutil import which
from typing import Any

from mvgraph.deferring import defer
from mvgraph.drawing.placement import Point
from mvgraph.errors import Problem, UsageError

pygraphviz = defer("pygraphviz")

INCH = 72.0
PATIENCE = 60.0  # seconds


def positions(text: str, program: str = "dot") -> dict[str, Point]:
    """The centre of every node, in points, y downwards.

    >>> positions("digraph { a -> b }") == {"a": (27.0, 18.0), "b": (27.0, 90.0)}
    True

    Arguments:
        text: a graph in the DOT language.
        program: one of Graphviz' layouts.

    Raises:
        UsageError: there is no Graphviz.
    """
    lines = [shlex.split(line) for line in _plain(text, program).splitlines()]
    height = next(float(words[3]) for words in lines if words[0] == "graph")
    nodes = [words for words in lines if words[0] == "node"]
    return {w[1]: (round(float(w[2]) * INCH, 2), round((height - float(w[3])) * INCH, 2)) for w in nodes}


def _plain(text: str, program: str) -> str:
    """Graphviz' plain output, by the first engine that is there."""
    for engine in (_inside, _outside):
        answer = engine(text, program)
        if answer is not None:
            return answer
    raise UsageError(
        Problem(
            "MVG820",
            ("draw",),
            "the places of nodes come from Graphviz, and neither pygraphviz nor a program 'dot' is installed",
            "pip install pygraphviz (the engine is inside), or install Graphviz; "
            "pictures as text need no engine: name a file .mmd (Mermaid), .tex (TikZ) or .dot (DOT)",
        )
    )


def _inside(text: str, program: str) -> str | None:
    try:
        graph: Callable[..., Any] = pygraphviz.AGraph
    except ImportError:
        return None
    drawn: bytes = graph(string=text).draw(format="plain", prog=program)
    return drawn.decode()


def _outside(text: str, program: str) -> str | None:
    path = which(program)
    if path is None:
        return None
    done = subprocess.run(
        [path, "-Tplain"], input=text, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE, check=True
    )
    return done.stdout
