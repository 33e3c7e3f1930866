"""The curves of a run: every printed term over the epochs."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mvgraph.training.metering import TOTAL
from mvgraph.training.module import TRAIN, VALID
from mvgraph.training.stages import PHASE

MOST_NAMED = 24  # lines of a panel that its legend names
WIDTH, LEAST_HEIGHT, LINE_HEIGHT = 11.0, 2.1, 0.165  # inches: of the figure, of a panel, of a legend's line
Row = Mapping[str, float]


def draw(rows: Sequence[Row], phases: Sequence[str] = ()) -> Figure:
    """One panel for the total, each view's log-likelihoods, the divergences: training solid, validation dashed.

    Arguments:
        rows: the metrics, one row an epoch.
        phases: the names of the phases, each of which has panels of its own.

    >>> draw([{"epoch": 1, "train total": 2.0}, {"epoch": 2, "train total": 1.0}]).axes[0].get_title(loc="left")
    'loss'
    """
    panels = [(p + title, names, own) for p, own in _parts(rows, phases) for title, names in group(terms(own)).items()]
    heights = [max(LEAST_HEIGHT, LINE_HEIGHT * min(len(n), MOST_NAMED + 1) + 0.7) for _, n, _ in panels]
    figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
    axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axis, (title, names, own) in zip(axes, panels, strict=True):
        _panel(axis, title, names, own)
    axes[-1].set_xlabel("epoch", fontsize=8)
    return figure


def _parts(rows: Sequence[Row], phases: Sequence[str]) -> list[tuple[str, Sequence[Row]]]:
    """The rows of each phase that has any, with the beginning of its titles."""
    if not phases:
        return [("", rows)]
    own = [(f"{name}: ", [r for r in rows if r[PHASE] == number]) for number, name in enumerate(phases, 1)]
    return [(title, found) for title, found in own if found]


def terms(rows: Sequence[Row]) -> list[str]:
    """The names of the curves, `total` first."""
    columns = dict.fromkeys(name for row in rows for name in row)
    found = dict.fromkeys(c.removeprefix(p) for p in (TRAIN, VALID) for c in columns if c.startswith(p))
    return [TOTAL, *(t for t in found if t != TOTAL)]


def group(names: Sequence[str]) -> dict[str, list[str]]:
    """The panels by title.

    >>> group(["total", "+ E[log p(x.a|z); z~q(z|a)]", "- beta KL(q(z|a) || p(z))"])  # doctest: +NORMALIZE_WHITESPACE
    {'loss': ['total'], 'log p(x.a)': ['+ E[log p(x.a|z); z~q(z|a)]'], 'divergences': ['- beta KL(q(z|a) || p(z))']}
    """
    panels: dict[str, list[str]] = {}
    for name in names:
        panels.setdefault(_title(name), []).append(name)
    return panels


def _title(name: str) -> str:
    """What a curve is about: the loss, games and their players, a view's log-likelihood, divergences, or the rest."""
    if "GAME_" in name or name.startswith(("critic of ", "generator of ")):
        return "games"
    scored = re.search(r"E\[log p\(([^|)]*)", name)
    if name == TOTAL:
        return "loss"
    if "LME_" in name:
        return "log-mean-exps"
    return f"log p({scored[1]})" if scored else "divergences" if "KL(" in name else "other terms"


def _panel(axes: Axes, title: str, names: Sequence[str], rows: Sequence[Row]) -> None:
    for number, name in enumerate(names):
        for prefix, style in ((TRAIN, "-"), (VALID, "--")):
            points = [(r["epoch"], r[prefix + name]) for r in rows if prefix + name in r]
            if points:
                label = _label(prefix, name, number, len(names))
                marker = "o" if len(points) == 1 else ""
                color = f"C{number % 10}"
                axes.plot(*zip(*points, strict=True), style, marker=marker, color=color, label=label, lw=1.2)
    axes.set_title(_plain(title), fontsize=10, loc="left")
    axes.tick_params(labelsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    if axes.get_lines():
        axes.legend(fontsize=7, frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5))


def _label(prefix: str, name: str, number: int, count: int) -> str:
    """The legend's text of one line; a leading underscore leaves it out."""
    if name == TOTAL:
        return prefix.strip()
    if prefix == VALID or number > MOST_NAMED:
        return "_"
    more = count - MOST_NAMED
    return f"and {more} more" if number == MOST_NAMED else _plain(textwrap.shorten(name, 90, placeholder=" ..."))


def _plain(text: str) -> str:
    """The text, kept from being read as TeX."""
    return text.replace("$", r"\$")
