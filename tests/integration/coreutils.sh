#!/usr/bin/env bash
# Usage: coreutils.sh NETWORK_WORD_COUNT TEXT_SERVER TEXT
#
# The words of TEXT as network_word_count counts them over TCP are those that tr, sort and uniq count.

set -euo pipefail
export LC_ALL=C
word_count=$1 text_server=$2 text=$3

folder=$(mktemp -d)
server=
clean() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean EXIT

# tr leaves an empty word before white space that begins the text.
tr -s '[:space:]' '\n' <"$text" | sed '/^$/d' | sort | uniq -c | sed 's/^ *//' | sort >"$folder/expected"

compare() { # server options -- word count options
    local sent=()
    while [[ $1 != -- ]]; do sent+=("$1") && shift; done
    shift
    exec {announced}< <(exec "$text_server" --file "$text" --port 0 --once "${sent[@]}")
    server=$!
    local line
    read -r line <&"$announced"
    "$word_count" --host 127.0.0.1 --port "${line##*:}" --until-end --counts "$folder/counts" "$@" |
        tail -n 1
    wait "$server"
    server=
    exec {announced}<&-
    sort "$folder/counts" | diff - "$folder/expected"
}

compare -- --interval 10 --workers 1
compare -- --interval 100 --workers 2
compare -- --interval 1000 --workers 4
compare --chunk-seed 1 -- --interval 10 --workers 4
compare --chunk-seed 2 -- --interval 100 --workers 1
echo "every count is the same"
