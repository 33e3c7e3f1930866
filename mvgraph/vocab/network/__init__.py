"""Networks: trunks between data and latents; the heads are the compiler's."""

from mvgraph.vocab.network.base import Network, Trunk

__all__ = ["Network", "Trunk"]
