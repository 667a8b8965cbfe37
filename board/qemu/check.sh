#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# `make check`: prepares what is missing and runs every test. A skipped test is a failure.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top"

"$here/demo.sh" check

# The shell scripts: those named so, and those whose first line says so.
scripts=$( (git ls-files '*.sh'; git grep -lIE '^#!/bin/(busybox )?sh' -- .) | sort -u)
echo "shellcheck over $(echo "$scripts" | wc -l) scripts"
# shellcheck disable=SC2086
shellcheck -x $scripts

board/maaxboard/check-layout.sh
package/maaxboard-entropy/check-maven.sh
if [ -n "${BUILDROOT-}" ]; then
    board/maaxboard/check-tree.sh "$BUILDROOT"
else
    echo "BUILDROOT names no Buildroot: the external tree was not held against one"
fi

find java-app -path '*/target/*-reports/*' -delete
# All modules are tested, also behind one with a failure; the sum decides.
status=0
java-app/mvn.sh verify -Dmaven.test.failure.ignore=true || status=$?

# The sum of what Surefire and Failsafe wrote down.
reports=$(find java-app -path '*/target/*-reports/TEST-*.xml')
[ -n "$reports" ] || { echo "no test ran" >&2; exit 70; }
# shellcheck disable=SC2086
sed -n 's/.*<testsuite .* tests="\([0-9]*\)" errors="\([0-9]*\)" skipped="\([0-9]*\)" failures="\([0-9]*\)".*/\1 \2 \3 \4/p' $reports |
    awk -v status="$status" '
        { n++; tests += $1; errors += $2; skipped += $3; failures += $4 }
        END {
            printf "Tests run: %d, Failures: %d, Errors: %d, Skipped: %d\n", tests, failures, errors, skipped
            if (skipped) print "a skipped test counts as a failure"
            exit tests == 0 || errors || skipped || failures ? 1 : status
        }'
