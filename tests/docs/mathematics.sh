#!/bin/sh
# Installs KaTeX and MathJax into a folder (needs node and npm), and runs the tests that ask them:
#   sh tests/docs/mathematics.sh [FOLDER]
# From then on: MVGRAPH_MATHEMATICS=FOLDER python -m pytest tests/docs/test_mathematics.py
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
npm install --silent --no-audit --no-fund --prefix "$folder" katex@0.16 mathjax@3
cd "$here"
MVGRAPH_MATHEMATICS=$folder exec "${PYTHON:-python}" -m pytest -q tests/docs/test_mathematics.py
