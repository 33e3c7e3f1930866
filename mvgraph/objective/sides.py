"""The densities that an explicit term names, as they are for some observed views."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from mvgraph.language.density import Density
from mvgraph.objective.atoms import Draw, Parts
from mvgraph.objective.evidence import Subset, Views, components
from mvgraph.objective.family import Site, drawn, drawn_from_prior, mixture_of
from mvgraph.objective.frame import WHOLE, Frame, behind
from mvgraph.objective.keys import Key, Mixture, Ref


@dataclass(frozen=True)
class Side:
    """One density of a written term.

    Arguments:
        frame: the term, with its variables bound.
        density: as it is written.
    """

    frame: Frame
    density: Density

    @cached_property
    def ref(self) -> Ref:
        """The latent that it is a density of."""
        return Ref(self.density.node, self.frame.weigh.copy(self.density.copy))

    @cached_property
    def evidence(self) -> Subset:
        """The set behind the bar, all views for a prior."""
        return behind(self.frame, self.density)

    @property
    def is_prior(self) -> bool:
        """Whether it is p."""
        return self.density.which == "p"

    @property
    def exists(self) -> bool:
        """Whether its evidence, and its own view where it has one, is observed."""
        return bool(self.frame.at(self.evidence)) and (self.ref.view is None or self.ref.view in self.frame.observed)

    @property
    def scored(self) -> Views:
        """The views of which one at least must be observed for a term of this density to count."""
        return self.evidence.views if self.ref.view is None else frozenset({self.ref.view})

    @cached_property
    def site(self) -> Site:
        """Where it is asked for."""
        return self.frame.site(self.evidence, self.evidence.views, self.frame.at(self.evidence))

    @cached_property
    def draws(self) -> tuple[tuple[Fraction, Draw], ...]:
        """Its components with their weights, one unless the posterior family is a mixture."""
        if self.is_prior:
            return ((WHOLE, drawn_from_prior(self.site, self.ref)),)
        if self.ref.view is not None or self.frame.spec.mixture == "none":
            return ((WHOLE, drawn(self.site, self.ref)),)
        parts = components(self.frame.spec, self.site.evidence)
        return tuple((w, drawn(self.site.part(s), self.ref)) for w, s in parts)

    @property
    def key(self) -> Key | Mixture:
        """What it is called."""
        return self.draws[0][1].key if len(self.draws) == 1 else mixture_of(self.site, [self.ref])

    @property
    def single(self) -> Key:
        """The same, where it has one component."""
        return self.draws[0][1].key

    @property
    def parts(self) -> Parts:
        """A stream for each component."""
        return tuple((w, (d.stream,)) for w, d in self.draws)

    @property
    def sets(self) -> tuple[Subset, ...]:
        """When each component exists."""
        if self.ref.view is not None:
            return (Subset(frozenset({self.ref.view})),)
        if len(self.draws) == 1:
            return (self.evidence,)
        return tuple(Subset(d.stream.views, strict=True) for _, d in self.draws)


def side(frame: Frame, text: str) -> Side:
    """The density that a text names."""
    return Side(frame, frame.density(text))


def members(frame: Frame, texts: tuple[str, ...]) -> Iterator[Side]:
    """The densities that the texts name, one for each value of the variables that each mentions."""
    for text in texts:
        found = {(s.ref, s.evidence): s for s in (side(f, text) for f in frame.members())}
        yield from found.values()
