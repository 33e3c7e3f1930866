"""The keys of the language: one table that the schema, the reader, the writer and `extends` share.

Keys follow from the dataclasses of `mvgraph.spec.model`; where the text differs from the class, `_KEYS` says how.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from inspect import getdoc
from typing import Any, Literal, NewType

from mvgraph.language.table import Table
from mvgraph.language.word import Word, default, hints, option_name
from mvgraph.spec.about import About
from mvgraph.spec.games import Contest, Move
from mvgraph.spec.model import (
    Clip,
    EarlyStopping,
    Estimator,
    Latent,
    Observed,
    OpenViews,
    Posterior,
    Training,
    Value,
    View,
)
from mvgraph.spec.nodes import Condition, Discrete, Levels, Pseudo
from mvgraph.spec.phases import Objective, Phase
from mvgraph.spec.terms import BatchStatistic, CrossEntropy, Divergence, Drop, JensenShannon, Route, WrittenTerm

Evidence = NewType("Evidence", str)  # a set of views: a text, or a list of names and positions
Targets = NewType("Targets", str)  # the same, or a mapping of one node to it
Range = NewType("Range", str)  # what a bound variable runs over
DensityText = NewType("DensityText", str)
SampleText = NewType("SampleText", str)  # a density, or the data of a view
Plate = Literal["view"] | Levels
Dim = int | Table[int] | tuple[int, ...]  # a list by position: of the view, or of the level
OneView = NewType("OneView", str)  # the name or the position of a view
Node = Latent | Observed | Condition | Discrete | Pseudo
NODES: dict[str, type] = {  # by a key that no other node has; else latent
    "observed": Observed,
    "condition": Condition,
    "discrete": Discrete,
    "pseudo": Pseudo,
}


@dataclass(frozen=True)
class Views:
    """The `views` of a spec: named, or open."""

    views: tuple[View, ...]
    open: OpenViews | None = None


@dataclass(frozen=True)
class Posteriors:
    """The `q` of a spec: the posterior family, indexed by the evidence set.

    Arguments:
        mixture: one posterior; or an equal mixture over single views, or over all subsets, of the evidence.
    """

    mixture: Literal["none", "singles", "subsets"] = "none"
    latents: tuple[Posterior, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A multi-view latent variable model.

    Arguments:
        mvgraph: version of the format.
        name: the name of the model.
        about: where the model comes from.
        extends: the reference spec or file that this one starts from.
        params: named numbers, symbols in the printed objective.
        views: the views by name, or how many there may be.
        view_defaults: what a view falls back to.
        p: the generative graph, node by node.
        q: the posterior family, latent by latent.
        objective: routes to be maximised, and terms to be minimised.
        phases: in place of `objective`, where training has several, one after another.
        estimator: how expectations are estimated.
        training: how the parameters are found.
        moves: who takes a step when, where there is a game.
    """

    mvgraph: Literal[1]
    name: str
    about: About = field(default_factory=About)
    extends: str | None = None
    params: Table[Value] = field(default_factory=Table)
    views: Views
    view_defaults: View = field(default_factory=lambda: View(""))
    p: Table[Node]
    q: Posteriors
    objective: Objective = field(default_factory=Objective)
    phases: tuple[Phase, ...] = ()
    estimator: Estimator = field(default_factory=Estimator)
    training: Training = field(default_factory=Training)
    moves: tuple[Move, ...] = ()


NAMED = (View, Latent, Observed, Condition, Discrete, Pseudo, Posterior)  # their name is the key before them
TERMS: dict[str, type] = {
    "elbo": Route,
    "iwae": Route,
    "kl": Divergence,
    "ce": CrossEntropy,
    "js": JensenShannon,
    "statistic": BatchStatistic,
    "game": Contest,
}
RECORDS = (
    *(*NAMED, *TERMS.values(), About, Clip, Drop, EarlyStopping, Estimator),
    *(Levels, Move, Objective, Phase, Training, Whole),
)


@dataclass(frozen=True)
class Key:
    """One key of a record: its name in the text, its field, its type. A constant key has no field.

    `bounds` are those of a number, as the field's metadata says them: the words of JSON Schema.
    """

    name: str
    field: str
    hint: Any
    default: Any
    about: str = ""
    bounds: tuple[tuple[str, float], ...] = ()

    @property
    def required(self) -> bool:
        """Whether a text must say it."""
        return self.default is MISSING


