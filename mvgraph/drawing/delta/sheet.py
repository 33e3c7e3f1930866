"""What is said of a difference, in parts that every form of it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from mvgraph.drawing.delta.figures import Figures, figures
from mvgraph.drawing.delta.phrases import Maths, Phrase, equation, formula
from mvgraph.language.expr import Expr
from mvgraph.language.symbols import prose
from mvgraph.objective import latex
from mvgraph.objective.atoms import Atom
from mvgraph.objective.difference.delta import Difference
from mvgraph.objective.difference.gaps import Constant, Entropy, Gap, Spread
from mvgraph.objective.difference.numbers import Contrast
from mvgraph.objective.difference.relation import ONE, Finding, Relation
from mvgraph.objective.difference.rows import Row as Found
from mvgraph.objective.difference.rows import legend, rows
from mvgraph.objective.folding.formulas import sums
from mvgraph.objective.folding.pieces import Piece
from mvgraph.objective.folding.summed import Summed
from mvgraph.objective.notation import Notation, factor, notation
from mvgraph.objective.text import sign_and_size

SIGNS = {"shared": "=", "changed": "~", "removed": "-", "added": "+"}
MEANINGS = {"shared": "in both", "changed": "with another weight", "removed": "only in A", "added": "only in B"}
GRAPH = {
    "nodes": "Nodes of p",
    "generative": "Edges of p",
    "inference": "Edges of q",
    "independences": "Independences in p",
    "encoders": "Networks of q in use",
    "decoders": "Likelihoods in use",
}
SETTINGS = {
    "players": "Players and moves",
    "distributions": "Distributions",
    "params": "Params",
    "estimator": "Estimator",
    "networks": "Networks",
    "training": "Training",
}


@dataclass(frozen=True)
class Row:
    """One term of two objectives, or a sum of such.

    Arguments:
        change: `shared`, `changed`, `removed` or `added`.
        before: its weight in A, as LaTeX with a sign, behind sums that it depends on; nothing where A has not got it.
        after: its weight in B.
        atom: what is weighed, as LaTeX.
        text: the whole as plain text.
    """

    change: str
    before: str
    after: str
    atom: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """One relation of the two.

    Arguments:
        sentence: the relation.
        needs: what it needs, one by one.
        notes: what it rests on.
    """

    sentence: Phrase
    needs: tuple[Phrase, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """A table of plain texts.

    Arguments:
        title: what it is about.
        head: the titles of its columns.
        rows: of as many texts each.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sheet:
    """All that is said of a difference.

    Arguments:
        a, b: the names of the models.
        about: at which views they are compared, and under which names.
        verdicts: the relation as they stand, then a stronger one under conditions, if there is one.
        terms: the objectives beside each other, of each phase by its name.
        residual: B − A, each term as LaTeX.
        where: what the indices of the sums among them run over; nothing where there are none.
        listings: graphs and settings.
        figures: both as numbers, where that is asked for.
    """

    a: str
    b: str
    about: tuple[Phrase, ...]
    verdicts: tuple[Verdict, ...]
    terms: Mapping[str, tuple[Row, ...]]
    residual: tuple[str, ...]
    where: str
    listings: tuple[Listing, ...]
    figures: Figures | None = None


def sheet(delta: Difference, numbers: Contrast | None = None) -> Sheet:
    """What is said of a difference, and of both objectives as numbers where these are given."""
    own = notation(delta.a)
    whole = rows(delta, delta.terms)
    parts = {name: rows(delta, terms) for name, terms in delta.phases.items()} or {"": whole}
    special = [] if delta.special is None else [_verdict(own, delta.special, "They are")]
    return Sheet(
        delta.a.name,
        delta.b.name,
        tuple(_about(delta)),
        (_verdict(own, delta.finding, "The objectives are"), *special),
        {name: tuple(_row(own, row) for row in found.rows) for name, found in parts.items()},
        tuple(_piece(own, piece) for piece in whole.residual),
        legend(delta, [*parts.values()], whole.residual),
        (*_graph(delta), *_settings(delta)),
        None if numbers is None else figures(numbers, partial(atom, own)),
    )


def _about(delta: Difference) -> Iterator[Phrase]:
    yield (delta.about,)
    yield from ((text,) for text in (delta.plates.fewer if delta.plates else ()))
    moved = [f"{new} is {old} in B" for old, new in (*delta.names.views.items(), *delta.names.nodes.items())]
    if moved:
        yield (f"named alike: {', '.join(moved)}",)
    if delta.assuming:
        yield ("assuming ", *_joined(equation(n, v) for n, v in delta.assuming.items()))


