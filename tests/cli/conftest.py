"""The command line as tests call it: in this process, in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mvgraph.cli import app

Call = Callable[..., Result]
SMALL = (
    "--set=view_defaults.encoder={mlp: {hidden: [8]}}",
    "--set=view_defaults.decoder={mlp: {hidden: [8]}}",
    "--set=p.z.dim=3",
)


def call(*arguments: str | Path, text: str | bytes | None = None) -> Result:
    """Run a verb; nothing may ever look like a traceback, and no fault of ours may hide behind an exit code."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=text)
    assert "Traceback" not in result.output
    assert "fault of mvgraph" not in result.output, result.output
    return result


@pytest.fixture
def mvgraph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return call


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small run on the digits."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    result = call("train", "mopoe", "--data", "digits", "--epochs", "1", "--out", folder, "--no-report", *SMALL)
    assert result.exit_code == 0, result.output
    return folder
