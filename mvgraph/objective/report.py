"""A report: sections of lines, some of which are mathematics. Every output of `explain` is made of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

INDENT = "  "


@dataclass(frozen=True)
class Line:
    """One line.

    Arguments:
        text: what it says, as plain text.
        formula: the same as LaTeX, where the line is mathematics.
        level: how deep it stands.
    """

    text: str
    formula: str = ""
    level: int = 0

    def deeper(self, by: int = 1) -> Line:
        """The line further in."""
        return replace(self, level=self.level + by)


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it; no heading above the first section of all."""

    title: str
    lines: tuple[Line, ...]


Report = tuple[Section, ...]


def prose(texts: Iterable[str]) -> Iterator[Line]:
    """Lines of text, as deep as they are indented."""
    for text in texts:
        bare = text.lstrip(" ")
        yield Line(bare, level=(len(text) - len(bare)) // len(INDENT))


def plain(report: Report) -> str:
    """A report as text."""
    return "\n\n".join(map(_section, report)) + "\n"


def _section(one: Section) -> str:
    extra = 1 if one.title else 0
    lines = [INDENT * (line.level + extra) + line.text for line in one.lines]
    return "\n".join([*([one.title] if one.title else []), *lines])
