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

    @property
    def facts(self) -> tuple[str, ...]:
        """Title, authors, year and source, those that are known."""
        arxiv = f"arXiv {self.arxiv}" if self.arxiv else self.url
        found = (self.title, ", ".join(self.authors), str(self.year or ""), arxiv)
        return tuple(fact for fact in found if fact)

    @property
    def link(self) -> str:
        """Where the source is on the web; empty where that is not known."""
        if self.arxiv:
            return f"https://arxiv.org/abs/{self.arxiv}"
        return self.url if self.url.startswith(("https://", "http://")) else ""
