"""The numbers of an evaluation in words, line by line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from mvgraph.evaluation.coherence import Coherence
from mvgraph.evaluation.evidence import ALL
from mvgraph.evaluation.imputation import Imputation, Score
from mvgraph.evaluation.likelihood import Likelihood

WIDTH = 100
MOST_REASONS = 6
MOST_COLUMNS = 8


def lines(
    likelihood: Likelihood | None,
    coherence: Coherence | None,
    imputation: Imputation | None,
    omitted: Mapping[str, str],
) -> list[str]:
    """What was found, and what was left out, as lines of text."""
    found = list(_likelihood(likelihood)) if likelihood else []
    found += list(_coherence(coherence)) if coherence else []
    found += [*_imputation(imputation), *_coverage(imputation)] if imputation else []
    return found + list(_omitted(omitted))


def _likelihood(found: Likelihood) -> Iterator[str]:
    yield "joint log-likelihood"
    for size in sorted(found.by_size, reverse=True):
        which = "all views" if size == found.views else f"{size} of {found.views} views"
        estimate, effective = found.by_size[size], found.effective.get(size)
        draws = f"{found.samples} importance samples" + (f", {effective:.0f} of them effective" if effective else "")
        yield f"  {estimate} nats a row ({which}, {_rows(estimate.rows)}, {draws})"
        if size in found.over_draws:
            yield f"    the ± is over rows; over draws it is {found.over_draws[size]:.2g}"
        yield from _wrap(found.unreliable[size]) if size in found.unreliable else ()


def _coherence(found: Coherence) -> Iterator[str]:
    yield f"cross-view coherence, by '{found.label}'"
    rows = {
        f"{found.label} imputed from": found.from_views,
        f"imputed from {found.label}, then classified": found.to_views,
        "the classifier's own accuracy": found.classifiers,
    }
    columns = dict.fromkeys(v for row in rows.values() for v in row if v != ALL)
    yield from _table({what: {v: f"{a:.1%}" for v, a in row.items()} for what, row in rows.items() if row}, [*columns])
    yield f"  always the most frequent {found.label}: {found.chance:.1%}"
    if found.joint is not None:
        yield f"  drawn from the prior, all views agree: {found.joint:.1%} of {found.draws} draws"


def _imputation(found: Imputation) -> Iterator[str]:
    yield "imputation error, as a multiple of the training mean's; imputed from"
    groups: dict[str, dict[str, Score]] = {}
    for score in found.scores:
        groups.setdefault(f"{score.view}, {score.measure}", {})[score.source] = score
    sources = (s.source for s in found.scores if s.source != ALL)
    views = dict.fromkeys((*(s.view for s in found.scores), *sources))
    yield from _table({what: {v: f"{s.ratio:.2f}" for v, s in row.items()} for what, row in groups.items()}, [*views])


def _coverage(found: Imputation) -> Iterator[str]:
    """Nothing, where no view has intervals."""
    if not found.coverage:
        return
    yield "withheld values inside intervals that should hold 50 % / 95 % of them; imputed from"
    groups: dict[str, dict[str, list[float]]] = {}
    for part in found.coverage:
        groups.setdefault(part.view, {}).setdefault(part.source, []).append(part.share)
    cells = {v: {s: " / ".join(f"{x:.0%}" for x in shares) for s, shares in row.items()} for v, row in groups.items()}
    sources = (c.source for c in found.coverage if c.source != ALL)
    yield from _table(cells, [*dict.fromkeys((*groups, *sources))])


def _table(rows: Mapping[str, Mapping[str, str]], views: Sequence[str]) -> Iterator[str]:
    """Cells by row and column, aligned; the column `all others` last, and alone where there are too many views.

    >>> cells = {"a, mse": {"b": "0.91", "all others": "0.84"}, "b, mse": {"a": "1.02"}}
    >>> for line in _table(cells, ["a", "b"]):
    ...     print(line.lstrip())
    a     b  all others
    a, mse        0.91        0.84
    b, mse  1.02
    """
    used = {c for row in rows.values() for c in row}
    names = [v for v in views if v in used] if len(views) <= MOST_COLUMNS else []
    names += [ALL] if ALL in used else []
    widths = {c: max(len(c), *(len(row.get(c, "")) for row in rows.values())) for c in names}
    first = max(map(len, rows))
    yield f"  {'':<{first}}" + "".join(f"  {c:>{w}}" for c, w in widths.items())
    for what, row in rows.items():
        yield (f"  {what:<{first}}" + "".join(f"  {row.get(c, ''):>{w}}" for c, w in widths.items())).rstrip()


def _omitted(omitted: Mapping[str, str]) -> Iterator[str]:
    if not omitted:
        return
    yield "left out"
    together: dict[str, list[str]] = {}
    for what, why in omitted.items():
        together.setdefault(why, []).append(what)
    for why, names in list(together.items())[:MOST_REASONS]:
        yield from _wrap(f"{', '.join(names)}: {why}")
    if len(together) > MOST_REASONS:
        yield f"  and {len(together) - MOST_REASONS} more, named in the evaluation's file"


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _rows(count: int) -> str:
    return f"{count} row{'s' if count != 1 else ''}"