def _joined(parts: Iterable[Maths]) -> Phrase:
    """Formulas with commas between them."""
    return tuple(piece for n, part in enumerate(parts) for piece in ((", ", part) if n else (part,)))


def _verdict(own: Notation, found: Finding, start: str) -> Verdict:
    said = relation(found)
    gap: Phrase = (": ", Maths(_gap(own, found))) if found.gap else ()
    needs: list[Phrase] = [(text,) for text in found.given]
    needs += [(equation(n, v),) for n, v in found.under.items()]
    return Verdict((f"{start} ", *said, *gap, ", under:" if needs else "."), tuple(needs), found.notes)


def _gap(own: Notation, found: Finding) -> str:
    lower, upper = ("A", "B") if found.lower == "A" else ("B", "A")
    sums = " ".join(term(own, -c, a).replace("- ", "+ ", 1) for c, a in found.gap)
    return f"{upper} - {lower} = {sums.removeprefix('+ ')}"


def relation(found: Finding) -> Phrase:
    """A relation in words."""
    if found.relation is Relation.ORDERED:
        return "ordered, ", Maths(r"A \le B" if found.lower == "A" else r"A \ge B")
    factor = "" if found.factor == ONE else rf"{_bracketed(found.factor)} \, "
    if found.relation is Relation.SHIFTED:
        return str(found.relation), ", ", Maths(f"A = {factor}B"), f" {found.constant}"
    return (str(found.relation), *((", ", Maths(f"A = {factor}B")) if factor else ()))


def _bracketed(factor: Expr) -> str:
    return rf"\left({formula(factor)}\right)" if factor.is_Add else formula(factor)


def _row(own: Notation, row: Found) -> Row:
    """A line; a weight that depends on the index of a sum stands behind the sum."""
    piece, shown = row.piece, atom(own, row.piece.value)
    before, after = ("" if weight is None else _weight(weight, piece) for weight in (row.before, row.after))
    return Row(row.kind, before, after, shown if piece.indexed else sums(piece.ranges) + shown, str(row))


def _weight(coefficient: Expr, piece: Piece) -> str:
    sign, size = sign_and_size(coefficient, piece.value)
    return f"{sign}{sums(piece.ranges) if piece.indexed else ''}{_bracketed(size)}"


def _piece(own: Notation, piece: Piece) -> str:
    """A part of a sum as LaTeX, sign first."""
    sign, size = sign_and_size(piece.coefficient, piece.value)
    weight = "" if size == 1 else rf"{_bracketed(size)}\, "
    parts = (sums(piece.ranges), weight) if piece.indexed else (weight, sums(piece.ranges))
    return f"{sign} {''.join(parts)}{atom(own, piece.value)}"


def term(own: Notation, coefficient: Expr, value: Atom) -> str:
    """One term as LaTeX, sign first; also of what only differences have."""
    return _piece(own, Piece(coefficient, value))


def atom(own: Notation, value: Atom) -> str:
    """An atom as LaTeX; also what only differences have."""
    return DERIVED[type(value)](own, value) if type(value) in DERIVED else latex.atom(own, value)


def _worded(text: str) -> str:
    """What is only known in words, where a line may end before the bars of a divergence."""
    return r" \,\|\, ".join(map(prose, text.split(" || ")))


def _summed(own: Notation, value: Summed) -> str:
    return f"{sums(value.ranges)}{factor(value.weight)}{atom(own, value.value)}"


DERIVED: dict[type, Any] = {
    Summed: _summed,
    Gap: lambda _own, gap: _worded(str(gap)),
    Constant: lambda _own, constant: _worded(str(constant)),
    Spread: lambda own, spread: rf"\mathrm{{JS}}\bigl({', '.join(map(own.key, spread.of))}\bigr)",
    Entropy: lambda own, entropy: rf"\mathrm{{H}}\bigl({own.key(entropy.of)}\bigr)",
}


def _graph(delta: Difference) -> Iterator[Listing]:
    found = {title: getattr(delta.graph, kind) for kind, title in GRAPH.items()}
    for title, gained in found.items():
        if gained:
            rows = [*((t, "only in A") for t in gained.lost), *((t, "only in B") for t in gained.gained)]
            yield Listing(title, ("", "where"), tuple(rows))


def _settings(delta: Difference) -> Iterator[Listing]:
    for kind, title in SETTINGS.items():
        if found := getattr(delta, kind):
            yield Listing(title, ("", "A", "B"), tuple((c.what, c.before, c.after) for c in found))
