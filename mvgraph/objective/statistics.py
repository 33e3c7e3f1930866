"""Statistics of a batch: the atom, and the rule of the term that names one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import sympy

from mvgraph.language.word import inline
from mvgraph.objective.atoms import Closed, Draw, Likelihood, Stream, with_parents
from mvgraph.objective.evidence import Subset
from mvgraph.objective.family import drawn
from mvgraph.objective.frame import WHOLE, Frame, behind
from mvgraph.objective.keys import Key, Ref
from mvgraph.objective.terms import Scope, Term
from mvgraph.spec.terms import BatchStatistic
from mvgraph.vocab.statistic import Statistic


@dataclass(frozen=True)
class Statistical:
    """A function of the draws of a whole batch, e.g. the canonical correlations of two codes.

    Arguments:
        statistic: the function.
        draws: the codes, in canonical order: a statistic does not depend on it.
    """

    statistic: Statistic
    draws: tuple[Draw, ...]

    is_distance: ClassVar[bool] = False
    scored: ClassVar[tuple[Likelihood, ...]] = ()
    components: ClassVar[tuple[frozenset[str] | None, ...]] = ()

    @property
    def keys(self) -> tuple[Key, ...]:
        """What the codes are drawn from."""
        return tuple(d.key for d in self.draws)

    @property
    def compared(self) -> tuple[Stream, ...]:
        """None beyond what is drawn."""
        return ()

    def streams(self, closed: Closed) -> Iterator[Stream]:  # noqa: ARG002 - every atom is asked alike
        """The draws of its codes."""
        yield from with_parents(d.stream for d in self.draws)

    def __str__(self) -> str:
        return f"STAT_{inline(self.statistic)}{{ {', '.join(map(str, self.draws))} }}"


def statistic(frame: Frame, written: BatchStatistic) -> Iterator[Term]:
    """The statistic of the codes that a term names; none where a view that one of them needs was not observed."""
    draws: dict[Key, Draw] = {}
    needs: frozenset[str] = frozenset()
    for member in frame.members():
        for text in written.of:
            density = frame.density(text)
            evidence = behind(member, density)
            needs |= evidence.views
            site = member.site(evidence, evidence.views, evidence.views)
            draw = drawn(site, Ref(density.node, member.weigh.copy(density.copy)))
            draws.setdefault(draw.key, draw)
    if needs <= frame.observed:
        codes = tuple(sorted(draws.values(), key=str))
        whole = Subset(needs, strict=True)
        scope = Scope(written, needs, whole, whole, None, needs)
        yield frame.build(sympy.Integer(1), WHOLE, Statistical(written.value, codes), scope)
