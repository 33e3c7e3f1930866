#!/bin/sh
# setup.sh VENV WHAT: a virtual environment with the pinned versions; WHAT is given to pip install, e.g. . or -e .[dev]
set -eu
cd "$(dirname "$0")/.."
venv=$1
shift

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; }

python=
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
    if fits "$candidate"; then python=$candidate && break; fi
done
if [ -z "$python" ]; then
    echo "mvgraph needs Python 3.11, 3.12 or 3.13; name one with PYTHON=/path/to/python" >&2
    exit 2
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "installing into $venv ..." >&2
"$venv/bin/python" -m pip install --quiet -c constraints.txt torch==2.13.0
"$venv/bin/python" -m pip install --quiet -c constraints.txt "$@"
