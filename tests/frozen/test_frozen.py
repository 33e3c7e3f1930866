"""What is frozen is what is answered; and the comparison sees what it should."""

from __future__ import annotations

import pytest

from .__main__ import compared
from .answers import KINDS
from .keeping import differences, kept


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_has_changed_but_what_was_meant_to(kind: str) -> None:
    """Every explanation, relation and number; after a wanted change: `python -m tests.frozen write --only NAME`."""
    assert not list(compared([kind]))


def test_one_of_them_at_every_run() -> None:
    assert not list(compared(["explanations", "numbers"], ["mvae"]))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_what_it_says(kind: str) -> None:
    keys, _ = KINDS[kind]
    assert kept(kind).keys() == set(keys())


def test_numbers_differ_where_more_than_rounding_does() -> None:
    was = {"total": 1.5, "gradients": {"a": [1e-14, 3.0]}}
    assert not list(differences(was, {"total": 1.5 * (1 + 1e-12), "gradients": {"a": [3e-11, 3.0]}}))
    assert list(differences(was, {"total": 1.5 * (1 + 1e-8), "gradients": {}})) == [
        "gradients > a: gone",
        "total: 1.5 -> 1.500000015",
    ]


def test_a_text_differs_by_the_lines_that_do() -> None:
    assert list(differences({"text": "a\nb\nc"}, {"text": "a\nB\nc"})) == ["text:\n    -b\n    +B"]
