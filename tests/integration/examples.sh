#!/usr/bin/env bash
# Usage: examples.sh FOLDER EXAMPLE DATA
#
# Runs EXAMPLE, a program of FOLDER, on real input and compares what it prints or writes with what coreutils make of
# the same input. DATA holds donQuijote.txt, humedad.txt and sensor.txt; what is not there is generated.
# A function for each example. Times differ from run to run; what is compared does not depend on them: sums
# over all batches, and the last of windows that are longer than the run.

set -euo pipefail
export LC_ALL=C
programs=$1 example=$2 data=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

folder=$(mktemp -d)
started=()
clean() {
    local process
    for process in "${started[@]}"; do  # who ended long ago may have left its number to another
        ! grep -qs "^PPid:[[:space:]]$$\$" "/proc/$process/status" || kill "$process" || true
    done
    rm -rf "$folder"
}
trap clean EXIT

fail() {
    echo "$example: $*" >&2
    exit 1
}

# --- input

generated() { echo "notice: no $data/$1; a generated text takes its place"; }

# The text in $folder/text: so many lines of the book.
text() {
    if [[ -r $data/donQuijote.txt ]]; then
        head -n "$1" "$data/donQuijote.txt" >"$folder/text"
    else
        generated donQuijote.txt
        awk -v lines="$1" 'BEGIN {
            for (i = 1; i <= lines; i++) printf "%s línea %d\tde que %s y (%d),\r\n", i % 5 ? "La" : "A la", i, i % 7 ? "hay muchas" : "", i * i % 97
        }' >"$folder/text"
    fi
}
humidity() {
    if [[ -r $data/humedad.txt ]]; then
        cp "$data/humedad.txt" "$folder/text"
    else
        generated humedad.txt
        awk 'BEGIN { for (i = 0; i < 23; i++) printf "%d\r\n", i * 37 % 101 }' >"$folder/text"
    fi
}
sensor() {
    if [[ -r $data/sensor.txt ]]; then
        cp "$data/sensor.txt" "$folder/text"
    else
        generated sensor.txt
        awk 'BEGIN { for (i = 0; i < 24; i++) printf (i % 9 ? "2020-06-04 8:00:%02d,%d,83\r\n" : "2020-06-04 ERROR\r\n"), i, 25 + i % 3 }' >"$folder/text"
    fi
}

