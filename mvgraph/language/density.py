"""Densities as they are written: `p(z)`, `q(z | V)`, `q(h.m | m)`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mvgraph.errors import Problem, SpecError

_NODE = r"(?P<node>\w+)(?:\.(?P<copy>\w+))?"
_DENSITY = re.compile(rf"\s*(?P<which>[pq])\s*\(\s*{_NODE}\s*(?:\|\s*(?P<views>[^)]*?))?\s*\)\s*")


@dataclass(frozen=True)
class Density:
    """A reference to a prior (`which` p) or a posterior (`which` q) of a latent.

    Arguments:
        node: the latent.
        copy: the view (or bound variable) of a plated latent's copy, else None.
        views: what stands behind the bar, as `parse_views` reads it, with commas for a list.
    """

    which: str
    node: str
    copy: str | None = None
    views: str | None = None


def parse_density(text: str) -> Density:
    """The density that a text names.

    >>> parse_density("q(h.m | m)")
    Density(which='q', node='h', copy='m', views='m')

    Raises:
        SpecError: the text does not read as a density.
    """
    found = _DENSITY.fullmatch(text)
    if found is None or (found["which"] == "q") != bool(found["views"]):
        remedy = "write p(z), q(z | V), q(z | m) or q(h.m | m)"
        raise SpecError(Problem("MVG132", (), f"'{text}' is not a density", remedy))
    return Density(found["which"], found["node"], found["copy"], found["views"])
