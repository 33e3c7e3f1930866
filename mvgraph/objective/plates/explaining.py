"""The objective of a spec for every number of views, as a report: what it is, and how that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal

from mvgraph.objective.bounds import concluded
from mvgraph.objective.canonical import Objective, derive
from mvgraph.objective.derivation.deriving import LiftedObjective, derive_lifted
from mvgraph.objective.explaining import head, written_terms
from mvgraph.objective.folding.folded import legend
from mvgraph.objective.folding.formulas import formula
from mvgraph.objective.folding.renaming import universe
from mvgraph.objective.folding.texts import alike
from mvgraph.objective.notation import notation
from mvgraph.objective.plates.lifting import SIZES
from mvgraph.objective.plates.reach import space
from mvgraph.objective.plates.space import IrregularError, Space
from mvgraph.objective.plates.wording import all_everywhere
from mvgraph.objective.prose import phase_lines
from mvgraph.objective.report import Line, Report, Section, plain, prose
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

FEWEST, MOST = 3, 14  # views of the specs at which a verdict is passed
ALL_VIEWS: Literal["M"] = "M"  # what stands in the place of a number of views, where all numbers are meant
Data = dict[str, Any]


@dataclass(frozen=True)
class AccountOfAll:
    """What can be said of a spec's objective for every number of views, all of them observed.

    Arguments:
        spec: a checked spec whose views are open.
    """

    spec: Spec

    @cached_property
    def _at(self) -> Callable[[int], Objective]:
        """The objective for a number of views."""
        return cache(lambda number: derive(load(self.spec, views=number)))

    @cached_property
    def space(self) -> Space:
        """What the numbers in a verdict can be."""
        try:
            return space(self.spec)
        except IrregularError:
            return SIZES

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """So many numbers of views that a number in a verdict is known for all by its values there."""
        windows = (tuple(range(FEWEST, stop)) for stop in range(FEWEST + 4, MOST))
        return next((c for c in windows if self.space.decided_by(c)), tuple(range(FEWEST, FEWEST + 4)))

    @cached_property
    def _template(self) -> Spec:
        """The spec at a number of views; which one does not matter."""
        found = self.spec.open_views
        if found is None or found.most is not None:
            raise IrregularError(f"the number of views of {self.spec.name} is not open: it has {len(self.spec.views)}")
        return load(self.spec, views=max(found.least, FEWEST))

    def sum(self, phase: str = "", place: int | None = None) -> LiftedObjective:
        """The objective, that of a phase, or one of its written terms by its place.

        Raises:
            UsageError: the views are not open. IrregularError: it is no formula in M, or not known to be one.
        """
        part = self._template.by_phase[phase] if phase else self._template
        return derive_lifted(part, None if place is None else [written_terms(part)[place][0]])

    def since(self, whole: LiftedObjective, phase: str = "") -> int:
        """The least number of views that a formula holds for: a single view is a set of its own, and all there are."""
        least = self.spec.open_views.least if self.spec.open_views else FEWEST
        alone = least > 1 or whole.at(universe(self._at(1).spec)) == self._of(1, phase).terms
        return least if alone else 2

    def _of(self, number: int, phase: str) -> Objective:
        whole = self._at(number)
        return whole.phases[phase] if phase else whole

    @cached_property
    def report(self) -> Report:
        """Everything, in sections."""
        try:
            sections = (Section("", tuple(prose(head(self.spec)))), *self._phases())
        except IrregularError as error:
            raise IrregularError(f"{self.spec.name} is not explained for all numbers of views: {error}") from error
        return tuple(s for s in sections if s.lines)

    def _phases(self) -> Iterator[Section]:
        for phase in self.spec.phases:
            yield Section(f"Phase {phase.name}", tuple(prose(phase_lines(phase))))
            yield from self._objective(phase.name)
        if not self.spec.phases:
            yield from self._objective()
        known = "derived with indices for views, and for sets of them: no number of views was looked at"
        yield Section("How this is known", tuple(prose([known])))

    def _objective(self, phase: str = "") -> Iterator[Section]:
        whole = self.sum(phase)
        written = written_terms(self.spec.by_phase[phase] if phase else self.spec)
        for place, (_, line) in enumerate(written if len(written) > 1 else ()):
            yield Section(f"Term {place + 1}: {line}", tuple(self.lines(self.sum(phase, place))))
        since = self.since(whole, phase)
        yield Section(f"Objective for all M >= {since}, to be maximised", tuple(self.lines(whole)))
        yield Section(f"What it is, at M = {_listed(self.counts)}", tuple(prose(self._verdict(phase))))

    def lines(self, found: LiftedObjective) -> Iterator[Line]:
        """A sum, one term a line, and what its indices run over."""
        names = notation(self.spec)
        yield from (Line(str(piece), formula(names, piece)) for piece in found.pieces)
        told = legend(found.pieces, "V")
        yield Line("; ".join(["where M is the number of views", *([told] if told != "V" else [])]))

    def _verdict(self, phase: str) -> Iterator[str]:
        """Whether it is a bound, and its flags, in the same words for each number of views; else for the least."""
        said = {m: list(self._said(self._of(m, phase))) for m in self.counts}
        found = all_everywhere(said, self.space)
        if found is not None:
            yield from found
            return
        least = self.counts[0]
        yield f"at {least} views, as not all of it is said in the same words:"
        yield from (f"  {text}" for text in said[least])

    def _said(self, one: Objective) -> Iterator[str]:
        views, everything = universe(one.spec), ", ".join(one.spec.view_names)
        texts = [[t.replace(everything, "all views") for t in s] for s in (one.verdict.reason.split("; "), one.flags)]
        reasons, flags = (alike(one, views) for one in texts)
        yield from concluded(one.spec, one.is_bound, reasons, flags)

    def to_json(self) -> Data:
        """The sums as plain data."""
        names = tuple(phase.name for phase in self.spec.phases)
        phases = [{"name": name, **self._data(self.sum(name), name)} for name in names]
        return {
            "name": self.spec.name,
            "views": ALL_VIEWS,
            **self._data(self.sum()),
            **({"phases": phases} if phases else {}),
        }

    def _data(self, found: LiftedObjective, phase: str = "") -> Data:
        names = notation(self.spec)
        terms = [
            {
                "coefficient": str(p.coefficient),
                "over": [r.condition for r in p.ranges],
                "atom": str(p.value),
                "line": str(p),
                "latex": formula(names, p),
            }
            for p in found.pieces
        ]
        return {"since": self.since(found, phase), "terms": terms}


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def explain_all(spec: Spec) -> str:
    """The objective of a spec for every number of views, as text.

    Raises:
        UsageError: it is not one formula for all numbers of views, or not known to be one.
    """
    return plain(AccountOfAll(spec).report)
