"""What goes wrong, in the user's words: one `Problem` per finding, and the errors that carry them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

Path = tuple[str | int, ...]
# What a terminal obeys instead of showing it: control characters (not tabs and line breaks), and what turns the
# direction of writing or breaks lines.
HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # not in what is read
TAB = "\t"
Severity = Literal["error", "warning", "note"]


def harmless(text: str) -> str:
    """A text as a terminal may see it: what it would obey is shown as an escape.

    >>> print(harmless("a\\x1b[31mb\\u202ec"))
    a\\x1b[31mb\\u202ec
    """
    return HIDDEN.sub(lambda found: ascii(found.group())[1:-1], text)


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands in a text: file, line and column, both counted from one."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """One finding of the compiler.

    Arguments:
        code: a stable name such as `MVG204`.
        path: the keys that lead to the spot in the spec, e.g. `("q", "z", "fuse")`.
        message: what is wrong, in the words of the spec.
        remedy: what would be right.
        place: file, line and column, where the spec came from a text.
        severity: `error` stops the compiler; `warning` does not; a `note` says how something was understood.
        excerpt: the line of text at `place`.
    """

    code: str
    path: Path
    message: str
    remedy: str = ""
    place: Place | None = None
    severity: Severity = "error"
    excerpt: str = ""

    def at(self, place: Place | None, excerpt: str = "") -> Problem:
        """The same problem, with its place in the text."""
        return replace(self, place=place, excerpt=excerpt)

    def __str__(self) -> str:
        where = str(self.place) if self.place else ".".join(map(str, self.path)) or "spec"
        lines = [f"{where}: {self.severity} {self.code}: {self.message}"]
        if self.place and self.excerpt:
            before = harmless(self.excerpt[: self.place.column - 1])
            lines += [f"    {self.excerpt}", f"    {''.join(c if c == TAB else ' ' for c in before)}^"]
        if self.remedy:
            lines.append(f"  remedy: {self.remedy}")
        return harmless("\n".join(lines))


class MvgraphError(Exception):
    """Base of every error that mvgraph raises on purpose; its text is meant for the user."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(p if isinstance(p, Problem) else Problem("MVG000", (), p) for p in problems)
        super().__init__("\n".join(str(p) if p.code != "MVG000" else harmless(p.message) for p in self.problems))


class SpecError(MvgraphError):
    """A spec that is not well formed, or has no meaning."""


class DataError(MvgraphError):
    """Data that does not fit the spec."""


class UnknownWord(SpecError):  # noqa: N818 - reads as the sentence it stands for
    """A word that no vocabulary file defines."""


class UsageError(MvgraphError):
    """A request that cannot be answered, such as a posterior that the spec does not define."""
