"""Specs that are none: exit code 2, the place, the remedy, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{n}: &{n} [{', '.join([f'*{m}'] * 9)}]\n" for m, n in zip("abcdefgh", "bcdefghi", strict=True)
)
TEXTS = {
    "empty": ("", "1:1", "extends: mopoe"),
    "only comments": ("# nothing\n", "1:1", "extends: mopoe"),
    "not YAML": ("mvgraph: 1\np: [a, {b\n", "3:1", "remedy:"),
    "bomb": (BOMB, "MVG104", "a spec is small"),
    "tabs": ("extends: mopoe\np:\n\tz: {dim: 2}\n", "3:1", "indent with spaces"),
    "a list": ("- 1\n- 2\n", "1:1", "mvgraph: 1"),
    "wrong type": ("extends: mopoe\np:\n  z: {dim: many}\n", "3:7", "a whole number"),
    "unknown word": ("extends: mopoe\nq:\n  z: {fuse: poee}\n", "3:7", "did you mean 'poe'?"),
    "unknown key": ("extends: mopoe\nq:\n  z: {fuze: poe}\n", "3:7", "did you mean 'fuse'?"),
    "unknown base": ("extends: mopo\n", "1:1", "did you mean 'mopoe'?"),
    "a key twice": ("extends: mopoe\nname: a\nname: b\n", "3:1", "remove one of them"),
    "not a formula": (
        "extends: mvtcae\nobjective: {minimize: [{kl: {of: q(z | V), to: p(z), weight: 2 $ 3}}]}\n",
        "2:",
        "formula",
    ),
    "code": ("extends: mopoe\nname: !!python/object/apply:os.system [ls]\n", "2:", "remove the tag"),
    "not text": (b"name: \xff\xfe\n", "1:7", "UTF-8"),
    "a control character": ("name: a\x07b\n", "1:8", "UTF-8"),
}


@pytest.mark.parametrize("verb", ["check", "draw", "explain", "plan"])
@pytest.mark.parametrize("case", TEXTS)
def test_text_that_is_no_spec(mvgraph, case, verb):
    text, place, remedy = TEXTS[case]
    Path("bad.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    result = mvgraph(verb, "bad.yaml")
    assert result.exit_code == 2
    assert "bad.yaml:" in result.stderr
    assert place in result.stderr
    assert remedy in result.stderr


@pytest.mark.parametrize("case", TEXTS)
def test_the_same_text_from_standard_input(mvgraph, case):
    text, _, remedy = TEXTS[case]
    result = mvgraph("explain", "-", text=text)
    assert result.exit_code == 2
    assert "<stdin>:" in result.stderr
    assert remedy in result.stderr


@pytest.mark.parametrize("verb", ["check", "draw", "explain", "plan"])
def test_unknown_file(mvgraph, verb):
    result = mvgraph(verb, "nosuch.yaml")
    assert result.exit_code == 2
    assert "nosuch.yaml:1:1: error MVG100: there is no such file" in result.stderr
    assert "remedy: `mvgraph list`" in result.stderr


def test_unknown_name(mvgraph):
    result = mvgraph("explain", "mvea")
    assert result.exit_code == 2
    assert "did you mean 'mvae'?" in result.stderr


def test_a_folder(mvgraph):
    Path("specs.yaml").mkdir()
    result = mvgraph("explain", "specs.yaml")
    assert result.exit_code == 2
    assert "a folder, not a file" in result.stderr


def test_a_file_of_100_megabytes(mvgraph):
    with Path("big.yaml").open("wb") as file:
        file.truncate(100_000_000)
    result = mvgraph("check", "big.yaml")
    assert result.exit_code == 2
    assert "larger than 1 MiB" in result.stderr
    assert "is this a data file?" in result.stderr


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("beta", "is not an override"),
        ("p.z.dims=3", "did you mean 'dim'?"),
        ("gamma=3", "the spec has no key and no param 'gamma'"),
        ("p.z.dim=[", "not YAML"),
        ("p.z.dim=-3", "at least 1"),
        ("views=1", "the model is for 2 or more views"),
    ],
)
def test_bad_overrides(mvgraph, override, message):
    result = mvgraph("explain", "mopoe", "--set", override)
    assert result.exit_code == 2
    assert "--set:1:" in result.stderr
    assert message in result.stderr


def test_all_problems_at_once(mvgraph):
    text = "extends: mopoe\nq:\n  z: {fuse: poee, prior_expert: sometimes}\np:\n  z: {dim: x}\n"
    result = mvgraph("explain", "-", text=text)
    assert [line.split(" ")[0] for line in result.stderr.splitlines() if " error " in line] == [
        "<stdin>:3:7:",
        "<stdin>:3:19:",
        "<stdin>:5:7:",
    ]


def test_findings_stop_other_verbs(mvgraph):
    text = "extends: mopoe\nobjective: {maximize: [{elbo: {from: V, to: V, beta: gamma}}]}\n"
    result = mvgraph("explain", "-", text=text)
    assert result.exit_code == 2
    assert "unknown param 'gamma'" in result.stderr