# serve FILE [options of text_server]: to the first client, on a free port, which is then $port.
serve() {
    local line
    exec {announced}< <(exec "$programs/text_server" --file "$1" --port 0 "${@:2}")
    started+=($!)
    read -r -t 60 line <&"$announced" || fail "text_server did not announce its port"
    port=${line##*:}
}

# --- the example

# run [options]: on what serve offers, to its end. What it prints is in $folder/out.
run() {
    "$programs/$example" --host 127.0.0.1 --port "${port:-9}" --until-end \
        --interval 50 --workers 2 --show 1000000 "$@" >"$folder/out" || fail "exit status $?"
}

# begin [options]: beside this shell. await takes what it prints.
begin() {
    exec {printed}< <(exec "$programs/$example" "$@")
    program=$!
    started+=("$program")
}
await() { # a line that matches
    local line
    while read -r -t 60 line <&"$printed"; do
        [[ ! $line =~ $1 ]] || return 0
    done
    fail "did not print $1"
}
await_batch() { # whose pairs, sorted, are these
    local line batch=
    while read -r -t 60 line <&"$printed"; do
        if [[ $line =~ ^Time: ]]; then
            [[ $(pairs <<<"$batch" | sort) != "$1" ]] || return 0
            batch=
        else
            batch+=$line$'\n'
        fi
    done
    fail "did not print a batch of $1"
}
# end: on SIGTERM it stops in order.
end() {
    kill -TERM "$program"
    wait "$program" || fail "exit status $? after SIGTERM"
    exec {printed}<&-
}

# --- output

# printed OUTPUT OUTPUTS [last]: the records that the OUTPUT-th of so many printed, of all batches or of the last one.
records() {
    awk -v output="$1" -v outputs="$2" -v last="${3-}" '
        /^-------------------------------------------$/ || /^$/ { next }
        /^Time: [0-9]+ ms$/ { mine = batches++ % outputs == output - 1; if (mine && last) text = ""; next }
        mine { text = text $0 "\n"; if (!last) { printf "%s", text; text = "" } }
        END { printf "%s", text }' "$folder/out"
}
# (word,count) as "count word", the counts of each word added up.
pairs() { sed -nE 's/^\((.*),([0-9]+)\)$/\2 \1/p'; }
added() { awk '{ count[$2] += $1 } END { for (word in count) print count[word], word }' | sort; }
sum() { awk '{ total += $1 } END { print total + 0 }'; }

# tr leaves an empty word before white space that begins the text.
words() { tr -s '[:space:]' '\n' <"$folder/text" | sed '/^$/d'; }
counted() { sort | uniq -c | sed 's/^ *//' | sort; }
lines() { tr -d '\r' <"$folder/text"; }

# What is read from stdin is what the second argument says, line by line.
equals() {
    cat >"$folder/actual"
    printf '%s\n' "$2" >"$folder/expected"
    cmp -s "$folder/actual" "$folder/expected" && return
    diff "$folder/actual" "$folder/expected" | head -n 20 >&2 || true
    fail "$1 differs"
}

# --- the examples

check_batch_word_count() {
    printf 'to be or not to be\nthat is the question\n' >"$folder/text"
    "$programs/$example" | sort | equals counts "$(words | counted)"
}
check_explain() {
    local plan
    plan=$(awk '/^```text$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$here/../../README.md")
    "$programs/$example" >"$folder/out"
    tail -n "$(wc -l <<<"$plan")" "$folder/out" | equals "the README's plan" "$plan"
}

check_minimal() {
    begin
    await '^Time: [0-9]+ ms$'
    end
}

check_text_server() {
    text 5000
    serve "$folder/text" --once --chunk-seed 3
    exec {client}<>"/dev/tcp/127.0.0.1/$port"
    cmp - "$folder/text" <&"$client"
}

check_draining_word_count() {
    text 3000
    serve "$folder/text" --rate 20000000  # and the server stays
    begin --host 127.0.0.1 --port "$port" --interval 200 --workers 2
    await '^\('
    end  # status 0: all that had come was worked off
    # No time to drain: what a batch of an hour would have had is left undone.
    "$programs/$example" --host 127.0.0.1 --port "$port" --interval 3600000 --deadline 1 >/dev/null 2>"$folder/err" &
    program=$!
    started+=("$program")
    for _ in {1..200}; do
        ! grep -qs '^SigCgt:.*[4-7c-f]...$' "/proc/$program/status" || break
        sleep 0.05
    done
    sleep 1
    kill -TERM "$program"
    local status=0
    wait "$program" || status=$?
    [[ $status == 3 ]] || fail "exit status $status instead of 3: $(<"$folder/err")"
    grep -q '^left undone: ' "$folder/err" || fail "does not say what it left undone"
}

check_print_lines() {
    text 10
    serve "$folder/text" --once
    run
    records 1 1 | equals lines "$(lines | sed '/^$/d')"
}

check_line_lengths() {
    text 10
    serve "$folder/text" --once
    run
    records 1 1 | equals lengths "$(lines | awk '{ print length($0) }')"
}

check_lines_with_a() {
    text 3000
    awk '!/^A/ || ++found <= 10' "$folder/text" >"$folder/few"
    mv "$folder/few" "$folder/text"
    serve "$folder/text" --once
    run
    records 1 1 | equals lines "$(lines | grep '^A')"
}

check_words() {
    text 40
    words | awk 'NR <= 10' >"$folder/ten"
    mv "$folder/ten" "$folder/text"
    serve "$folder/text" --once
    run
    records 1 1 | equals words "$(words)"
}

check_queue_stream() {
    run
    records 1 1 | equals counts $'12\n8\n11'
}

check_receiver_stream() {
    run
    tail -n 1 "$folder/out" | cut -d ' ' -f 1 | equals readings 300
}

check_network_word_count() {
    text 5000
    serve "$folder/text" --once
    run --counts "$folder/counts"
    sort "$folder/counts" | equals counts "$(words | counted)"
    tail -n 1 "$folder/out" | cut -d ' ' -f 1-3 | equals totals "total lines=$(wc -l <"$folder/text") words=$(words | wc -l)"
}

# The file must be whole when it can be seen, and newer than the program.
check_file_word_count() {
    text 2000
    mkdir "$folder/in"
    begin --directory "$folder/in" --interval 50 --show 1000000
    await '^Time: '
    local line seen=0 total
    cp "$folder/text" "$folder/in/.first"
    mv "$folder/in/.first" "$folder/in/first"
    cp "$folder/text" "$folder/in/.second"
    mv "$folder/in/.second" "$folder/in/second"
    total=$(words | wc -l)
    while ((seen < 2 * total)) && read -r -t 60 line <&"$printed"; do
        printf '%s\n' "$line"
        [[ ! $line =~ ^\(.*,([0-9]+)\)$ ]] || ((seen += BASH_REMATCH[1]))
    done >"$folder/out"
    end
    pairs <"$folder/out" | added | equals counts "$({ words; words; } | counted)"
}

check_save_word_count() {
    text 3000
    serve "$folder/text" --once --rate 400000
    run --prefix "$folder/saved/words"
    local directory
    for directory in "$folder"/saved/*; do
        [[ ${directory##*/} =~ ^words-[0-9]+\.txt$ && -e $directory/_SUCCESS ]] || fail "$directory is no saved batch"
    done
    cat "$folder"/saved/*/part-* | pairs | added | equals counts "$(words | counted)"
}

check_stateful_network_word_count() {
    text 3000
    echo "hello hello" >>"$folder/text"
    serve "$folder/text" --once --rate 400000
    run
    # The last count of each word, which is one more for the words that were there before.
    records 1 1 | pairs | awk '{ last[$2] = $1 } END { for (word in last) print last[word], word }' | sort |
        equals counts "$({ words; echo hello; } | counted)"
}

check_update_state_word_count() {
    text 3000
    serve "$folder/text" --once --rate 400000
    run
    records 1 1 last | pairs | sort | equals counts "$(words | counted)"
}

check_recoverable_network_word_count() {
    text 3000
    serve "$folder/text" --once --rate 400000
    run --output "$folder/counts"
    local excluded='a|b|c|de|que|y'
    [[ -z $(grep -vE '^Counts at time [0-9]+ ms \[.*\]$' "$folder/counts") ]] || fail "wrote another line"
    sed -E 's/^Counts at time [0-9]+ ms \[//; s/\]$//; s/\), \(/)\n(/g' "$folder/counts" | pairs | added |
        equals counts "$(words | grep -vxE "$excluded" | counted)"
    tail -n 1 "$folder/out" | equals drops "Dropped $(words | grep -cxE "$excluded") words so far"
}

# Paragraphs by their number of lines: from a server, and from files across a kill.
check_own_types() {
    text 3000
    tr -d '\r' <"$folder/text" >"$folder/plain"
    local of_one of_two
    of_one=$(awk 'BEGIN { RS = ""; FS = "\n" } { ++of[NF] } END { for (n in of) print of[n], n }' "$folder/plain" | sort)
    of_two=$(awk '{ print 2 * $1, $2 }' <<<"$of_one" | sort)
    serve "$folder/plain" --once --rate 400000
    run
    records 1 1 last | pairs | sort | equals lengths "$of_one"

    mkdir "$folder/in"
    local name lengths=$of_one
    for name in first second; do
        begin --directory "$folder/in" --checkpoint "$folder/checkpoint" --interval 50 --show 1000000
        await '^Time: '
        cp "$folder/plain" "$folder/in/.$name"
        mv "$folder/in/.$name" "$folder/in/$name"
        await_batch "$lengths"
        kill -KILL "$program"
        wait "$program" || true
        exec {printed}<&-
        lengths=$of_two
    done
}

# Killed and started again: no word is lost, none is counted twice, and the checkpoint is whole.
check_sqlite_word_count() {
    text 3000
    mkdir "$folder/input"
    split -n l/4 "$folder/text" "$folder/part-"
    local part
    for part in "$folder"/part-*; do
        begin --interval 20 --workers 2 --input "$folder/input" --database "$folder/db" --checkpoint "$folder/checkpoint"
        until compgen -G "$folder/checkpoint/journal-*.log" >/dev/null; do sleep 0.01; done
        sleep 0.1  # a file that is older than the job is none of its
        touch "$part"
        mv "$part" "$folder/input/"
        sleep "0.$((RANDOM % 10))"
        kill -KILL "$program"
        wait "$program" || true
        exec {printed}<&-
    done
    begin --interval 20 --workers 2 --input "$folder/input" --database "$folder/db" --checkpoint "$folder/checkpoint"
    local attempt total
    total=$(words | wc -l)
    for attempt in {1..300}; do
        [[ $(sqlite3 "$folder/db" 'PRAGMA busy_timeout = 5000; SELECT sum(n) FROM counts' | tail -n 1) != "$total" ]] || break
        sleep 0.1
    done
    # All may have been there before this start: wait until the program takes SIGTERM as a request.
    until (($(awk '/^SigCgt/ { print "0x" $2 }' "/proc/$program/status") & 0x4000)); do sleep 0.05; done
    end
    sqlite3 "$folder/db" "SELECT n || ' ' || word FROM counts" | sort | equals counts "$(words | counted)"
    "$programs/checkpoint_info" "$folder/checkpoint" | tail -n 1 | equals checkpoint whole
}
# A PostgreSQL server of this test's own, on a Unix socket in $folder/server; as root it runs as nobody.
postgres_server() {
    local bin candidate as=()
    for candidate in "$(dirname "$(command -v initdb || echo /none/)")" /usr/lib/postgresql/*/bin; do
        [[ ! -x $candidate/initdb || ! -x $candidate/postgres ]] || bin=$candidate
    done
    [[ -n ${bin-} ]] || fail "no PostgreSQL server is installed; on Debian: apt-get install postgresql"
    mkdir "$folder/server"
    if ((EUID == 0)); then
        as=(setpriv --reuid nobody --regid nogroup --clear-groups)
        chown nobody:nogroup "$folder/server"
        chmod 711 "$folder"
    fi
    "${as[@]}" "$bin/initdb" -D "$folder/server/data" -U postgres -A trust -E UTF8 --no-locale >/dev/null
    "${as[@]}" "$bin/postgres" -D "$folder/server/data" -k "$folder/server" -c listen_addresses= 2>"$folder/server.log" &
    server=$!
    started+=("$server")
    address="host=$folder/server user=postgres dbname=postgres"
    until psql -qAt "$address" -c 'SELECT 1' >/dev/null 2>&1; do
        kill -0 "$server" 2>/dev/null || fail "the server did not start: $(cat "$folder/server.log")"
        sleep 0.05
    done
}
check_postgres_word_count() {
    text 3000
    mkdir "$folder/input"
    split -n l/4 "$folder/text" "$folder/part-"
    local server address part attempt total
    postgres_server
    for part in "$folder"/part-*; do
        begin --interval 20 --workers 2 --input "$folder/input" --database "$address" --checkpoint "$folder/checkpoint"
        until compgen -G "$folder/checkpoint/journal-*.log" >/dev/null; do sleep 0.01; done
        sleep 0.1  # a file that is older than the job is none of its
        touch "$part"
        mv "$part" "$folder/input/"
        sleep "0.$((RANDOM % 10))"
        kill -KILL "$program"
        wait "$program" || true
        exec {printed}<&-
    done
    begin --interval 20 --workers 2 --input "$folder/input" --database "$address" --checkpoint "$folder/checkpoint"
    total=$(words | wc -l)
    for attempt in {1..300}; do
        [[ $(psql -qAt "$address" -c 'SELECT sum(n) FROM counts') != "$total" ]] || break
        sleep 0.1
    done
    until (($(awk '/^SigCgt/ { print "0x" $2 }' "/proc/$program/status") & 0x4000)); do sleep 0.05; done
    end
    psql -qAt "$address" -c "SELECT n || ' ' || word FROM counts" | sort | equals counts "$(words | counted)"
    kill -QUIT "$server"
    wait "$server" 2>/dev/null || true
}
# The sensor's lines, and between them some that are none.
check_dead_letters() {
    sensor
    printf '\nx,y,z\n' >>"$folder/text"
    mkdir "$folder/input"
    begin --interval 20 --workers 2 --input "$folder/input" --output "$folder/saved" --checkpoint "$folder/checkpoint"
    until compgen -G "$folder/checkpoint/journal-*.log" >/dev/null; do sleep 0.01; done
    sleep 0.1  # a file that is older than the job is none of its
    touch "$folder/text"
    cp "$folder/text" "$folder/input/.text"
    mv "$folder/input/.text" "$folder/input/text"
    local attempt
    for attempt in {1..300}; do
        [[ -e $(compgen -G "$folder/saved/refused-*/_SUCCESS") ]] || { sleep 0.1; continue; }
        break
    done
    end
    cat "$folder"/saved/readings-*/part-* | equals readings "$(lines | awk -F, 'NF == 3 && $2 != "y" { print $2 }')"
    cut -f 2- "$folder"/saved/refused-*/part-* | equals refused "$(lines | awk -F, 'NF != 3 { printf "map\t\047no comma\047\t\047%s\047\n", $0 }
        $2 == "y" { printf "map\t\047no number behind the comma\047\t\047%s\047\n", $0 }')"
}
check_checkpoint_info() {
    mkdir "$folder/none"
    if "$programs/checkpoint_info" "$folder/none" 2>"$folder/err"; then fail "took an empty directory for a checkpoint"; fi
    grep -q 'there is none in' "$folder/err" || fail "said something else"
}

