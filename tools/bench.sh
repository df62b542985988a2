#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ./dev bench [NAME…]: each figure as one JSON line beside its reference, from the release build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
SHIKAKU_BUILD=build/release exec node bench/bench.mjs "$@"
