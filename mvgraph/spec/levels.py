"""Plates of levels: written as one node, unrolled into one latent a level, and folded again to be written.

`z: {plate: {level: 3}, given: ['z[l+1:]']}` stands for three latents, `z.1` (next to the data) to `z.3` (the root), of
which each depends on those above. Everything after reading sees these latents and no plate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mvgraph.errors import Path, Problem, SpecError
from mvgraph.language.level import level_name, parse_parent
from mvgraph.language.table import Table
from mvgraph.spec.model import Latent, Observed, Posterior
from mvgraph.spec.nodes import Level, Levels

Node = Latent | Observed


@dataclass
class Unrolling:
    """The nodes and posteriors of a spec with one latent a level, and what is wrong with their levels.

    Arguments:
        nodes: the nodes of p as they are written.
    """

    nodes: Sequence[Node]
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        latents = (n for n in self.nodes if isinstance(n, Latent))
        self.counts = {n.name: n.plate.level for n in latents if isinstance(n.plate, Levels)}

    def latents(self) -> tuple[Latent, ...]:
        """All latents."""
        return tuple(x for n in self.nodes if isinstance(n, Latent) for x in self._latents(n))

    def observed(self, node: Observed) -> Observed:
        """The observed node, its parents by their levels."""
        return replace(node, given=self._parents(node))

    def posteriors(self, written: Sequence[Posterior]) -> tuple[Posterior, ...]:
        """All posteriors; `share` with the node's own name is one trunk for all of its levels."""
        return tuple(x for rule in written for x in self._posteriors(rule))

    def _latents(self, node: Latent) -> Iterator[Latent]:
        if not isinstance(node.plate, Levels):
            yield replace(node, given=self._parents(node))
            return
        count = node.plate.level
        dims = self._dims(node, count)
        for number in range(1, count + 1):
            name, level = level_name(node.name, number), Level(node.name, number, count, node.given)
            given = self._parents(node, number)
            yield replace(node, name=name, dim=dims[number - 1], plate=False, given=given, level=level)

    def _dims(self, node: Latent, count: int) -> list[int]:
        if not isinstance(node.dim, Table):
            return [node.dim] * count
        if sorted(node.dim) != sorted(str(n + 1) for n in range(count)):
            message = f"'{node.name}' has {count} levels, and sizes for {', '.join(node.dim)}"
            self._wrong(("p", node.name, "dim"), message, f"write one number, or a list of {count}, the root's last")
            return [1] * count
        return [node.dim[str(n + 1)] for n in range(count)]

    def _parents(self, node: Node, number: int | None = None) -> tuple[str, ...]:
        each = (self._parent(node, i, text, number) for i, text in enumerate(node.given))
        return tuple(name for names in each for name in names)

    def _parent(self, node: Node, index: int, text: str, number: int | None) -> Iterator[str]:
        path: Path = ("p", node.name, "given", index)
        try:
            parent = parse_parent(text)
        except SpecError as error:
            self._add(*(replace(p, path=path) for p in error.problems))
            return
        count = self.counts.get(parent.node)
        if count is None and not parent.indexed:
            yield parent.node
        elif count is None:
            remedy = f"write {parent.node}, or plate: {{level: 2}} at '{parent.node}'"
            self._wrong(path, f"'{parent.node}' has no levels", remedy)
        elif number is not None and parent.node == node.name and not (parent.own and parent.start):
            message = f"a level of '{node.name}' depends on levels above it only"
            self._wrong(path, message, f"write '{node.name}[l+1:]', or '{node.name}[l+1]' for the next one alone")
        elif parent.own and number is None:
            message = f"l is the level of a node in a plate of levels, and '{node.name}' is in none"
            self._wrong(path, message, f"write {parent.node} for all levels, or {parent.node}[1]")
        elif not parent.own and not 1 <= parent.start <= count:
            message = f"there is no level {parent.start} of '{parent.node}'"
            self._wrong(path, message, f"its levels are 1, next to the data, to {count}, the root")
        else:
            yield from (level_name(parent.node, n) for n in parent.levels(count, number or 0))

    def _posteriors(self, rule: Posterior) -> Iterator[Posterior]:
        count = self.counts.get(rule.name)
        if count is None:
            yield rule
            return
        for number in range(1, count + 1):
            own = None if number == 1 else level_name(rule.name, 1)
            share = own if rule.share == rule.name else rule.share
            yield replace(rule, name=level_name(rule.name, number), share=share)

    def _wrong(self, path: Path, message: str, remedy: str) -> None:
        self._add(Problem("MVG142", path, message, remedy))

    def _add(self, *problems: Problem) -> None:
        self.problems += [p for p in problems if p not in self.problems]


def fold(latents: Sequence[Latent], observed: Observed) -> tuple[Node, ...]:
    """The nodes of p as they are written, plates of levels as one node."""
    counts = {x.level.node: x.level.count for x in latents if x.level is not None}
    nodes: list[Node] = []
    for latent in latents:
        if latent.level is None:
            nodes.append(replace(latent, given=_folded(latent.given, counts)))
        elif latent.level.number == 1:
            dims = [x.dim for x in latents if x.level is not None and x.level.node == latent.level.node]
            table = Table({str(i + 1): d for i, d in enumerate(dims) if isinstance(d, int)})
            dim = dims[0] if len(set(dims)) == 1 else table
            written, levels = latent.level, Levels(latent.level.count)
            nodes.append(replace(latent, name=written.node, dim=dim, plate=levels, given=written.given, level=None))
    return *nodes, replace(observed, given=_folded(observed.given, counts))


def fold_posteriors(latents: Sequence[Latent], posteriors: Sequence[Posterior]) -> tuple[Posterior, ...]:
    """The posteriors as they are written, one for each plate of levels."""
    levels = {x.name: x.level for x in latents if x.level is not None}
    found: dict[str, Posterior] = {}
    for rule in posteriors:
        level = levels.get(rule.name)
        name = rule.name if level is None else level.node
        shared = level is not None and rule.share == level_name(level.node, 1)
        if name not in found or shared:
            found[name] = replace(rule, name=name, share=name if shared else rule.share)
    return tuple(found.values())


def _folded(given: Sequence[str], counts: Mapping[str, int]) -> tuple[str, ...]:
    """Parents as they are written: all the levels of a node by its name, the upper ones as `z[2:]`."""
    found: list[str] = []
    rest = list(given)
    while rest:
        node, _, number = rest[0].partition(".")
        run = [level_name(node, n) for n in range(int(number or 0), counts.get(node, 0) + 1)] if number else []
        if run and rest[: len(run)] == run:
            found.append(node if number == "1" else f"{node}[{number}:]" if len(run) > 1 else f"{node}[{number}]")
            rest = rest[len(run) :]
        else:
            found.append(f"{node}[{number}]" if number else node)
            rest = rest[1:]
    return tuple(found)
