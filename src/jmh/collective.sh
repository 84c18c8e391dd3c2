#!/usr/bin/env bash
# Times sums over a ring of worker JVMs on this machine, plain and encrypted, beside a plain exchange; prints one table.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'TEXT'
Usage: src/jmh/collective.sh [OPTION...]

Times the sum of a vector over worker JVMs that are connected by loopback, round by round in turn: over the ring, over the
encrypted ring, and beside them what the same processes need to just exchange the same bytes both ways by plain sockets.
Prints one Markdown table on standard output. Builds what it needs. The default run takes about a minute; leave the machine
alone meanwhile. src/docs/benchmarks.md tells what is measured.

Options:
  --ranks N                worker JVMs, 2 to 16; default 2
  --lengths N,M            floats of the vector; default 235000,25000000
  --ways A,B               of ring, encrypted, exchange, gather; default the first three
  --rounds N               rounds per length, default 9
  --seconds-per-round S    of one way in one round, as far as whole sums allow; default 0.5
  --timeout S              the longest wait for an answer of a worker, default 120
TEXT
}

case ${1:-} in
    -h | --help)
        usage
        exit 0
        ;;
esac
build_benchmarks
exec "$java" -Xmx256m -cp "$class_path" io.batchscope.benchmark.Collectives "$@"
