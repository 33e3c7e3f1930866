"""What the examples share on the command line: their options, and tables of text."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from datasets import FOLDERS


def options(about: str, data: str, epochs: int) -> argparse.ArgumentParser:
    """The options that every example has.

    Arguments:
        about: what the example does.
        data: which data set it reads, for the default of `--data`.
        epochs: the default of `--epochs`.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data", type=Path, default=FOLDERS[data], help="the folder of the data set")
    parser.add_argument("--epochs", type=int, default=epochs, help="passes over the training rows")
    parser.add_argument("--seed", type=int, default=0, help="where every random draw comes from")
    parser.add_argument("--out", type=Path, default=Path("runs") / f"example-{data}", help="the folder to write to")
    parser.add_argument("--rows", type=int, default=None, help="use so many rows of each part, for a quick look")
    parser.add_argument("--models", nargs="+", default=None, help="train these models only")
    return parser


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows of text under a head, in columns: the first to the left, the others to the right.

    >>> print(table("two numbers", ["", "a", "b"], [["x", "1", "22"]]))
    two numbers
       a   b
    x  1  22
    """
    cells = [list(head), *map(list, rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = [
        "  ".join(c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(r, widths, strict=True)))
        for r in cells
    ]
    return "\n".join([title, *(line.rstrip() for line in lines)])
