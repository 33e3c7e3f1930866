"""Curves: readable with few terms and with many."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

from mvgraph.training.curves import draw


def history(terms: int) -> list[dict[str, float]]:
    names = ["total", *(f"+ E[log p(x.v{i}|z)]" if i % 2 else f"- KL(q(z|v{i}) || p(z))" for i in range(terms))]
    return [{"epoch": e} | {f"{p} {n}": float(e) for p in ("train", "valid") for n in names} for e in (1, 2)]


def titles(figure: Figure) -> list[str]:
    return [a.get_title(loc="left") for a in figure.axes]


def test_one_panel_a_view_and_one_for_divergences() -> None:
    figure = draw(history(4))
    assert titles(figure) == ["loss", "divergences", "log p(x.v1)", "log p(x.v3)"]
    assert [len(a.get_lines()) for a in figure.axes] == [2, 4, 2, 2]
    legend = figure.axes[1].get_legend()
    assert legend is not None
    assert [t.get_text() for t in legend.get_texts()] == ["- KL(q(z|v0) || p(z))", "- KL(q(z|v2) || p(z))"]


def test_a_legend_of_many_lines_ends() -> None:
    legend = draw(history(100)).axes[1].get_legend()
    assert legend is not None
    assert [t.get_text() for t in legend.get_texts()][-1] == "and 26 more"


def test_one_epoch_and_signs_of_tex() -> None:
    figure = draw([{"epoch": 1, "train total": 1.0, "train $x_": 2.0}])
    assert figure.axes[0].get_lines()[0].get_marker() == "o"
    figure.savefig(io.BytesIO(), format="png")
