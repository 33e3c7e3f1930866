"""Where a model comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """Where a model comes from.

    Arguments:
        title: of the paper.
        authors: their last names.
        year: of the paper.
        arxiv: its number at arXiv, as a text.
        url: where there is no number at arXiv.
    """

    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    arxiv: str = ""
    url: str = ""
