"""What is written beside an edge: which levels it joins, where a plate of levels hides it."""

from __future__ import annotations

from collections.abc import Sequence

from mvgraph.drawing.sketch import Line

Note = tuple[str, str]  # LaTeX and plain text


def note(lines: Sequence[Line], levels: int) -> Note:
    """The label of an edge that stands for several lines."""
    if lines[0].note or not levels:
        return lines[0].note, lines[0].text
    ends = [(line.source.level, line.target.level) for line in lines]
    pairs = {(a, b) for a, b in ends if a is not None and b is not None}
    if any(a != b for a, b in pairs):
        return _between(pairs, levels)
    return _one_end(sorted({n for end in ends for n in end if n is not None}), levels)


def _between(pairs: set[tuple[int, int]], levels: int) -> Note:
    """From levels to levels."""
    every = {(a, b) for b in range(1, levels + 1) for a in range(b + 1, levels + 1)}
    cases = {
        frozenset((n + 1, n) for n in range(1, levels)): ("l + 1", "l + 1"),
        frozenset(every): ("l' > l", "l' > l"),
    }
    listed = ", ".join(f"{a} to {b}" for a, b in sorted(pairs))
    return cases.get(frozenset(pairs), (rf"\mathrm{{{listed.replace(' ', '~')}}}", listed))


def _one_end(numbers: list[int], levels: int) -> Note:
    """Within levels, or between them and what has none."""
    if not numbers or len(numbers) == levels:
        return "", ""
    if len(numbers) == 1:
        return f"l = {numbers[0]}", f"l = {numbers[0]}"
    if numbers == list(range(1, numbers[-1] + 1)):
        return f"l < {numbers[-1] + 1}", f"l < {numbers[-1] + 1}"
    inside = ", ".join(map(str, numbers))
    return rf"l \in \{{{inside}\}}", f"l in {{{inside}}}"
