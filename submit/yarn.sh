#!/usr/bin/env bash
# Runs a Batchscope command on YARN, by spark-submit.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common-cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/common-cluster.sh"

submit yarn "always yarn; which one, HADOOP_CONF_DIR says" "yarn" client "$@"
