"""Formulas as they are read by others: what a formula says at 50 digits is what both executors compute, or refused."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import mpmath
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mvgraph.data.batch import Batch
from mvgraph.errors import SpecError
from mvgraph.graph.checks import check
from mvgraph.language.expr import Formula
from mvgraph.module.coefficient import evaluate
from mvgraph.module.model import Model
from mvgraph.objective.neatness import formula_text
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.vocab.param import Clock

NETWORK = {"mlp": {"hidden": [2], "activation": "tanh"}}
PARAMS: dict[str, Any] = {
    "alpha": -2,
    "beta": 0.3,
    "zero": 0,
    "c": {"learnt": {"init": 0.75}},
    "t": {"linear": {"from": -1, "to": 1, "epochs": 4}},
    "u": {"cosine": {"from": 2, "to": 0.5, "epochs": 3, "start": 1}},
}
MASK = torch.tensor([[True, True], [True, False], [False, True]])
CLOCKS = [Clock(step, 2) for step in (0, 2, 3, 4, 6, 8, 20)]

NAMES = ("alpha", "beta", "zero", "c", "t", "u", "M", "M_obs")
LEAVES = st.sampled_from([*NAMES, *NAMES, "0", "1", "2", "0.5", "3.25", "1e-2"])
POWERS = st.sampled_from(["2", "3", "-1", "-2", "0", "0.5", "(1/3)", "1.5", "-0.5", "4"])


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
    chosen = st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})")
    one = st.tuples(st.sampled_from(["abs", "sqrt", "-"]), inner).map(lambda t: f"{t[0]}({t[1]})")
    return st.one_of(binary, binary, st.tuples(inner, POWERS).map(lambda t: f"({t[0]})^{t[1]}"), chosen, one)


RANDOM = settings(
    deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)
FORMULAS = st.recursive(LEAVES, _joined, max_leaves=6)

OPERATORS: dict[type, Callable[..., Any]] = {
    **{ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv},
    **{ast.Pow: mpmath.power, ast.USub: operator.neg, ast.UAdd: operator.pos},
}


def smallest(*values: Any) -> Any:
    return min(values, key=real)


def largest(*values: Any) -> Any:
    return max(values, key=real)


def real(value: Any) -> Any:
    """A number that has to be real: else it has no order."""
    if mpmath.im(value) != 0:
        raise ArithmeticError("not real")
    return mpmath.re(value)


FUNCTIONS: dict[str, Callable[..., Any]] = {"abs": abs, "sqrt": mpmath.sqrt, "min": smallest, "max": largest}


def reading(text: str, values: Mapping[str, Any]) -> Any:
    """A formula read by Python's own parser, and computed at 50 digits."""

    def of(node: ast.AST) -> Any:
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](of(node.left), of(node.right))
        if isinstance(node, ast.UnaryOp):
            return OPERATORS[type(node.op)](of(node.operand))
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            return FUNCTIONS[node.func.id](*map(of, node.args))
        return mpmath.mpf(values[node.id]) if isinstance(node, ast.Name) else mpmath.mpf(str(node.value))  # type: ignore[attr-defined]

    with mpmath.workdps(50):
        return of(ast.parse(text.replace("^", "**"), mode="eval").body)


def weighted(text: str | float) -> Spec:
    """An MVAE whose KL has a formula for a weight."""
    return load(
        {
            "name": "weighted",
            "params": PARAMS,
            "views": {"a": {"shape": [2], "likelihood": "normal"}, "b": {"shape": [3], "likelihood": "normal"}},
            "view_defaults": {"encoder": NETWORK, "decoder": NETWORK},
            "p": {"z": {"latent": "normal", "dim": 2}, "x": {"observed": True, "plate": "view", "given": ["z"]}},
            "q": {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "always"}},
            "objective": {"maximize": [{"elbo": {"from": "V", "to": "V", "beta": text}}]},
        }
    )


def rows_of(spec: Spec, clock: Clock, *, optimize: bool) -> torch.Tensor:
    """The loss of each row, with the same parameters and noise for every weight of the KL."""
    torch.manual_seed(0)
    made = Model(spec, optimize=optimize).double()
    with torch.no_grad():
        for parameter in made.networks.experts.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    generator = torch.Generator().manual_seed(1)
    views = {v: torch.randn(len(MASK), *(spec.view(v).shape or ()), generator=generator).double() for v in "ab"}
    batch = Batch({v: torch.where(MASK[:, [i]], x, torch.nan) for i, (v, x) in enumerate(views.items())}, MASK)
    return made.loss(batch, clock=clock, generator=torch.Generator().manual_seed(2)).rows.detach()


@cache
def plain_rows(beta: float, *, optimize: bool) -> torch.Tensor:
    """The same for a weight that is a number."""
    return rows_of(weighted(beta), CLOCKS[0], optimize=optimize)


