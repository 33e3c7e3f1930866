"""What the indices of sums, products and lists run over: m ∈ V, n ≠ m, m ∈ S, S ⊆ V."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from mvgraph.language.expr import Expr
from mvgraph.language.symbols import latex

ALL = "V"  # all views, as what an index runs over

IN, SUBSET = r"\in", r"\subseteq"

Value = str | tuple[str, ...]  # of an index: a view, or a set of views, sorted


@dataclass(frozen=True)
class Range:
    """One index, and what it runs over.

    Arguments:
        index: its name.
        within: V, an index that is a set, or the views themselves.
        apart: indices, or views, that it is never equal to; sets that never hold it.
        sizes: for an index that is a set: the smallest and the largest that it may be; none for a view.
        count: how many views it runs over, or is a set of; 0 where this depends on another index.
        sorted: the views are taken in the order of their names, and not in that of the spec.
    """

    index: str
    within: Value = ALL
    apart: tuple[Value, ...] = ()
    sizes: tuple[int, int] | None = None
    count: int = 0
    sorted: bool = True

    def values(self, views: tuple[str, ...], bound: Mapping[str, Value]) -> Iterator[Value]:
        """What the index may be, for the values of the indices before it."""
        within = bound.get(self.within, self.within) if isinstance(self.within, str) else self.within
        base = views if within == ALL else within
        ordered = sorted(base) if self.sorted else [v for v in views if v in base]
        apart = [bound.get(a, a) if isinstance(a, str) else a for a in self.apart]
        if self.sizes is None:
            yield from (v for v in ordered if not any(v == a if isinstance(a, str) else v in a for a in apart))
            return
        least, most = self.sizes
        sets = (s for size in range(least, most + 1) for s in combinations(ordered, size))
        yield from (s for s in sets if s not in apart)

    @property
    def condition(self) -> str:
        """What holds for the index, as it stands below a sum.

        >>> Range("m").condition, Range("n", apart=("m",)).condition, Range("m", "S").condition
        ('m', 'n≠m', 'm∈S')
        """
        return "".join(TEXT.get(part, part) for part in self._said(_written))

    @property
    def latex(self) -> str:
        r"""The same as LaTeX.

        >>> Range("n", ("a", "b"), ("m",)).latex
        'n \\in \\{a,b\\}, n \\neq m'
        """
        return "".join(LATEX.get(part, part) for part in self._said(_set_in_latex))

    def _said(self, listed: Callable[[Value], str]) -> list[str]:
        """The parts of the condition: names, and signs to be written in one way or the other."""
        return self._of_set(listed) if self.sizes is not None else self._of_view(listed)

    def _of_view(self, listed: Callable[[Value], str]) -> list[str]:
        found = [self.index, "in", listed(self.within)] if self.within != ALL else []
        for other in self.apart:
            outside = isinstance(other, tuple) or other[:1].isupper()
            found += [*(["and"] if found else []), self.index, "out" if outside else "not", listed(other)]
        return found or [self.index]

    def _of_set(self, listed: Callable[[Value], str]) -> list[str]:
        least, most = self.sizes or (1, 1)
        whole = [self.index] if self.within == ALL else [self.index, "part", listed(self.within)]
        if (least, most) == (1, self.count):
            return whole
        if (least, most) == (1, self.count - 1) and self.within == ALL:
            return [self.index, "not", ALL]
        size = ["size", self.index, "size"]
        high = [] if most == self.count else ["less", "M"] if most == self.count - 1 else ["most", str(most)]
        low = [str(least), "most"] if least > 1 else []
        said = [*size, "is", str(least)] if least == most else [*low, *size, *high]
        return said if self.within == ALL else [*whole, "and", *said]


TEXT = {"in": "∈", "out": "∉", "not": "≠", "part": "⊆", "and": ",", "size": "|", "less": "<", "most": "≤", "is": "="}
LATEX = {
    "in": r" \in ",
    "out": r" \notin ",
    "not": r" \neq ",
    "part": r" \subseteq ",
    "and": ", ",
    "size": "|",
    "less": " < ",
    "most": r" \le ",
    "is": " = ",
}


def _written(value: Value) -> str:
    return value if isinstance(value, str) else "{" + ",".join(value) + "}"


def _set_in_latex(value: Value) -> str:
    return value if isinstance(value, str) else rf"\{{{','.join(map(latex, value))}\}}"


def bindings(
    ranges: tuple[Range, ...], views: tuple[str, ...], bound: Mapping[str, Value] | None = None
) -> Iterator[dict[str, Value]]:
    """Every choice of values for indices, one after another."""
    known = dict(bound or {})
    if not ranges:
        yield known
        return
    for value in ranges[0].values(views, known):
        yield from bindings(ranges[1:], views, {**known, ranges[0].index: value})


@dataclass(frozen=True)
class Each:
    """A part of a list, or of a product, for each value of some indices.

    Arguments:
        item: the part, the indices in the places of views.
        ranges: the indices.
        product: whether the parts are factors.
        size: how many parts there are: a number, or a formula in the size |S| of a set outside; 0 where this depends
            on an index outside in another way.
    """

    item: Any
    ranges: tuple[Range, ...]
    product: bool = False
    size: int | Expr = 0

    @property
    def ref(self) -> Any:
        """The latent of the part."""
        return self.item.ref

    @property
    def key(self) -> Any:
        """What the part is drawn from."""
        return self.item.key

    @property
    def whole(self) -> tuple[Each, ...]:
        """The draw, and those that it is made from, each for the same values."""
        return tuple(Each(d, self.ranges, size=self.size) for d in self.item.whole)

    @property
    def condition(self) -> str:
        """What holds for the indices."""
        return ", ".join(
            r.condition if r.condition != r.index else f"{r.index}{'∈' if r.sizes is None else '⊆'}{ALL}"
            for r in self.ranges
        )

    @property
    def latex(self) -> str:
        """The same as LaTeX."""
        return ", ".join(
            r.latex if r.latex != r.index else rf"{r.index} {IN if r.sizes is None else SUBSET} {ALL}"
            for r in self.ranges
        )

    @property
    def within(self) -> str:
        """The set of an index among views, as LaTeX."""
        return self.ranges[0].latex.partition(r" \in ")[2] or ALL

    def __str__(self) -> str:
        if isinstance(self.item, str):  # an index among views
            return self.condition.removeprefix(f"{self.item}∈")
        if self.product:
            return f"Π_{{{self.condition}}} {self.item}"
        text = "·".join(map(str, self.item)) if isinstance(self.item, tuple) else str(self.item)
        return f"{text}: {self.condition}"


def count(parts: tuple[Any, ...]) -> Expr:
    """How many parts a list has: a number, or a formula in the sizes of sets."""
    return sum(p.size if isinstance(p, Each) else 1 for p in parts)
