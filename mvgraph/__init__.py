"""mvgraph: write down a multi-view latent variable model as a small graph, and get everything else."""
