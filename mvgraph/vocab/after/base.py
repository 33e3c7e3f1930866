"""What every hook that runs after fitting offers."""

# ruff: noqa: ARG002 - every hook has the same arguments, used or not

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from mvgraph.language.word import Word
from mvgraph.registry import Registry

if TYPE_CHECKING:
    from mvgraph.data.batch import Batch
    from mvgraph.module.model import Model
    from mvgraph.spec.model import Spec


@dataclass(frozen=True)
class Outcome:
    """What a hook did: kept with the run, and printed at the end of training.

    Arguments:
        word: the hook.
        text: what it did, in a sentence.
        facts: the same for programs: plain data that JSON can hold.
    """

    word: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class Fault(NamedTuple):
    """Why a hook has no meaning for a spec: the option that is wrong, what is wrong, and what would be right."""

    option: str
    message: str
    remedy: str


@dataclass(frozen=True, repr=False)
class After(Word):
    """What is done with a model once it is fitted."""

    registry: ClassVar[Registry[After]] = Registry("hook", "mvgraph.vocab.after")

    def faults(self, spec: Spec) -> Iterator[Fault]:
        """Everything that keeps the hook from having a meaning for a spec; found by `check`."""
        yield from ()

    @abstractmethod
    def apply(self, model: Model, data: Batch) -> Outcome:
        """Change the fitted model in place and say what was done.

        A hook starts from what training left, whatever an earlier run of the hook did: it may be run twice.

        Arguments:
            model: the fitted model, in evaluation mode.
            data: the rows that it was fitted to.
        """
