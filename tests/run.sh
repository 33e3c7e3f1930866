#!/bin/sh
# Sets mvgraph up with its tools, then: ruff, mypy, the wheel, all tests and doctests. Arguments go to pytest.
set -eu
cd "$(dirname "$0")/.."
venv=${MVGRAPH_VENV:-.venv}
sh examples/setup.sh "$venv" -e '.[dev]'
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" # two processes of one thread each
status=0
"$venv/bin/python" -m ruff check . || status=1
"$venv/bin/python" -m mypy || status=1
"$venv/bin/python" -m pytest -q -m slow tests/test_wheel.py || status=1
"$venv/bin/python" -m pytest -n 2 "$@" || status=1
exit $status
