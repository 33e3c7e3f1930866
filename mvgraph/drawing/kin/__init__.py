"""How many models relate, as a table, as a tree, and as a page."""
