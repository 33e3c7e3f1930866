"""The arguments and options that several verbs share, and the spec that they name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from mvgraph.errors import UsageError
from mvgraph.interface.specs import load, sound
from mvgraph.registry import nearest
from mvgraph.spec.model import Spec

SpecName = Annotated[
    str, typer.Argument(metavar="SPEC", help="The name of a reference model, a path, or - for standard input.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="A.B=C", help="Override a value of the spec, e.g. p.z.dim=32 or beta=2 (repeatable)."
    ),
]
ViewCount = Annotated[
    int | None, typer.Option("--views", metavar="N", help="How many views, where the spec leaves them open.")
]
ViewCountOrAll = Annotated[
    str | None,
    typer.Option("--views", metavar="N|M", help="How many views, where that is open; M for every number at once."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")]
AsLatex = Annotated[bool, typer.Option("--latex", help="Answer as a part of a LaTeX document.")]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Answer as Markdown with mathematics.")]
Unfold = Annotated[
    bool | None,
    typer.Option("--unfold/--fold", help="Every term by itself, or sums, those over two views too."),
]
AsHtml = Annotated[bool, typer.Option("--html", help="Answer as one HTML page that needs no network.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run.")]
Data = Annotated[
    list[str],
    typer.Option(
        "--data",
        metavar="SOURCE",
        help="FILE.npz, VIEW=FILE.csv|.tsv|.npy|.npz:KEY, a folder of such, or digits (repeatable); rows match by id.",
    ),
]
Align = Literal["id", "position"]
Alignment = Annotated[
    Align, typer.Option("--align", help="Join rows by their ids, or pair them by their order whatever ids say.")
]
Given = Annotated[
    str | None,
    typer.Option("--given", metavar="VIEWS", help="The views to infer from, e.g. image,label; all by default."),
]
SkipEmpty = Annotated[bool, typer.Option("--skip-empty", help="Leave rows without any view out, and count them.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Where every random number comes from.")]
Component = Annotated[
    Literal["mixture", "given"],
    typer.Option(
        "--component", help="Answer by q, a mixture over parts of what is given, or by its component of all of it."
    ),
]
Output = Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]
SizeTexts = Annotated[
    list[str] | None,
    typer.Option("--size", metavar="VIEW=HxW", help="Draw a view that is a vector as a picture (repeatable)."),
]
Fraction = Annotated[float, typer.Option("--fraction", help="The share of the rows that is held out.")]


def view_count(text: str | None) -> int | Literal["M"] | None:
    """A number of views, or M for all numbers.

    >>> view_count("3"), view_count("M")
    (3, 'M')

    Raises:
        UsageError: it is neither.
    """
    if text is None:
        return None
    if text == "M":
        return "M"
    if not text.isdecimal():
        raise UsageError(f"'{text}' is no number of views; write a number, or M for every number of views at once")
    return int(text)


def overrides(sets: Sequence[str] | None, views: int | None) -> list[str]:
    """The overrides of a command line as texts; the number of views comes first."""
    return [*([f"views={views}"] if views is not None else []), *(sets or ())]


def written(
    spec: str,
    sets: Sequence[str] | None,
    views: int | None = None,
    view_names: Callable[[], Sequence[str]] | None = None,
) -> Spec:
    """The spec of a command line, well formed.

    Arguments:
        spec: a name, a path, or - for standard input.
        sets: overrides.
        views: how many, where that is open.
        view_names: those of the data, where there are data; see `mvgraph.spec.reading.load`.
    """
    return load(spec, sets=overrides(sets, views), view_names=view_names)


def checked(spec: str, sets: Sequence[str] | None, views: int | None = None) -> Spec:
    """The spec of a command line, which has passed the checks."""
    return sound(spec, sets=overrides(sets, views))


def sizes(texts: Sequence[str] | None) -> dict[str, tuple[int, int]]:
    """Heights and widths by view.

    >>> sizes(["upper=4x8"])
    {'upper': (4, 8)}

    Raises:
        UsageError: a text does not read as VIEW=HxW.
    """
    found = [
        (text, re.fullmatch(r"(?P<view>[^=]+)=(?P<height>[1-9]\d{0,4})x(?P<width>[1-9]\d{0,4})", text))
        for text in texts or ()
    ]
    wrong = [text for text, size in found if size is None]
    if wrong:
        raise UsageError(f"'{wrong[0]}' is no size; write VIEW=HEIGHTxWIDTH, e.g. upper=4x8")
    return {s["view"]: (int(s["height"]), int(s["width"])) for _, s in found if s is not None}


def one_form(**asked: bool) -> str:
    """The form of an answer that is asked for by its flag; plain text without one.

    >>> one_form(json=False, html=True)
    'html'

    Raises:
        UsageError: two forms are asked for.
    """
    found = [form for form, wanted in asked.items() if wanted]
    if len(found) > 1:
        raise UsageError(f"one answer has one form; leave --{found[0]} or --{found[1]} out")
    return found[0] if found else "text"


def form_of(output: Path | None, form: str, suffixes: Mapping[str, str]) -> str:
    """The format of an output: the one that was asked for, else that which the name of the file tells.

    Raises:
        UsageError: the name tells another one, or none where none was asked for.
    """
    if output is None:
        return form
    told = suffixes.get(output.suffix.lower())
    if told is None and form == "text":
        raise UsageError(f"'{output}' tells no format; let its name end in {', '.join(suffixes)}")
    if form != "text" and told not in (None, form):
        raise UsageError(f"asked for {form} in a file that is called {output.name}; one file has one format")
    return form if told is None else told


def view_list(text: str | None, known: Sequence[str]) -> list[str] | None:
    """The views of a list with commas; None where none is given.

    >>> view_list("image, label", ["image", "label"])
    ['image', 'label']

    Raises:
        UsageError: a name is not a view, or there is none.
    """
    if text is None:
        return None
    found = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in found if name not in known]
    if unknown or not found:
        missing = f"there is no view '{unknown[0]}'" if unknown else "no view is named"
        raise UsageError(f"{missing}; {nearest(unknown[0] if unknown else '', list(known))}")
    return found
