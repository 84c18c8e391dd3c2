#!/usr/bin/env bash
# Runs a Batchscope command on Kubernetes, by spark-submit.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common-cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/common-cluster.sh"

submit kubernetes "the API server, k8s://https://HOST:6443" "" cluster "$@"
