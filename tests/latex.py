"""LaTeX asked whether it can read what is written for it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

PDFLATEX = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex: texlive-latex-extra")
DOCUMENT = "\\documentclass[a4paper]{article}\n\\usepackage{%s}\n\\begin{document}\n%s\n\\end{document}\n"


def compiled(parts: Iterable[str], folder: Path, packages: str = "amsmath, amssymb") -> str:
    """What LaTeX says of an article of some parts, each on pages of its own; all of them can be read and shown."""
    (folder / "all.tex").write_text(DOCUMENT % (packages, "\n\\clearpage\n".join(parts)), encoding="utf-8")
    call = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    subprocess.run(call, cwd=folder, capture_output=True, check=False)
    said = (folder / "all.log").read_text(errors="replace")
    assert "\n!" not in said, said[said.index("\n!") :][:2000]
    assert "Output written" in said
    assert not re.findall(r"Missing character.*|LaTeX Warning: Command.*", said)
    return said
