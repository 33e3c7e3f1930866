"""Named numbers that change: schedules and learnt parameters."""

from mvgraph.vocab.param.base import Clock, Param, Schedule

__all__ = ["Clock", "Param", "Schedule"]