_KEYS: dict[tuple[type, str], tuple[str, Any]] = {
    (Latent, "family"): ("latent", None),
    (Discrete, "count"): ("discrete", None),
    (Latent, "plate"): ("plate", Plate),
    (Latent, "dim"): ("dim", Dim),
    (Condition, "view"): ("view", OneView),
    (Route, "from_"): ("from", Evidence),
    (Route, "to"): ("to", Targets),
    (Route, "for_"): ("for", Table[Range]),
    **{(cls, "for_"): ("for", Table[Range]) for cls in (Divergence, CrossEntropy, JensenShannon, BatchStatistic)},
    **{(cls, key): (key, DensityText) for cls in (Divergence, CrossEntropy) for key in ("of", "to")},
    **{(cls, "of"): ("of", tuple[DensityText, ...]) for cls in (JensenShannon, BatchStatistic)},
    (Contest, "from_"): ("from", Evidence),
    (Contest, "for_"): ("for", Table[Range]),
    (Contest, "real"): ("real", SampleText),
    (Contest, "fake"): ("fake", SampleText),
}
_CONSTANT: dict[type, tuple[Key, ...]] = {
    Observed: (
        Key("observed", "", Literal[True], MISSING, "the node is data"),
        Key("plate", "", Literal["view"], None, "one copy a view"),
    ),
    Pseudo: (Key("plate", "", Literal["view"], None, "one copy a view"),),
    Condition: (Key("condition", "", Literal[True], MISSING, "the node is given, and never scored"),),
}
_HIDDEN = ((Route, "word"), (Latent, "level"), (Posteriors, "latents"), *((cls, "name") for cls in NAMED))


def node_class(tree: Any) -> type:
    """The class of a node of p, by its keys."""
    return next((cls for key, cls in NODES.items() if key in tree), Latent)


@cache
def keys(cls: type) -> tuple[Key, ...]:
    """The keys of a record, in the order in which they are written."""
    found = list(_CONSTANT.get(cls, ()))
    for each in fields(cls):
        if (cls, each.name) not in _HIDDEN:
            name, hint = _KEYS.get((cls, each.name), (option_name(each), None))
            about = described(cls, name)
            found.append(
                Key(name, each.name, hint or hints(cls)[each.name], default(each), about, tuple(each.metadata.items()))
            )
    return tuple(found)


def described(cls: type, name: str) -> str:
    """What the docstring of a class says of one of its fields, or nothing."""
    found = re.search(rf"^\s*{re.escape(name)}: (.*)$", getdoc(cls) or "", re.MULTILINE)
    return found.group(1) if found else ""


def summary(cls: type) -> str:
    """The first line of a class's docstring."""
    return (getdoc(cls) or "").partition("\n")[0]


def alternatives(hint: Any) -> tuple[Any, ...]:
    """The types that a type allows; one, unless it is a union.

    >>> alternatives(int | None)
    (<class 'int'>, <class 'NoneType'>)
    """
    union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if union else (hint,)


def is_word(hint: Any) -> bool:
    """Whether a type is a kind of word."""
    return isinstance(hint, type) and issubclass(hint, Word)


def slot(hint: Any) -> type[Word] | None:
    """The kind of word that stands at a place of this type, if one may: a *word slot*."""
    return next((a for a in alternatives(hint) if is_word(a)), None)


def within(hint: Any, key: str | int) -> Any:
    """The type of what stands under `key` in a value of this type; None where the language has no such key."""
    return next(iter(_within(hint, key)), None)


def _within(hint: Any, key: str | int) -> Iterator[Any]:
    for each in alternatives(hint):
        origin, args = typing.get_origin(each), typing.get_args(each)
        if each is Views:
            yield View
        elif each is Posteriors:
            yield hints(Posteriors)["mixture"] if key == "mixture" else Posterior
        elif each is WrittenTerm:
            yield TERMS.get(str(key))
        elif each in RECORDS:
            yield from (k.hint for k in keys(each) if k.name == key)
        elif origin is Table or (origin is tuple and isinstance(key, int)):
            yield args[0]


def option(cls: type[Word], name: str) -> Any:
    """The type of an option of a word, or None."""
    types_ = hints(typing.cast(type, cls))
    return next((types_[f.name] for f in fields(cls) if option_name(f) == name), None)
