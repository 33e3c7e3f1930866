"""Several models, two by two."""

from __future__ import annotations

import pytest

import mvgraph as mg
from mvgraph.errors import UsageError

NAMES = ("jmvae", "mvtcae", "mvae", "me_mvae", "mnist_svhn_poe", "mmvae", "mmvae_tight", "ae")


def test_signs_are_read_from_the_row():
    found = mg.relate(*NAMES)
    rows = {line.split()[1]: line.split()[2:] for line in str(found).splitlines()[1 : len(NAMES) + 1]}
    assert rows["mmvae"][NAMES.index("mmvae_tight")] == "<"
    assert rows["mmvae_tight"][NAMES.index("mmvae")] == ">"
    assert rows["me_mvae"][NAMES.index("mnist_svhn_poe")] == "="
    assert rows["jmvae"][NAMES.index("mvtcae")] == rows["mvtcae"][NAMES.index("jmvae")] == "(c)"
    assert set(rows["ae"]) == {".", "-"}


def test_the_tree_takes_the_fewest_changes():
    found = mg.relate("bi_vcca", "dvcca", "mcvae", "ae")
    edges = {(k.a, k.b) for k in found.tree}
    assert ("bi_vcca", "dvcca") in edges
    assert len(edges) <= 3
    assert 'bi_vcca -- "identical; mu = 1" --- dvcca' in found.mermaid()
    assert found.to_json()["related"][0]["under"] == {"mu": "1"}


def test_what_is_assumed_and_how_many_views():
    found = mg.relate(
        "jmvae", {"extends": "jmvae", "name": "plain", "objective": {"minimize": None}}, assuming={"alpha": 0}, views=3
    )
    assert str(found.related[0]) == "jmvae, plain: identical"


def test_too_few():
    with pytest.raises(UsageError, match="name two models or more"):
        mg.relate("jmvae")
