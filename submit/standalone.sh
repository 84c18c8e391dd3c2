#!/usr/bin/env bash
# Runs a Batchscope command on a Spark standalone cluster; without a Spark installation too, see --help.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common-cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/common-cluster.sh"

submit standalone "the cluster's master, spark://HOST:7077" "" client "$@"
