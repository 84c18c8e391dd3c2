#!/usr/bin/env bash
# Packs what a GPU machine needs to test and time the CUDA replica into one archive.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../jmh/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../jmh/common.sh"

archive=$root/target/gpu-bundle.tar.gz
most_mebibytes=60

usage() {
    cat <<'TEXT'
Usage: src/gpu/bundle.sh

Makes target/gpu-bundle.tar.gz: a Java runtime, Batchscope's classes without Spark and ND4J, the CUDA bindings, the tests of
the CUDA replica and a benchmark against PyTorch. Builds what it needs; needs a JDK 17 and Maven. On a GPU machine (x86-64
Linux, NVIDIA driver, CUDA 13 with cuDNN 9, no Java, no network):

  tar xzf gpu-bundle.tar.gz && batchscope-gpu/run all

"batchscope-gpu/run --help" explains the commands; src/docs/benchmarks.md says what the tables mean.

Options:
  --help                   this text
TEXT
}

# The runtime: the modules that the class path needs, without what only developers use.
make_runtime() { # make_runtime DIRECTORY
    local jdk modules
    jdk=$(dirname "$(dirname "$(readlink -f "$java")")")
    if [[ ! -x $jdk/bin/jlink || ! -d $jdk/jmods ]]; then
        fail 4 "no jlink ($jdk): the bundle's Java runtime is made with the jlink and jmods of a JDK 17; install openjdk-17-jdk-headless or set JAVA_HOME to a JDK 17"
    fi
    modules=java.base,java.logging,java.management,java.sql,jdk.management,jdk.unsupported
    # Not compressed: the archive is, and does it better.
    "$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-man-pages --no-header-files --compress=0 --output "$1" ||
        fail 1 "jlink failed ($jdk): see its message above"
}

# Batchscope's own classes: all packages but the adapters to libraries that stay here.
copy_classes() { # copy_classes DIRECTORY
    local package
    mkdir -p "$1/io/batchscope"
    cp "$benchmarks"/classes/io/batchscope/build.properties "$1/io/batchscope/"
    for package in "$benchmarks"/classes/io/batchscope/*/; do
        case $(basename "$package") in
            cli | config | nn | report | spark) ;;
            *) cp -R "$package" "$1/io/batchscope/" ;;
        esac
    done
    # Of the tests those that need nothing else; META-INF stays here, which makes tests emulate a GPU.
    for package in fused testing benchmark; do
        mkdir -p "$1/io/batchscope/$package"
        cp -R "$benchmarks/test-classes/io/batchscope/$package/." "$1/io/batchscope/$package/"
    done
}

# Libraries by the names of their directories in a Maven repository; natives for this machine's kind alone.
copy_libraries() { # copy_libraries DIRECTORY
    local entry entries name
    mkdir -p "$1"
    IFS=: read -r -a entries <<<"$class_path"
    for entry in "${entries[@]}"; do
        name=$(basename "$entry")
        case $entry in
            */org/bytedeco/cuda/*-linux-x86_64.jar) bindings=$entry ;;
            */org/bytedeco/javacpp/* | */org/bytedeco/cuda/* | */org/junit/* | */org/opentest4j/* | */org/apiguardian/* | \
                */org/assertj/* | */net/bytebuddy/byte-buddy/* | */org/slf4j/slf4j-api/* | */org/jspecify/* | */info/picocli/* | \
                */com/fasterxml/jackson/core/* | */org/apache/commons/commons-math3/*) cp "$entry" "$1/$name" ;;
        esac
    done
    if [[ -z ${bindings:-} ]]; then
        fail 1 "no CUDA bindings ($benchmark_class_path): must name org.bytedeco:cuda for linux-x86_64; delete target/jmh and run this again"
    fi
}

# Of the bindings' natives those that the CUDA replica uses.
copy_bindings() { # copy_bindings DIRECTORY
    local library natives=()
    for library in cudart cublas cudnn nvrtc; do
        natives+=("org/bytedeco/cuda/linux-x86_64/libjni$library.so")
    done
    mkdir -p "$1"
    (cd "$1" && "$(dirname "$(readlink -f "$java")")/jar" xf "$bindings" "${natives[@]}")
}

case ${1:-} in
    "") ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        fail 2 "unknown argument $1 (src/gpu/bundle.sh): it takes none but --help; leave it out"
        ;;
esac
if [[ $(uname -sm) != "Linux x86_64" ]]; then
    fail 4 "no x86-64 Linux ($(uname -sm)): the bundle's Java runtime is this machine's; make the bundle on the kind of machine that it is for"
fi
build_benchmarks
staging=$root/target/gpu-bundle
rm -rf "$staging" "$archive"
mkdir -p "$staging/batchscope-gpu"
bundle=$staging/batchscope-gpu
make_runtime "$bundle/runtime"
copy_classes "$bundle/classes"
copy_libraries "$bundle/lib"
copy_bindings "$bundle/classes"
cp "$root/src/gpu/run" "$root/src/jmh/pytorch_steps.py" "$root/LICENSE" "$bundle/"
tar --sort=name --owner=0 --group=0 --numeric-owner -C "$staging" -czf "$archive" batchscope-gpu
rm -rf "$staging"
bytes=$(wc -c <"$archive")
if ((bytes > most_mebibytes << 20)); then
    fail 1 "the bundle is too large ($archive): must be at most $most_mebibytes MiB, but has $((bytes >> 20)); see what 'tar tzvf' shows"
fi
echo "$archive: $(((bytes >> 20) + 1)) MiB"
