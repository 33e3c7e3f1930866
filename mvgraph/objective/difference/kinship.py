"""Which model becomes which by changing what: of all relations of a matrix the few that hold it together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mvgraph.objective.difference.matrix import Link, Matrix
from mvgraph.objective.difference.relation import OTHER, Finding, Relation
from mvgraph.spec.model import Spec

PRICES = {"change": 2.0, "value": 1.0, "zero": 2.5, "condition": 0.4, "both": 3.0, "other": 0.1}
MOST = 9.0  # what a relation may cost that is still worth a line


@dataclass(frozen=True)
class Step:
    """How one model becomes another one.

    Arguments:
        start, end: the models; `end` is a special case of `start`, or the upper bound of it.
        relation: what they are then.
        changes: what is changed of `start`, in words.
        others: what is changed of `end`, too, so that they meet; nothing where it is a special case.
        needs: what else has to be the same in both.
        notes: what an order rests on.
    """

    start: str
    end: str
    relation: Relation
    changes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """`bound`, `special` from a model to its special case, or `meeting` where both are changed, or neither."""
        if self.relation is Relation.ORDERED:
            return "bound"
        return "special" if self.changes and not self.others else "meeting"

    @property
    def cost(self) -> tuple[float, int, str, str]:
        """How far apart they are; equal ones in the order of their names."""
        said = [*self.changes, *self.others]
        values = [text for text in said if " = " in text]
        price = PRICES["change"] * (len(said) - len(values)) + PRICES["condition"] * len(self.needs)
        price += sum(PRICES["zero" if text.endswith(" = 0") else "value"] for text in values)
        price += PRICES["both"] * bool(self.changes and self.others) + PRICES["other"] * self.relation.rank
        return price, self.relation.rank, self.start, self.end


@dataclass(frozen=True)
class Family:
    """What holds many models together.

    Arguments:
        classes: models whose objectives are one, or multiples of each other, as they stand.
        steps: the cheapest relations that join all classes that can be joined; no circle among them.
        alone: models that few changes make no other one of.
    """

    classes: tuple[tuple[str, ...], ...]
    steps: tuple[Step, ...]
    alone: tuple[str, ...]


def family(matrix: Matrix) -> Family:
    """The family tree of some models: a tree for each group of them that is related."""
    classes = _classes(matrix)
    first = {name: group[0] for group in classes for name in group}
    parts = {group[0]: {group[0]} for group in classes}
    kept = []
    for step in sorted((s for link in matrix.links for s in steps(matrix, link)), key=lambda s: s.cost):
        one, other = parts[first[step.start]], parts[first[step.end]]
        if one is not other and step.cost[0] <= MOST:
            kept.append(step)
            one |= other
            parts.update(dict.fromkeys(other, one))
    alone = [g[0] for g in classes if len(g) == 1 and len(parts[g[0]]) == 1]
    return Family(classes, tuple(kept), tuple(alone))


def _classes(matrix: Matrix) -> tuple[tuple[str, ...], ...]:
    """Models that are one as they stand, in the order of the matrix."""
    found: dict[str, list[str]] = {}
    for name in matrix.names:
        same = (group for group in found if matrix.link(group, name).verdict <= Relation.EXPECTED)
        found.setdefault(next(same, name), []).append(name)
    return tuple(map(tuple, found.values()))


def steps(matrix: Matrix, link: Link) -> Iterator[Step]:
    """A relation as a step from the more general model to the more special one, from the lower one to its bound."""
    if link.verdict is Relation.ORDERED:
        ends = (link.a, link.b) if link.finding.lower == "A" else (link.b, link.a)
        yield Step(*ends, Relation.ORDERED, notes=link.finding.notes)
    if link.verdict <= Relation.SHIFTED:
        yield Step(link.a, link.b, link.verdict, notes=link.finding.notes)
    if link.special is not None:
        yield _directed(link, link.special, *changed(matrix, link, link.special))


def _directed(link: Link, found: Finding, ours: tuple[str, ...], theirs: tuple[str, ...]) -> Step:
    named = ((" A ", f" {link.a} "), (" B ", f" {link.b} "))
    needs = tuple(_with_names(text, named) for text in found.given if not text.startswith(("A ", "B ")))
    needs += tuple(_renamed(link, name, value) for name, value in found.under.items() if _is_name(value))
    if ours or not theirs:
        return Step(link.a, link.b, found.relation, ours, theirs, needs)
    return Step(link.b, link.a, found.relation, theirs, ours, needs)


def _with_names(text: str, names: tuple[tuple[str, str], ...]) -> str:
    for letter, name in names:
        text = text.replace(letter, name)
    return text


def _is_name(value: str) -> bool:
    return value.removesuffix(OTHER).isidentifier()


def _renamed(link: Link, name: str, value: str) -> str:
    """A param of the one that stands for a param of the other."""
    own, other = (link.b, link.a) if name.endswith(OTHER) or not value.endswith(OTHER) else (link.a, link.b)
    if OTHER not in name + value:
        return f"{name} is {value}"
    return f"{name.removesuffix(OTHER)} of {own} is {value.removesuffix(OTHER)} of {other}"


def changed(matrix: Matrix, link: Link, found: Finding) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a relation changes of A, and what of B: a param of both is changed in both."""
    ours = [text.removeprefix("A ") for text in found.given if text.startswith("A ")]
    theirs = [text.removeprefix("B ") for text in found.given if text.startswith("B ")]
    apart = any(OTHER in text for pair in found.under.items() for text in pair)
    for name, value in found.under.items():
        if _is_name(value):
            continue
        if name.endswith(OTHER):
            theirs.append(_valued(name.removesuffix(OTHER), value, link.a))
        else:
            of_a, of_b = (_has(matrix.specs[n], name) for n in (link.a, link.b))
            ours += [_valued(name, value, link.b)] if of_a or not of_b else []
            theirs += [_valued(name, value, link.a)] if of_b and not apart else []
    return tuple(ours), tuple(theirs)


def _valued(name: str, value: str, other: str) -> str:
    """A param with its value, which may be made of params of the other model."""
    plain = value.replace(OTHER, "")
    return f"{name} = {plain}" + (f" of {other}" if any(c.isalpha() for c in plain) else "")


def _has(spec: Spec, param: str) -> bool:
    """Whether a spec has a param, or a table of which it is a value."""
    tables = {n for n, v in spec.params.items() if isinstance(v, Mapping)}
    return param in spec.params or any(param.startswith(f"{name}_") for name in tables)
