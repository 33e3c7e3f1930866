"""The written model: text to data, data to a `Spec`, and back."""
