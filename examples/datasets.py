"""The data sets of the examples: where they lie, how they are read, and how they are split."""

from __future__ import annotations

import gzip
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Labels = NDArray[np.int64]

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {"mnist": ROOT / "../shared/data/mnist", "mfeat": ROOT / "../shared/data/mfeat"}  # defaults of --data
MNIST = {
    part: (f"{prefix}-images-idx3-ubyte.gz", f"{prefix}-labels-idx1-ubyte.gz")
    for part, prefix in (("train", "train"), ("test", "t10k"))
}


@dataclass(frozen=True, eq=False)
class Split:
    """Views and labels of one part of a data set.

    Arguments:
        views: values by view, `(row, *shape)`.
        labels: class numbers, `(row,)`.
    """

    views: dict[str, Array]
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, index: NDArray[np.int64] | slice) -> Split:
        """Some of the rows."""
        return Split({name: x[index] for name, x in self.views.items()}, self.labels[index])


def mnist(folder: Path, seed: int = 0) -> tuple[Split, Split]:
    """MNIST, training and test rows: a view `image` `(row, 784)` of zeros and ones, and the labels.

    A pixel is one with the probability of its grey level. It is drawn once: the data stay the same in every epoch.

    Arguments:
        folder: holds the four files of MNIST under their usual names, `*-ubyte.gz`.
        seed: of the draw.
    """
    _require(
        folder,
        [name for pair in MNIST.values() for name in pair],
        "MNIST",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    )
    draws = np.random.default_rng(seed)
    train, test = (_binary(folder, images, labels, draws) for images, labels in MNIST.values())
    return train, test


def mfeat(folder: Path, seed: int = 0) -> tuple[Split, Split, Split]:
    """UCI Multiple Features: six views of 2,000 handwritten digits; 1,200 training, 400 validation, 400 test rows.

    The rows are shuffled before they are cut, and every column has mean 0 and deviation 1 over the training rows.

    Arguments:
        folder: holds `mfeat.npz` with one array a view (`fac fou kar mor pix zer`) and `labels`.
        seed: of the order of the rows.
    """
    _require(folder, ["mfeat.npz"], "UCI Multiple Features", "https://archive.ics.uci.edu/dataset/72")
    with np.load(folder / "mfeat.npz") as file:
        arrays = {name: file[name] for name in sorted(file.files)}
    labels = arrays.pop("labels").astype(np.int64)
    order = np.random.default_rng(seed).permutation(len(labels))
    train, valid, test = np.split(order, [len(order) * 6 // 10, len(order) * 8 // 10])
    views = {name: _standard(x, x[train]) for name, x in arrays.items()}
    whole = Split(views, labels)
    return whole.rows(train), whole.rows(valid), whole.rows(test)


def drop_views(rows: int, views: int, share: float, seed: int) -> NDArray[np.bool_]:
    """A mask `(row, view)` in which each entry is False with probability `share`, and no row is False throughout.

    A row that would lose all its views is drawn anew.
    """
    draws = np.random.default_rng(seed)
    mask = draws.random((rows, views)) >= share
    while (empty := ~mask.any(1)).any():
        mask[empty] = draws.random((int(empty.sum()), views)) >= share
    return mask


def _require(folder: Path, names: list[str], what: str, where: str) -> None:
    absent = [name for name in names if not (folder / name).is_file()]
    if absent:
        sys.exit(f"{what} is not in '{folder}': there is no {', '.join(absent)}; get it from {where} and give --data")


def _binary(folder: Path, images: str, labels: str, draws: np.random.Generator) -> Split:
    grey = _idx(folder / images).reshape(-1, 784)
    pixels = draws.random(grey.shape, dtype=np.float32) < grey.astype(np.float32) / 255
    return Split({"image": pixels.astype(np.float32)}, _idx(folder / labels).astype(np.int64))


def _idx(path: Path) -> NDArray[np.uint8]:
    """An array in the format of MNIST: two zeros, the type, the number of axes, their lengths, then the bytes."""
    with gzip.open(path) as file:
        data = file.read()
    axes = data[3]
    shape = np.frombuffer(data, ">i4", axes, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def _standard(values: Array, train: Array) -> Array:
    """Columns less their training mean, divided by their training deviation (by 1 where that is zero)."""
    mean, scale = train.mean(0, dtype=np.float64), train.std(0, dtype=np.float64)
    standard: Array = ((values - mean) / np.where(scale > 0, scale, 1)).astype(np.float32)
    return standard
