#!/usr/bin/env bash
# What measuring gradients during training costs; prints one table.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'TEXT'
Usage: src/jmh/measuring.sh [OPTION...]

Trains the same run with and without what a study measures of its gradients on the way (measure.norms-every and
measure.noise-every, both auto), in turn, in one process on one thread, and prints the ratios of their training times as a
Markdown table. Builds what it needs. The whole default run takes about ten minutes; leave the machine alone meanwhile.

Options:
  --models A,B             of mlp, cnn; default both
  --batches N,M            default 1,8,32,128,512,1024,4096,16384 (cnn: up to 1024)
  --rounds N               pairs of runs per row, default 9
  --seconds-per-run S      about; default 2
TEXT
}

case ${1:-} in
    -h | --help)
        usage
        exit 0
        ;;
esac
build_benchmarks
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
exec "$java" -Xmx2g -cp "$class_path" io.batchscope.benchmark.Measuring "$@"
