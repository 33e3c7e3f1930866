"""Hooks: found in the spec, run after fitting, reported, kept with the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch

from mvgraph.data.batch import Batch
from mvgraph.errors import DataError
from mvgraph.graph.checks import check
from mvgraph.module.model import Model, compile  # noqa: A004 - the public verb
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.spec.writing import dump
from mvgraph.training.run import Run
from mvgraph.vocab.after import After, Outcome
from mvgraph.vocab.after.base import Fault

from .models import same, small, train, weights

SETS = ("training.after=[{forget: {of: z}}]",)


@dataclass(frozen=True, repr=False)
class Forget(After):
    """Sets every weight to a number."""

    word: ClassVar[str] = "forget"

    of: str
    number: float = 0.5

    def faults(self, spec: Spec) -> Iterator[Fault]:
        """The latent does not exist."""
        if self.of not in [x.name for x in spec.latents]:
            yield Fault("of", f"there is no latent '{self.of}'", "write of: z")

    @torch.no_grad()
    def apply(self, model: Model, data: Batch) -> Outcome:
        """Forget, and count the rows."""
        assert not model.training
        for parameter in model.parameters():
            parameter.fill_(self.number)
        return Outcome(self.word, f"forgot {len(data)} rows", {"rows": len(data)})


@pytest.fixture(autouse=True)
def word() -> Iterator[None]:
    After.registry.add("forget", Forget)
    yield
    del After.registry._all()["forget"]


def test_a_hook_runs_after_fitting_and_is_kept(tmp_path: Path) -> None:
    spec = small(*SETS)
    run = train(compile(spec, seed=0), fraction=0.25, out=tmp_path / "run")
    assert [o.text for o in run.after] == ["forgot 18 rows"]
    assert all(bool((p == 0.5).all()) for p in run.model.parameters())
    again = Run.load(tmp_path / "run")
    assert again.after == run.after
    assert same(weights(again.model), weights(run.model))


def test_a_run_goes_on_from_before_its_hooks(tmp_path: Path) -> None:
    plain = train(compile(small(), seed=0), epochs=3, out=tmp_path / "plain")
    hooked: Any = {"epochs": 2, "out": tmp_path / "hooked"}
    train(compile(small(*SETS), seed=0), **hooked)
    longer = train(compile(small(*SETS), seed=0), **{**hooked, "epochs": 3}, resume=True)
    assert longer.metrics[-1]["train total"] == plain.metrics[-1]["train total"]


def test_a_hook_reads_back() -> None:
    spec = small(*SETS)
    assert load(dump(spec)) == spec
    assert "after: [{forget: {of: z}}]" in dump(spec)


def test_a_hook_without_meaning_is_found() -> None:
    (problem,) = (p for p in check(small("training.after=[{forget: {of: w}}]")) if p.severity == "error")
    assert problem.code == "MVG340"
    assert problem.path == ("training", "after", 0, "forget", "of")
    assert problem.message == "there is no latent 'w'"


def test_a_run_without_hooks_has_no_file(tmp_path: Path) -> None:
    run = train(compile(small(), seed=0), epochs=1, out=tmp_path / "run")
    assert run.after == ()
    assert not (tmp_path / "run" / "after.json").exists()


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    train(compile(small(*SETS), seed=0), epochs=1, out=tmp_path / "run")
    (tmp_path / "run" / "after.json").write_text("[{")
    with pytest.raises(DataError, match=r"after\.json"):
        Run.load(tmp_path / "run")
