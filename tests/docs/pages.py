"""Pages of documentation as steps that can be run: files to write, Python and console blocks with their output.

The mark before a fence says what the block is:

    <!-- file: PATH -->         the block is written to PATH
    <!-- run -->                ```python: the blocks of a page share one interpreter, and what one prints must be the
                                fence after it, marked `<!-- output -->`, where it prints anything
                                ```console: every line `$ COMMAND` is run by sh, and what stands below is its output
                                (standard output and error together)
    <!-- output -->             see above
    <!-- output: ~0.1 -->       numbers with a decimal point may differ by this share of their size (at least by it
                                times 1): they depend on the processor; `<!-- run: ~0.1 -->` says so of a console
    <!-- not run: REASON -->    the block is only shown

In expected output `...` stands for anything, even for several lines; for what differs from run to run, such as seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MARK = r"<!-- (?P<mark>file: [^\n]+?|run(?:: ~[\d.]+)?|output(?:: ~[\d.]+)?|not run: [^\n]+?) -->\n"
BLOCK = re.compile(rf"(?:^{MARK})?^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Block:
    """A fenced block and its mark; `start` and `end` are where its body stands in the page."""

    mark: str
    language: str
    body: str
    start: int
    end: int

    @property
    def kind(self) -> str:
        """`file`, `run`, `output`, `not run`, or nothing."""
        return self.mark.partition(":")[0]

    @property
    def about(self) -> str:
        """What stands after the colon of the mark."""
        return self.mark.partition(": ")[2]

    @property
    def tolerance(self) -> float:
        """How far numbers may be off."""
        return float(self.about.removeprefix("~")) if self.about.startswith("~") else 0.0


def blocks(text: str) -> list[Block]:
    """All fenced blocks of a page."""
    return [
        Block(found["mark"] or "", found["language"], found["body"], found.start("body"), found.end("body"))
        for found in BLOCK.finditer(text)
    ]


def same(expected: str, found: str, tolerance: float) -> bool:
    """Whether output is as it was written, `...` standing for anything."""
    pattern = re.escape(NUMBER.sub("<number>", expected) if tolerance else expected).replace(r"\.\.\.", r"(?:.|\n)*?")
    if not re.fullmatch(pattern, NUMBER.sub("<number>", found) if tolerance else found):
        return False
    return "..." in expected or not tolerance or _near(expected, found, tolerance)


def _near(expected: str, found: str, tolerance: float) -> bool:
    pairs = zip(map(float, NUMBER.findall(expected)), map(float, NUMBER.findall(found)), strict=True)
    return all(abs(a - b) <= tolerance * max(abs(a), 1.0) for a, b in pairs)
