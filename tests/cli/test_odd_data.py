"""Data that are not the data one meant, from the command line: each is seen and said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .conftest import SMALL

TRAIN = ("train", "mvae", "--epochs", "1", "--no-report", "--out", "run", *SMALL)
MICE = [f"m{i:02d}" for i in range(40)]


def table(file: str, ids: Sequence[str], width: int = 3, seed: int = 0) -> str:
    """A table of numbers, a row an id."""
    values = np.random.default_rng(seed).normal(size=(len(ids), width))
    lines = [",".join(["id", *(f"{Path(file).stem}{i}" for i in range(width))])]
    lines += [",".join([name, *(f"{v:.4f}" for v in row)]) for name, row in zip(ids, values, strict=True)]
    Path(file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"{Path(file).stem}={file}"


def trained(mvgraph, *sources: str, more: Sequence[str] = ()):
    """Training on some sources, which succeeds."""
    result = mvgraph(*TRAIN, *(f"--data={s}" for s in sources), *more)
    assert result.exit_code == 0, result.output
    return result


def test_every_verb_says_how_many_rows_have_which_views(mvgraph):
    sources = table("genes.csv", MICE[:37]), table("lipids.csv", MICE[10:], 4)
    counts = "40 rows: 27 with genes and lipids, 10 with genes only, 3 with lipids only"
    assert trained(mvgraph, *sources).stderr.count(counts) == 1
    data = [f"--data={s}" for s in sources]
    for verb in (
        ("encode", "run", *data, "-o", "z.csv"),
        ("impute", "run", *data, "-o", "x.npz"),
        ("evaluate", "run", *data, "--samples=5"),
    ):
        result = mvgraph(*verb)
        assert result.exit_code == 0, result.output
        assert result.stderr.count(counts) == 1
    one = mvgraph("encode", "run", data[1], "-o", "lipids.csv.npz", "--force")
    assert "30 rows: all with lipids only" in one.stderr


def test_ids_that_hardly_match_are_told(mvgraph):
    written = [m.upper() for m in MICE[:27]] + MICE[27:30]
    said = trained(mvgraph, table("genes.csv", MICE), table("lipids.csv", written)).stderr
    assert "3 of the 30 ids of view 'lipids' of lipids.csv occur in view 'genes' of genes.csv" in said
    assert "27 differ only in case: 'm00' and 'M00', 'm01' and 'M01', 'm02' and 'M02' and 24 more" in said
    assert "67 rows: 37 with genes only, 27 with lipids only, 3 with genes and lipids" in said


def test_rows_without_ids_are_paired_by_position_on_request_only(mvgraph):
    np.save("plain.npy", np.random.default_rng(0).normal(size=(40, 2)))
    sources = (f"--data={table('genes.csv', MICE)}", "--data=plain=plain.npy")
    refused = mvgraph(*TRAIN, *sources)
    assert refused.exit_code == 2
    assert "has no ids to match its rows with those of view 'genes' of genes.csv" in refused.stderr
    assert "--align position" in refused.stderr
    assert not Path("run").exists()
    paired = mvgraph(*TRAIN, *sources, "--align", "position")
    assert paired.exit_code == 0, paired.output
    assert "40 rows: all with genes and plain" in paired.stderr
    encoded = mvgraph("encode", "run", *sources, "--align=position", "-o", "z.csv")
    assert Path("z.csv").read_text(encoding="utf-8").splitlines()[40].startswith("m39,"), encoded.output
    assert mvgraph("encode", "run", *sources, "--align=place", "-o", "z2.csv").exit_code == 2


def test_one_view_of_an_open_model_gets_its_likelihood(mvgraph):
    sources = table("genes.csv", MICE), table("lipids.csv", MICE[5:], 4)
    said = trained(mvgraph, *sources, more=("--set=views.lipids.likelihood=student_t",)).stderr
    assert "view 'genes' from genes.csv: shape [3], likelihood normal" in said
    assert "view 'lipids' from lipids.csv: shape [4], likelihood student_t" in said
    wrong = mvgraph(*TRAIN, *(f"--data={s}" for s in sources), "--set=views.lipid.likelihood=student_t")
    assert wrong.exit_code == 2
    assert "there is no 'lipid' here" in wrong.stderr
    assert "lipids" in wrong.stderr
    checked = mvgraph("check", "mvae", "--set=views.lipids.likelihood=student_t")
    assert "its views are open: name all of them" in checked.output


def test_grey_values_under_a_bernoulli_are_told_by_train_and_evaluate(mvgraph):
    np.savez("d.npz", a=np.random.default_rng(0).uniform(size=(30, 3)), b=np.ones((30, 2)))
    views = "views={a: {likelihood: bernoulli}, b: {}}"
    said = "warning: view 'a' has values between 0 and 1: 'bernoulli' is no density over [0, 1]"
    assert trained(mvgraph, "d.npz", more=(f"--set={views}",)).stderr.count(said) == 1
    assert mvgraph("evaluate", "run", "--data", "d.npz", "--samples=5").stderr.count(said) == 1


def test_an_odd_table_is_read_and_told(mvgraph):
    Path("a.csv").write_text("id;x;y\n" + "".join(f"r{i};{i},5;2\n" for i in range(9)), encoding="utf-8")
    Path("b.csv").write_text("".join(f"r{i},{i}.5,{9 - i}.25\n" for i in range(9)), encoding="utf-8")
    said = trained(mvgraph, "a=a.csv", "b=b.csv").stderr
    assert "warning: a.csv is read with semicolons between its cells and decimal commas" in said
    assert "warning: b.csv: the first line is taken for the header, and looks like a row: 'r0', '0.5', '9.25'" in said
    assert "9 rows: 8 with a and b, 1 with a only" in said
    assert mvgraph(*TRAIN, "--data", "").exit_code == 2
