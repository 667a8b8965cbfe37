# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Read by the scripts beside it: the cache, its keys, and how a script gives up.

# Sets $cache, the folder that keeps downloads and built kernels between runs.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/maaxboard-entropy

# give_up CODE TEXT: one line on stderr, then the sysexits code.
give_up() {
    echo "${0##*/}: $2" >&2
    exit "$1"
}

# key TEXT...: twelve hex digits that stand for all the words given.
key() {
    printf '%s\n' "$@" | sha256sum | cut -c1-12
}

# key_of_files FILE...: the same for the files' contents (not their names).
key_of_files() {
    cat -- "$@" | sha256sum | cut -c1-12
}

# keep ENTRY COMMAND...: makes the cache entry once. The command gets the name of
# a new folder as its last argument; the folder becomes the entry only if it succeeds.
# Two runs at once wait for each other.
keep() {
    entry=$cache/$1
    shift
    [ ! -d "$entry" ] || return 0
    mkdir -p "$cache"
    (
        flock 9
        [ ! -d "$entry" ] || exit 0
        rm -rf "$entry.new"
        mkdir "$entry.new"
        "$@" "$entry.new"
        mv "$entry.new" "$entry"
    ) 9>"$entry.lock"
}
