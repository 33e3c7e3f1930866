"""Small specs for tests of data."""

from __future__ import annotations

from typing import Any

from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

VIEWS: dict[str, Any] = {
    "a": {"shape": [2], "likelihood": "normal"},
    "b": {"shape": [3], "likelihood": "bernoulli"},
    "label": {"shape": [4], "likelihood": "categorical"},
}


def small(*views: str) -> Spec:
    """A product-of-experts model of some of the views above."""
    return load("mvae", views={name: VIEWS[name] for name in views or VIEWS})
