"""Questions about one term: which it is, where it comes from, and why it is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from mvgraph.errors import UsageError
from mvgraph.language.expr import Expr
from mvgraph.objective import latex
from mvgraph.objective.atoms import Atom
from mvgraph.objective.canonical import Objective
from mvgraph.objective.explaining import Account
from mvgraph.objective.folding.formulas import formula
from mvgraph.objective.origins import Origin, origins
from mvgraph.objective.report import Line, Section
from mvgraph.objective.text import signed
from mvgraph.objective.trail import RULES, left_out
from mvgraph.spec.terms import WrittenTerm

MOST_LISTED = 20  # terms that a wrong question is answered with
Part = tuple[WrittenTerm, Expr, Atom]


@dataclass(frozen=True)
class Answer:
    """A term, and where it comes from.

    Arguments:
        line: the term, as it is printed.
        about: why it is in the objective, or left out of it.
        origins: the written terms, edges and declarations that it comes from.
    """

    line: Line
    about: str
    origins: tuple[Origin, ...]

    @property
    def section(self) -> Section:
        """The answer as a part of a report."""
        lines = [self.line, Line(self.about)]
        for one in self.origins:
            lines += [Line(str(one), level=1), *([Line(one.excerpt, level=2)] if one.excerpt else [])]
        return Section("Why", tuple(lines))


@dataclass(frozen=True)
class _Entry:
    """One line of an objective: its text, the text of what is weighted, and the terms that are in it."""

    line: Line
    inner: str
    one: Objective
    terms: Callable[[], Iterable[tuple[Expr, Atom]]]

    @property
    def parts(self) -> list[Part]:
        """The derived terms that its terms are the sum of."""
        atoms, one = {a for _, a in self.terms()}, self.one
        every = [*((t.weight, t) for t in one.derived if not t.drawn), *((c * t.weight, t) for c, t in one.drawn)]
        return [(t.scope.term, c, t.atom) for c, t in every if t.atom in atoms]


def why(account: Account, question: str) -> Answer:
    """Where a term comes from.

    Arguments:
        account: what is said of the spec.
        question: the number of a line of the objective as it is printed, from 1; or the term as text.

    Raises:
        UsageError: there is no such term; the message lists those that there are.
    """
    printed = list(_printed(account))
    if question.isdecimal() and 1 <= int(question) <= len(printed):
        return _answer(account, printed[int(question) - 1])
    for entries in (printed, list(_written_out(account))):
        found = _named(entries, question)
        if found is not None:
            return _answer(account, found)
    left = _left_out(account, question)
    if left is None:
        raise UsageError(_listed(printed, question))
    return left


def _answer(account: Account, entry: _Entry) -> Answer:
    parts = entry.parts
    count = len({a for _, _, a in parts})
    about = "it comes from" if count == 1 else f"its {count} terms come from"
    return Answer(entry.line, about, origins(entry.one, account.spec, parts))


def _objectives(account: Account) -> list[Objective]:
    return [*account.objective.phases.values()] or [account.objective]


def _printed(account: Account) -> Iterator[_Entry]:
    """The lines of the objective as they are printed, those of all phases one after another."""
    for one in _objectives(account):
        found = account.folded(one.terms)
        if found is None:
            yield from _terms(account, one)
            continue
        for piece in found.pieces:
            line = Line(str(piece), formula(account.notation, piece))
            yield _Entry(line, str(piece.value), one, partial(piece.unfolded, found.universe))


def _written_out(account: Account) -> Iterator[_Entry]:
    for one in _objectives(account):
        yield from _terms(account, one)


def _terms(account: Account, one: Objective) -> Iterator[_Entry]:
    for c, a in one.terms:
        line = Line(signed(c, a), latex.signed(account.notation, c, a))
        yield _Entry(line, str(a), one, partial(tuple, ((c, a),)))


def _named(entries: Sequence[_Entry], question: str) -> _Entry | None:
    """The entry that a text is, or the one entry that has it inside."""
    bare = _bare(question)
    same = [e for e in entries if bare in {_bare(e.line.text), _bare(e.line.text[1:]), _bare(e.inner)}]
    inside = [e for e in entries if bare and bare in _bare(e.line.text)]
    return same[0] if same else inside[0] if len(inside) == 1 else None


def _bare(text: str) -> str:
    return "".join(text.split())


def _left_out(account: Account, question: str) -> Answer | None:
    """The answer for a term that some rule leaves out."""
    for one in _objectives(account):
        for written in (*one.spec.maximize, *one.spec.minimize):
            for reason, terms in left_out(one.spec, written).items():
                for c, a in terms:
                    if _bare(question) in {_bare(str(a)), _bare(signed(c, a)), _bare(signed(c, a)[1:])}:
                        line = Line(signed(c, a), latex.signed(account.notation, c, a))
                        found = origins(one, account.spec, [(written, c, a)])
                        return Answer(line, f"it is not in the objective: {RULES[reason]}; it would come from", found)
    return None


def _listed(entries: Sequence[_Entry], question: str) -> str:
    lines = [f"  {n}. {e.line.text}" for n, e in enumerate(entries[:MOST_LISTED], 1)]
    more = [f"  and {len(entries) - MOST_LISTED} more"] if len(entries) > MOST_LISTED else []
    return "\n".join([f"there is no term '{question}'; ask by number or text for one of", *lines, *more])
