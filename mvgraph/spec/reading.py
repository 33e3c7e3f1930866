"""Reading a spec: text or data to a `Spec`, with everything that is wrong with it at once."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any, cast

from mvgraph.errors import Path, Problem, SpecError
from mvgraph.language.density import parse_density, parse_sample
from mvgraph.language.expr import Formula
from mvgraph.language.index import parse_ranges, parse_views
from mvgraph.language.table import Table
from mvgraph.language.word import Word, build, convert, split
from mvgraph.spec.document import Document
from mvgraph.spec.grammar import (
    NAMED,
    RECORDS,
    TERMS,
    DensityText,
    Dim,
    Evidence,
    Node,
    OneView,
    Plate,
    Posteriors,
    Range,
    SampleText,
    Targets,
    Views,
    Whole,
    alternatives,
    is_word,
    keys,
    node_class,
)
from mvgraph.spec.item import plant
from mvgraph.spec.levels import Unrolling
from mvgraph.spec.merging import Written, based, view_counts, written
from mvgraph.spec.model import Latent, Observed, OpenViews, Posterior, Spec, Value, View
from mvgraph.spec.nodes import Condition, Discrete, Levels, Pseudo
from mvgraph.spec.numerals import numeral
from mvgraph.spec.overrides import apply, named
from mvgraph.spec.source import find
from mvgraph.spec.summing import mixed
from mvgraph.spec.terms import WrittenTerm
from mvgraph.spec.validating import LACKS, validate
from mvgraph.spec.writing import tree as tree_of
from mvgraph.vocab.param import Param

Source = str | FilePath | Mapping[str, Any] | Spec


def load(
    source: Source,
    *,
    sets: Sequence[str] = (),
    view_names: Callable[[], Sequence[str]] | None = None,
    **overrides: Any,
) -> Spec:
    """The spec that a name, a path, a text, or data stand for.

    Arguments:
        source: the name of a reference spec, a path, `-` for standard input, YAML text (with a line break in it),
            a mapping, or a spec.
        sets: overrides as texts, `p.z.dim=32`; the value is YAML.
        view_names: gives the names of the data's views, asked where a text overrides one of them and the spec leaves
            its views open; these stay open then, to be filled in from the data.
        overrides: overrides by keyword: a key of the spec's top level (it merges there), or the name of a param.

    Raises:
        SpecError: with one problem for everything that is not well formed, ordered by place.
    """
    base = gather(source)
    by_name = named(base, sets, view_names) if view_names is not None else None
    if by_name is None:
        return interpret(apply(base, sets, overrides))
    counts = view_counts(base.item.value["views"].value) or (1, None)
    return replace(interpret(apply(by_name, sets, overrides)), open_views=OpenViews(*counts))


def gather(source: Source) -> Written:
    """The items of a source, merged onto those that it extends.

    Raises:
        SpecError: there is no text, or nothing can be read from it.
    """
    if isinstance(source, Spec):
        return Written(plant(tree_of(source)))
    if isinstance(source, Mapping):
        return based(Written(plant({"mvgraph": 1, **source})))
    return written(find(source))


def interpret(spec: Written) -> Spec:
    """The meaning of a written spec, as far as it follows from syntax and types.

    Raises:
        SpecError: with everything that is not well formed.
    """
    found, problems = read(spec)
    errors = [p for p in (*spec.problems, *problems) if p.severity == "error"]
    if errors or found is None:
        raise SpecError(*sorted(errors, key=by_place))
    return found


def read(spec: Written) -> tuple[Spec | None, list[Problem]]:
    """The meaning of a written spec where it has one, and what the schema and the types do not allow.

    Of a spec without its base it is not known what it lacks.
    """
    notes = tuple(p for p in spec.problems if p.severity != "error")
    document = replace(spec.item.document(spec.lines), notes=notes)
    problems = [p for p in validate(document.tree) if spec.whole or p.code not in LACKS]
    reader = _Reader()
    whole = None if problems or not spec.whole else reader.record(Whole, document.tree, ())
    problems += reader.problems
    found = None if problems or whole is None else _spec(whole, document, problems)
    return None if problems else found, [document.locate(p) for p in problems]


def by_place(problem: Problem) -> tuple[str, int, int]:
    """What problems are ordered by: file, line and column."""
    place = problem.place
    return (place.file, place.line, place.column) if place else ("", 0, 0)


def _spec(whole: Whole, document: Document, problems: list[Problem]) -> Spec:
    nodes = tuple(whole.p.values())
    levels = Unrolling([n for n in nodes if isinstance(n, Latent | Observed)], problems)
    discretes = {n.name: n for n in nodes if isinstance(n, Discrete)}
    return Spec(
        name=whole.name,
        about=whole.about,
        params=whole.params,
        views=whole.views.views,
        open_views=whole.views.open,
        view_defaults=replace(whole.view_defaults, name=""),
        latents=tuple(mixed(n, discretes) for n in levels.latents()),
        discretes=tuple(discretes.values()),
        observed=levels.observed(next(n for n in nodes if isinstance(n, Observed))),
        conditions=tuple(n for n in nodes if isinstance(n, Condition)),
        pseudo=tuple(n for n in nodes if isinstance(n, Pseudo)),
        mixture=whole.q.mixture,
        posteriors=levels.posteriors(whole.q.latents),
        objective=whole.objective,
        phases=whole.phases,
        estimator=whole.estimator,
        training=whole.training,
        moves=whole.moves,
        document=document,
    )


class _Reader:
    """Trees to values by the types of the language; the tree has passed the schema."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, hint: Any, value: Any, path: Path) -> Any:
        """The value that a type reads from a tree; None and a problem where it does not."""
        try:
            return self._read(hint, value, path)
        except SpecError as error:
            self.problems += [replace(p, path=path + p.path) for p in error.problems]
            return None

    def _read(self, hint: Any, value: Any, path: Path) -> Any:
        if hint in _SPECIAL:
            return _SPECIAL[hint](self, value, path)
        if len(parts := alternatives(hint)) > 1:
            return self.union(hint, parts, value, path)
        origin, args = typing.get_origin(hint), typing.get_args(hint)
        if origin is Table:
            return Table({k: self.read(args[0], v, (*path, k)) for k, v in value.items()})
        if origin is tuple:
            return tuple(self.read(args[0], v, (*path, i)) for i, v in enumerate(value))
        if hint in RECORDS:
            return self.record(hint, value, path)
        return self.word(hint, value) if is_word(hint) else convert(hint, value, ())

    def record(self, cls: type, tree: Mapping[str, Any] | None, path: Path, **fixed: Any) -> Any:
        """An instance of a dataclass from a mapping; its name, if it has one, is the last key of the path."""
        tree = tree or {}
        known = [k for k in keys(cls) if k.field]
        read = {k.field: self.read(k.hint, tree[k.name], (*path, k.name)) for k in known if k.name in tree}
        values = {field: value for field, value in read.items() if value is not None}
        named = {"name": str(path[-1])} if cls in NAMED else {}
        complete = all(k.field in values for k in known if k.required)
        return cls(**values, **named, **fixed) if complete else None

    def union(self, hint: Any, parts: tuple[Any, ...], value: Any, path: Path) -> Any:
        """The alternative that a value is meant for."""
        tables = [p for p in parts if typing.get_origin(p) is Table]
        rest = [p for p in parts if p not in tables and p is not type(None)]
        if value is None and type(None) in parts:
            return None
        if isinstance(value, Mapping) and tables:
            return self._read(tables[0], value, path)
        return self._read(rest[0], value, path) if len(rest) == 1 else convert(hint, value, ())

    def word(self, kind: type[Word], value: Any) -> Any:
        """A word with its options."""
        name, options = split(value)
        try:
            return build(kind.registry[name], options)
        except SpecError as error:
            inside = (name,) if isinstance(value, Mapping) else ()
            raise SpecError(*(replace(p, path=inside + p.path) for p in error.problems)) from None


