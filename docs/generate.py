"""Writes what is generated in the documentation: `python docs/generate.py`, or with `--check` only compares.

`--quick` leaves out what takes a while: docs/family.md, for which all pairs of models are compared.

A section stands between `<!-- generated: NAME -->` and `<!-- end -->`; NAME is a key of `SECTIONS`. Pictures are files
of their own, and nothing else is in their folders.
"""

from __future__ import annotations

import re
import sys
import typing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields
from functools import partial
from inspect import getdoc
from pathlib import Path
from typing import Any

import catalogue
import family
import formulas
import gallery
import missing
import notation

import mvgraph as mg
from mvgraph.language.expr import Formula
from mvgraph.language.table import Table
from mvgraph.language.word import Word, default, hints, option_name
from mvgraph.spec.about import About
from mvgraph.spec.games import Contest, Move
from mvgraph.spec.grammar import (
    DensityText,
    Evidence,
    Node,
    Objective,
    OneView,
    Plate,
    Posteriors,
    Range,
    SampleText,
    Targets,
    Views,
    Whole,
    keys,
)
from mvgraph.spec.model import (
    Clip,
    EarlyStopping,
    Estimator,
    Latent,
    Observed,
    Posterior,
    Training,
    View,
)
from mvgraph.spec.model import Value as ParamValue
from mvgraph.spec.nodes import Condition, Discrete, Pseudo
from mvgraph.spec.phases import Phase
from mvgraph.spec.schema import KINDS, spoken
from mvgraph.spec.terms import BatchStatistic, CrossEntropy, Divergence, Drop, JensenShannon, Route, WrittenTerm
from mvgraph.vocab.after import After
from mvgraph.vocab.family import Family

