# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Read by the scripts beside it: shows long work while it runs, a bar on a
# terminal and plain lines elsewhere. The words of the work itself go to a file.

progress_number=0

# progress_of STEPS FOLDER: how many steps there will be, and where their logs go
progress_of() {
    progress_steps=$1 progress_logs=$2
    mkdir -p "$progress_logs"
}

# progress_line DONE TEXT: DONE in hundredths of this step
progress_line() {
    awk -v done="$1" -v n="$progress_number" -v steps="$progress_steps" -v text="$2" 'BEGIN {
        filled = int((n - 1 + done / 100) * 30 / steps)
        for (i = 0; i < 30; i++)
            bar = bar (i < filled ? "#" : ".")
        printf "\r\033[K[%s] %d/%d %s", bar, n, steps, text
    }'
}

# step SECONDS TEXT COMMAND...: one step, SECONDS long on an idle two-core machine.
# If the command fails its last lines are shown and the script ends with its status.
step() {
    progress_number=$((progress_number + 1))
    seconds=$1 text=$2
    shift 2
    log=$progress_logs/$progress_number.log
    began=$(date +%s)
    told=$began
    [ -t 1 ] || echo "$progress_number/$progress_steps $text"
    # In a process group of its own, to be ended as a whole.
    setsid "$@" >"$log" 2>&1 </dev/null &
    worker=$!
    trap 'kill -TERM -$worker 2>/dev/null; echo; exit 130' INT TERM
    pause=0.1
    while kill -0 "$worker" 2>/dev/null; do
        now=$(date +%s)
        if [ -t 1 ]; then
            spent=$(((now - began) * 95 / seconds))
            progress_line "$((spent < 95 ? spent : 95))" "$text, $((now - began)) s"
        elif [ $((now - told)) -ge 30 ]; then
            told=$now
            echo "    $((now - began)) s: $(tail -n 1 "$log" | cut -c1-100)"
        fi
        sleep "$pause"
        [ $((now - began)) -lt 2 ] || pause=0.5
    done
    wait "$worker" && status=0 || status=$?
    trap - INT TERM
    if [ "$status" -ne 0 ]; then
        [ ! -t 1 ] || echo
        tail -n 20 "$log" >&2
        echo "$text: failed with status $status; all of it is in $log" >&2
        exit "$status"
    fi
    [ ! -t 1 ] || progress_line 100 "$text"
}

# progress_end: the bar is done with
progress_end() {
    [ ! -t 1 ] || printf '\r\033[K'
}
