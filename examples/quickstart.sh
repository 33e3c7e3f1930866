#!/bin/sh
# Sets mvgraph up in .venv and trains MoPoE-VAE on scikit-learn's digits: upper half, lower half and label as views.
set -eu
cd "$(dirname "$0")/.."
venv=${MVGRAPH_VENV:-.venv}
sh examples/setup.sh "$venv" .
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" # networks this small gain nothing from more
"$venv/bin/mvgraph" train mopoe --data digits --epochs "${EPOCHS:-60}" --set beta=1 --set p.z.dim=16 \
    --set training.batch_size=64 --set training.optimizer.adam.lr=1e-3 \
    --set 'view_defaults.likelihood={normal: {scale: 0.15}}' \
    --out "${OUT:-runs/digits-$(date +%Y%m%d-%H%M%S)}"
