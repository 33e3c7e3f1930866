"""Which copies of a node are drawn as one, within a plate: views that play the same part, and all levels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mvgraph.drawing.sketch import Line, Mark, Sketch
from mvgraph.language.symbols import latex
from mvgraph.spec.model import Spec

LETTERS = ("m", "k", "j", "i", "r", "s", "t", "u")


@dataclass(frozen=True)
class Fold:
    """Copies that are drawn as one.

    Arguments:
        index: the letter in place of their names.
        views: the views, in order.
        label: the caption of their plate, LaTeX.
        text: the caption as plain text.
    """

    index: str
    views: tuple[str, ...]
    label: str
    text: str


@dataclass(frozen=True)
class Folding:
    """How a sketch becomes a diagram: the index of every view, and whether levels have one index together.

    Arguments:
        folds: the plates of views.
        levels: how many levels are drawn as one; 0 where each is drawn by itself.
    """

    folds: tuple[Fold, ...] = ()
    levels: int = 0
    index: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {view: fold.index for fold in self.folds for view in fold.views})

    def indices(self, mark: Mark) -> tuple[str, ...]:
        """What tells a mark from its copies in the picture: views, then levels."""
        view = () if mark.view is None else (self.index.get(mark.view, mark.view),)
        level = () if mark.level is None else ("l" if self.levels else str(mark.level),)
        return (*view, *level)

    def name(self, mark: Mark) -> str:
        """The id of the node that a mark becomes."""
        return ".".join([mark.name, *self.indices(mark)])

    def edge(self, line: Line) -> str:
        """The id of the edge that a line becomes."""
        return f"{self.name(line.source)}>{self.name(line.target)}:{line.part}"


def fold(spec: Spec, sketch: Sketch) -> Folding:
    """Views that the graphs do not tell apart are one; so are the levels of a hierarchy."""
    classes: dict[frozenset[object], list[str]] = {}
    for view in spec.scored_views:
        classes.setdefault(_signature(sketch, view), []).append(view)
    repeated = [tuple(c) for c in classes.values() if len(c) > 1 or _goes_on(spec, c)]
    folds = tuple(
        Fold(letter, views, *_caption(spec, letter, views)) for letter, views in zip(_letters(), repeated, strict=False)
    )
    return Folding(folds, max((m.level or 0 for m in sketch.marks), default=0))


def _goes_on(spec: Spec, views: list[str]) -> bool:
    """Whether a single view stands for all that may follow."""
    return spec.open_views is not None and spec.open_views.most is None and views[-1] == spec.view_names[-1]


def _letters() -> Iterator[str]:
    yield from LETTERS
    yield from (f"m{n}" for n in range(1, 10_000))


def _caption(spec: Spec, letter: str, views: tuple[str, ...]) -> tuple[str, str]:
    first = spec.view_names.index(views[0]) + 1
    to_the_end = spec.view_names[first - 1 :] == views
    if to_the_end:
        return rf"{latex(letter)} = {first}, \dots, M", f"{letter} = {first}, ..., M"
    names = r",\,".join(map(latex, views))
    return rf"{latex(letter)} \in \{{{names}\}}", f"{letter} in {{{', '.join(views)}}}"


def _signature(sketch: Sketch, view: str) -> frozenset[object]:
    """What the graphs say of a view, with its own name and those of the others taken out."""

    def seen(mark: Mark) -> tuple[object, ...]:
        whose = mark.view if mark.view is None else mark.view == view
        return mark.name, mark.kind, mark.level, whose, mark.deterministic

    lines: Iterable[Line] = (line for line in sketch.lines if view in (line.source.view, line.target.view))
    marks = (m for m in sketch.marks if m.view == view)
    return frozenset([*(("node", *seen(m)) for m in marks), *((x.part, seen(x.source), seen(x.target)) for x in lines)])
