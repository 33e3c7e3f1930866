"""Rational numbers of which some are not known: enough to read and check a formula at once, without sympy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Rational:
    """A rational number; without a value one that is not known, and not zero by itself.

    >>> (Rational(Fraction(2)) - Rational(Fraction(2))) * Rational()
    Rational(value=Fraction(0, 1))
    """

    value: Fraction | None = None

    def __add__(self, other: Rational) -> Rational:
        if self.value is None or other.value is None:
            return Rational()
        return Rational(self.value + other.value)

    def __neg__(self) -> Rational:
        return self * Rational(Fraction(-1))

    def __sub__(self, other: Rational) -> Rational:
        return self + -other

    def __mul__(self, other: Rational) -> Rational:
        if 0 in (self.value, other.value):
            return Rational(Fraction(0))
        if self.value is None or other.value is None:
            return Rational()
        return Rational(self.value * other.value)

    def __truediv__(self, other: Rational) -> Rational:
        return self * other ** Rational(Fraction(-1))

    def __pow__(self, exponent: Rational) -> Rational:
        power = exponent.value
        if power is None or power.denominator != 1:
            raise ArithmeticError("a root need not be rational")
        if power == 0:
            return Rational(Fraction(1))
        return Rational() if self.value is None else Rational(self.value ** int(power))

    def __abs__(self) -> Rational:
        return self if self.value is None else Rational(abs(self.value))

    @classmethod
    def chosen(cls, choose: Callable[[list[Any]], Any], *values: Rational) -> Rational:
        """The smallest or largest of some, known where all are known."""
        known = [v.value for v in values if v.value is not None]
        return cls(choose(known)) if len(known) == len(values) else cls()
