"""What is frozen: explanations, relations of pairs, and numbers. Each kind answers a key with plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import torch

import mvgraph as mg
from mvgraph.errors import MvgraphError
from mvgraph.module.loss import Loss
from mvgraph.module.model import Model
from mvgraph.objective.accounting import account
from mvgraph.objective.explaining import Account
from mvgraph.objective.plates.explaining import AccountOfAll
from mvgraph.objective.typesetting import FORMATS
from mvgraph.spec.model import OpenViews, Spec

from .keeping import ABSOLUTE, differences, kept
from .small import batch, built, masks, noise, shrunk, unit

ROOT = Path(__file__).parents[2]
FORMS = ("text", "latex", "markdown")
COUNTS = (2, 3, 4)
PAIR = " and "
ROWS = 4
MOST_MASKS = 6  # rows of a random spec's batch with missing views

Answer = Callable[[str], Any]


def specs() -> list[str]:
    """Every spec that ships: reference, published, examples and formulas."""
    files = (p for p in (ROOT / "examples").rglob("*.yaml"))
    return [*mg.names(), *mg.published(), *sorted(p.relative_to(ROOT).as_posix() for p in files)]


def explanations(name: str) -> dict[str, Any]:
    """The explanation of a spec as text, LaTeX, Markdown and JSON, at some numbers of views and for all of them."""
    source = ROOT / name if name.endswith(".yaml") else name
    counts = COUNTS if mg.load(source).open_views else (None,)
    answered = {f"{n or 'its own'} views": _answered(lambda n=n: _explained(_loaded(source, n))) for n in counts}
    return {**answered, "M views": _answered(lambda: _explained_for_all(mg.load(source)))}


def _loaded(source: str | Path, count: int | None) -> Spec:
    return mg.load(source) if count is None else mg.load(source, views=count)


def _explained(spec: Spec) -> dict[str, Any]:
    found = Account(spec)
    return {**{form: FORMATS[form](found.report) for form in FORMS}, "json": account(found)}


def _explained_for_all(spec: Spec) -> dict[str, Any]:
    found = AccountOfAll(spec)
    return {**{form: FORMATS[form](found.report) for form in FORMS}, "json": found.to_json()}


def _answered(ask: Callable[[], Any]) -> Any:
    """An answer, or why there is none."""
    try:
        return ask()
    except MvgraphError as error:
        return {"refused": [f"{p.code}: {p.message.replace(f'{ROOT}/', '')}" for p in error.problems]}


def pairs() -> list[str]:
    """Every pair of reference specs."""
    return [PAIR.join(pair) for pair in combinations(mg.names(), 2)]


def relations(pair: str) -> Any:
    """How two reference specs relate at two views: verdict, factor, gap, conditions, operations and the rest of it."""
    return _answered(lambda: mg.diff(*pair.split(PAIR), views=2).to_json())


def small_models() -> list[str]:
    """Every reference spec at two views, and at three where it may have them."""
    two = {name for name in mg.names() if mg.load(name).open_views == OpenViews(2, 2)}
    return [f"{name} at {n} views" for name in mg.names() for n in ((2,) if name in two else (2, 3))]


def numbers(key: str) -> dict[str, Any]:
    """Loss, terms and gradients of a reference spec under every pattern of missing views, by both executors."""
    name, _, count, _ = key.split()
    spec = shrunk(name, int(count))
    return {_pattern(mask): _evaluated(spec, [mask] * ROWS) for mask in masks(int(count))}


def random_numbers(tree: dict[str, Any]) -> dict[str, Any]:
    """The same of a spec by chance: complete rows, and rows with different views."""
    spec = mg.load(tree)
    every = list(masks(len(spec.views)))
    mixed = [*every[: MOST_MASKS - 1], every[-1]]
    return {"complete": _evaluated(spec, [every[-1]] * 3), "every mask": _evaluated(spec, mixed)}


def _pattern(mask: Iterable[bool]) -> str:
    return "".join("x" if there else "-" for there in mask)


def _evaluated(spec: Spec, mask: Sequence[Sequence[bool]]) -> dict[str, Any]:
    """What the plan gives, and beside it what the interpreter gives otherwise: the names of some terms."""
    plan, interpreter = (_answered(lambda o=o: _of(built(spec, optimize=o), mask)) for o in (True, False))
    if "refused" in plan or "refused" in interpreter:
        codes = [[text.partition(":")[0] for text in found.get("refused", ())] for found in (plan, interpreter)]
        return {"refused": codes}
    other = {part: value for part, value in interpreter.items() if list(differences(plan[part], value))}
    return {**plan, **({"interpreter": other} if other else {})}


def _of(model: Model, mask: Sequence[Sequence[bool]]) -> dict[str, Any]:
    loss = model.loss(batch(model.spec, mask), noise=noise(model, len(mask)))
    return {
        "total": _number(loss.total),
        "rows": [_number(x) for x in loss.rows],
        "terms": {name: _number(value) for name, value in sorted(loss.terms.items())},
        "players": {name: _number(value) for name, value in sorted(loss.players.items())},
        "gradients": _gradients(model, loss),
    }


def _gradients(model: Model, loss: Loss) -> dict[str, list[float]]:
    """Sum, norm and a fixed projection of the gradient of every parameter that has one."""
    whole = loss.total + sum(v for name, v in loss.players.items() if name.startswith("critic"))
    if not whole.requires_grad:
        return {}
    names, parameters = zip(*model.named_parameters(), strict=True)
    gradients = torch.autograd.grad(whole, parameters, allow_unused=True)
    pairs = ((name, g) for name, g in zip(names, gradients, strict=True) if g is not None and g.norm() > ABSOLUTE)
    return {name: [_number(x) for x in _digest(name, gradient)] for name, gradient in sorted(pairs)}


def _digest(name: str, gradient: torch.Tensor) -> tuple[torch.Tensor, ...]:
    direction = unit(f"direction of {name}", gradient.shape) - 0.5
    return gradient.sum(), gradient.norm(), (direction * gradient).sum()


def _number(value: torch.Tensor) -> float:
    return float(value.detach())


def _by_chance() -> dict[str, Any]:
    """Specs that were drawn once by chance and kept."""
    return kept("random_specs")


KINDS: dict[str, tuple[Callable[[], Iterable[str]], Answer]] = {
    "explanations": (specs, explanations),
    "relations": (pairs, relations),
    "numbers": (small_models, numbers),
    "random_numbers": (_by_chance, lambda name: random_numbers(_by_chance()[name])),
}
