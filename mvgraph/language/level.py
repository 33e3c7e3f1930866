"""Levels of a plate as they are written among parents: `z`, `z[2]`, `z[2:]`, `z[l+1:]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mvgraph.errors import Problem, SpecError

_PARENT = re.compile(r"(?P<node>[^\W\d]\w*)(?:\[(?P<own>l)?(?P<plus>\+)?(?P<start>\d+)?(?P<tail>:)?\])?")


@dataclass(frozen=True)
class Parent:
    """A parent: a node, or some of its levels.

    Arguments:
        node: the node.
        indexed: whether levels are named; a plain name stands for all of them.
        own: whether counting starts at the level `l` of the child.
        start: the first level, from 1; what is added to `l`, where counting starts there.
        tail: all levels from the first one upwards.
    """

    node: str
    indexed: bool = False
    own: bool = False
    start: int = 1
    tail: bool = True

    def levels(self, count: int, own: int = 0) -> range:
        """The levels meant, of so many, for a child at the level `own`; those above the root are none.

        >>> [list(parse_parent("z[l+1:]").levels(3, own)) for own in (1, 2, 3)]
        [[2, 3], [3], []]
        """
        first = self.start + (own if self.own else 0)
        return range(first, min(count, count if self.tail else first) + 1)


def parse_parent(text: str) -> Parent:
    """The parent that a text names.

    >>> parse_parent("z")
    Parent(node='z', indexed=False, own=False, start=1, tail=True)
    >>> parse_parent("z[l+1]")
    Parent(node='z', indexed=True, own=True, start=1, tail=False)

    Raises:
        SpecError: the text names no parent.
    """
    found = _PARENT.fullmatch(text.replace(" ", ""))
    if found is None or bool(found["plus"]) != bool(found["own"] and found["start"]):
        raise _wrong(text)
    if "[" not in text:
        return Parent(found["node"])
    if not found["own"] and not found["start"]:
        raise _wrong(text)
    start = int(found["start"] or 0)
    return Parent(found["node"], True, bool(found["own"]), start, bool(found["tail"]))


def _wrong(text: str) -> SpecError:
    remedy = "write z, z[2], z[2:], or, for the levels above one's own, 'z[l+1:]'"
    return SpecError(Problem("MVG133", (), f"'{text}' is not a parent", remedy))


def node_of(name: str) -> str:
    """The node whose level a name is; of any other node, the name itself.

    >>> node_of("z.2"), node_of("z")
    ('z', 'z')
    """
    return name.partition(".")[0]


def level_name(node: str, number: int | str) -> str:
    """The name of one level of a node.

    >>> level_name("z", 2)
    'z.2'
    """
    return f"{node}.{number}"
