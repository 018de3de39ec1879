#!/usr/bin/env bash
# Make the peers' environments, which Touchstone itself doesn't need: about 1 GB under benchmarks/.work/venvs.
# onnxruntime, numpy and Pillow are those of constraints.txt, so that peers and Touchstone run the same ones.
# Usage: bash benchmarks/serving/setup.sh [PYTHON]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
venvs=benchmarks/.work/venvs
mkdir -p "$venvs"

make_venv() { # NAME PACKAGE…
    [ -f "$venvs/$1/done" ] && return
    .ci/venv "$venvs/$1" ${PYTHON:+"$PYTHON"}
    "$venvs/$1/bin/python" -m pip install --quiet --disable-pip-version-check --constraint "$venvs/same.txt" "${@:2}"
    touch "$venvs/$1/done"
}

PYTHON=${1:-}
grep -E "^(numpy|onnxruntime|pillow|pi_heif)==" constraints.txt >"$venvs/same.txt" # the rest as the peers want it
make_venv peers fastapi 'uvicorn[standard]' python-multipart litserve mosec numpy onnxruntime pillow pi-heif
make_venv bento bentoml numpy onnxruntime pillow
