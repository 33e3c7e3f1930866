"""What a named number that is not a plain number offers."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from mvgraph.language.word import Word
from mvgraph.registry import Registry


class Clock(NamedTuple):
    """How far training has come: finished optimiser steps, and how many of them an epoch has."""

    step: int
    steps_per_epoch: int

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return self.step // self.steps_per_epoch


@dataclass(frozen=True, repr=False)
class Param(Word):
    """A named number that is not a plain number."""

    registry: ClassVar[Registry[Param]] = Registry("param", "mvgraph.vocab.param")


@dataclass(frozen=True, repr=False)
class Schedule(Param):
    """A number that follows the clock of training."""

    @abstractmethod
    def at(self, clock: Clock) -> float:
        """The value after `clock.step` finished steps."""

    @abstractmethod
    def final(self) -> float:
        """The value at the end of the schedule: what evaluation and statements about bounds use."""

    @abstractmethod
    def turns(self, steps_per_epoch: int) -> tuple[int, ...]:
        """The steps between which the value rises, falls, or stays: its start and its end among them."""
