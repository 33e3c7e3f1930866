"""The same bytes for the same spec: under any hash seed, in any order of keys, twice in a process."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import mvgraph as mg
from mvgraph.drawing.building import diagram

from .cases import VARIANTS, spec
from .fingerprints import FORMATS, fingerprints

ROOT = Path(__file__).resolve().parents[2]


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    """Two processes agree on every format of every reference model."""
    command = [sys.executable, "-m", "tests.drawing.fingerprints"]
    running = [
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]
    first, second = (process.communicate()[0].splitlines() for process in running)
    assert first == second
    assert len(set(first)) == 2 * len(FORMATS) * len(mg.names())


def test_bytes_are_the_same_twice_in_a_process() -> None:
    assert list(fingerprints(spec("mopoe"))) == list(fingerprints(spec("mopoe")))


def shuffled(tree: Any, chance: random.Random) -> Any:
    """The same spec with the keys of every mapping in another order; the views' own order says which is the first."""
    if isinstance(tree, list):
        return [shuffled(each, chance) for each in tree]
    if not isinstance(tree, dict):
        return tree
    keys = list(tree)
    chance.shuffle(keys)
    found = {key: shuffled(tree[key], chance) for key in keys}
    if isinstance(tree.get("views"), dict):
        found["views"] = {view: found["views"][view] for view in tree["views"]}
    return found


@pytest.mark.parametrize("name", mg.names())
def test_the_order_of_keys_changes_nothing(name: str) -> None:
    tree = yaml.safe_load(mg.dump(spec(name)))
    for seed in range(3):
        other = mg.load(shuffled(tree, random.Random(seed)))
        for options in VARIANTS.values():
            assert diagram(other, **options) == diagram(spec(name), **options)  # and all else reads the diagram alone


def test_the_order_of_views_is_seen() -> None:
    """It has a meaning: `[1]` is the first view."""
    first, *others = spec("mopoe").view_names
    turned = mg.load("mopoe", views={v: {"shape": [3]} for v in (*others, first)})
    assert diagram(turned, unroll=True) != diagram(spec("mopoe"), unroll=True)
