#!/usr/bin/env bash
# Tells Spark which GPUs this machine has, as {"name":"gpu","addresses":["0","1"]}. Spark runs it where executors start,
# so it stands alone. BATCHSCOPE_GPU_ADDRESSES="0,1" replaces asking the driver.
set -euo pipefail

if [[ -n ${BATCHSCOPE_GPU_ADDRESSES:-} ]]; then
    addresses=${BATCHSCOPE_GPU_ADDRESSES//,/ }
elif command -v nvidia-smi >/dev/null; then
    addresses=$(nvidia-smi --query-gpu=index --format=csv,noheader)
else
    echo "error: no GPU found ($(hostname)): nvidia-smi is not in PATH; install the NVIDIA driver or set BATCHSCOPE_GPU_ADDRESSES" >&2
    exit 4
fi

json=
for address in $addresses; do
    json+=${json:+,}\"$address\"
done
printf '{"name":"gpu","addresses":[%s]}\n' "$json"
