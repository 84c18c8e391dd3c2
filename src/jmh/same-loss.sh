#!/usr/bin/env bash
# Seconds to the same training loss for the same dense network on Fashion-MNIST, on two cores; prints one table.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'TEXT'
Usage: src/jmh/same-loss.sh [OPTION...]

Trains one dense network (784-64-10, sigmoids) on Fashion-MNIST with Batchscope's synchronous engine, with Spark MLlib's
MultilayerPerceptronClassifier and with Deeplearning4j's ParameterAveragingTrainingMaster, on an embedded Spark with two
cores, and prints one Markdown table: seconds until the training loss is reached. Builds what it needs. Leave the machine
alone meanwhile. src/docs/benchmarks.md tells what is inside the clock.

Options:
  --target LOSS            mean cross-entropy over all training images, in nats, default 0.4
  --hidden N               width of the hidden layer, default 64
  --runs N                 timed runs, whose median is shown, default 3
  --batch N                global batch size of Batchscope and the averaging master, default 128
  --rate R                 their learning rate, default 0.1
  --averaging-frequency N  steps between averagings, default 10
  --contenders A,B         of batchscope, mllib, dl4j; default all
TEXT
}

case ${1:-} in
    -h | --help)
        usage
        exit 0
        ;;
esac
build_benchmarks
opens=()
spark_opens=$benchmarks/classes/io/batchscope/spark.opens
read_opens
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 SPARK_LOCAL_IP=127.0.0.1
contenders=batchscope,mllib,dl4j
others=()
while (($# > 0)); do
    if [[ $1 == --contenders && $# -gt 1 ]]; then
        contenders=$2
        shift 2
    else
        others+=("$1")
        shift
    fi
done
# A process for each: the system's OpenBLAS, which MLlib takes, and that of the bindings crash in one. The incubating module
# is what MLlib's Java matrix products are fast with.
separator=
for contender in ${contenders//,/ }; do
    table=$("$java" "${opens[@]}" --add-modules=jdk.incubator.vector -Xmx6g '-Dspark.master=local[2]' \
        -cp "$class_path" io.batchscope.benchmark.SameLoss --data "$benchmarks/data" --contenders "$contender" "${others[@]}")
    if [[ -z $separator ]]; then
        echo "$table"
        separator=shown
    else
        # The rows; the head is there already.
        sed '1,/^|---/d' <<<"$table"
    fi
done
