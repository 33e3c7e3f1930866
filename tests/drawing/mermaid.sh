#!/bin/sh
# Installs Mermaid's own parser into a folder (needs node and npm), and runs the tests that ask it:
#   sh tests/drawing/mermaid.sh [FOLDER]
# From then on: MVGRAPH_MERMAID=FOLDER python -m pytest tests/drawing/test_mermaid.py
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
npm install --silent --no-audit --no-fund --prefix "$folder" mermaid@11 jsdom
cd "$here"
MVGRAPH_MERMAID=$folder exec "${PYTHON:-python}" -m pytest -q tests/drawing/test_mermaid.py