def weights_at(text: str, clock: Clock, spec: Spec) -> list[Any]:
    """What the formula says, a number a row; where it divides by a quotient by zero, what its printed form says."""
    known = {n: p.at(clock) if n in "tu" else p for n, p in spec.params.items() if n != "c"}
    fixed = {"c": 0.75, "M": 2, **known}
    rows = [{**fixed, "M_obs": int(seen.sum())} for seen in MASK]
    try:
        return [reading(text, row) for row in rows]
    except ZeroDivisionError:
        return [reading(formula_text(Formula(text).expr), row) for row in rows]


def agrees(text: str, clocks: list[Clock] = CLOCKS) -> bool:
    """Whether a formula is accepted; if so, both executors compute what it says, at every time, for every row."""
    try:
        spec = weighted(text)
    except SpecError:
        return False
    if any(p.severity == "error" for p in check(spec)):
        return False
    for clock in clocks:
        expected = [real(w) for w in weights_at(text, clock, spec)]
        factors = torch.tensor([float(w) for w in expected], dtype=torch.float64)
        for optimize in (True, False):
            none, one = (plain_rows(beta, optimize=optimize) for beta in (0, 1))
            actual = rows_of(spec, clock, optimize=optimize)
            size = max(1.0, *map(abs, factors.tolist()))  # near a pole digits are lost
            torch.testing.assert_close(actual / size, (none + factors * (one - none)) / size, rtol=1e-7, atol=1e-7)
    return True


@pytest.mark.parametrize(
    "text",
    [
        "(t + (t^2)^(1/2))/2",  # a weight that starts late
        "(alpha^2)^0.5",
        "(alpha^2)^0.25",
        "((beta - 3)^2)^0.5",
        "((t - 0.5)^2)^1.5",
        "(alpha^2)^0.5/alpha",
        "abs(t)/(1 + abs(alpha))",
        "max(t, 0) + min(alpha, c, M_obs)",
        "sqrt(max(t, 0))",
        "(c^2*t^4)^0.25",
        "abs(c - 1)^3",
        "(M_obs - M)^2 + 2^0.5",
        "u^2 - (u - 1)^2",
    ],
)
def test_what_is_printed_is_computed(text: str) -> None:
    assert agrees(text)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("1/(M_obs - M)", "divides by zero at M_obs = 2, M = 2"),
        ("1/(M_obs - 1)", "divides by zero at M_obs = 1"),
        ("1e308*10", "too large a number"),
        ("alpha^0.5", "no real number at alpha = -2"),
        ("(-1)^0.5", "no real number"),
        ("(alpha^3)^(1/3)", "no real number"),
        ("t^0.5", "no real number at t = -1"),
        ("1/t", "divides by zero at t = 0"),
        ("1/(t - 0.1)", "divides by zero between t = 0 and t = 0.5"),
        ("sqrt(u - 1)", "no real number at u = 0.875"),
        ("max(1, alpha^0.5)", "no real number"),
        ("1/zero", "divides by zero at zero = 0"),
        ("(1e30*alpha)^2", "is 4e\\+60"),
        ("1/(1/zero)", "divides by zero"),
    ],
)
def test_what_is_no_number_is_refused(text: str, match: str) -> None:
    with pytest.raises(SpecError, match=match):
        raise SpecError(*[p for p in check(weighted(text)) if p.severity == "error"])


@settings(RANDOM, max_examples=12)
@given(FORMULAS)
def test_random_formulas_are_computed_as_they_are_read_or_refused(text: str) -> None:
    agrees(text, [CLOCKS[0], CLOCKS[3]])


@pytest.mark.slow
@settings(RANDOM, max_examples=60)
@given(FORMULAS)
def test_many_random_formulas_are_computed_as_they_are_read_or_refused(text: str) -> None:
    agrees(text)


VALUES = {"alpha": -2.0, "beta": 0.3, "zero": 0.0, "c": 0.75, "t": -0.5, "u": 1.25, "M": 2.0, "M_obs": 1.0}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(FORMULAS)
def test_the_symbolic_form_at_numbers_is_what_the_text_says_or_refused(text: str) -> None:
    try:
        value = float(evaluate(Formula(text).expr, VALUES))
    except SpecError:
        return
    try:
        expected = real(reading(text, {**VALUES, "beta": "0.3"}))
    except ArithmeticError:  # such as 1/(1/0), which the check of weights refuses
        return
    assert value == pytest.approx(float(expected), rel=1e-9, abs=1e-9)


def test_functions_of_tensors_have_gradients() -> None:
    t = torch.tensor([-2.0, 0.5], requires_grad=True)
    value = evaluate(Formula("abs(t) + max(t, 0) + min(t, c)").expr, {"t": t, "c": 0.0})
    assert isinstance(value, torch.Tensor)
    assert value.tolist() == [0.0, 1.0]
    value.sum().backward()
    assert t.grad is not None
    assert t.grad.tolist() == [0.0, 2.0]


def test_a_node_without_a_rule_is_refused() -> None:
    sympy = pytest.importorskip("sympy")
    with pytest.raises(SpecError, match=r"has cos, which has no rule at t = 1"):
        evaluate(sympy.cos(sympy.Symbol("t")), {"t": 1.0})
