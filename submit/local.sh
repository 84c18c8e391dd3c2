#!/usr/bin/env bash
# Runs a Batchscope command on this machine alone: builds what is missing, then starts an embedded Spark.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'TEXT'
Usage: submit/local.sh CMD [ARGUMENT...]

Runs CMD (plan, train, study, report, data, fit, simulate, verify, doctor) on embedded Spark. Needs a JDK 17 and Maven; builds
target/batchscope.jar when it is missing or older than the sources. Paths are relative to where you are.
"submit/local.sh CMD --help" explains a command.

Environment:
  BATCHSCOPE_MASTER     Spark master, default local[*] (a slot for each core); local[4] has four slots on any machine
  BATCHSCOPE_JAVA_OPTS  options for the JVM, such as -Xmx4g (default: half of the memory, at most 8 GiB)
  OMP_NUM_THREADS       math threads per training worker, default 1
TEXT
}

# Half of the memory of the machine or container, at most 8 GiB: the other half is for the native math library.
heap_mebibytes() {
    local kibibytes limit mebibytes
    kibibytes=$(awk '/^MemTotal:/ { print $2 }' /proc/meminfo 2>/dev/null || true)
    kibibytes=${kibibytes:-4194304}
    limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || true)
    if [[ $limit =~ ^[0-9]+$ ]] && ((limit / 1024 < kibibytes)); then
        kibibytes=$((limit / 1024))
    fi
    mebibytes=$((kibibytes / 2048))
    echo $((mebibytes > 8192 ? 8192 : mebibytes))
}

case ${1:-} in
    "")
        fail 2 "no command (submit/local.sh): expected one of $commands; 'submit/local.sh --help' tells more"
        ;;
    -h | --help)
        usage
        exit 0
        ;;
esac

find_java
build_if_needed
read_opens
read_java_options

master=${BATCHSCOPE_MASTER:-local[*]}
if [[ $master == local* ]]; then
    # Nothing outside this machine takes part, so nothing outside need reach it.
    export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
fi
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

# exec: signals such as Ctrl-C reach the JVM, and its exit code is ours. Of two -Xmx options the later one counts.
exec "$java" "${opens[@]}" \
    "-Xmx$(heap_mebibytes)m" \
    "-Dspark.master=$master" \
    -Dspark.app.name=batchscope \
    -Dspark.ui.enabled=false \
    -Dspark.ui.showConsoleProgress=false \
    ${java_options[@]+"${java_options[@]}"} \
    -cp "$jar:$(<"$spark_class_path")" \
    "$main_class" "$@"
