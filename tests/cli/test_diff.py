"""`mvgraph diff` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def test_text(mvgraph):
    text = mvgraph("diff", "mcvae", "dvcca").stdout
    assert "A  mcVAE\nB  DVCCA\nat 2 views: 1, 2\n\ndifferent\n" in text
    assert "  =  + E[log p(x.1|z); z~q(z|1)]\n" in text
    assert "  A  - beta KL(q(z|2) || p(z))\n" in text


def test_json(mvgraph):
    found = json.loads(
        mvgraph("diff", "jmvae", "mvtcae", "--assume", "alpha=0,beta=5/6", "--views", "3", "--json").stdout
    )
    assert found["views"] == ["1", "2", "3"]
    assert found["assuming"] == {"alpha": "0", "beta": "5/6"}
    assert found["special"]["relation"] == "identical"
    assert {x["op"] for x in found["operations"]} == {"remove", "add"}


def test_diff_for_every_number_of_views(mvgraph):
    text = mvgraph("diff", "mvtcae", "jmvae", "--views", "M").stdout
    assert "but equal up to a positive scale, A = (1 - alpha/M) B under:" in text
    assert "for every number M of views from 2 on; derived at M = 3, 4, 5, 6" in text
    found = json.loads(mvgraph("diff", "mvtcae", "jmvae", "--views", "M", "--json").stdout)
    assert found["plates"] == {"since": 2, "derived_at": [3, 4, 5, 6], "fewer": []}
    assert found["special"]["under"]["alpha (B)"] == "alpha*beta/(M - alpha)"
    for file in ("a.md", "a.tex"):
        assert mvgraph("diff", "mvtcae", "jmvae", "--views", "M", "-o", file).exit_code == 0
        assert r"\frac{\alpha \beta}{M - \alpha}" in Path(file).read_text(encoding="utf-8")
    assert mvgraph("diff", "jmvae", "jmvae", "--views", "M", "--exit-code").exit_code == 0
    assert "one number of views" in mvgraph("diff", "jmvae", "mvae", "--views", "M", "--numeric").stderr


@pytest.mark.parametrize(("a", "b", "code"), [("mvae", "mvae", 0), ("mvae", "mopoe", 1)])
def test_exit_code(mvgraph, a, b, code):
    assert mvgraph("diff", a, b, "--exit-code").exit_code == code
    assert mvgraph("diff", a, b).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mvae"], "diff compares two models, and here are 1; or say --matrix"),
        (["mvae", "nosuch"], "nosuch"),
        (["mvae", "mopoe", "--assume", "beta"], "'beta' assumes nothing; write NAME=VALUE"),
        (["mvae", "mopoe", "--assume", "gamma=1"], "no param 'gamma' to be assumed"),
        (["mvae", "mopoe", "--assume", "beta=("], "cannot read the formula"),
    ],
)
def test_bad_input(mvgraph, arguments, said):
    result = mvgraph("diff", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("form", "start"),
    [("latex", "% JMVAE and MVTCAE\n"), ("markdown", "## JMVAE (A) and MVTCAE (B)\n"), ("html", "<!DOCTYPE html>\n")],
)
def test_other_forms(mvgraph, form, start):
    assert mvgraph("diff", "jmvae", "mvtcae", f"--{form}").stdout.startswith(start)


def test_one_answer_has_one_form(mvgraph):
    result = mvgraph("diff", "jmvae", "mvtcae", "--latex", "--html")
    assert result.exit_code == 2
    assert "one answer has one form; leave --latex or --html out" in result.stderr


def test_numbers(mvgraph):
    text = mvgraph("diff", "mmvm", "mmvm_exact", "--numeric").stdout
    last = text.splitlines()[-1]
    assert last.endswith("100%  sum")
    found = json.loads(mvgraph("diff", "mmvm", "mmvm_exact", "--numeric", "--json").stdout)["numeric"]
    assert sum(x["gap"][0] for x in found["terms"]) == pytest.approx(found["sum"]["gap"][0])
    assert found["about"] == ["32 made-up rows", "small random networks that both share", "64 draws of the noise"]


@pytest.mark.parametrize(
    ("form", "said"),
    [("html", '<svg class="bar"'), ("latex", r"\paragraph{In numbers}"), ("markdown", "### In numbers")],
)
def test_numbers_in_other_forms(mvgraph, form, said):
    arguments = ["diff", "mmvm", "mmvm_exact", f"--{form}"]
    assert said in mvgraph(*arguments, "--numeric", "--rows", "2", "--repeats", "2").stdout
    assert said not in mvgraph(*arguments).stdout


def test_numbers_of_a_run(mvgraph, trained):
    """The trained model beside another one, on its own data: views, shapes and networks are those of the run."""
    asked = ["--numeric", "--data", "digits", "--run", trained, "--rows", "8", "--repeats", "2"]
    other = mvgraph("diff", trained / "spec.yaml", "mvae", *asked, "--json")
    found = json.loads(other.stdout)
    assert found["views"] == ["upper", "lower", "label"]
    rows, parameters, _ = found["numeric"]["about"]
    assert rows == "8 of the 1797 rows of the data, by chance"
    assert parameters.startswith(f"parameters of {trained}: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "digits"], "are for --numeric; say that, too"),
        (["--numeric", "--run", "nowhere"], "give --data, too"),
        (["--numeric", "--data", "digits", "--run", "nowhere"], "'nowhere' is not the folder of a run"),
        (["--numeric", "--data", "nowhere.npz"], "nowhere.npz"),
    ],
)
def test_numbers_that_cannot_be_had(mvgraph, arguments, said):
    result = mvgraph("diff", "mopoe", "mvae", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_more_than_two(mvgraph):
    result = mvgraph("diff", "bi_vcca", "dvcca", "mcvae")
    assert (result.exit_code, "here are 3; or say --matrix" in result.stderr) == (2, True)
