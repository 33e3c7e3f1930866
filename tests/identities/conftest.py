"""Double precision for every identity."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _double(double: None) -> None:
    """Double precision throughout."""
