"""What users do to a command without meaning harm: too much, nothing, twice, and nobody there to listen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import mvgraph as mg


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A line of a shell in which `$MVGRAPH` is the command line as it is here."""
    environment = {**os.environ, "PYTHONPATH": str(Path(mg.__file__).parent.parent)}
    environment["MVGRAPH"] = f"{sys.executable} -m mvgraph"
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, cwd=folder, env=environment, check=False, timeout=300
    )


@pytest.mark.parametrize(
    "arguments",
    [
        *(["explain", "mopoe", "--views", "40"], ["explain", "mopoe", "--views", "1000", "--steps"]),
        *(["diff", "mvae", "mopoe", "--views", "99"], ["plan", "mopoe", "--views", "40"]),
        *(["explain", "mvae_subsampled", "--views", "30"], ["explain", "mopoe", "--views", "40", "--why", "1"]),
        ["diff", "--matrix", "mvae", "mopoe", "--views", "40"],
    ],
)
def test_more_terms_than_fit_are_refused_at_once(mvgraph, arguments):
    result = mvgraph(*arguments)
    assert result.exit_code == 2
    assert "more than 100,000 are not derived; ask for fewer views, e.g. --views 5" in result.stderr


def test_many_views_are_fine_where_there_are_few_terms(mvgraph):
    result = mvgraph("explain", "mvae", "--views", "99")
    assert result.exit_code == 0
    assert "and 633,825,300,114,114,700,748,351,602,672 sets more" in result.stdout


def test_evidence_sets_with_a_condition_are_the_small_ones_first(mvgraph):
    rows = [line.split(":")[0].strip() for line in mvgraph("explain", "cvae", "--views", "4").stdout.splitlines()]
    sets = [row.removeprefix("S = ") for row in rows if row.startswith("S = ")]
    assert sets == ["{1}", "{1, 2}", "{1, 3}", "{1, 4}", "{1, 2, 3}", "{1, 2, 4}", "{1, 3, 4}", "{1, 2, 3, 4}"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["diff", "-", "-"], "standard input can be read once"),
        (["explain", ""], "no reference spec is named ''"),
        (["diff", "mvae", "mopoe", "--assume", "beta=1/0"], "beta cannot be assumed to be '1/0': "),
        (["diff", "mvae", "mopoe", "--assume", "beta=1,beta=2"], "'beta' is assumed twice"),
        (["explain", "mvae", "--why", "1", "--steps"], "leave one of them out"),
        (["explain", "mopoe", "--views", "0"], "not for exactly 0 views"),
        (["explain", "mopoe", "--views", "-1"], "'-1' is no number of views"),
    ],
)
def test_a_request_that_makes_no_sense_says_why(mvgraph, arguments, message):
    result = mvgraph(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_spec_cannot_speak_to_the_terminal(mvgraph):
    result = mvgraph("explain", "-", text='extends: mvae\nname: "evil \\e[31mred"\n')
    assert result.exit_code == 2
    assert "<stdin>:2:7: error MVG106: a control character may not stand in a text" in result.stderr


@pytest.mark.parametrize("verb", ["explain mopoe", "diff mvae mopoe", "draw mopoe", "list"])
def test_nobody_listens(verb, tmp_path):
    closed = shell(f"$MVGRAPH {verb} >&-", tmp_path)
    assert (closed.returncode, closed.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told(tmp_path):
    full = shell("$MVGRAPH diff mvae mopoe > /dev/full", tmp_path)
    assert full.returncode == 2
    assert full.stderr == "error: the output: No space left on device\n"


def test_names_of_any_script_and_a_terminal_of_none(mvgraph, tmp_path):
    Path("modèle 模型.yaml").write_text("extends: mvae\nname: Größe 模型\n", encoding="utf-8")
    assert mvgraph("diff", "modèle 模型.yaml", "mvae", "-o", "größe.html").exit_code == 0
    plain = shell("PYTHONIOENCODING=latin-1 $MVGRAPH diff *.yaml mvae | iconv -f latin1 -t utf8", tmp_path)
    assert plain.stdout.startswith("A  Größe ??\nB  MVAE\n")
    assert plain.stderr == ""
