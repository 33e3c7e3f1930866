"""Numbers as text: exact, and as short as they can be."""

from __future__ import annotations

from decimal import Decimal

_PLAIN = range(-5, 16)  # exponents that are written out


def numeral(value: float) -> str:
    """A number as a formula and a spec write it: what it reads back as is the same number.

    >>> numeral(0.1), numeral(1e-3), numeral(2.0), numeral(1e-30)
    ('0.1', '0.001', '2', '1.0e-30')
    """
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    exact = Decimal(repr(value))
    if exact.adjusted() in _PLAIN:
        return format(exact, "f")
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa}{'' if '.' in mantissa else '.0'}e{int(exponent)}"
