"""`mvgraph draw` and `mg.draw`."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import networkx as nx
import pytest
from PIL import Image

import mvgraph as mg
from mvgraph.drawing.rendering import FORMATS, SUFFIXES

MINE = "extends: mopoe\nname: mine\np:\n  z: {dim: 7}\n"


def test_without_a_file_the_parts_are_listed(mvgraph):
    lines = mvgraph("draw", "mvae").stdout.splitlines()
    assert "  z    latent    latent: prior normal, 64 entries; posterior normal" in lines
    assert {"  p  z → x.m", "  q  x.m — q.z", "  q  q.z → z"} <= set(lines)
    assert not list(Path().iterdir())


@pytest.mark.parametrize("name", mg.names())
def test_every_reference_spec(mvgraph, name):
    result = mvgraph("draw", name, "--unroll", "--parameters")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{mg.load(name).name}: ")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_suffix(mvgraph, suffix):
    result = mvgraph("draw", "mopoe", "-o", f"mine{suffix}")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"wrote mine{suffix}\n", "")
    assert [p.name for p in Path().iterdir()] == [f"mine{suffix}"]
    again = mg.draw("mopoe").render(suffix)
    assert Path(f"mine{suffix}").read_bytes() == (again if isinstance(again, bytes) else again.encode())


def test_a_path_and_standard_input(mvgraph):
    Path("mine.yaml").write_text(MINE, encoding="utf-8")
    from_file, from_stdin = mvgraph("draw", "mine.yaml"), mvgraph("draw", "-", text=MINE)
    assert from_file.stdout == from_stdin.stdout
    assert "prior normal, 7 entries" in from_file.stdout


def test_overrides(mvgraph):
    lines = mvgraph("draw", "mopoe", "--views", "3", "--unroll", "--set", "p.z.dim=5").stdout.splitlines()
    assert "  p  z → x.3" in lines
    assert any("normal, 5 entries" in line for line in lines)


def test_parts(mvgraph):
    edges = [
        line.split()[0] for line in mvgraph("draw", "mopoe", "--part", "q").stdout.split("edges\n")[1].splitlines()
    ]
    assert edges == ["q", "q"]


def test_two_specs(mvgraph):
    lines = mvgraph("draw", "mvae", "--diff", "dmvae").stdout.splitlines()
    assert lines[0].startswith("MVAE → DMVAE: ")
    assert "+ p  h.m → x.m" in lines
    lines = mvgraph("draw", "dmvae", "--diff", "mvae").stdout.splitlines()
    assert "- p  h.m → x.m" in lines


def test_two_specs_with_the_same_graphs(mvgraph):
    Path("mine.yaml").write_text("extends: mopoe\nparams: {beta: 3}\n", encoding="utf-8")
    result = mvgraph("draw", "mine.yaml", "--diff", "mopoe", "-o", "a.svg")
    assert (result.exit_code, result.stdout) == (0, "wrote a.svg\n")
    assert result.stderr == "the graphs of mine.yaml and mopoe are the same\n"
    assert mvgraph("draw", "mvae", "--diff", "mopoe").stderr == ""


def test_overrides_are_for_both(mvgraph):
    text = mvgraph("draw", "mvae", "--diff", "mopoe", "--unroll", "--views", "3", "--set", "p.z.dim=9").stdout
    assert "x.3" in text
    assert "~ z " not in text


def test_an_existing_file_needs_force(mvgraph):
    Path("a.txt").write_text("mine", encoding="utf-8")
    result = mvgraph("draw", "mopoe", "-o", "a.txt")
    assert (result.exit_code, Path("a.txt").read_text(encoding="utf-8")) == (2, "mine")
    assert "'a.txt' exists; give another name, or --force to overwrite it" in result.stderr
    assert mvgraph("draw", "mopoe", "-o", "a.txt", "--force").exit_code == 0
    assert Path("a.txt").read_text(encoding="utf-8").startswith("MoPoE-VAE: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "a.jpeg"], f"'a.jpeg' is a picture of an unknown kind; end its name in one of {', '.join(SUFFIXES)}"),
        (["-o", "a"], "'a' is a picture of an unknown kind"),
        (["-o", "folder.txt"], "'folder.txt' is a folder; name a file"),
        (["-o", "nosuch/a.txt"], "there is no folder 'nosuch'"),
        (["--format", "txtt"], "there is no format 'txtt'; did you mean 'text'?"),
        (["--format", ""], "there is no format ''; known: svg, png"),
        (["--part", "r"], "there is no part 'r'; known: p, q, both"),
        (["--theme", "drak"], "there is no theme 'drak'; did you mean 'dark'? known: light, dark"),
        (["--scale", "0"], "the scale is 0; it lies between 0 and 20"),
        (["--scale", "nan"], "the scale is nan; it lies between 0 and 20"),
        (["-o", "a.svg", "--format", "png"], "'a.svg' is a name for svg, and --format says png"),
        (["-o", "a.svg", "--json"], "'a.svg' is a name for svg, and --format says json"),
        (["--format", "svg", "--json"], "--json is a format; leave it or --format out"),
        (["--diff", "mopo"], "did you mean 'mopoe'?"),
        (["--set", "gamma=3"], "the spec has no key and no param 'gamma'"),
        (["--views", "1"], "the model is for 2 or more views"),
    ],
)
def test_what_cannot_be_drawn(mvgraph, arguments, message):
    Path("folder.txt").mkdir()
    result = mvgraph("draw", "mopoe", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert [p.name for p in Path().iterdir()] == ["folder.txt"]


def test_all_errors_of_a_spec_are_shown(mvgraph):
    text = "extends: mopoe\nq:\n  z: {fuse: poee, prior_expert: sometimes}\np:\n  z: {dim: x}\n"
    result = mvgraph("draw", "-", "-o", "a.txt", text=text)
    assert result.exit_code == 2
    assert [line.split(" ")[0] for line in result.stderr.splitlines() if " error " in line] == [
        "<stdin>:3:7:",
        "<stdin>:3:19:",
        "<stdin>:5:7:",
    ]
    assert not Path("a.txt").exists()


def test_a_finding_is_shown(mvgraph):
    text = "extends: mopoe\nobjective: {maximize: [{elbo: {from: V, to: V, beta: gamma}}]}\n"
    result = mvgraph("draw", "mvae", "--diff", "-", text=text)
    assert result.exit_code == 2
    assert "unknown param 'gamma'" in result.stderr


def test_a_file_that_cannot_be_written_is_named(mvgraph, monkeypatch):
    def full(path, _):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    result = mvgraph("draw", "mopoe", "-o", "a.txt")
    assert (result.exit_code, result.stderr) == (2, "error: a.txt: No space left on device\n")
    assert not list(Path().iterdir())


def test_a_format_for_a_file_of_any_name(mvgraph):
    assert mvgraph("draw", "mopoe", "--format", "bayesnet", "-o", "a.tex").exit_code == 0
    assert (
        Path("a.tex").read_text(encoding="utf-8") == mg.draw("mopoe").text("bayesnet") != mg.draw("mopoe").text("tex")
    )
    assert mvgraph("draw", "mopoe", "--format", "mmd", "-o", "README").exit_code == 0
    assert Path("README").read_text(encoding="utf-8") == mg.draw("mopoe").text("mermaid")


def test_names_of_formats():
    picture = mg.draw("mopoe")
    assert all(picture.render(suffix) == picture.render(name) for suffix, name in SUFFIXES.items())
    assert set(SUFFIXES.values()) == set(FORMATS) - {"bayesnet"}
    with pytest.raises(mg.UsageError, match="there is no format 'tex t'"):
        picture.text("tex t")


def test_python_writes_what_it_draws(tmp_path):
    picture = mg.draw("mvae", tmp_path / "a.txt", against="dmvae")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == picture.text() == repr(picture)
    assert picture.diagram.name == "MVAE → DMVAE"
    assert (
        mg.draw("mvae").save(tmp_path / "a.txt") == tmp_path / "a.txt"
    )  # as in Python's libraries, a file is replaced
    assert mg.draw("mvae").save(tmp_path / "noted", "text").read_text(encoding="utf-8") == mg.draw("mvae").text()


def test_python_refuses():
    with pytest.raises(mg.UsageError, match="there is no part 'x'; known: p, q, both"):
        mg.draw("mvae", part="x")
    with pytest.raises(mg.SpecError, match="did you mean 'mvae'"):
        mg.draw("mvea")


def test_bytes_on_standard_output(mvgraph):
    assert mvgraph("draw", "mvae", "--format", "png").stdout_bytes == mg.draw("mvae").render("png")
    assert mvgraph("draw", "mvae", "--format", "svg").stdout == mg.draw("mvae").svg() == mg.draw("mvae")._repr_svg_()


def test_a_terminal_shows_no_bytes(mvgraph, monkeypatch):
    monkeypatch.setattr("mvgraph.cli.verbs.draw._watched", lambda: True)
    result = mvgraph("draw", "mvae", "--format", "png")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "a terminal shows no pictures; name a file with -o" in result.stderr


def test_data_for_programs(mvgraph):
    found = json.loads(mvgraph("draw", "mopoe", "--json").stdout)
    assert [n["id"] for n in found["diagram"]["nodes"]] == list(found["nodes"]) == ["z", "x.m", "q.z"]
    assert found["diagram"]["plates"][1]["nodes"] == ["x.m"]
    assert set(found["nodes"]["z"]) == {"x", "y", "width", "height"}
    ends = found["routes"]["z>x.m:p"]["pieces"][0][-1]
    assert 0 < ends[0] < found["width"]


def test_themes_legend_and_scale(tmp_path):
    plain = mg.draw("mopoe")
    assert plain.svg("dark") == mg.draw("mopoe", theme="dark").svg() != plain.svg()
    assert 'class="legend"' in mg.draw("mopoe", legend=True).svg()
    files = [mg.draw("mopoe", scale=s).save(tmp_path / "a.png").read_bytes() for s in (1, 2)]
    sizes = [Image.open(BytesIO(file)).width for file in files]
    assert abs(sizes[1] - 2 * sizes[0]) <= 2
    with pytest.raises(mg.UsageError, match="there is no theme 'blue'; known: light, dark"):
        plain.svg("blue")
    with pytest.raises(mg.UsageError, match="'png' is no text; save the picture to a file"):
        plain.text("png")


def test_a_network_is_drawn_too():
    graph = nx.DiGraph([("mu", "x"), ("sigma", "x")], name="ours")
    graph.nodes["x"].update(kind="observed", plates="n")
    picture = mg.draw(graph)
    assert [(n.id, n.kind) for n in picture.diagram.nodes] == [("mu", "latent"), ("x", "observed"), ("sigma", "latent")]
    assert mg.draw(picture.diagram).diagram == picture.diagram
    graph.add_edge("tau", "x")
    assert "+ tau" in mg.draw(picture.diagram, against=graph).text()


def test_without_graphviz_texts_are_written_all_the_same(mvgraph, monkeypatch):
    monkeypatch.setattr("mvgraph.drawing.engine._inside", lambda *_: None)
    monkeypatch.setattr("mvgraph.drawing.engine._outside", lambda *_: None)
    for form in ("mermaid", "dot", "tikz", "text"):
        assert mvgraph("draw", "mopoe", "--format", form).exit_code == 0
    result = mvgraph("draw", "mopoe", "-o", "a.svg")
    assert result.exit_code == 2
    assert "MVG820: the places of nodes come from Graphviz" in result.stderr
    assert "remedy: pip install pygraphviz" in result.stderr
    assert not list(Path().iterdir())


NASTY = [
    "",
    " ",
    "-",
    "..",
    "/",
    "\\",
    "%s",
    "{}",
    "$(ls)",
    "é",
    "\u200b",
    "a\nb",
    "x" * 300,
    "-1",
    "nan",
    "1e999",
    "[1]",
]


@pytest.mark.parametrize("option", ["-o", "--diff", "--part", "--theme", "--format", "--scale", "--views", "--set"])
def test_no_value_is_too_odd_for_a_plain_answer(mvgraph, option):
    for value in NASTY:
        result = mvgraph("draw", "mvae", option, value, text="")
        assert (result.exit_code, result.stdout) == (2, ""), value
        assert result.stderr.strip()
    assert not list(Path().iterdir())


def test_a_name_that_is_too_long_for_a_file(mvgraph):
    result = mvgraph("draw", "mvae", "-o", "x" * 300 + ".svg")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "name too long" in result.stderr
