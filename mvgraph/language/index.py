"""Sets of views as they are written: `V`, `[m, image]`, `S`, `singles`, `full+singles`, `random(k)`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from mvgraph.errors import Problem, SpecError

RANGES = ("V", "singles", "full", "subsets")
_RANDOM = re.compile(r"random\(\s*(\w+)\s*\)")
_TARGET = re.compile(r"\{\s*(\w+)\s*:\s*([^{}]+)\}")
_NAME = re.compile(r"\w[\w-]*")


@dataclass(frozen=True)
class Views:
    """A set of views: all of them, a bound set variable, or a list of names, positions and bound variables.

    `node` is the node that is scored on them, where a target names one: `{zhat: V}`.
    """

    names: tuple[str, ...] = ()
    all: bool = False
    listed: bool = False
    node: str = ""


@dataclass(frozen=True)
class Range:
    """What a bound variable runs over: one part of a union."""

    word: str
    count: str = ""  # of random(count): a number or the name of a param


@cache
def parse_views(text: str) -> Views:
    """The set that `from:` or `to:` names.

    >>> parse_views("V").all, parse_views("[image, m]").names, parse_views("S").listed
    (True, ('image', 'm'), False)
    >>> parse_views("{zhat: V}")
    Views(names=(), all=True, listed=False, node='zhat')

    Raises:
        SpecError: the text is not a set of views.
    """
    text = text.strip()
    if found := _TARGET.fullmatch(text):
        return replace(parse_views(found.group(2)), node=found.group(1))
    if text == "V":
        return Views(all=True)
    if text.startswith("[") and text.endswith("]"):
        names = tuple(n.strip() for n in text[1:-1].split(",") if n.strip())
        if names and all(_NAME.fullmatch(n) for n in names):
            return Views(names, listed=True)
    elif _NAME.fullmatch(text):
        return Views((text,))
    remedy = "write V, a list such as [image, m], or a variable bound by `for`"
    raise SpecError(Problem("MVG130", (), f"'{text}' is not a set of views", remedy))


@cache
def parse_ranges(text: str) -> tuple[Range, ...]:
    """The union that a bound variable runs over.

    >>> parse_ranges("full+singles")
    (Range(word='full', count=''), Range(word='singles', count=''))

    Raises:
        SpecError: a part is not known.
    """
    return tuple(_range(part.strip()) for part in text.split("+"))


def _range(text: str) -> Range:
    if text in RANGES:
        return Range(text)
    if found := _RANDOM.fullmatch(text):
        return Range("random", found.group(1))
    remedy = "write V, singles, full, subsets, random(k), or a union of them with +"
    raise SpecError(Problem("MVG131", (), f"'{text}' is not a range of views", remedy))
