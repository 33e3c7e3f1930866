"""The reference specs: where they lie, and their names."""

from __future__ import annotations

from pathlib import Path

from mvgraph.errors import Problem, SpecError
from mvgraph.registry import nearest

_PACKAGE = Path(__file__).resolve().parent.parent
FOLDERS = (_PACKAGE / "specs", _PACKAGE.parent / "specs")  # in the wheel; beside the package in a checkout
PUBLISHED = "published"  # the folder of the settings of published experiments


def names() -> list[str]:
    """The names of the reference specs, sorted."""
    return sorted({file.stem for folder in FOLDERS for file in folder.glob("*.yaml")})


def published() -> list[str]:
    """The names of the specs with the settings of published experiments (`published/mopoe`), sorted."""
    return sorted({f"{PUBLISHED}/{file.stem}" for folder in FOLDERS for file in (folder / PUBLISHED).glob("*.yaml")})


def path(name: str) -> Path:
    """The file of a reference spec, or of a published experiment.

    Raises:
        SpecError: no such spec has this name.
    """
    among = published() if name.startswith(f"{PUBLISHED}/") else names()
    if name not in among:
        remedy = f"{nearest(name, among)}; a file is named by a path that ends in .yaml"
        raise SpecError(Problem("MVG100", (), f"no reference spec is named '{name}'", remedy))
    return next(folder / f"{name}.yaml" for folder in FOLDERS if (folder / f"{name}.yaml").is_file())
