"""The verbs that read a spec: list, new, check, explain, plan, schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

import mvgraph as mg
from mvgraph.cli import application
from mvgraph.cli.application import VERBS, verb

GOLDEN = Path(__file__).parent / "golden"
MINE = """\
extends: mopoe
name: mine
p:
  z: {dim: 7}
"""


def golden(name: str, text: str) -> str:
    """The kept text; written anew where MVGRAPH_UPDATE_GOLDEN is set."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("MVGRAPH_UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    return file.read_text(encoding="utf-8")


def test_list(mvgraph):
    lines = mvgraph("list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == mg.names()
    assert "Sutter et al." in next(line for line in lines if line.startswith("mopoe "))


def test_list_as_json(mvgraph):
    models = json.loads(mvgraph("list", "--json").stdout)
    assert [m["name"] for m in models] == mg.names()
    assert all(m["title"] and m["authors"] and m["year"] and m["views"] for m in models)
    assert all(m["arxiv"] or m["url"] for m in models)


def test_new_is_the_reference_text(mvgraph):
    assert mvgraph("new", "my.yaml", "--from", "mopoe").exit_code == 0
    assert "# MoPoE: the posterior is an equal mixture" in Path("my.yaml").read_text(encoding="utf-8")
    assert mg.load("my.yaml") == mg.load("mopoe")


def test_new_never_overwrites(mvgraph):
    Path("my.yaml").write_text("mine", encoding="utf-8")
    result = mvgraph("new", "my.yaml", "--from", "mopoe")
    assert (result.exit_code, Path("my.yaml").read_text(encoding="utf-8")) == (2, "mine")
    assert "'my.yaml' exists" in result.stderr


def test_new_knows_the_names(mvgraph):
    result = mvgraph("new", "my.yaml", "--from", "mopo")
    assert result.exit_code == 2
    assert "did you mean 'mopoe'?" in result.stderr
    assert not Path("my.yaml").exists()


@pytest.mark.parametrize("name", mg.names())
def test_every_reference_spec_is_fine(mvgraph, name):
    result = mvgraph("check", name)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", mg.names())
def test_explain_golden(mvgraph, name):
    text = mvgraph("explain", name).stdout
    assert text == golden(f"explain_{name}", text)
    assert all(f"  {line}\n" in text for line in mg.derive(name).lines)


@pytest.mark.parametrize("name", ["mopoe", "mhvae_gan", "nexus"])
def test_explain_folds_sums_over_many_views(mvgraph, name):
    text = mvgraph("explain", name, "--views", "4").stdout
    assert text == golden(f"explain_{name}_4", text)
    assert len(text.partition("Objective, to be maximised")[2].splitlines()) < 25
    assert len(mvgraph("explain", name, "--views", "4", "--unfold").stdout) > len(text)


def test_explain_folds_two_views_where_asked(mvgraph):
    text = mvgraph("explain", "mcvae", "--fold").stdout
    assert "  + Σ_m Σ_n E[log p(x.m|z); z~q(z|n)]\n  - beta Σ_m KL(q(z|m) || p(z))\n" in text
    assert "Σ_m" not in mvgraph("explain", "mcvae").stdout


@pytest.mark.parametrize("name", ["mmvae_plus", "dmvae", "jnf"])
def test_explain_by_steps(mvgraph, name):
    text = mvgraph("explain", name, "--steps").stdout
    assert text == golden(f"explain_{name}_steps", text)
    assert "  1. one for each value of its variables" in text


def test_explain_every_number_of_views(mvgraph):
    Path("mine.yaml").write_text("extends: mvtcae\nname: mine\n", encoding="utf-8")
    text = mvgraph("explain", "mine.yaml", "--views", "M").stdout
    assert text == golden("explain_mvtcae_M", text)
    assert text == mg.explain("mine.yaml", views="M")
    found = json.loads(mvgraph("explain", "mine.yaml", "--views", "M", "--json").stdout)
    assert (found["since"], found["terms"][2]["coefficient"]) == (2, "-alpha*beta/M")
    assert r"\frac{\alpha \beta}{M} \, \sum_{m}" in mvgraph("explain", "mine.yaml", "--views", "M", "--latex").stdout


def test_explain_reads_a_path_and_standard_input(mvgraph):
    Path("mine.yaml").write_text(MINE, encoding="utf-8")
    from_file, from_stdin = mvgraph("explain", "mine.yaml"), mvgraph("explain", "-", text=MINE)
    assert from_file.stdout == from_stdin.stdout
    assert "z: normal, 7 entries" in from_file.stdout


def test_explain_with_overrides(mvgraph):
    text = mvgraph("explain", "mopoe", "--views", "3", "--set", "p.z.dim=5", "--set", "beta=4").stdout
    assert "p(z, x.1, x.2, x.3) =" in text
    assert "z: normal, 5 entries" in text
    assert "param beta = 4" in text


def test_explain_as_json(mvgraph):
    found = json.loads(mvgraph("explain", "mmvae_plus", "--json").stdout)
    assert [t["line"] for t in found["terms"]] == list(mg.derive("mmvae_plus").lines)
    assert (found["bound"]["holds"], found["views"]) == (False, ["1", "2"])
    assert found["flags"] == list(mg.derive("mmvae_plus").flags)


FORMS = {"latex": ".tex", "markdown": ".md", "html": ".html", "json": ".json"}


@pytest.mark.parametrize("form", FORMS)
def test_explain_in_every_form(mvgraph, form):
    shown = mvgraph("explain", "mmvae_plus", "--views", "3", f"--{form}").stdout
    file = f"model{FORMS[form]}"
    assert mvgraph("explain", "mmvae_plus", "--views", "3", "-o", file).stdout == f"wrote {file}\n"
    assert Path(file).read_text(encoding="utf-8") == shown
    assert shown == golden(f"explain_mmvae_plus_3_{form}", shown)


def test_explain_never_overwrites(mvgraph):
    Path("mine.md").write_text("mine", encoding="utf-8")
    assert mvgraph("explain", "mvae", "-o", "mine.md").exit_code == 2
    assert Path("mine.md").read_text(encoding="utf-8") == "mine"
    assert mvgraph("explain", "mvae", "-o", "mine.md", "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--html", "--json"], "one answer has one form"),
        (["--html", "-o", "a.md"], "asked for html in a file that is called a.md"),
        (["-o", "a.xyz"], "'a.xyz' tells no format"),
        (["--why", "nothing"], "there is no term 'nothing'"),
        (["--views", "many"], "'many' is no number of views"),
        (["--views", "M", "--steps"], "leave --steps, --why and --unfold out"),
        (["--views", "M", "--set", "views={a: {}, b: {}}"], "not open: it has 2"),
    ],
)
def test_explain_refuses(mvgraph, arguments, message):
    result = mvgraph("explain", "mvae", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_explain_why(mvgraph):
    Path("mine.yaml").write_text(MINE, encoding="utf-8")
    text = mvgraph("explain", "mine.yaml", "--why", "KL(q(z|1) || p(z))").stdout
    assert "p: the prior of z  [mine.yaml:4:" in text
    assert "    z: {dim: 7}" in text
    found = json.loads(mvgraph("explain", "mine.yaml", "--why", "KL(q(z|1) || p(z))", "--json").stdout)
    assert found["term"]["line"] == "- beta/3 KL(q(z|1) || p(z))"
    assert {"what", "path", "file", "line", "column", "excerpt"} == set(found["origins"][0])


def test_explain_with_steps_as_json(mvgraph):
    found = json.loads(mvgraph("explain", "dmvae", "--views", "3", "--steps", "--json").stdout)
    assert [t["line"] for t in found["folded"]][-1] == "- 3 Σ_m KL(q(z|m) || p(z))"
    (term,) = found["steps"]
    assert term["term"].startswith("+ elbo from S to [m]")
    assert [s["rule"] for s in term["steps"]] == ["bindings", "factorisation", "barren", "like terms", "closed forms"]
    assert term["steps"][-1]["after"] == found["folded"]
    assert term["steps"][2]["dropped"]


def test_explain_names_dead_networks(mvgraph):
    assert mvgraph("explain", "dvcca").stdout.endswith("Networks that no term uses\n  encoder q(z|2)\n")
    assert json.loads(mvgraph("explain", "dvcca", "--json").stdout)["dead"] == ["encoder q(z|2)"]


def test_plan(mvgraph):
    text = mvgraph("plan", "mvae").stdout
    assert "encode   q(z|1)" in text
    steps = json.loads(mvgraph("plan", "mvae", "--json").stdout)
    assert steps["encode"] == ["q(z|1)", "q(z|2)"]


def test_schema_accepts_every_reference_spec(mvgraph):
    schema = json.loads(mvgraph("schema").stdout)
    for name in mg.names():
        jsonschema.validate(yaml.safe_load(mg.dump(name)), schema)


def test_check_finds_errors_at_their_places(mvgraph):
    text = "extends: mopoe\np:\n  z: {dim: 7, given: [w]}\n"
    result = mvgraph("check", "-", text=text)
    assert result.exit_code == 1
    assert "<stdin>:3:" in result.stderr
    problems = json.loads(mvgraph("check", "-", "--json", text=text).stdout)["problems"]
    assert 3 in {p["line"] for p in problems}
    assert all(p["code"].startswith("MVG") for p in problems)


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_help_with_an_example(mvgraph, name):
    result = mvgraph(name, "--help")
    assert result.exit_code == 0
    assert f"Usage: mvgraph {name}" in result.stdout
    assert "Example: mvgraph" in result.stdout
    assert name in verb(name).EXAMPLE


@pytest.mark.parametrize("name", VERBS)
def test_the_help_of_all_says_what_the_verb_says(mvgraph, name):
    assert verb(name).run.__doc__.startswith(VERBS[name].removesuffix("."))
    assert VERBS[name].split()[0] in mvgraph("--help").stdout


def test_every_verb_is_called_by_its_name():
    folder = Path(application.__file__).parent / "verbs"
    assert {file.stem for file in folder.glob("*.py")} - {"__init__"} == set(VERBS)


def test_version(mvgraph):
    assert mvgraph("--version").stdout == f"mvgraph {mg.__version__}\n"


@pytest.mark.parametrize("wrong", [["nosuch"], ["explain"], ["explain", "mopoe", "--nosuch"], ["train", "mopoe"], []])
def test_bad_usage(mvgraph, wrong):
    assert mvgraph(*wrong).exit_code == 2


LIGHT = """
import sys
from mvgraph.cli import app
try:
    app({arguments})
except SystemExit as stop:
    assert not stop.code, stop.code
heavy = set("{heavy}".split()) & set(sys.modules)
assert not heavy, heavy
"""
# what no verb needs that reads a spec, and what those leave alone that feel instant
HEAVY = "torch._C lightning.pytorch matplotlib.figure scipy.stats sklearn.base"
SLOW = f"{HEAVY} sympy networkx numpy scipy rich mvgraph.objective mvgraph.drawing mvgraph.planning"

INSTANT = [["list"], ["check", "mopoe"], ["check", "mvtcae"], ["new", "my.yaml", "--from", "mvae"], ["schema"]]
READING = [
    *(["explain", "dmvae"], ["plan", "mmvae"], ["draw", "mopoe"]),
    ["draw", "dmvae", "--diff", "mvae", "--format", "svg"],
    *(["diff", "dmvae", "mopoe"], ["diff", "mvae", "mopoe", "--html"], ["diff", "--matrix", "mvae", "mopoe"]),
]


def assert_light(heavy: str, arguments: list[str], folder: Path) -> None:
    """Run a verb in a process of its own, and look at what it has imported."""
    code = LIGHT.format(arguments=arguments, heavy=heavy)
    this = {**os.environ, "PYTHONPATH": str(Path(mg.__file__).parent.parent)}  # whatever is installed
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=this, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("arguments", READING)
def test_reading_never_imports_torch(arguments, tmp_path):
    assert_light(HEAVY, arguments, tmp_path)


@pytest.mark.parametrize("arguments", INSTANT)
def test_what_feels_instant_imports_nothing_that_is_slow(arguments, tmp_path):
    assert_light(SLOW, arguments, tmp_path)


def test_a_picture_needs_no_objective(tmp_path):
    assert_light(f"{HEAVY} sympy mvgraph.objective", ["draw", "mopoe", "-o", "mopoe.svg"], tmp_path)


def test_the_help_imports_no_verb(tmp_path):
    assert_light("mvgraph.cli.verbs mvgraph.spec mvgraph.interface torch sympy", ["--help"], tmp_path)


def test_the_python_interface_never_imports_torch_to_check(tmp_path):
    code = "import sys, mvgraph as mg; mg.check('mopoe'); mg.derive('mopoe'); mg.plan('mvae'); mg.dump('mvae')\n"
    code += "mg.draw('mopoe')\n"
    code += "assert 'torch._C' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr


def test_a_closed_pipe_is_no_fault(tmp_path):
    call = f"'{sys.executable}' -c 'from mvgraph.cli import main; main()' explain mopoe --views 6"
    command = f"set -o pipefail; {call} | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout == "MoPoE-VAE\n"
    assert done.stderr == ""
    assert done.returncode in (0, 141)


def test_a_note_is_no_finding(mvgraph):
    answer = mvgraph("check", "jmvae", "--set", "q.z.expert=normal")
    assert (answer.exit_code, answer.stdout) == (0, "jmvae: fine, 1 note\n")
    assert "--set:1:5: note MVG144: 'normal' by itself has its defaults: scale: softplus" in answer.stderr
