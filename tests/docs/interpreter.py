"""Runs the Python blocks of a page in one namespace: reads a block a line as JSON, answers with what it printed."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import traceback
from typing import Any


def main() -> None:
    """Answer until the input ends."""
    answers, namespace = sys.stdout, dict[str, Any]({"__name__": "__main__"})
    for line in sys.stdin:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(json.loads(line), "<page>", "exec"), namespace)  # noqa: S102 - our own pages, which are to be run
            except Exception:  # the page's error is the answer
                traceback.print_exc(file=printed)
        answers.write(json.dumps(printed.getvalue()) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
