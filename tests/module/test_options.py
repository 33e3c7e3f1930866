"""No accepted option is ignored: each option of the language changes something, or is refused, or warned of."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields
from functools import cache, reduce
from operator import getitem
from typing import Any

import pytest
import torch

import mvgraph as mg
from mvgraph.errors import MvgraphError
from mvgraph.graph.checks import check
from mvgraph.language.expr import Formula
from mvgraph.language.word import Word, default, hints, option_name
from mvgraph.module.model import Model
from mvgraph.objective.canonical import derive
from mvgraph.spec.grammar import TERMS, Posteriors, alternatives, keys, slot
from mvgraph.spec.model import Estimator, Latent, Observed, Posterior, View
from mvgraph.spec.reading import load
from mvgraph.spec.schema import KINDS
from mvgraph.vocab.param import Clock

from .models import UNMASKABLE, data, patterns
from .random_specs import Tree

MLP = {"mlp": {"hidden": [2]}}
JOINT = {"fuse": {"joint": {"hidden": [2]}}}


def base(**changed: Any) -> Tree:
    """A small model of two views with a shared and a private latent, some of its parts replaced."""
    tree: Tree = {
        "name": "base",
        "params": {"beta": 2, "w": {"linear": {"from": 0.5, "to": 2, "epochs": 3}}},
        "views": {"a": {"shape": [3], "likelihood": "normal"}, "b": {"shape": [2], "likelihood": "laplace"}},
        "view_defaults": {"encoder": MLP, "decoder": MLP},
        "p": {
            "z": {"latent": "normal", "dim": 2},
            "h": {"latent": "normal", "plate": "view", "dim": 2},
            "x": {"observed": True, "plate": "view", "given": ["z", "h"]},
        },
        "q": {"z": {"expert": "normal", "fuse": "poe"}, "h": {"expert": "normal"}},
        "objective": {"maximize": [{"elbo": {"for": {"m": "V"}, "from": ["m"], "to": "V", "beta": "beta*w"}}]},
    }
    for path, value in changed.items():
        *above, key = path.split("__")
        node = reduce(getitem, above, tree)
        if value is None:
            node.pop(key, None)
        else:
            node[key] = value
    return tree


TRAINED = ("optimizer", "hook", "sampler")  # these act in training and in answers: tests of their own hold them
SHAPES = {"conv": [1, 8, 8], "polymnist_conv": [3, 28, 28], "resnet": [3, 28, 28], "mst": [1, 28, 28]}


def places(kind: type[Word], word: str, options: Tree) -> Iterator[Tree]:
    """Models in which a word stands in each of its roles."""
    written = {word: options}
    noun = kind.registry.noun
    if noun == "family":
        yield base(views__a__likelihood=written)
        yield base(q__z__expert=written)
        yield base(q__z__expert=written, q__z__fuse=None, objective={"maximize": [{"elbo": ELBO}]})
        yield base(p__z__latent=written)
        yield base(p__h__latent=written)
        yield base(q__h__auxiliary=written, q__h__absent="aux")
        yield base(p__h__latent=written, p__z=None, q__z=None, p__x__given=["h"], objective=V)
    if noun == "fusion":
        yield base(q__z__fuse=written, objective=V)
        yield base(q__z__fuse=written, p__h=None, q__h=None, p__x__given=["z"], objective=V)
    if noun == "network":
        shape = SHAPES.get(word, [4])
        yield base(views__a={"shape": shape, "likelihood": "normal", "encoder": written})
        yield base(views__a={"shape": shape, "likelihood": "normal", "decoder": written})
    if noun == "param":
        yield base(params__w=written)
        yield base(params__g=written, q__z__fuse={"gpoe": {"weights": "g"}}, objective=V)
    if noun == "center":
        js = {"of": ["p(z)", "q(z | m)"], "for": {"m": "V"}, "center": written}
        yield base(objective={**ROUTE, "minimize": [{"js": js}]})
    if noun == "statistic":
        term = {"statistic": {"of": ["q(h.m | m)"], "for": {"m": "V"}, "value": written}}
        yield base(objective={"maximize": [*ROUTE["maximize"], term]})
    if noun == "game":
        game = {"real": "p(z)", "fake": "q(z | m)", "for": {"m": "V"}, "play": written, "critic": MLP}
        yield base(objective={**ROUTE, "minimize": [{"game": game}]})


ELBO = {"for": {"m": "V"}, "from": ["m"], "to": "V", "beta": "beta*w"}
ROUTE = {"maximize": [{"elbo": ELBO}]}
V = {"maximize": [{"elbo": {"from": "V", "to": "V", "beta": "beta*w"}}]}
NEEDED: dict[str, Tree] = {
    "gpoe": {"weights": "1/M"},
    **{word: {"epochs": 3} for word in ("linear", "cosine", "cyclical")},
    "conv": {"channels": [2, 2], "hidden": [2]},
    "mlp": {"hidden": [2]},
    "joint": {"hidden": [2]},
    "pool": {"hidden": [2], "message": 2},
    "resnet": {"channels": 2, "largest": 4},
    "polymnist_conv": {"hidden": 4},
    "flow": {"hidden": [2]},
}


def changed_values(hint: Any, value: Any) -> list[Any]:
    """Other values of a type."""
    values: list[Any] = []
    for part in alternatives(hint):
        origin, args = typing.get_origin(part), typing.get_args(part)
        if origin is typing.Literal:
            values += [other for other in args if other != value]
        elif part is bool:
            values.append(not value)
        elif part is int:
            values += [(value or 1) + 1, 3]
        elif part is float:
            values += [0.3, 1.7]
        elif part is str or part is Formula:
            values += ["1/M", "2/M"]
        elif origin is tuple:
            literal = typing.get_origin(args[0]) is typing.Literal
            values += [[o] for o in typing.get_args(args[0])] if literal else [[1, 2], [0.9, 1.01], [3]]
        elif slot(part) is not None:
            values += {"network": ["linear", {"mlp": {"hidden": [3]}}], "family": ["laplace", "normal"]}[
                part.registry.noun
            ]
    return values


@cache
def print_of(text: str) -> str:
    """All that can be different about a model: objective, plan, parameters, losses and their gradients."""
    spec = load(json.loads(text))
    torch.manual_seed(0)
    model = Model(spec).double().train()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.rand_like(parameter))
    rows = torch.ones(6, 2, dtype=torch.bool)
    mask = rows if spec.name in UNMASKABLE or "joint" in text or "cca" in text else patterns(2).repeat(2, 1)
    found: list[Any] = [str(derive(spec)), str(model.plan), {n: tuple(p.shape) for n, p in model.named_parameters()}]
    for clock in (Clock(1, 4), Clock(6, 4), Clock(11, 4), Clock(2**53, 4)):
        model.zero_grad()
        torch.manual_seed(1)
        loss = model.loss(data(spec, len(mask), mask), clock=clock, generator=torch.Generator().manual_seed(2))
        (loss.total + sum(loss.players.values())).backward()
        model.networks.project()
        found.append(loss.rows.tolist())
        found.append({n: p.grad.norm().item() for n, p in model.named_parameters() if p.grad is not None})
        found.append([p.sum().item() for p in model.parameters()])
    return str(found)


def warned(tree: Tree) -> set[str]:
    """What is warned of."""
    return {p.message for p in mg.check(tree) if p.severity == "warning"}


def told(tree: Tree) -> str | None:
    """The print of a model; None where it is refused."""
    try:
        if any(p.severity == "error" for p in check(load(tree))):
            return None
        return print_of(json.dumps(tree))
    except MvgraphError:
        return None


OPTIONS = [
    pytest.param(kind, word, option_name(field), id=f"{kind.registry.noun}-{word}-{option_name(field)}")
    for kind in KINDS
    for word in kind.registry.names()
    for field in fields(kind.registry[word])
    if kind.registry.noun not in TRAINED
]


@pytest.mark.parametrize(("kind", "word", "option"), OPTIONS)
def test_an_option_of_a_word_changes_something_or_is_refused(kind: type[Word], word: str, option: str) -> None:
    cls = kind.registry[word]
    field = next(f for f in fields(cls) if option_name(f) == option)
    least = NEEDED.get(word, {})
    values = changed_values(hints(typing.cast(type, cls))[field.name], least.get(option, default(field)))
    others = [places(kind, word, {**least, option: value}) for value in values]
    count = 0
    for tree, *changed in zip(places(kind, word, least), *others, strict=True):
        before = told(tree)
        if before is not None:
            count += 1
            after = [text for text in map(told, changed) if text is not None]
            assert not after or any(text != before for text in after), f"{option} changes nothing in {changed[0]}"
    assert count, "the word stands nowhere"


KL = {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}, "weight": "beta"}
JS = {"of": ["p(z)", "q(z | m)"], "for": {"m": "V"}}
STATISTIC = {"of": ["q(h.m | m)"], "for": {"m": "V"}, "value": "cca"}
GAME = {"real": "p(z)", "fake": "q(z | m)", "for": {"m": "V"}, "play": "gan", "critic": MLP}
SINGLES = {"mixture": "singles", "z": {"expert": "normal"}, "h": {"expert": "normal"}}
SUBSETS = {"mixture": "subsets", "z": {"expert": "normal", "fuse": "poe"}, "h": {"expert": "normal"}}
ABOVE = {
    "z": {"latent": "normal", "dim": 2},
    "h": {"latent": "normal", "plate": "view", "dim": 2, "given": ["z"], "network": MLP},
    "x": {"observed": True, "plate": "view", "given": ["h"]},
}
RECORDS: dict[str, tuple[str, Tree]] = {
    "elbo": ("objective__maximize__0__elbo", base(objective=V)),
    "elbo of one view": ("objective__maximize__0__elbo", base()),
    "elbo of a mixture": ("objective__maximize__0__elbo", base(q=SUBSETS, objective=V)),
    "elbo of a mixture from one view": ("objective__maximize__0__elbo", base(q=SUBSETS)),
    "iwae": ("objective__maximize__0__iwae", base(objective={"maximize": [{"iwae": {"from": "V", "to": "V"}}]})),
    "iwae of a mixture": (
        "objective__maximize__0__iwae",
        base(q=SINGLES, objective={"maximize": [{"iwae": {"from": "V", "to": "V", "samples": 2}}]}),
    ),
    "kl": ("objective__minimize__0__kl", base(objective={**ROUTE, "minimize": [{"kl": KL}]})),
    "ce": ("objective__minimize__0__ce", base(objective={**ROUTE, "minimize": [{"ce": KL}]})),
    "js": ("objective__minimize__0__js", base(objective={**ROUTE, "minimize": [{"js": JS}]})),
    "statistic": (
        "objective__maximize__1__statistic",
        base(objective={"maximize": [*ROUTE["maximize"], {"statistic": STATISTIC}]}),
    ),
    "game": ("objective__minimize__0__game", base(objective={**ROUTE, "minimize": [{"game": GAME}]})),
    "view": ("views__a", base()),
    "defaults of views": (
        "view_defaults",
        base(views={"a": {}, "b": {"shape": [2]}}, view_defaults={"shape": [3], "likelihood": "normal"}),
    ),
    "shared latent": ("p__z", base(objective=V)),
    "private latent": ("p__h", base(objective=V)),
    "latent below another": ("p__h", base(p=ABOVE, objective=V)),
    "observed": (
        "p__x",
        base(views={"a": {"shape": [3]}, "b": {"shape": [2]}}, view_defaults={"likelihood": "normal"}),
    ),
    "posterior": ("q__z", base(objective=V)),
    "posterior of a private latent": ("q__h", base(objective={"maximize": [{"elbo": {"from": ["a"], "to": "V"}}]})),
    "posterior in a mixture": ("q__z", base(q=SUBSETS, objective=V)),
    "posterior in a mixture of single views": ("q__z", base(q=SINGLES, objective=V)),
    "q": ("q", base(objective=V)),
    "estimator": ("estimator", base(objective=V, estimator={})),
    "estimator of an iwae": (
        "estimator",
        base(estimator={}, objective={"maximize": [{"iwae": {"from": "V", "to": "V", "samples": 2}}]}),
    ),
}
CHANGED: dict[str, list[Any]] = {
    **{
        "from": [["a"]],
        "to": [["b"], "p(z)"],
        "for": [{"m": "singles", "n": "V"}, {"S": "subsets"}],
        "combine": ["mean"],
    },
    **{"beta": [3, {"z": 3}, {"h": 3}], "likelihood_weight": [2, {"a": 2}, {"b": 2}], "weight": [2]},
    **{
        "density": ["component"],
        "samples": [3],
        "strata": ["inside"],
        "drop": [{"p": 0.5}],
        "of": [["q(z | m)"], "p(z)"],
    },
    **{"center": ["geometric"], "value": [{"cca": {"top": 1}}], "play": ["lsgan"], "real": ["q(z | V)"]},
    **{"fake": ["q(z | V)"], "critic": ["linear"], "balance": ["pooled"], "shape": [[4]], "likelihood": ["student_t"]},
    **{"encoder": ["linear"], "decoder": ["linear"], "network": ["linear"], "latent": ["laplace"], "dim": [3]},
    **{"plate": ["view"], "given": [["z"], ["h"]], "expert": ["laplace"], "fuse": ["mean", "poe", "pool", "joint"]},
    **{"prior_expert": ["full", "always"], "absent": ["own", "aux"], "auxiliary": ["laplace"], "share": ["z"]},
    **{"reads": ["h"], "mixture": ["singles", "subsets"], "kl": ["sampled"], "gradient": ["stl", "dreg"]},
}


def class_of(path: str) -> type:
    """The class of the record at a path."""
    return next(CLASSES[part] for part in reversed(path.split("__")) if part in CLASSES)


ELSEWHERE = {"subsets", "marginal_over"}  # a sampler acts in answers; a discrete parent needs a node
CLASSES = {**TERMS, "views": View, "view_defaults": View, "p": Latent, "q": Posterior, "estimator": Estimator}
KEYS = [
    pytest.param(path, tree, key.name, id=f"{name}-{key.name}")
    for name, (path, tree) in RECORDS.items()
    for key in keys(Observed if path == "p__x" else Posteriors if path == "q" else class_of(path))
    if key.field not in ("", "latents")
    and key.name not in ELSEWHERE
    and not (path == "estimator" and key.name == "mixture")
]


@pytest.mark.parametrize(("path", "tree", "key"), KEYS)
def test_a_key_of_a_record_changes_something_or_is_refused(path: str, tree: Tree, key: str) -> None:
    before = told(tree)
    assert before is not None
    after = {}
    for value in CHANGED[key]:
        other = deepcopy(tree)
        record = reduce(getitem, [int(k) if k.isdecimal() else k for k in path.split("__")], other)
        if value != record.get(key):
            record[key] = value
            after[str(value)] = None if warned(other) - warned(tree) else told(other)
    idle = [value for value, text in after.items() if text == before]
    assert not idle, f"{key}: {idle[0]} changes nothing in {path}"
