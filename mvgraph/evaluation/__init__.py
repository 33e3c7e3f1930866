"""Judging a trained model: log-likelihood, coherence, imputation, probes, pictures, and a report of them all."""

from mvgraph.evaluation.coherence import Coherence, measure_coherence
from mvgraph.evaluation.imputation import Imputation, Score, measure_imputation
from mvgraph.evaluation.likelihood import Likelihood, estimate_likelihood
from mvgraph.evaluation.pictures import draw_imputations, draw_reconstructions
from mvgraph.evaluation.probe import Probe, fit_probe
from mvgraph.evaluation.summary import Report, report

__all__ = [
    "Coherence",
    "Imputation",
    "Likelihood",
    "Probe",
    "Report",
    "Score",
    "draw_imputations",
    "draw_reconstructions",
    "estimate_likelihood",
    "fit_probe",
    "measure_coherence",
    "measure_imputation",
    "report",
]