check_raw_text_blocks() {
    printf 'uno\n\ndos\n' | "$programs/raw_text_blocks" --block-bytes 11 | od -An -tx1 -w100 | tr -d ' ' |
        equals blocks 0000000b03000000756e6f000000000000000703000000646f73
}

check_raw_network_grep() {
    text 5000
    "$programs/raw_text_blocks" --block-bytes 999 <"$folder/text" >"$folder/blocks"
    serve "$folder/blocks" --chunk-seed 4
    run --streams 3 --wanted que
    [[ -z $(grep -vE '^Grep count: [0-9]+$' "$folder/out") ]] || fail "printed another line"
    cut -d ' ' -f 3 "$folder/out" | sum | equals lines $((3 * $(grep -c que "$folder/text")))
}

check_windowed_word_count() {
    text 2000
    serve "$folder/text" --once --rate 300000
    run --window 3600000 --slide 50
    records 1 2 last | pairs | sort | equals "the window without inverse" "$(words | counted)"
    records 2 2 last | pairs | sort | equals "the window with inverse" "$(words | counted)"

    serve "$folder/text" --once --rate 300000
    run --window 50 --slide 50
    records 1 2 | pairs | added | equals "the sum of windows without inverse" "$(words | counted)"
    records 2 2 | pairs | added | equals "the sum of windows with inverse" "$(words | counted)"

    serve "$folder/text" --once --rate 300000
    run --window 150 --slide 50
    awk '/^Time: / { time = $2; mine = batches++ % 2 == 0; next } /^\(/ { print time, $0 >(mine ? "/dev/stdout" : "/dev/stderr") }' \
        "$folder/out" >"$folder/without" 2>"$folder/with"
    sort "$folder/with" | equals "each window with inverse" "$(sort "$folder/without")"
}

