"""Coordinates come from Graphviz: in process, else from a program, else there is a plain statement."""

from __future__ import annotations

import subprocess

import pytest

from mvgraph.drawing import engine
from mvgraph.errors import UsageError

GRAPH = "digraph { a -> b }"
PLAIN = 'graph 1 0.75 1.5\nnode a 0.375 1.25 0.75 0.5 "a b" solid ellipse black lightgrey\nstop\n'


class Missing:
    def __getattr__(self, name):
        raise ImportError(name)


def test_the_engine_is_in_this_process(monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    assert engine.positions(GRAPH) == {"a": (27.0, 18.0), "b": (27.0, 90.0)}


def test_without_it_a_program_of_the_system_does(monkeypatch):
    calls = []

    def run(command, *, input, **about):  # noqa: A002 - the name that subprocess gives it
        calls.append((command, input, about["check"]))
        return subprocess.CompletedProcess(command, 0, PLAIN, "")

    monkeypatch.setattr(engine, "pygraphviz", Missing())
    monkeypatch.setattr(engine, "which", lambda program: f"/some/where/{program}")
    monkeypatch.setattr(subprocess, "run", run)
    assert engine.positions(GRAPH, "neato") == {"a": (27.0, 18.0)}
    assert calls == [(["/some/where/neato", "-Tplain"], GRAPH, True)]


def test_without_both_the_user_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(engine, "pygraphviz", Missing())
    monkeypatch.setattr(engine, "which", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install pygraphviz.*\.mmd \(Mermaid\)"):
        engine.positions(GRAPH)