def _formula(_reader: _Reader, value: Any, _path: Path) -> Formula:
    formula = Formula(numeral(value) if isinstance(value, int | float) else value.strip())
    len(formula.references)  # reads the text
    return formula


def _evidence(_reader: _Reader, value: Any, _path: Path) -> str:
    text = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else value
    views = parse_views(text)
    return f"[{', '.join(views.names)}]" if views.listed else text.strip()


def _targets(reader: _Reader, value: Any, path: Path) -> str:
    if not isinstance(value, Mapping):
        return _evidence(reader, value, path)
    ((node, views),) = value.items()
    return f"{{{node}: {_evidence(reader, views, path)}}}"


def _range(_reader: _Reader, value: Any, _path: Path) -> str:
    parse_ranges(value)
    return str(value).replace(" ", "")


def _density(_reader: _Reader, value: Any, _path: Path) -> str:
    parse_density(value)
    return str(value).strip()


def _one_view(_reader: _Reader, value: Any, _path: Path) -> str:
    return str(value)


def _sample(_reader: _Reader, value: Any, _path: Path) -> str:
    parse_sample(value)
    return str(value).strip()


def _plate(reader: _Reader, value: Any, path: Path) -> bool | Levels:
    return True if value == "view" else cast(Levels, reader.record(Levels, value, path))