DOCS = Path(__file__).resolve().parent
SECTION = re.compile(r"(<!-- generated: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

RECORDS: dict[str, tuple[type, str]] = {
    "The whole": (Whole, "The keys of a file."),
    "about": (About, "`about:`"),
    "A view": (View, "`views: {NAME: ...}` and `view_defaults:`"),
    "A latent node": (Latent, "`p: {NAME: ...}`"),
    "The observed node": (Observed, "`p: {NAME: {observed: true, ...}}`; there is one."),
    "Pseudo-data": (Pseudo, "`p: {NAME: {pseudo: LATENT, ...}}`: an upper level reproduces draws of the lower one."),
    "A condition": (
        Condition,
        "`p: {NAME: {condition: true, ...}}`: the view is given, and p is a model of the others.",
    ),
    "A discrete node": (Discrete, "`p: {NAME: {discrete: K, ...}}`: a parent that is summed out of a latent's prior."),
    "A posterior": (Posterior, "`q: {NAME: ...}`, one for each latent of p."),
    "The posterior family": (Posteriors, "Beside the latents, `q:` has the key"),
    "The objective": (Objective, "`objective:`"),
    "A phase": (Phase, "An item of `phases:`."),
    "A route": (Route, "`elbo: {...}` or `iwae: {...}`, an item of `maximize:`."),
    "A divergence": (Divergence, "`kl: {...}`, an item of `minimize:`."),
    "A cross-entropy": (CrossEntropy, "`ce: {...}`, an item of `minimize:`."),
    "A Jensen–Shannon divergence": (JensenShannon, "`js: {...}`, an item of `minimize:`."),
    "A statistic": (BatchStatistic, "`statistic: {...}`, an item of `maximize:`."),
    "A game": (Contest, "`game: {...}`, an item of `minimize:`."),
    "A move": (Move, "`moves: [...]`, in the order of a step."),
    "drop": (Drop, "`drop:` of a route"),
    "estimator": (Estimator, "`estimator:`"),
    "training": (Training, "`training:`"),
    "clip": (Clip, "`training: {clip: ...}`"),
    "early_stopping": (EarlyStopping, "`training: {early_stopping: ...}`"),
}
NAMES: dict[Any, str] = {
    Views: "a mapping, a number, or `2..`",
    Table[Node]: "a mapping of nodes",
    tuple[After, ...]: "a list of hooks",
    Posteriors: "a mapping of latents",
    Table[ParamValue]: "a mapping",
    Table[Range]: "a mapping of variables to ranges",
    Evidence: "views",
    DensityText: "a density",
    SampleText: "a density or `x.m`",
    tuple[Move, ...]: "a list of moves",
    tuple[DensityText, ...]: "a list of densities",
    Plate: "`view` or `{level: L}`",
    OneView: "the name or number of a view",
    Targets: "views, or a mapping of a pseudo node to views",
    tuple[WrittenTerm, ...]: "a list of terms",
    tuple[Phase, ...]: "a list of phases",
    Formula: "a number or a formula",
}


def value_of(hint: Any) -> str:
    """What may stand under a key, in words."""
    if hint in NAMES:
        return NAMES[hint]
    if typing.get_origin(hint) is typing.Literal:
        return " or ".join(f"`{str(v).lower() if isinstance(v, bool) else v}`" for v in typing.get_args(hint))
    inner = typing.get_args(hint)[:1]
    if typing.get_origin(hint) is tuple and typing.get_origin(inner[0]) is typing.Literal:
        return f"a list of {value_of(inner[0])}"
    return spoken(hint)


def default_of(value: Any) -> str:
    """A default as it would be written."""
    if value is MISSING:
        return "must be said"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`" if value else ""
    value = value.write() if isinstance(value, Word) else value
    simple = isinstance(value, int | float | str | Formula) and str(value)
    return f"`{value}`" if simple else ""


def row(*cells: str) -> str:
    """A row of a table."""
    return "| " + " | ".join(c.replace("|", "\\|").replace("\n", " ") for c in cells) + " |"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """A Markdown table."""
    return [row(*head), row(*["---"] * len(head)), *(row(*r) for r in rows)]


def records() -> Iterator[str]:
    """The keys of every mapping of the language."""
    for title, (cls, where) in RECORDS.items():
        yield from (f"### {title}", "", where, "")
        rows = [(f"`{k.name}`", value_of(k.hint), default_of(k.default), k.about.rstrip(".")) for k in keys(cls)]
        yield from (*table(("key", "value", "default", "meaning"), rows), "")


def words() -> Iterator[str]:
    """Every vocabulary: its words, with their options and defaults."""
    for kind in KINDS:
        noun = kind.registry.noun
        yield from (f"### {noun.capitalize()}", "", (getdoc(kind) or "").partition("\n")[0], "")
        rows = [(f"`{w}`", meaning(kind.registry[w]), options(kind.registry[w])) for w in kind.registry.names()]
        yield from (*table(("word", "meaning", "options and defaults"), rows), "")


def meaning(cls: type[Word]) -> str:
    """The first sentence of a word's documentation, and the roles of a family."""
    text = (getdoc(cls) or "").partition("\n")[0].rstrip(".:")
    return f"{text} ({', '.join(sorted(cls.roles))})" if issubclass(cls, Family) else text


def options(cls: type[Word]) -> str:
    """The options of a word, with what may stand there and the defaults."""
    types = hints(cls)
    return "; ".join(
        f"`{option_name(f)}`: {value_of(types[f.name])}" + (f" = {shown(default(f))}" if shown(default(f)) else "")
        for f in fields(typing.cast(Any, cls))
    )


def shown(value: Any) -> str:
    """The default of an option."""
    if value is None or value is MISSING or value == ():
        return ""
    text = list(value) if isinstance(value, tuple) else str(value).lower() if isinstance(value, bool) else value
    return f"`{text}`"


def allowed() -> Iterator[str]:
    """What each reference spec allows where views are missing, found by trying every set of views."""
    yield from table(
        ("spec", "in training, a row counts with", "encode, impute from", "log p(X)"), map(missing.tried, mg.names())
    )


def models() -> Iterator[str]:
    """The reference models, with what training does where views are missing."""
    return catalogue.models(table, lambda name: missing.tried(name)[1])


SECTIONS: dict[str, Callable[[], Iterable[str]]] = {
    "records": records,
    "words": words,
    "allowed": allowed,
    "models": models,
    "notation": notation.table,
    "family_classes": family.classes,
    "family_steps": partial(family.which, table),
    "family_alone": family.alone,
    "family_pairs": partial(family.pairs, table),
    **{f"picture_{name}": partial(notation.model, name) for name in notation.MODELS},
    "formulas_multivae": partial(formulas.page, "multivae", table),
    "formulas_multi_view_ae": partial(formulas.page, "multi-view-ae", table),
    "formulas_papers": partial(formulas.page, "papers", table),
    "gallery": gallery.page,
}
PICTURES: dict[str, Callable[[], Iterable[tuple[str, str]]]] = {
    notation.FOLDER: notation.pictures,
    gallery.FOLDER: gallery.pictures,
    family.FOLDER: family.pictures,
}
SLOW = {family.FOLDER, *(name for name in SECTIONS if name.startswith("family_"))}  # all pairs of models are compared
QUICK = "--quick"


def written(text: str) -> str:
    """A page with its generated sections made anew."""

    def section(match: re.Match[str]) -> str:
        if QUICK in sys.argv[1:] and match["name"] in SLOW:
            return match[0]
        body = "\n".join(SECTIONS[match["name"]]()).strip()
        return f"{match[1]}\n{body}\n\n{match[3]}"

    return SECTION.sub(section, text)


def generated() -> dict[Path, str]:
    """Every page and every picture as it should be."""
    pages = {page: written(page.read_text(encoding="utf-8")) for page in sorted(DOCS.glob("*.md"))}
    return pages | {DOCS / name: text for folder in folders() for name, text in PICTURES[folder]()}


def folders() -> list[str]:
    """The folders of pictures that are made."""
    return [folder for folder in PICTURES if QUICK not in sys.argv[1:] or folder not in SLOW]


NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
HAIR = 0.25  # points; places come from linear algebra, whose last digits another processor may round the other way


def same(text: str, other: str, *, drawn: bool) -> bool:
    """Whether two texts are equal; of pictures, whether nothing has moved by more than a hair."""
    if not drawn or text == other:
        return text == other
    numbers = zip(NUMBER.findall(text), NUMBER.findall(other), strict=False)
    return NUMBER.sub("0", text) == NUMBER.sub("0", other) and all(abs(float(a) - float(b)) <= HAIR for a, b in numbers)


def current(path: Path, text: str) -> bool:
    """Whether a file holds what it should."""
    return path.exists() and same(path.read_text(encoding="utf-8"), text, drawn=path.suffix == ".svg")


def main() -> int:
    """Write the pages and pictures, or say which differ; 1 where one does."""
    files = generated()
    stale = [path for path, text in files.items() if not current(path, text)]
    left = [path for folder in folders() for path in (DOCS / folder).glob("*") if path not in files]
    if "--check" not in sys.argv[1:]:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
        for path in left:
            path.unlink()
    print("\n".join(str(path.relative_to(DOCS)) for path in [*stale, *left]) or "up to date")
    return int(bool(stale or left) and "--check" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
