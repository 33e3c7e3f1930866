"""Weights as formulas: a small grammar of our own, read into sympy expressions and never evaluated as code.

sum     = product (("+" | "-") product)*
product = factor (("*" | "/") factor)*
factor  = ("+" | "-") factor | power
power   = atom (("^" | "**") factor)?
atom    = NUMBER | NAME | NAME "[" NAME "]" | "size" "(" NAME ")" | FUNCTION "(" sum ("," sum)* ")" | "(" sum ")"

The functions are abs and sqrt of one argument, min and max of two or more: whatever a coefficient is printed with.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any

from mvgraph.deferring import defer
from mvgraph.errors import Problem, SpecError
from mvgraph.language.arithmetic import REMEDIES, UndefinedError, evaluate
from mvgraph.language.rational import Rational

if TYPE_CHECKING:
    import sympy
else:
    sympy = defer("sympy")  # what reads and checks need not wait for it

Expr = Any  # sympy ships no types

MOST_CHARACTERS = 500
MOST_EXPONENT = 64
MOST_SIGNS = 60  # of a formula: brackets, + and -
LARGEST = 10**300
MOST_GROWTH = 10_000  # of a formula: the product of its exponents
_PARTS = "numbers, params, M, M_obs, size(S), lam[m], + - * / ^, brackets, abs, sqrt, min and max"
_HUGE = re.compile(r"\d\.?[eE][-+]?\d{4}")
_POWER = re.compile(r"(?:\^|\*\*)\s*(\d\d?(?![\d.]))?")
_NUMBER = r"(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)"
_TOKEN = re.compile(rf"\s*(?:{_NUMBER}|(?P<name>[^\W\d]\w*)|(?P<op>\*\*|[-+*/^()\[\],]))")
_ARGUMENTS = {"abs": "one argument", "sqrt": "one argument", "min": "two arguments", "max": "two arguments"}
_LEAST = {"min": 2, "max": 2}


@dataclass(frozen=True)
class Reference:
    """A name in a formula: plain, subscripted (`lam[m]`), or measured (`size(S)`)."""

    name: str
    index: str | None = None
    size: bool = False

    def __str__(self) -> str:
        return f"size({self.name})" if self.size else f"{self.name}[{self.index}]" if self.index else self.name

    @property
    def label(self) -> str:
        """The name of its symbol."""
        return self.name if self.index is None else f"{self.name}_{self.index}"


Resolver = Callable[[Reference], Expr]


@dataclass(frozen=True)
class Algebra:
    """What a formula is computed in: numbers by their text, which values are plain numbers, functions by name."""

    number: Callable[[str], Any]
    plain: Callable[[Any], Fraction | None]
    functions: Mapping[str, Callable[..., Any]]


SYMBOLS = Algebra(
    lambda text: sympy.Rational(text),
    lambda value: Fraction(value.p, value.q) if value.is_Rational else None,
    {
        "abs": lambda value: sympy.Abs(value),
        "sqrt": lambda value: sympy.sqrt(value),
        "min": lambda *values: sympy.Min(*values),
        "max": lambda *values: sympy.Max(*values),
    },
)
NUMBERS = Algebra(
    lambda text: Rational(Fraction(text)),
    lambda value: value.value,
    {
        "abs": abs,
        "sqrt": lambda value: value ** Rational(Fraction(1, 2)),
        "min": partial(Rational.chosen, min),
        "max": partial(Rational.chosen, max),
    },
)


@lru_cache(maxsize=4096)
def symbol(name: str) -> Expr:
    """The sympy symbol of a param."""
    return sympy.Symbol(name, real=True)


@dataclass(frozen=True)
class Formula:
    """A weight as it was written.

    >>> Formula("(M - alpha)/M").expr
    (M - alpha)/M
    """

    text: str

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """The names that the formula uses, in order of appearance."""
        return tuple(dict.fromkeys(self._mentions))

    @cached_property
    def _mentions(self) -> list[Reference]:
        """Every mention of a name."""
        try:
            return self._mentioned(NUMBERS, Rational)
        except ArithmeticError:  # roots, and what divides by zero
            return self._mentioned(SYMBOLS, lambda: sympy.Dummy(nonzero=True))

    def _mentioned(self, algebra: Algebra, unknown: Callable[[], Any]) -> list[Reference]:
        found: list[Reference] = []

        def note(reference: Reference) -> Any:
            found.append(reference)
            return unknown()

        _Parser(self.text, note, algebra).whole()
        return found

    def number(self, known: Callable[[Reference], Fraction | None] = lambda _: None) -> float | Fraction | None:
        """The number that the formula is, some of its names being known; None where it is not known yet.

        >>> Formula("(M - 2)*alpha/beta").number({Reference("M"): Fraction(2)}.get)
        Fraction(0, 1)

        Raises:
            SpecError: the text is not a formula, divides by zero, or is no real number of a size that can be held.
        """
        try:
            value: Fraction | None = _Parser(self.text, lambda r: Rational(known(r)), NUMBERS).whole().value
        except ZeroDivisionError:
            raise self._undefined("divides by zero") from None
        except ArithmeticError:
            return self._evaluated(known)
        if value is not None and abs(value) > LARGEST:
            raise self._undefined("is too large a number")
        return value

    def _evaluated(self, known: Callable[[Reference], Fraction | None]) -> float | None:
        """The number with the help of sympy, which knows roots."""

        def resolve(reference: Reference) -> Expr:
            value = known(reference)
            return sympy.Dummy(real=True, nonzero=True) if value is None else sympy.Rational(value)

        value = self._parsed(resolve)
        if not value.is_number:
            return None
        try:
            return float(value)
        except TypeError:
            raise self._undefined("is no real number") from None

    def at(self, values: Mapping[Reference, Fraction]) -> float:
        """The number at values of all its names, computed as a model computes it.

        >>> Formula("((beta - 3)^2)^0.5").at({Reference("beta"): Fraction(1)})
        2.0

        Raises:
            SpecError: it divides by zero there, or is no real number of a size that can be held.
        """
        if self.is_rational:
            return float(self.number(values.get) or 0)
        try:
            return float(evaluate(self.expr, {r.label: float(value) for r, value in values.items()}))
        except UndefinedError as fault:
            raise self._undefined(str(fault)) from None

    @cached_property
    def is_rational(self) -> bool:
        """Whether it has no roots, so that it is a rational number at rational values."""
        try:
            _Parser(self.text, lambda _: Rational(), NUMBERS).whole()
        except ZeroDivisionError:
            return True
        except ArithmeticError:
            return False
        return True

    def _undefined(self, fault: str) -> SpecError:
        return SpecError(Problem("MVG122", (), f"the formula '{self.text}' {fault}", REMEDIES.get(fault, "")))

    @cached_property
    def vanishes(self) -> bool:
        """Whether the formula is zero whatever its names stand for.

        >>> Formula("alpha - alpha").vanishes, Formula("alpha").vanishes
        (True, False)

        Raises:
            SpecError: the text is not a formula, or divides by zero.
        """
        found = self.number()
        if found is None and len(self._mentions) > len(self.references):  # what stands there twice may cancel
            return bool(self.expr == 0)
        return found == 0

    @property
    def expr(self) -> Expr:
        """The formula with every name as a symbol of its own."""
        return self.resolve(lambda r: symbol(r.label))

    @property
    def divisors(self) -> list[Expr]:
        """What it divides by.

        >>> Formula("alpha/(beta - 1)^2").divisors
        [beta - 1]
        """
        return [p.base for p in sympy.preorder_traversal(self.expr) if p.is_Pow and p.exp.is_negative]

    def resolve(self, resolver: Resolver) -> Expr:
        """The formula as a sympy expression, names given by `resolver`.

        Raises:
            SpecError: the text is not a formula, or divides by zero.
        """
        return self._constant if not self.references else self._parsed(resolver)

    @cached_property
    def _constant(self) -> Expr:
        return self._parsed(lambda r: symbol(r.name))

    def _parsed(self, resolver: Resolver) -> Expr:
        try:
            value = _Parser(self.text, resolver, SYMBOLS).whole()
        except ValueError:  # of sympy: the smallest of numbers that are not real
            raise self._undefined("is no real number") from None
        if value.has(sympy.zoo, sympy.nan, sympy.oo):
            raise self._undefined("divides by zero")
        if value.is_real is False:
            raise self._undefined("is no real number")
        if any(abs(number) > LARGEST for number in value.atoms(sympy.Rational)):
            raise self._undefined("is too large a number")
        return value

    def __str__(self) -> str:
        return self.text


class _Parser:
    """A recursive-descent reader of one formula."""

    def __init__(self, text: str, resolver: Callable[[Reference], Any], algebra: Algebra) -> None:
        _refuse_large(text)
        self.text = text
        self.resolver = resolver
        self.algebra = algebra
        self.tokens = list(_tokens(text))
        self.at = 0

    def whole(self) -> Expr:
        value = self.sum()
        if self.at < len(self.tokens):
            self.refuse()
        return value

    def sum(self) -> Expr:
        value = self.product()
        while sign := self.take("+", "-"):
            other = self.product()
            value = value + other if sign == "+" else value - other
        return value

    def product(self) -> Expr:
        value = self.factor()
        while sign := self.take("*", "/"):
            other = self.factor()
            value = value * other if sign == "*" else value / other
        return value

    def factor(self) -> Expr:
        if sign := self.take("+", "-"):
            return self.factor() if sign == "+" else -self.factor()
        base = self.atom()
        if not self.take("^", "**"):
            return base
        exponent = self.factor()
        power = self.algebra.plain(exponent)
        if power is None or abs(power) > MOST_EXPONENT:
            message = f"an exponent in '{self.text}' is not a number of at most {MOST_EXPONENT}"
            raise SpecError(Problem("MVG121", (), message))
        return base**exponent

    def atom(self) -> Expr:
        if self.take("("):
            value = self.sum()
            self.need(")")
            return value
        if self.at == len(self.tokens):
            self.refuse()
        group, token = self.tokens[self.at]
        self.at += 1
        if group == "number":
            return self.algebra.number(token)
        if group == "name":
            return self.name(token)
        self.at -= 1
        return self.refuse()

    def name(self, name: str) -> Expr:
        if name in self.algebra.functions and self.take("("):
            return self.call(name)
        if name == "size" and self.take("("):
            reference = Reference(self.word(), size=True)
            self.need(")")
            return self.resolver(reference)
        if self.take("["):
            reference = Reference(name, self.word())
            self.need("]")
            return self.resolver(reference)
        return self.resolver(Reference(name))

    def call(self, name: str) -> Expr:
        values = [self.sum()]
        while self.take(","):
            values.append(self.sum())
        self.need(")")
        least = _LEAST.get(name, 1)
        if len(values) < least or (least == 1 and len(values) > 1):
            message = f"'{name}' in '{self.text}' has {len(values)} argument{'s' * (len(values) > 1)}"
            raise SpecError(Problem("MVG120", (), message, f"{name} has {_ARGUMENTS[name]}{' or more' * (least > 1)}"))
        return self.algebra.functions[name](*values)

    def word(self) -> str:
        if self.at == len(self.tokens) or self.tokens[self.at][0] == "op":
            self.refuse()
        self.at += 1
        return self.tokens[self.at - 1][1]

    def take(self, *operators: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at] in [("op", o) for o in operators]:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def need(self, operator: str) -> None:
        if not self.take(operator):
            self.refuse(f", '{operator}' expected")

    def refuse(self, expected: str = "") -> Expr:
        rest = " ".join(t for _, t in self.tokens[self.at :]) or "its end"
        remedy = f"a formula has {_PARTS}"
        raise SpecError(Problem("MVG120", (), f"cannot read the formula '{self.text}' at {rest}{expected}", remedy))


def _refuse_large(text: str) -> None:
    """Refuse what would take long to compute: deep brackets, towers of powers, enormous numbers."""
    signs = sum(map(text.count, "(+-"))
    growth = math.prod(int(exponent or MOST_EXPONENT) for exponent in _POWER.findall(text))
    if len(text) > MOST_CHARACTERS or signs > MOST_SIGNS or growth > MOST_GROWTH or _HUGE.search(text):
        most = f"at most {MOST_CHARACTERS} characters, {MOST_SIGNS} brackets and signs, powers of {MOST_GROWTH} in all"
        raise SpecError(Problem("MVG121", (), "the formula is too large", f"{most}, numbers below 1e1000"))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            message = f"cannot read the formula '{text}' at '{text[at:].strip()[0]}'"
            raise SpecError(Problem("MVG120", (), message, f"a formula has {_PARTS}"))
        at = match.end()
        group = str(match.lastgroup)
        yield group, match.group(group)
