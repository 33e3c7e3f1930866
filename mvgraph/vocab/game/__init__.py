"""Games between a critic and the generator that it judges."""

from mvgraph.vocab.game.base import Game

__all__ = ["Game"]
