# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts that source it read its variables
# What the scripts of this directory share beside submit/common.sh: the build of the benchmarks. Sourced, never run.

# shellcheck source-path=SCRIPTDIR source=../../submit/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../submit/common.sh"
benchmarks=$root/target/jmh
benchmark_class_path=$benchmarks/jmh.classpath

# Whether the benchmarks have been built since a source last changed.
benchmarks_are_built() {
    [[ -f $benchmarks/built && -f $benchmark_class_path ]] || return 1
    [[ -z $(find "$root/pom.xml" "$root/src/main" "$root/src/test" "$root/src/jmh/java" -newer "$benchmarks/built" -print -quit) ]]
}

# Builds target/jmh unless it is up to date and sets class_path. All output goes to stderr.
build_benchmarks() {
    find_java
    if ! benchmarks_are_built; then
        if ((java_major != 17)); then
            fail 4 "no JDK 17 ($java): the benchmarks are built with a JDK 17, but this is Java $java_major; set JAVA_HOME to one"
        fi
        if ! command -v mvn >/dev/null; then
            fail 4 "no Maven (PATH): the benchmarks must be built, and mvn is not there; install it (Debian: apt-get install maven)"
        fi
        echo "Building the benchmarks into target/jmh (about two minutes) ..." >&2
        mvn -B -q -Dstyle.color=never -f "$root/pom.xml" -Pjmh test-compile -Dspotless.check.skip=true >&2 ||
            fail 1 "the build failed ($root): see Maven's messages above"
        touch "$benchmarks/built"
    fi
    class_path=$benchmarks/test-classes:$benchmarks/classes:$(<"$benchmark_class_path")
}

# The first Python that has PyTorch, else any: BATCHSCOPE_PYTHON, the one of the PATH, the system's.
find_python() {
    local candidate
    for candidate in "${BATCHSCOPE_PYTHON:-}" python3 /usr/bin/python3; do
        if [[ -n $candidate ]] && "$candidate" -c 'import torch' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "${BATCHSCOPE_PYTHON:-python3}"
}
