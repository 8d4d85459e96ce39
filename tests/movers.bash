# For the tests with real movers: what they move, and what any-progress must
# say of it.

load helpers

POSTGRES=$(printf '%s\n' /usr/lib/postgresql/*/bin | tail -n 1)

# What is moved: $DATA, a tree of 50 MB that does not compress, its bytes and
# files; and ./one, a file of it.
make_data() {
    local i

    export DATA=$BATS_FILE_TMPDIR/data
    mkdir -p "$DATA"
    for i in 1 2 3 4 5 6; do
        mkdir "$DATA/d$i"
        head -c 8000001 /dev/urandom >"$DATA/big$i"
        head -c 300000 /dev/urandom | split -b 10000 - "$DATA/d$i/small."
    done
    BYTES=$(find "$DATA" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
    FILES=$(find "$DATA" -type f | wc -l)
    export BYTES FILES
}

# mover NAME OPTIONS -- COMMAND ...: runs COMMAND, and any-progress on all that
# it prints, into ./console, ./records and ./said; fails where COMMAND does, with
# its status.
mover() {
    local name=$1 options=() status

    shift
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    "$@" >console 2>&1 </dev/null
    status=$?
    read_console "$name" "${options[@]}"
    return "$status"
}

# read_console NAME OPTIONS: any-progress on ./console.
read_console() {
    any-progress -u "${@:2}" "$1" <console >records 2>said || echo $? >code
}

# Nothing was left that is not understood.
assert_understood() {
    if [ -s said ]; then
        cat said
        return 1
    fi
}

# Which members of the records have the bytes that are done, and all.
# shellcheck disable=SC2016 # jq has variables of its own
members='def done: if .operation == "restore" then .sizeDownloadedB
        else .hashedB // .sizeUploadedB end;
    def all: if .operation == "restore" then .estimatedDownloadSizeB
        else .estimatedUploadSizeB end;
    def things: .processedItems // .processedObjects // .processedBlobs;'

# Percent, bytes and things never fall, the percent is 0 to 100, and where there
# is a percent that is the mover's own it agrees with the bytes.
assert_rising() { # RECORDS AT LEAST
    jq -s "$members"'[.[] | select(.type == "progress")]
        | length as $n
        | def rises(f): [.[] | f | values] | . == sort;
        {n: $n, percent: rises(.progressPercent), bytes: rises(done),
         things: rises(things),
         range: all(.[]; .progressPercent == null or
            (.progressPercent >= 0 and .progressPercent <= 100))}' records >rising
    if ! jq -e --argjson least "$1" '.n >= $least and .percent and .bytes and
        .things and .range' rising >answer; then
        cat rising records
        return 1
    fi
}

# The last progress, as [percent, bytes, all bytes, things].
last() {
    jq -sc "$members"'[.[] | select(.type == "progress")] | last
        | [.progressPercent, done, all, things]' records
}

# The state of the result.
state() {
    jq -r 'select(.type == "result").state' records
}

# The phase's percent, and state, where COMMAND runs within phase-run.
phase_run() { # NAME COMMAND ...
    PATH=$BIN:$PATH phase-run --mover "$1" --phase p \
        --target status.json -- "${@:2}" >out 2>err </dev/null
    jq -r '.state + " " + .progress.percentCompleted' status.json
}

# Starts a PostgreSQL of our own on a socket in $PGHOST, and fills the database
# "db".
start_postgres() {
    local as=()

    export PGHOST PGUSER=postgres
    PGHOST=$(mktemp -d /tmp/pg.XXXXXX) # the path of a socket is short
    if [ "$(id -u)" = 0 ]; then # which the server refuses to run as
        chown postgres "$PGHOST"
        as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    fi
    (
        cd "$PGHOST" || exit
        "${as[@]}" "$POSTGRES/initdb" -D "$PGHOST/data" -U postgres -A trust -N >initdb.log
        exec "${as[@]}" "$POSTGRES/postgres" -D "$PGHOST/data" -k "$PGHOST" \
            -c listen_addresses= -c fsync=off -c logging_collector=off
    ) >"$PGHOST.log" 2>&1 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/postgres.pid"
    wait_for 'ready to accept connections' "$PGHOST.log"
    createdb db
    psql -q db <<'END'
create table small (id serial primary key, v text);
create table large (id int primary key references small, w text);
create table empty (x int);
create index on large (w);
create view seen as select * from small;
create function one() returns int language sql as 'select 1';
insert into small (v) select md5(i::text) from generate_series(1, 100000) i;
insert into large select id, repeat(v, 3) from small;
END
}

stop_postgres() {
    local pid

    read -r pid <"$BATS_FILE_TMPDIR/postgres.pid"
    kill -INT "$pid"
    while kill -0 "$pid" 2>"$BATS_FILE_TMPDIR/gone"; do
        sleep 0.1
    done
    rm -r "$PGHOST" "$PGHOST.log"
}