check_join_with_dataset() {
    text 3000
    words | counted | awk '$2 ~ /^[a-z]+$/ { printf "%s,%.1f\n", $2, NR % 10 / 10 }' >"$folder/spam"
    serve "$folder/text" --once --rate 400000
    run --spam "$folder/spam"
    records 1 1 | sed -E 's/^\((.*),\((.*),(.*)\)\)$/\2 \1,\3/' | added | equals words "$(
        awk -F, 'NR == FNR { rate[$1] = $2; next } rate[$0] >= 0.5 { print 1, $0 "," rate[$0] }' "$folder/spam" <(words) | added
    )"
}

check_stream_joins() {
    awk 'BEGIN { for (i = 1; i <= 500; i++) print i ",name" i * 7 % 500 }' | sort -t, -k1,1 >"$folder/names"
    awk 'BEGIN { for (i = 1; i <= 900; i += 3) print i ",city" i % 11 }' | sort -t, -k1,1 >"$folder/cities"
    serve "$folder/names" --once --rate 20000
    local names=$port
    serve "$folder/cities" --once --rate 20000
    run --other-port "$names" --left-window 3600000 --right-window 3600000
    join -t, "$folder/cities" "$folder/names" | sed -E 's/^(.*),(.*),(.*)$/(\1,(\2,\3))/' | sort >"$folder/joined"
    records 2 2 last | sort | equals "the join of windows" "$(cat "$folder/joined")"
    [[ -z $(comm -23 <(records 1 2 | sort) "$folder/joined") ]] || fail "a batch joins what the windows do not"
}

