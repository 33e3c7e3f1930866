"""Every statement about how objectives relate has the tests that it names; through `mg.diff` where two specs say it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from . import test_orderings, test_traps
from .lines import LINES, D, Line, T

TESTS = Path(__file__).parents[1]
CASES = {
    "test_a_trap_is_different_by_its_residual": test_traps.TRAPS,
    "test_the_gap_is_what_is_printed": test_orderings.ORDERS,
}


@cache
def defined(module: str) -> set[str]:
    return set(re.findall(r"^def (test_\w+)", (TESTS / f"{module}.py").read_text(encoding="utf-8"), re.MULTILINE))


def test_every_statement_is_there() -> None:
    assert [name for name in LINES if name.startswith("I-")] == [f"I-{n}" for n in range(1, 42)]


@pytest.mark.parametrize(("name", "line"), LINES.items(), ids=LINES)
def test_a_statement_names_tests_that_exist(name: str, line: Line) -> None:
    assert set(line.classes.split()) <= {"A", "V", "S", "P", "E", "G", "<=", "X"}
    for test in line.tests:
        module, _, whole = test.partition("::")
        function, _, case = whole.rstrip("]").partition("[")
        assert function in defined(module), name
        assert not case or case in CASES[function]
    through_diff = any(test.startswith((D, T)) or "difference" in test or "orderings" in test for test in line.tests)
    assert through_diff is not bool(line.alone)


def test_no_trap_and_no_order_is_forgotten() -> None:
    named = " ".join(test for line in LINES.values() for test in line.tests)
    every = {name for cases in CASES.values() for name in cases} - {"JMVAE"}
    assert [name for name in every if f"[{name}]" not in named] == []
    assert [test for test in defined(D) if test not in named] == []
