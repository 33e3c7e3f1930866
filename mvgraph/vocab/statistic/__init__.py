"""Statistics: functions of a whole batch, as terms of an objective."""

from mvgraph.vocab.statistic.base import Statistic

__all__ = ["Statistic"]
