"""Weights as formulas: a small grammar of our own, read into sympy expressions and never evaluated as code.

sum     = product (("+" | "-") product)*
product = factor (("*" | "/") factor)*
factor  = ("+" | "-") factor | power
power   = atom (("^" | "**") factor)?
atom    = NUMBER | NAME | NAME "[" NAME "]" | "size" "(" NAME ")" | "(" sum ")"
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from mvgraph.deferring import defer
from mvgraph.errors import Problem, SpecError
from mvgraph.language.rational import Rational

if TYPE_CHECKING:
    import sympy
else:
    sympy = defer("sympy")  # what reads and checks need not wait for it

Expr = Any  # sympy ships no types

MOST_CHARACTERS = 500
MOST_EXPONENT = 64
MOST_SIGNS = 60  # of a formula: brackets, + and -
MOST_GROWTH = 10_000  # of a formula: the product of its exponents
_HUGE = re.compile(r"\d\.?[eE][-+]?\d{4}")
_POWER = re.compile(r"(?:\^|\*\*)\s*(\d\d?(?![\d.]))?")
_NUMBER = r"(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)"
_TOKEN = re.compile(rf"\s*(?:{_NUMBER}|(?P<name>[^\W\d]\w*)|(?P<op>\*\*|[-+*/^()\[\]]))")


@dataclass(frozen=True)
class Reference:
    """A name in a formula: plain, subscripted (`lam[m]`), or measured (`size(S)`)."""

    name: str
    index: str | None = None
    size: bool = False


Resolver = Callable[[Reference], Expr]


@dataclass(frozen=True)
class Algebra:
    """What a formula is computed in: its numbers by their text, and which of its values are plain numbers."""

    number: Callable[[str], Any]
    plain: Callable[[Any], Fraction | None]


SYMBOLS = Algebra(
    lambda text: sympy.Rational(text), lambda value: Fraction(value.p, value.q) if value.is_Rational else None
)
NUMBERS = Algebra(lambda text: Rational(Fraction(text)), lambda value: value.value)


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
            SpecError: the text is not a formula, or divides by zero.
        """
        try:
            found: Rational = _Parser(self.text, lambda r: Rational(known(r)), NUMBERS).whole()
        except ArithmeticError:
            return self._evaluated(known)
        return found.value

    def _evaluated(self, known: Callable[[Reference], Fraction | None]) -> float | None:
        """The number with the help of sympy, which knows roots."""

        def resolve(reference: Reference) -> Expr:
            value = known(reference)
            return sympy.Dummy(nonzero=True) if value is None else sympy.Rational(value)

        found = self._parsed(resolve)
        return float(found) if found.is_number else None

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
        return self.resolve(lambda r: symbol(r.name if r.index is None else f"{r.name}_{r.index}"))

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
        value = _Parser(self.text, resolver, SYMBOLS).whole()
        if value.has(sympy.zoo, sympy.nan, sympy.oo):
            raise SpecError(Problem("MVG122", (), f"the formula '{self.text}' divides by zero"))
        if value.is_real is False:
            raise SpecError(Problem("MVG122", (), f"the formula '{self.text}' is no real number"))
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
        if name == "size" and self.take("("):
            reference = Reference(self.word(), size=True)
            self.need(")")
            return self.resolver(reference)
        if self.take("["):
            reference = Reference(name, self.word())
            self.need("]")
            return self.resolver(reference)
        return self.resolver(Reference(name))

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
        remedy = "a formula has numbers, params, M, M_obs, size(S), lam[m], + - * / ^ and brackets"
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
            raise SpecError(Problem("MVG120", (), message, "a formula has numbers, names, + - * / ^ and brackets"))
        at = match.end()
        group = str(match.lastgroup)
        yield group, match.group(group)
