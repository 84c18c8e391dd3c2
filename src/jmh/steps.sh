#!/usr/bin/env bash
# Times one training step of every contender, interleaved in one run, one thread each; prints one table.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'TEXT'
Usage: src/jmh/steps.sh [OPTION...]

Times one training step (gradient of a batch and Nesterov update) of the project's replicas, of Deeplearning4j as shipped
and of PyTorch, round by round in turn, one thread each, and prints one Markdown table on standard output. Builds what it
needs. The whole default run takes about ten minutes; leave the machine alone meanwhile. src/docs/benchmarks.md tells what
is in a step and how the ratios are formed.

Options:
  --rounds N               rounds per row, default 7
  --seconds-per-round S    of one contender in one round, as far as whole steps allow; default 0.5
  --models A,B             of mlp, cnn, resnet8; default all
  --batches N,M            batch sizes, for every model; default: each model's own
  --contenders A,B         of fused, dl4j (the general replica), shipped (Deeplearning4j's own fit), pytorch; default all
  --json FILE              also writes every round's times
  --pin CPU                runs every contender on that one CPU (taskset)
  --timeout S              the longest wait for an answer of a contender, default 120
  --jmh [ARGUMENT...]      instead: runs the JMH benchmarks with its arguments, such as --jmh StepBenchmark -p model=mlp

Environment:
  BATCHSCOPE_PYTHON        the Python that has PyTorch; default: python3 or /usr/bin/python3, whichever has it
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
if [[ ${1:-} == --jmh ]]; then
    shift
    exec "$java" -cp "$class_path" org.openjdk.jmh.Main "$@"
fi
exec "$java" -Xmx256m -cp "$class_path" io.batchscope.benchmark.Steps \
    --python "$(find_python)" --script "$root/src/jmh/pytorch_steps.py" "$@"
