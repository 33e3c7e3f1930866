"""Compare what mvgraph answers with what is frozen, or freeze it anew.

python -m tests.frozen compare                 every difference by spec and form; 1 if there is any
python -m tests.frozen compare --only mopoe    of some specs
python -m tests.frozen write --only mopoe      what these specs answer now is frozen
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Collection, Iterator

import torch

from .answers import KINDS
from .keeping import differences, keep, kept


def main() -> int:
    """Write, or compare; 1 where something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.frozen", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("action", choices=("write", "compare"))
    parser.add_argument("--only", nargs="+", metavar="NAME", default=(), help="specs, and pairs that have them")
    parser.add_argument("--kind", nargs="+", choices=KINDS, default=tuple(KINDS), help="what is compared or written")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if asked.action == "write":
        for kind in asked.kind:
            keep(kind, answered(kind, asked.only))
        return 0
    count = 0
    for line in compared(asked.kind, asked.only):
        count += 1
        print(line, flush=True)
    print(f"{count} differences" if count else "nothing has changed")
    return int(count > 0)


def compared(kinds: Collection[str] = tuple(KINDS), only: Collection[str] = ()) -> Iterator[str]:
    """Every difference between what is frozen and what is answered now."""
    for kind in kinds:
        now = answered(kind, only)
        yield from (f"{kind} > {line}" for line in differences(kept(kind), now))


def answered(kind: str, only: Collection[str] = ()) -> dict[str, object]:
    """Every answer of a kind; where only some names are asked for, the others as they are frozen."""
    keys, answer = KINDS[kind]
    now = {key: answer(key) for key in keys() if meant(key, only)}
    return {**{key: value for key, value in kept(kind).items() if not meant(key, only)}, **now}


def meant(key: str, only: Collection[str]) -> bool:
    """Whether a key speaks of one of some specs; of all, where none are named.

    >>> [meant("mopoe and mvae", only) for only in ((), ("mvae",), ("mopo",))]
    [True, True, False]
    """
    return not only or bool(set(only) & set(re.split(r" and | at ", key)))


if __name__ == "__main__":
    sys.exit(main())
