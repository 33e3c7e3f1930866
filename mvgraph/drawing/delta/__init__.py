"""The difference of two models as something to read: a page, a document's part, a comment under a change of code."""
