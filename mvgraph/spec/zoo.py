"""The reference specs: where they lie, and their names."""

from __future__ import annotations

from pathlib import Path

from mvgraph.errors import Problem, SpecError
from mvgraph.registry import nearest

_PACKAGE = Path(__file__).resolve().parent.parent
FOLDERS = (_PACKAGE / "specs", _PACKAGE.parent / "specs")  # in the wheel; beside the package in a checkout


def names() -> list[str]:
    """The names of the reference specs, sorted."""
    return sorted({file.stem for folder in FOLDERS for file in folder.glob("*.yaml")})


def path(name: str) -> Path:
    """The file of a reference spec.

    Raises:
        SpecError: no reference spec has this name.
    """
    found = next((folder / f"{name}.yaml" for folder in FOLDERS if name and (folder / f"{name}.yaml").is_file()), None)
    if found is None or found.stem not in names():
        remedy = f"{nearest(name, names())}; a file is named by a path that ends in .yaml"
        raise SpecError(Problem("MVG100", (), f"no reference spec is named '{name}'", remedy))
    return found
