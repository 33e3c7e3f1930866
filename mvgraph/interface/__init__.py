"""The verbs of the public interface, which `mvgraph` offers by name."""