def _dim(reader: _Reader, value: Any, path: Path) -> Any:
    by_position = isinstance(value, list)
    table = {str(i + 1): n for i, n in enumerate(value)} if by_position else value
    return reader.read(int | Table[int], table, path)


def _views(reader: _Reader, value: Any, path: Path) -> Views:
    if isinstance(value, Mapping):
        return Views(tuple(reader.read(View, v or {}, (*path, k)) for k, v in value.items()))
    least, most = view_counts(value) or (1, None)
    if most is not None and most < least:
        raise SpecError(Problem("MVG141", (), f"{value} allows no number of views", f"write {most}..{least}"))
    return Views(tuple(View(str(i + 1)) for i in range(least)), OpenViews(least, most))


def _nodes(reader: _Reader, value: Any, path: Path) -> Table[Any]:
    classes = {name: node_class(node) for name, node in value.items()}
    observed = [name for name, cls in classes.items() if cls is Observed]
    if not observed:
        remedy = "add a node such as x: {observed: true, plate: view, given: [z]}"
        reader.problems.append(Problem("MVG140", path, "p has no observed node", remedy))
    for name in observed[1:]:
        message = f"'{name}' is a second observed node beside '{observed[0]}'"
        reader.problems.append(Problem("MVG140", (*path, name), message, "one observed node stands for all views"))
    if Latent not in classes.values():
        remedy = "add a node such as z: {latent: normal, dim: 8}"
        reader.problems.append(Problem("MVG140", path, "p has no latent node", remedy))
    return Table({k: reader.read(classes[k], v, (*path, k)) for k, v in value.items()})


def _posteriors(reader: _Reader, value: Any, path: Path) -> Posteriors:
    posteriors = (reader.read(Posterior, v, (*path, k)) for k, v in value.items() if k != "mixture")
    return Posteriors(value.get("mixture", "none"), tuple(posteriors))


def _term(reader: _Reader, value: Any, path: Path) -> Any:
    word, options = next(iter(value.items()))
    several = list(TERMS.values()).count(TERMS[word]) > 1  # one class for several words
    return reader.record(TERMS[word], options, (*path, word), **({"word": word} if several else {}))


def _params(reader: _Reader, value: Any, path: Path) -> Table[Any]:
    return Table({k: reader.read(_Param, v, (*path, k)) for k, v in value.items()})


def _param(reader: _Reader, value: Any, _path: Path) -> Any:
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) or (len(value) == 1 and next(iter(value)) in Param.registry):
        return reader.word(Param, value)
    return Table({k: float(v) for k, v in value.items()})


_Param = typing.NewType("_Param", object)

_SPECIAL: dict[Any, Callable[[_Reader, Any, Path], Any]] = {
    Formula: _formula,
    Evidence: _evidence,
    Targets: _targets,
    Range: _range,
    DensityText: _density,
    SampleText: _sample,
    Plate: _plate,
    Dim: _dim,
    OneView: _one_view,
    Views: _views,
    Table[Node]: _nodes,
    Posteriors: _posteriors,
    WrittenTerm: _term,
    Table[Value]: _params,
    _Param: _param,
}