check_foreach_partition() {
    text 5000
    mkdir "$folder/sent"
    serve "$folder/text" --once --rate 1000000
    run --directory "$folder/sent"
    cat "$folder"/sent/* | sort | equals words "$(words | sort)"
}

check_error_words() {
    sensor
    serve "$folder/text" --once --repeat 50 --chunk-seed 5
    run
    for ((i = 0; i < 50; i++)); do cat "$folder/text"; done >"$folder/all"
    mv "$folder/all" "$folder/text"
    records 1 1 | equals fields "$(lines | tr , '\n' | grep ERROR)"
}

check_count_by_window() {
    text 5000
    serve "$folder/text" --once --rate 400000
    run --window 3600000 --slide 50
    records 1 1 last | equals "the last count" "$(wc -l <"$folder/text")"
    serve "$folder/text" --once --rate 400000
    run --window 100 --slide 50
    # Every batch is in one window or, but for the last, in two.
    local sent counted
    sent=$(wc -l <"$folder/text")
    counted=$(records 1 1 | sum)
    ((counted >= sent && counted <= 2 * sent)) || fail "windows of two batches count $counted lines of $sent"
}

check_reduce_by_window() {
    humidity
    serve "$folder/text" --once --rate 200
    run --window 3600000 --slide 50
    records 1 1 last | equals "the sum of humidities" "$(lines | sum)"
    serve "$folder/text" --once --rate 200
    run --window 50 --slide 50
    records 1 1 | sum | equals "the sum of all windows" "$(lines | sum)"
    sensor
    serve "$folder/text" --once --rate 2000
    run --window 3600000 --slide 50 --field 2
    records 1 1 last | equals "the sum of temperatures" "$(lines | awk -F, '$2 ~ /^[0-9]+$/ { print $2 }' | sum)"
}

check_page_views() {
    "$programs/page_views" --count 1000 --seed 7 >"$folder/text"
    "$programs/page_views" --count 1000 --seed 7 | cmp - "$folder/text"
    grep -cP '^http://foo\.com/(news|contact|)\t(200|404)\t94(709|117)\t([1-9]|[1-9][0-9]|100)$' "$folder/text" | equals visits 1000
}

check_clickstream() {
    "$programs/page_views" --count 5000 >"$folder/text"
    metric() { # name [options]
        serve "$folder/text" --once --rate 500000
        run --metric "$@"
    }
    local always=(--window 3600000 --slide 50)
    metric pageCounts
    records 1 1 | pairs | added | equals "page counts" "$(cut -f 1 "$folder/text" | counted)"
    metric slidingPageCounts "${always[@]}"
    records 1 1 last | pairs | sort | equals "sliding page counts" "$(cut -f 1 "$folder/text" | counted)"
    metric errorRatePerZipCode "${always[@]}"
    records 1 1 last | tr '(,)' '   ' | awk '{ printf "%d %.9f\n", $1, $2 }' | sort | equals "error rates" "$(
        awk '{ ++all[$3]; bad[$3] += $2 != 200 }
            END { for (zip in all) if (bad[zip] / all[zip] > 0.05) printf "%d %.9f\n", zip, bad[zip] / all[zip] }' "$folder/text" | sort
    )"
    metric activeUserCount "${always[@]}"
    records 1 1 last | equals "active users" "$(cut -f 4 "$folder/text" | sort -u | wc -l)"
    metric popularUsersSeen
    records 1 1 | pairs | added | equals "users seen" "$(
        awk 'BEGIN { name[1] = "Ana"; name[2] = "Luis"; name[3] = "Carmen" } $4 in name { print 1, name[$4] }' "$folder/text" | added
    )"
}

[[ -x $programs/$example ]] || fail "no such program in $programs"
[[ $(type -t "check_$example") == function ]] || fail "$(basename "$0") has no check_$example"
"check_$example"
echo "$example: as coreutils say"
