#!/usr/bin/env bash
# Builds the emulation into a directory: one library that does everything, and one of each of CUDA's names that leads to it.
set -euo pipefail
sources=$(cd "$(dirname "$0")" && pwd)
output=$1
mkdir -p "$output"
cd "$output"
cp "$sources/prelude.h" .

jobs=()
for source in "$sources"/*.cpp; do
    g++ -std=c++17 -O2 -Wall -Wextra -fPIC -fvisibility=hidden -c "$source" -o "$(basename "$source" .cpp).o" &
    jobs+=($!)
done
for job in "${jobs[@]}"; do
    wait "$job"
done
g++ -shared -o libcudaemulation.so ./*.o -Wl,-soname,libcudaemulation.so -Wl,--version-script="$sources/versions.map" -ldl -lpthread

for name in libcuda.so.1 libcudart.so.13 libcublas.so.13 libcublasLt.so.13 libnvrtc.so.13 libcudnn.so.9 \
    libcudnn_{graph,ops,cnn,adv,engines_precompiled,engines_runtime_compiled,heuristic}.so.9; do
    echo "$name { };" >name.map
    versions=(-Wl,--version-script=name.map)
    if [[ $name == libcuda.so.1 ]]; then
        versions=()
    fi
    gcc -shared -o "$name" -x c /dev/null -Wl,-soname,"$name" "${versions[@]}" -Wl,--no-as-needed -L. -lcudaemulation -Wl,-rpath,"\$ORIGIN"
done
rm ./*.o name.map
