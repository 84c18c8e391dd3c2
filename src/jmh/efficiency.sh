#!/usr/bin/env bash
# Throughput of two workers against one, and of sums that overlap the backward pass; prints two tables.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'TEXT'
Usage: src/jmh/efficiency.sh [OPTION...]

Trains with one worker (on one core, and on all), with two workers in one JVM and with two worker JVMs on a core each that
sum over the ring, round by round in turn, and prints examples per second and the ratios as a Markdown table. A second
table compares, for the convolutional network over a slow link, sums that are begun within the backward pass with sums
begun after it. Builds what it needs. The whole default run takes about ten minutes on 2 cores; leave the machine alone
meanwhile. src/docs/benchmarks.md tells what is measured.

Options:
  --models A,B             of mlp, cnn, resnet8; default mlp,cnn
  --per-worker N,M         examples of an update a worker, default 256,1024
  --rounds N               rounds per row, default 7
  --seconds-per-round S    of one layout in one round, about; default 2
  --link-gbit G            speed of the slow link in Gbit/s, default 1
  --cpus A,B               where the two worker JVMs run, default 0,1
  --timeout S              the longest wait for an answer of a worker JVM, default 120
TEXT
}

case ${1:-} in
    -h | --help)
        usage
        exit 0
        ;;
esac
if ! command -v taskset >/dev/null; then
    fail 4 "no taskset (PATH): worker JVMs are bound to a core each with it; install it (Debian: apt-get install util-linux)"
fi
build_benchmarks
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
exec "$java" -Xmx256m -cp "$class_path" io.batchscope.benchmark.Efficiency "$@"
