"""The picture of a model: both graphs in one plate diagram."""
