"""Judging a trained model: log-likelihood, coherence, imputation, probes, pictures, and a report of them all."""
