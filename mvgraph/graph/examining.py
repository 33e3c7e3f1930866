"""Everything that is wrong with a written spec at once, however early its faults are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mvgraph.errors import Path, Problem
from mvgraph.graph.checks import check, consequences, ordered
from mvgraph.registry import Suggestion
from mvgraph.spec.filling import fillings
from mvgraph.spec.merging import Written
from mvgraph.spec.reading import read

DEEPEST = 5
MOST_TOLD = 8
BLANK = ("MVG102", "MVG106", "MVG109")  # the codes of values that were left out while the text was read
WHOLE: Path = ()  # the place of what follows from the spec as a whole


@dataclass(frozen=True)
class Findings:
    """What is certain, and the places of which nothing can be said yet."""

    certain: tuple[Problem, ...]
    open: frozenset[Path] = frozenset()

    def without(self, holes: Sequence[Path]) -> Findings:
        """The same without what stands in some holes."""
        certain = tuple(p for p in self.certain if not _within(p.path, holes))
        return Findings(certain, frozenset(p for p in self.open if not _within(p, holes)))


def examine(spec: Written) -> list[Problem]:
    """Everything that is wrong with a written spec: its syntax, its structure, its mathematics, all at once.

    A faulty part is a hole. It is filled in several ways, and what is found for each of them is certain; of the rest it
    is said that it cannot be checked yet.
    """
    blank = [p.path for p in spec.problems if p.path and p.code in BLANK]
    findings = _settled(spec, DEEPEST).without(blank)
    told = ordered([*spec.problems, *findings.certain])
    errors = any(p.severity == "error" for p in told)
    unknown = findings.open | (frozenset() if spec.whole else {WHOLE})
    said = {p.path for p in told if p.path}
    return [*told, *(_unchecked(unknown - said) if errors else ())]


def _settled(spec: Written, depth: int) -> Findings:
    meaning, syntax = read(spec)
    problems = syntax if meaning is None else [p for p in check(meaning) if p.severity != "note"]
    errors = [p for p in problems if p.severity == "error"]
    open_: set[Path] = {p.path for p in consequences(meaning)} if meaning is not None and errors else set()
    slips = [p for p in errors if isinstance(p.remedy, Suggestion) and p.remedy.close]
    holes = errors if meaning is None and not slips else slips
    ways = fillings(spec, holes) if holes and depth and spec.whole else []
    if not ways:
        return Findings(tuple(problems), frozenset(open_ if meaning is not None else {WHOLE}))
    tried = [_settled(way.spec, depth - 1).without(way.holes) for way in ways]
    tried = [findings for findings in tried if WHOLE not in findings.open] or tried
    return _common(problems, holes, tried, open_)


def _common(problems: list[Problem], holes: list[Problem], tried: list[Findings], open_: set[Path]) -> Findings:
    """What all fillings agree on, beside the faults that the holes are."""
    by_way = [{_identity(p): p for p in findings.certain} for findings in tried]
    shared = [p for key, p in by_way[0].items() if all(key in way for way in by_way)]
    kept = [*holes, *(p for p in problems if p not in holes and _identity(p) in map(_identity, shared))]
    known = set(map(_identity, kept))
    certain = (*kept, *(p for p in shared if _identity(p) not in known))
    told = {p.path for p in certain}
    doubtful = {p.path for way in by_way for p in way.values()}.union(*(f.open for f in tried))
    return Findings(certain, frozenset((doubtful | open_) - told))


def _identity(problem: Problem) -> tuple[str, Path, str]:
    return problem.code, problem.path, problem.message


def _within(path: Path, holes: Sequence[Path]) -> bool:
    return any(path[: len(hole)] == hole for hole in holes)


def _unchecked(places: frozenset[Path]) -> list[Problem]:
    names = sorted(".".join(map(str, path)) or "what follows from the spec as a whole" for path in places)
    if not names:
        return []
    listed = ", ".join(names[:MOST_TOLD]) + (f" and {len(names) - MOST_TOLD} more" if names[MOST_TOLD:] else "")
    return [Problem("MVG146", (), f"not checked because of these errors: {listed}", severity="note")]


def refused(problems: Sequence[Problem]) -> list[Problem]:
    """The problems of a text from which nothing can be read, and that nothing else is checked."""
    return [*problems, *_unchecked(frozenset({WHOLE}))]
