"""The wheel: built, installed elsewhere, used from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import mvgraph

ROOT = Path(mvgraph.__file__).parent.parent
CALL = "from mvgraph.cli import main; main()"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="needs the whole checkout"),
]


def do(*arguments: str | Path, cwd: Path, **environment: str) -> str:
    """The output of a command that must succeed."""
    done = subprocess.run(
        [str(a) for a in arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by way of the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    do(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the wheel alone was installed into."""
    folder = tmp_path_factory.mktemp("site")
    do(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, wheel, cwd=folder)
    return folder


def test_what_a_wheel_holds(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "mvgraph/py.typed" in names
    assert {f"mvgraph/specs/{name}.yaml" for name in mvgraph.names()} <= set(names)
    assert not [n for n in names if n.startswith(("tests/", "specs/")) or n.endswith(".pyc")]
    assert any(n.endswith("licenses/LICENSE") for n in names)


def test_a_wheel_works_from_an_empty_folder(installed, tmp_path):
    def call(*arguments: str) -> str:
        return do(sys.executable, "-c", CALL, *arguments, cwd=tmp_path, PYTHONPATH=str(installed))

    where = do(sys.executable, "-c", "import mvgraph; print(mvgraph.__file__)", cwd=tmp_path, PYTHONPATH=str(installed))
    assert Path(where.strip()).parent.parent == installed
    assert [line.split()[0] for line in call("list").splitlines()] == mvgraph.names()
    call("new", "my.yaml", "--from", "mvae")
    (tmp_path / "drawn").mkdir()
    assert "my.yaml: fine" in call("check", "my.yaml")
    for form in ("svg", "png", "pdf", "html", "tex", "mmd", "dot", "json"):
        assert call("draw", "my.yaml", "-o", f"drawn/my.{form}") == f"wrote drawn/my.{form}\n"
    assert "+ p  h.m → x.m" in call("draw", "my.yaml", "--diff", "dmvae")
    small = ["--set=view_defaults.encoder={mlp: {hidden: [8]}}", "--set=view_defaults.decoder={mlp: {hidden: [8]}}"]
    call("train", "my.yaml", "--data", "digits", "--epochs", "1", "--out", "run", "--no-report", *small)
    call("generate", "run", "-n", "3", "-o", "new.npz")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["drawn", "my.yaml", "new.npz", "run"]
