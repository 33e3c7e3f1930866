"""The seal of weights: which spec they belong to, and whether their numbers are as they were written."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import safe_open
from torch import Tensor

from mvgraph.data.tables import DataWarning
from mvgraph.errors import DataError, Problem
from mvgraph.spec.model import Spec
from mvgraph.spec.writing import tree
from mvgraph.training.record import version

if TYPE_CHECKING:
    from mvgraph.module.model import Model

SEAL = "mvgraph"  # one entry: several would stand in a file in no fixed order
WRITER, SPEC_DIGEST, TENSOR_DIGEST, EPOCH = "version", "spec_sha256", "tensors_sha256", "epoch"
WITHOUT_MEANING = ("name", "about", "training")  # for weights


def seal(model: Model, epoch: int) -> dict[str, str]:
    """What is written beside weights: the version of mvgraph, digests of the spec and of the numbers, and the epoch."""
    tensors = _tensor_digest(model.state_dict().values())
    kept = {WRITER: version("mvgraph"), SPEC_DIGEST: spec_digest(model.spec), TENSOR_DIGEST: tensors, EPOCH: epoch}
    return {SEAL: json.dumps(kept)}


def sealed_epoch(path: Path) -> int | None:
    """After which epoch the weights of a file are; None where it does not say so, or is not there."""
    if not path.exists():
        return None
    with safe_open(str(path), framework="pt") as file:
        epoch = json.loads((file.metadata() or {}).get(SEAL, "{}")).get(EPOCH)
    return epoch if isinstance(epoch, int) else None


def require_seal(path: Path, model: Model) -> None:
    """Refuse weights of another spec, and weights that are no longer those that were written.

    Weights without a seal, as runs of before and other programs write them, pass.

    Raises:
        DataError: they are not this model's, or damaged.
    """
    with safe_open(str(path), framework="pt") as file:
        kept, names = json.loads((file.metadata() or {}).get(SEAL, "{}")), file.keys()
        if kept.get(SPEC_DIGEST, spec_digest(model.spec)) != spec_digest(model.spec):
            _other_spec(path, kept.get(WRITER, ""))
        if TENSOR_DIGEST in kept and kept[TENSOR_DIGEST] != _tensor_digest(map(file.get_tensor, names)):
            message = "is damaged: its numbers are not those that were written"
            raise DataError(Problem("MVG835", (str(path),), message, "take the file from a copy, or train again"))


def _other_spec(path: Path, writer: str) -> None:
    """Refuse, or warn where it may be for the version alone: another one may write a spec otherwise."""
    message = "holds the weights of another spec than the spec.yaml beside it"
    if writer == version("mvgraph"):
        remedy = "put the spec.yaml back that they were trained with, or train again"
        raise DataError(Problem("MVG834", (str(path),), message, remedy))
    said = f"{path} {message}, or of a mvgraph ({writer}) that writes specs in another way: that cannot be told"
    warnings.warn(said, DataWarning, stacklevel=4)


def spec_digest(spec: Spec) -> str:
    """The SHA-256 of what a spec says, but for its name and how it is trained."""
    plain = {k: v for k, v in tree(spec).items() if k not in WITHOUT_MEANING}
    for phase in plain.get("phases", ()):
        phase.pop("epochs", None)
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()


def _tensor_digest(tensors: Iterable[Tensor]) -> str:
    """The SHA-256 of the tensors, whatever their names: a file has one of several names of the same tensor only."""
    digests = {_digest(t.detach().cpu().contiguous()) for t in tensors}
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()


def _digest(tensor: Tensor) -> str:
    kind = f"{tensor.dtype} {list(tensor.shape)} ".encode()
    return hashlib.sha256(kind + tensor.reshape(-1).view(torch.uint8).numpy().tobytes()).hexdigest()
