"""The verbs of the public interface: each takes a spec, the name of a reference spec, or a path."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from networkx import Graph

from mvgraph import graph
from mvgraph.drawing.delta.comparison import Comparison, shown
from mvgraph.drawing.diagram import Diagram
from mvgraph.drawing.networks import from_network
from mvgraph.drawing.rendering import Picture
from mvgraph.drawing.statement import state
from mvgraph.drawing.subjects import Subject, depict
from mvgraph.errors import Problem, SpecError, UsageError
from mvgraph.objective import canonical
from mvgraph.objective.difference.comparing import difference
from mvgraph.objective.difference.matrix import Matrix, Told, matrix
from mvgraph.objective.explaining import explain as explain_spec
from mvgraph.planning import steps
from mvgraph.registry import nearest
from mvgraph.spec import reading, writing, zoo
from mvgraph.spec.model import Spec

if TYPE_CHECKING:
    from mvgraph.data.batch import Batch
    from mvgraph.evaluation.contrast import Contrast
    from mvgraph.module.model import Model
    from mvgraph.training.run import Run

Source = str | Path | Mapping[str, Any] | Spec
PARTS: dict[str, Literal["p", "q", "both"]] = {"p": "p", "q": "q", "both": "both"}


def names() -> list[str]:
    """The reference models by name, sorted.

    >>> "mopoe" in names()
    True
    """
    return zoo.names()


def published() -> list[str]:
    """The settings of published experiments by name, sorted; each extends a reference model.

    >>> load("published/mopoe").training.epochs
    300
    """
    return zoo.published()


def load(source: Source, **overrides: Any) -> Spec:
    """The spec that a name, a path, YAML text, or data stand for.

    >>> load("mopoe", beta=1.5, views=3).view_names
    ('1', '2', '3')

    Arguments:
        source: a reference name, a path, `-` for standard input, YAML text of several lines, a mapping, or a spec.
        overrides: a key of the spec's top level, which merges there, or the name of a param.

    Raises:
        SpecError: with one problem for everything that is not well formed.
    """
    return reading.load(source, **overrides)


def dump(spec: Source) -> str:
    """Canonical YAML of a spec; `load(dump(spec)) == spec`."""
    return writing.dump(load(spec))


def check(source: Source, **overrides: Any) -> list[Problem]:
    """Everything that is wrong with a spec, all at once; empty when it is fine.

    >>> [p.code for p in check({"name": "empty"})][:1]
    ['MVG116']
    """
    try:
        return graph.check(load(source, **overrides))
    except SpecError as error:
        return list(error.problems)


def sound(source: Source, **overrides: Any) -> Spec:
    """A spec that has passed the checks.

    Raises:
        SpecError: with all its errors; warnings do not count.
    """
    return accepted(load(source, **overrides))


def accepted(spec: Spec) -> Spec:
    """A spec as it was read, each value at its place in the text, if it passes the checks.

    Raises:
        SpecError: with all its errors; warnings do not count.
    """
    errors = [p for p in graph.check(spec) if p.severity == "error"]
    if errors:
        raise SpecError(*errors)
    return spec


def derive(source: Source, **overrides: Any) -> canonical.Objective:
    """The objective of a spec in canonical form.

    Raises:
        SpecError: the spec has errors.
    """
    return canonical.derive(sound(source, **overrides))


def explain(source: Source, *, unfold: bool | None = None, steps: bool = False, **overrides: Any) -> str:
    """The derivation of a spec's objective, as text.

    Arguments:
        source: a spec, the name of a reference spec, or a path.
        unfold: whether every term is written out; unless it is said, sums over three views and more are folded.
        steps: whether every written term is derived rule by rule.
        overrides: see `load`.

    Raises:
        SpecError: the spec has errors.
    """
    return explain_spec(sound(source, **overrides), unfold=unfold, steps=steps)


def draw(
    source: Source | Diagram | Graph,
    path: str | Path | None = None,
    *,
    against: Source | Diagram | Graph | None = None,
    part: str = "both",
    unroll: bool = False,
    parameters: bool = False,
    theme: str = "light",
    legend: bool = False,
    scale: float = 2.0,
    **overrides: Any,
) -> Picture:
    """Both graphs of a spec in one plate diagram, or what a second spec changes in them; notebooks show it as it is.

    >>> print(draw("mvae", part="p").text().splitlines()[-1])
      p  z → x.m

    Arguments:
        source: a spec, the name of a reference spec, a path, or a directed networkx graph; see
            `mvgraph.drawing.networks` for the attributes that a graph may have.
        path: the file to write, whose suffix says in what form; none is written unless given.
        against: a second one: the picture shows what it adds, leaves out and changes.
        part: `p`, the generative graph, `q`, the inference graph, or `both`.
        unroll: every view and level by its name, not folded into plates.
        parameters: dots for the parameters of networks.
        theme: `light` or `dark`; a .html page has both, and explains its notation.
        legend: explain the notation below the picture.
        scale: pixels a point (1/72 inch) of a .png.
        overrides: see `load`; for both specs.

    Raises:
        SpecError: a spec has errors.
        UsageError: a form, a part, a theme or a suffix is unknown; a graph cannot be drawn; there is no Graphviz.
    """
    if part not in PARTS:
        raise UsageError(f"there is no part '{part}'; {nearest(part, list(PARTS))}")
    subjects = [_subject(s, overrides) for s in (source, against) if s is not None]
    found = depict(*subjects, part=PARTS[part], unroll=unroll, with_parameters=parameters)
    only = subjects[0] if len(subjects) == 1 else None
    tell = partial(state, only, unroll=unroll, with_parameters=parameters) if isinstance(only, Spec) else None
    picture = Picture(found, theme=theme, legend=legend, scale=scale, tell=tell)
    if path is not None:
        picture.save(path)
    return picture


def _subject(source: Source | Diagram | Graph, overrides: Mapping[str, Any]) -> Subject:
    """What is drawn: a diagram that is one already, or a spec."""
    if isinstance(source, Graph):
        return from_network(source)
    return source if isinstance(source, Diagram) else sound(source, **overrides)


def diff(
    a: Source, b: Source, *, assuming: Mapping[str, float | int | str] | None = None, views: int | None = None
) -> Comparison:
    """What sets the models A and B apart: the strongest relation of their objectives, terms, graphs, settings.

    >>> delta = diff("mcvae", "dvcca", assuming={"beta": 1})
    >>> print(delta.verdict, len(delta.shared), len(delta.removed), len(delta.added))
    different 3 3 0

    Arguments:
        a, b: two specs, names of reference specs, or paths.
        assuming: values of params, as numbers or formulas such as `5/6`, for both.
        views: how many views, where a spec leaves it open; else as many as the other one has.

    Raises:
        SpecError: a spec has errors. UsageError: neither spec has a param that is assumed.
    """
    one, other = (accepted(s if isinstance(s, Spec) else load(s)) for s in (a, b))
    return shown(difference(one, other, assuming, views))


def contrast(delta: Comparison, *, rows: int = 32, repeats: int = 64, seed: int = 0) -> Contrast:
    """Two objectives as numbers, term by term, on made-up rows with shared parameters and noise.

    Arguments:
        delta: what `diff` found, of two specs with the same names.
        rows: how many rows are made up, for views of three entries.
        repeats: how often noise is drawn for each of them.
        seed: of rows, parameters and noise.

    Raises:
        UsageError: the two specs have other names, or views.
    """
    evaluate: Callable[..., Contrast] = import_module("mvgraph.evaluation.contrast").contrast
    return evaluate(delta, rows=rows, repeats=repeats, seed=seed)


def relate(
    *sources: Source,
    assuming: Mapping[str, float | int | str] | None = None,
    views: int | None = None,
    tell: Told | None = None,
) -> Matrix:
    """How many models relate: every pair of them compared, as `diff` compares two, whose arguments it has.

    >>> [str(link.verdict) for link in relate("mmvae", "mmvae_dreg", "mmvae_tight").links]
    ['equal in expectation', 'ordered', 'ordered']

    Arguments:
        sources: specs, names of reference specs, or paths; all reference models where none is given.
        tell: told after every pair how many are done, and how many there are.

    Raises:
        SpecError: a spec has errors. UsageError: there are fewer than two, or two have one name.
    """
    if len(chosen := sources or tuple(names())) < 2:
        raise UsageError(f"{len(chosen)} is too few to be related; name two models or more")
    specs = [accepted(s if isinstance(s, Spec) else load(s)) for s in chosen]
    called = [s if isinstance(s, str) and "\n" not in s else found.name for s, found in zip(chosen, specs, strict=True)]
    if len(set(called)) < len(called):
        raise UsageError(f"two models have the name '{max(called, key=called.count)}'; name one of them otherwise")
    return matrix(dict(zip(called, specs, strict=True)), assuming, views, tell)


def plan(source: Source, **overrides: Any) -> steps.Plan:
    """What a training step of a spec executes.

    Raises:
        SpecError: the spec has errors.
    """
    return steps.plan(sound(source, **overrides))


def batch(source: Source, views: Any, mask: Any = None, ids: Sequence[Any] | None = None) -> Batch:
    """A batch of data that has been checked against a spec; see `mvgraph.data.validation.batch`.

    Arguments:
        source: a spec with its views, the name of a reference spec, or a path.
        views: tables, or arrays, tensors or data frames by view.
        mask: which views were observed, bool `(row, view)`; a row of a view that is NaN as a whole is missing, too.
        ids: a name for each row, for messages.

    Raises:
        DataError: with one problem for everything in the data that does not fit.
    """
    make: Callable[..., Batch] = import_module("mvgraph.data.validation").batch
    return make(load(source), views, mask, ids)


def compile(  # noqa: A001 - the public verb
    source: Source, *, optimize: bool = True, seed: int | None = None, **overrides: Any
) -> Model:
    """The module of a spec, a `torch.nn.Module`.

    Arguments:
        source: a spec, the name of a reference spec, or a path.
        optimize: False gives the reference interpreter.
        seed: where the starting weights come from; torch's global generator, unless given.
        overrides: see `load`.

    Raises:
        SpecError: the spec has errors, or a view without a shape.
    """
    build: Callable[..., Model] = import_module("mvgraph.module.model").compile
    return build(sound(source, **overrides), optimize=optimize, seed=seed)


def fit(model: Model, data: Any, **options: Any) -> Run:
    """Train a model; see `mvgraph.training.fitting.fit`, to which all arguments pass."""
    train: Callable[..., Run] = import_module("mvgraph.training.fitting").fit
    return train(model, data, **options)
