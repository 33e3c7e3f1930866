"""The curves of a run: every printed term over the epochs."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mvgraph.training.metering import TOTAL
from mvgraph.training.module import TRAIN, VALID

MOST_PANELS = 9  # with more terms than this, terms of a kind share a panel
MOST_NAMED = 8  # lines of a panel that its legend names
Row = Mapping[str, float]


def draw(rows: Sequence[Row]) -> Figure:
    """One panel a term (a kind of terms, where there are many): training solid, validation dashed.

    >>> draw([{"epoch": 1, "train total": 2.0}, {"epoch": 2, "train total": 1.0}]).axes[0].get_title()
    'total'
    """
    panels = group(terms(rows))
    across = min(3, len(panels))
    down = math.ceil(len(panels) / across)
    figure = Figure(figsize=(4.6 * across, 3.2 * down), layout="constrained")
    for place, (title, names) in enumerate(panels.items(), 1):
        _panel(figure.add_subplot(down, across, place), title, names, rows)
    return figure


def terms(rows: Sequence[Row]) -> list[str]:
    """The names of the curves, `total` first."""
    columns = dict.fromkeys(name for row in rows for name in row)
    found = dict.fromkeys(c.removeprefix(p) for p in (TRAIN, VALID) for c in columns if c.startswith(p))
    return [TOTAL, *(t for t in found if t != TOTAL)]


def group(names: Sequence[str]) -> dict[str, list[str]]:
    """The panels by title.

    >>> group(["total", "KL(a)", "KL(b)"])
    {'total': ['total'], 'KL(a)': ['KL(a)'], 'KL(b)': ['KL(b)']}
    >>> list(group(["total", *(f"KL({i})" for i in range(20)), "E[log p(x)]"]))
    ['total', 'KL', 'E']
    """
    panels: dict[str, list[str]] = {}
    for name in names:
        kind = re.split(r"[\[(]", name)[0].strip() or name
        panels.setdefault(name if len(names) <= MOST_PANELS else kind, []).append(name)
    return panels


def _panel(axes: Axes, title: str, names: Sequence[str], rows: Sequence[Row]) -> None:
    for number, name in enumerate(names):
        for prefix, style in ((TRAIN, "-"), (VALID, "--")):
            points = [(r["epoch"], r[prefix + name]) for r in rows if prefix + name in r]
            if points:
                label = _label(prefix, name if len(names) > 1 else "", number)
                marker = "o" if len(points) == 1 else ""
                axes.plot(
                    *zip(*points, strict=True), style, marker=marker, color=f"C{number % 10}", label=label, lw=1.4
                )
    axes.set_title(_plain("\n".join(textwrap.wrap(title, 44))), fontsize=9)
    axes.set_xlabel("epoch", fontsize=8)
    axes.tick_params(labelsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    if axes.get_lines():
        axes.legend(fontsize=7, frameon=False)


def _label(prefix: str, name: str, number: int) -> str:
    """The legend's text of one line; a leading underscore leaves it out."""
    hidden = number >= MOST_NAMED or (bool(name) and prefix == VALID)
    return "_" if hidden else _plain(textwrap.shorten(name, 40) if name else prefix.strip())


def _plain(text: str) -> str:
    """The text, kept from being read as TeX."""
    return text.replace("$", r"\$")
