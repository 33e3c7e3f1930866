"""A diagram in words."""

from __future__ import annotations

from mvgraph.drawing.comparing import compare
from mvgraph.drawing.summary import summary

from .diagrams import ALL, mopoe, private


def test_a_diagram():
    assert summary(mopoe()).splitlines() == [
        "MoPoE: One shared latent, M views.",
        "",
        "nodes",
        "  z    latent    latent z: normal, 20 entries",
        "  q.z  factor    a mixture of products of experts",
        "  x.m  observed  data of view m",
        "",
        "plates",
        "  n = 1, ..., N  z, q.z, x.m",
        "  m = 1, ..., M  x.m",
        "",
        "edges",
        "  p  z → x.m",
        "  q  x.m — q.z",
        "  q  q.z → z",
    ]


def test_two_diagrams():
    lines = summary(compare(mopoe(), private())).splitlines()
    assert "~ q.z    factor     a mixture of products of experts" not in lines
    assert "+ h.m    latent     h_m" in lines
    assert "+ p  h.m → x.m" in lines
    assert "- h.m    latent     h_m" in summary(compare(private(), mopoe())).splitlines()


def test_labels_of_edges_and_every_part():
    lines = summary(ALL["hierarchy"]).splitlines()
    assert "  p  z.l → z.l        l' > l" in lines
    assert "plates" not in summary(ALL["kinds"]).splitlines()
    assert all(
        any(line.split()[1:2] == [n.id] or line.split()[:1] == [n.id] for line in summary(ALL["kinds"]).splitlines())
        for n in ALL["kinds"].nodes
    )
