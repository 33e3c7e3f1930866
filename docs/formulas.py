"""Formulas of papers and libraries in docs/formulas.md: each compared with the reference model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import mvgraph as mg
from mvgraph.objective.difference.delta import Difference
from mvgraph.objective.difference.printing import found_text
from mvgraph.objective.neatness import neat
from mvgraph.objective.text import signed
from mvgraph.spec.model import OpenViews

FOLDER = Path(__file__).parents[1] / "examples" / "formulas"
OTHER = {"multivae/mvae": "mvae_subsampled", "papers/mvtcae": "mvtcae"}  # reference models by another name
VIEWS = (2, 3)
MOST = 2  # parts of a gap that are written out
Table = Callable[[tuple[str, ...], Iterable[tuple[str, ...]]], list[str]]


def page(source: str, table: Table) -> Iterator[str]:
    """The formulas of one source, with what `diff` says of each."""
    paths = sorted((FOLDER / source).glob("*.yaml"))
    yield from table(("A", "B", *(f"at {n} views" for n in VIEWS)), map(_row, paths))


def _row(path: Path) -> tuple[str, ...]:
    name = path.relative_to(FOLDER).with_suffix("").as_posix()
    model = OTHER.get(name, path.stem)
    link = f"[`{name}`](../examples/formulas/{name}.yaml): {_comment(path)}"
    if mg.load(model).open_views == OpenViews(2, 2):
        return f"`{model}`", link, _said(mg.diff(model, path, views=2)), "has two views"
    said = [_said(mg.diff(model, path, views=n)) for n in VIEWS]
    return f"`{model}`", link, *(said if said[0] != said[1] else [said[0], "the same"])


def _comment(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return " ".join(line.removeprefix("# ") for line in lines if line.startswith("#"))


def _said(delta: Difference) -> str:
    parts = [found_text(delta.finding)]
    parts += [signed(c, a).removeprefix("+ ") for c, a in delta.finding.gap] if len(delta.finding.gap) <= MOST else []
    parts += [f"but {found_text(delta.special)}"] if delta.special else []
    weights = Counter((str(neat(x.before)), str(neat(x.after))) for x in delta.changed)
    parts += [f"{before} -> {after} ({_terms(n)})" for (before, after), n in weights.items()]
    alone = (("A", delta.removed), ("B", delta.added))
    parts += [f"{_terms(len(found))} only in {side}" for side, found in alone if found]
    return "; ".join(f"`{p}`" if "->" in p or "(z" in p else p for p in parts)


def _terms(count: int) -> str:
    return f"{count} term{'s' if count != 1 else ''}"
