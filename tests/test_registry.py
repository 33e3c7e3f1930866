"""Vocabularies found in entry points."""

from importlib import metadata

import pytest

from mvgraph.errors import SpecError
from mvgraph.registry import ENTRY_POINTS, Registry


@pytest.mark.parametrize("value", ["no_such_module:Word", "mvgraph.registry:NoSuchClass"])
def test_an_entry_point_that_leads_nowhere_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    entries = (metadata.EntryPoint("family.lost", value, ENTRY_POINTS),)
    monkeypatch.setattr(metadata, "entry_points", lambda group: entries if group == ENTRY_POINTS else ())
    families: Registry[object] = Registry("family", "mvgraph.vocab.family")
    with pytest.raises(SpecError, match=rf"the word 'family.lost' cannot be loaded from {value}"):
        families.names()
