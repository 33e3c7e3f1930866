"""What an option may be, beyond its type."""

from __future__ import annotations

from mvgraph.errors import Problem, SpecError


def refuse_idle(idle: bool, option: str, value: object, reason: str, remedy: str) -> None:
    """Refuse an option that changes nothing beside the others.

    >>> refuse_idle(False, "init", 3.0, "the scale is not learnt", "add learnt: [scale]")

    Raises:
        SpecError: `idle` is true; the problem (MVG324) points at `option`.
    """
    if idle:
        raise SpecError(Problem("MVG324", (option,), f"{option}: {value} changes nothing: {reason}", remedy))


def require(holds: bool, option: str, message: str, remedy: str) -> None:
    """Refuse an option whose value has the right type and makes no sense.

    >>> require(0.1 > 0, "lr", "a learning rate of 0.1", "a learning rate is above 0")

    Raises:
        SpecError: `holds` is false; the problem (MVG115) points at `option`.
    """
    if not holds:
        raise SpecError(Problem("MVG115", (option,), message, remedy))
