"""A picture as plain data, for programs: every field of `Placement` and `Diagram` under its own name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mvgraph.drawing.placement import Placement

DIGITS = 2  # a hundredth of a point is not seen


def to_json(placement: Placement) -> str:
    """A diagram and its coordinates as JSON: `diagram` with its parts and groups, and by id where each part stands.

    A box has its centre `x`, `y`, its `width` and `height`; a route has the points of its curves. Lengths are points
    (1/72 inch) from the top left corner, y downwards.

    Arguments:
        placement: a diagram with coordinates.
    """
    return json.dumps(_plain(asdict(placement)), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return round(value, DIGITS) + 0.0 if isinstance(value, float) else value  # no -0.0
