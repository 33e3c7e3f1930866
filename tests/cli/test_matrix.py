"""`mvgraph diff --matrix` on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mvgraph.interface.specs import load
from mvgraph.spec.writing import dump

GOLDEN = Path(__file__).parent / "golden" / "matrix.txt"
MODELS = ("mmvae", "mmvae_dreg", "mmvae_tight", "mvae", "mopoe", "mvtcae")


def test_text(mvgraph):
    text = mvgraph("diff", "--matrix", *MODELS).stdout
    if os.environ.get("MVGRAPH_UPDATE_GOLDEN") == "1":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_json(mvgraph):
    found = json.loads(mvgraph("diff", "--matrix", "mmvae", "mmvae_dreg", "mmvae_tight", "--json").stdout)
    assert found["models"] == ["mmvae", "mmvae_dreg", "mmvae_tight"]
    assert [p["finding"]["relation"] for p in found["pairs"]] == ["equal in expectation", "ordered", "ordered"]
    assert found["classes"] == [["mmvae", "mmvae_dreg"], ["mmvae_tight"]]
    (step,) = found["steps"]
    assert (step["start"], step["end"], step["kind"]) == ("mmvae", "mmvae_tight", "bound")


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("markdown", "2 models, 1 pair, 1 of them related."),
        ("html", "<!DOCTYPE html>"),
        ("latex", "% How models are related\n"),
    ],
)
def test_other_forms(mvgraph, form, start):
    assert mvgraph("diff", "--matrix", "mvae", "mopoe", f"--{form}").stdout.startswith(start)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.svg", b"<svg"),
        ("a.png", b"\x89PNG"),
        ("a.pdf", b"%PDF"),
        ("a.html", b"<!DOCTYPE"),
        ("a.tex", b"% How"),
        ("a.json", b"{"),
    ],
)
def test_files(mvgraph, tmp_path, name, start):
    path = tmp_path / name
    assert mvgraph("diff", "--matrix", "mvae", "mopoe", "-o", str(path)).stdout == f"wrote {path}\n"
    assert path.read_bytes().startswith(start)
    again = mvgraph("diff", "--matrix", "mvae", "mopoe", "-o", str(path))
    assert (again.exit_code, "--force" in again.stderr) == (2, True)


MEAN = {"maximize": [{"elbo": {"from": "V", "to": "V", "beta": "beta"}}]}


def test_specs_of_ones_own(mvgraph, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(dump(load("mopoe", q={"mixture": "none"}, objective=MEAN)), encoding="utf-8")
    text = mvgraph("diff", "--matrix", str(path), "mvae").stdout
    assert f"{path} and mvae are identical (given the same values of beta)." in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mvae"], "1 is too few to be related"),
        (["mvae", "nosuch"], "nosuch"),
        (["mvae", "mopoe", "--exit-code"], "a matrix has no --numeric"),
        (["mvae", "mopoe", "-o", "family.doc"], "tells no format"),
    ],
)
def test_bad_input(mvgraph, arguments, said):
    result = mvgraph("diff", "--matrix", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_picture_is_of_a_matrix(mvgraph):
    result = mvgraph("diff", "mvae", "mopoe", "-o", "a.svg")
    assert result.exit_code == 2
    assert "tells no format" in result.stderr


def test_no_torch():
    code = (
        "import sys, mvgraph.cli.relations as r, mvgraph as mg\n"
        "found = r.related(['mvae', 'mopoe'], {}, None)\n"
        "[form(found) for name, form in r.FORMS.items() if name not in ('png', 'pdf')]\n"
        "mg.diff('mvae', 'mopoe').to_html()\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
