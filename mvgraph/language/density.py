"""Densities as they are written, `p(z)`, `q(z | V)`, `q(h.m | m)`, and the data of a view, `x.m`."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from mvgraph.errors import Problem, SpecError
from mvgraph.language.level import level_name

_NODE = r"(?P<node>\w+)(?:\.(?P<copy>\w+))?"
_DATA = re.compile(r"\s*(?P<node>\w+)\.(?P<copy>[\w-]+)\s*")
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

    def among(self, latents: Collection[str]) -> Density:
        """The same density where `z.1` may be a latent by itself, a level of a hierarchy.

        >>> parse_density("q(z.1 | V)").among(["z.1", "z.2"]).node
        'z.1'
        """
        name = level_name(self.node, self.copy) if self.copy is not None else self.node
        return replace(self, node=name, copy=None) if self.copy is not None and name in latents else self


def parse_density(text: str) -> Density:
    """The density that a text names.

    >>> parse_density("q(h.m | m)")
    Density(which='q', node='h', copy='m', views='m')

    Raises:
        SpecError: the text does not read as a density.
    """
    found = _DENSITY.fullmatch(text)
    if found is None or "[" in (found["views"] or "") or (found["which"] == "q") != bool(found["views"]):
        several = "write the views with commas and without brackets, all of it quoted: 'q(z | a, b)'"
        remedy = several if "[" in text else "write p(z), q(z | V), q(z | m) or q(h.m | m)"
        raise SpecError(Problem("MVG132", (), f"'{text}' is not a density", remedy))
    return Density(found["which"], found["node"], found["copy"], found["views"])


@dataclass(frozen=True)
class Data:
    """A reference to the data of one view.

    Arguments:
        node: the observed node.
        copy: the view, or a variable bound to one.
    """

    node: str
    copy: str


def parse_sample(text: str) -> Density | Data:
    """What is drawn or observed: a density of a latent, or the data of a view.

    >>> parse_sample("x.m")
    Data(node='x', copy='m')

    Raises:
        SpecError: the text reads as neither.
    """
    if found := _DATA.fullmatch(text):
        return Data(found["node"], found["copy"])
    try:
        return parse_density(text)
    except SpecError:
        remedy = "write p(z), q(z | m), q(h.m | m), or x.m for the data of a view"
        message = f"'{text}' is neither a density nor the data of a view"
        raise SpecError(Problem("MVG132", (), message, remedy)) from None
