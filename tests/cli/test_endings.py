"""How `mvgraph train` ends before its time: by a signal, said and with what is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import SMALL, Call

PATIENCE = 120  # seconds until a test gives up
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}


def started(folder: Path, *options: str) -> subprocess.Popen[str]:
    """A run far from its end, of which one epoch at least is kept."""
    command = [sys.executable, "-m", "mvgraph", "train", "mvae", "--data", "digits", "--no-report"]
    process = subprocess.Popen(
        [*command, "--epochs", "100000", "--out", "run", *SMALL, *options],
        cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until = time.monotonic() + PATIENCE
    while not (folder / "run" / "state.ckpt").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
    return process


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_training_as_ctrl_c_does(tmp_path: Path, signum: signal.Signals, code: int) -> None:
    process = started(tmp_path)
    process.send_signal(signum)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == code, err
    assert f"interrupted by {signum.name} after " in err
    assert "of 100000 epochs; 'run' holds the state after epoch " in err
    assert "go on with: mvgraph train mvae --data digits" in err
    assert "--resume" in err
    assert "Traceback" not in out + err
    assert not list((tmp_path / "run").glob("*.unfinished"))


SCRIPT = """
import os, signal, sys
import numpy as np
import mvgraph as mg
from lightning.pytorch.callbacks import Callback

class Kill(Callback):
    def on_train_epoch_end(self, trainer, module):
        if trainer.current_epoch == 1:
            os.kill(os.getpid(), signal.SIGTERM)

net = {"mlp": {"hidden": [4]}}
spec = mg.load("mvae", views={"a": {"shape": [3]}, "b": {"shape": [2]}}, p={"z": {"dim": 2}},
               view_defaults={"encoder": net, "decoder": net})
rows = np.random.default_rng(0).normal(size=(16, 5))
mg.fit(mg.compile(spec), {"a": rows[:, :3], "b": rows[:, 3:]}, epochs=5, out="run", callbacks=[Kill()])
print("after the run")
"""


def test_a_signal_does_not_end_a_script_as_if_all_were_well(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "after the run" not in done.stdout
    assert "Interrupted: training: error MVG801: interrupted by SIGTERM after 1 of 5 epochs" in done.stderr


def test_a_signal_before_training_is_said_too(mvgraph: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("mvgraph.cli.verbs.train._read", killed)
    result = mvgraph("train", "mvae", "--data", "digits")
    assert (result.exit_code, result.stderr) == (143, "interrupted by SIGTERM\n")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
