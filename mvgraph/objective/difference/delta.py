"""The difference of two models as a value: verdict, terms, graphs, and settings apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mvgraph.language.expr import Expr
from mvgraph.language.table import Table
from mvgraph.objective.atoms import Atom
from mvgraph.objective.difference.document import document
from mvgraph.objective.difference.graphs import GraphDifference
from mvgraph.objective.difference.naming import Names
from mvgraph.objective.difference.operations import Add, Operation, Remove, Reweigh
from mvgraph.objective.difference.printing import printed
from mvgraph.objective.difference.relation import Finding, Relation, Weighted
from mvgraph.objective.difference.settings import Change
from mvgraph.objective.difference.sides import Side
from mvgraph.objective.difference.standing import conditional
from mvgraph.spec.model import Spec


@dataclass(frozen=True)
class Changed:
    """A term that both objectives have, with another coefficient each."""

    atom: Atom
    before: Expr
    after: Expr


@dataclass(frozen=True)
class Terms:
    """Two sums of terms beside each other; params of one name count as one.

    Arguments:
        shared: what both have.
        changed: what both have, with another coefficient.
        removed: what only A has.
        added: what only B has.
        residual: B − A.
        ours, theirs: what brings the derived terms of A, and those of B, into the form in which they are compared.
    """

    shared: tuple[Weighted, ...] = ()
    changed: tuple[Changed, ...] = ()
    removed: tuple[Weighted, ...] = ()
    added: tuple[Weighted, ...] = ()
    residual: tuple[Weighted, ...] = ()
    ours: tuple[Operation, ...] = ()
    theirs: tuple[Operation, ...] = ()

    @property
    def operations(self) -> tuple[Operation, ...]:
        """What turns A into B, both in one form: `remove`, `reweigh` and `add`, in this order."""
        removed, added = ([op(a, c) for c, a in terms] for op, terms in ((Remove, self.removed), (Add, self.added)))
        return (*removed, *(Reweigh(x.atom, x.after, x.before) for x in self.changed), *added)


@dataclass(frozen=True)
class Plates:
    """Every number of views at once: the terms are sums whose coefficients are formulas in M.

    Arguments:
        since: the least number of views that they hold for.
        counts: the numbers of views at which they were derived, and which decide what they are.
        search: what looks for a stronger relation under conditions than one that was found.
        fewer: what else is said of smaller numbers of views.
    """

    since: int
    counts: tuple[int, ...]
    search: Callable[[Finding], Finding | None] = field(repr=False, compare=False)
    fewer: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """In words."""
        return f"for every number M of views from {self.since} on; derived at M = {', '.join(map(str, self.counts))}"


@dataclass(frozen=True)
class Difference:
    """What sets two models A and B apart.

    Arguments:
        a, b: the two specs, at the views of both.
        names: which name of A each name of B stands for, where they are not the same.
        assuming: the values of params that were given.
        sides: the two, as they were compared.
        finding: the strongest relation that holds as the specs stand.
        terms: the objectives beside each other.
        phases: the same for each phase, where both have phases, by the names of A's.
        graph: edges, independences, and networks in use.
        players: the losses of both players of each game, and their moves, where they are not the same.
        distributions, params, estimator, networks, training: what the specs say otherwise, apart.
        plates: where they are compared for every number of views at once; the specs are then at a few of them.
        unfold: whether every term is shown by itself; unless it is said, sums over three views and more are folded.
    """

    a: Spec = field(repr=False)
    b: Spec = field(repr=False)
    names: Names
    assuming: Table[str]
    sides: tuple[Side, Side] = field(repr=False, compare=False)
    finding: Finding
    terms: Terms
    phases: Table[Terms]
    graph: GraphDifference
    players: tuple[Change, ...]
    distributions: tuple[Change, ...]
    params: tuple[Change, ...]
    estimator: tuple[Change, ...]
    networks: tuple[Change, ...]
    training: tuple[Change, ...]
    plates: Plates | None = None
    unfold: bool | None = None

    @property
    def about(self) -> str:
        """At which views they are compared."""
        views = self.a.view_names
        here = f"at {len(views)} view{'s' if len(views) != 1 else ''}: {', '.join(views)}"
        return f"{self.plates.told} (graphs and settings {here})" if self.plates else here

    @property
    def verdict(self) -> Relation:
        """The strongest relation that holds as the specs stand, with what is assumed."""
        return self.finding.relation

    @cached_property
    def special(self) -> Finding | None:
        """A stronger relation, under values of params or small changes; None where none was found.

        It is looked for when it is first asked for: the search takes longer than all the rest.
        """
        if self.verdict <= Relation.EXPECTED:
            return None
        return self.plates.search(self.finding) if self.plates else conditional(*self.sides, self.finding)

    @property
    def same(self) -> bool:
        """Whether the objectives are one, with the same distributions and values, as the specs stand."""
        return self.verdict is Relation.IDENTICAL

    @property
    def substitution(self) -> Table[str]:
        """The values of params under which the strongest relation that was found holds."""
        return (self.special or self.finding).under

    @property
    def shared(self) -> tuple[Weighted, ...]:
        """The terms that both objectives have."""
        return self.terms.shared

    @property
    def changed(self) -> tuple[Changed, ...]:
        """The terms that both have, with another coefficient."""
        return self.terms.changed

    @property
    def removed(self) -> tuple[Weighted, ...]:
        """The terms that only A has."""
        return self.terms.removed

    @property
    def added(self) -> tuple[Weighted, ...]:
        """The terms that only B has."""
        return self.terms.added

    @property
    def residual(self) -> tuple[Weighted, ...]:
        """B − A, params of one name being one."""
        return self.terms.residual

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data, with the operations that turn the objective of A into that of B."""
        return document(self)

    def __str__(self) -> str:
        return printed(self)
