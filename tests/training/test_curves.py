"""Curves: readable with few terms and with many."""

from __future__ import annotations

import io

from mvgraph.training.curves import draw


def history(terms: int) -> list[dict[str, float]]:
    names = ["total", *(f"+ E[log p(x.v{i}|z)]" if i % 2 else f"- KL(q(z|v{i}) || p(z))" for i in range(terms))]
    return [{"epoch": e} | {f"{p} {n}": float(e) for p in ("train", "valid") for n in names} for e in (1, 2)]


def test_one_panel_a_term() -> None:
    figure = draw(history(4))
    assert figure.axes[0].get_title() == "total"
    assert len(figure.axes) == 5
    assert all(len(a.get_lines()) == 2 for a in figure.axes)


def test_one_panel_a_kind_where_there_are_many() -> None:
    figure = draw(history(40))
    assert [a.get_title() for a in figure.axes] == ["total", "- KL", "+ E"]
    legend = figure.axes[1].get_legend()
    assert legend is not None
    assert len(legend.get_texts()) <= 8


def test_one_epoch_and_signs_of_tex() -> None:
    figure = draw([{"epoch": 1, "train total": 1.0, "train $x_": 2.0}])
    assert figure.axes[0].get_lines()[0].get_marker() == "o"
    figure.savefig(io.BytesIO(), format="png")
