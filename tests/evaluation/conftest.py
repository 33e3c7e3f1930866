"""Double precision throughout."""

import pytest


@pytest.fixture(autouse=True)
def _double(double: None) -> None:
    """Double precision throughout."""
