#!/usr/bin/env bats
# kopia-progress: how a run ended, and which lines are not kopia's own.

load helpers

source_line='Snapshotting app@host:/d ...\n'
full=' * 0 hashing, 2 hashed (1.4 GB), 0 cached (0 B), uploaded 244 B, estimated 1.4 GB (100.0%%) 0s left\n'
created='Created snapshot with root k1 and ID 2 in 1s\n'
good="$source_line$full$created"
verified='Listing blobs...\nFinished processing 5 objects.\n'
maintained='Running full maintenance...\nFinished full maintenance.\n'
synced='Looking for BLOBs to synchronize...\n Found 1 BLOBs (1 B) in the source repository, 1 (1 B) to copy\nCopying...\n Copied 1 blobs (1 B), Speed: -, ETA: unknown\n'

# ends STATUS STATE FORMAT: what the last result of a console says of it
ends() {
    # shellcheck disable=SC2059 # the format is the console
    printf "$3" >console
    run --separate-stderr kopia-progress console
    head -c 2000 console # shown where the test fails
    assert_equal "$status" "$1"
    assert_equal "$(tail -n 1 <<<"$output" | jq -r .state)" "$2"
}

# document PATH FAILED: what snapshot create --json prints
document() {
    printf '{"id":"2","source":{"host":"host","userName":"app","path":"%s"},"rootEntry":{"obj":"k1","summ":{"size":7,"files":3,"numFailed":%s}}}\\n' "$1" "$2"
}

@test "kopia-progress: a failure text that the end of the input cut proves nothing" {
    ends 0 unknown 'Listing blobs...\nProcessed 5 objects.\nerror proc'
    ends 0 unknown "$source_line"'unable to'
}

@test "kopia-progress: failure texts that carry no level" {
    local text

    for text in 'destination repository contains incompatible data' \
        'destination repository does not have a format blob' \
        'maintenance must be run by designated user: a@b' \
        'a snapshot time is needed to use a path as source' \
        'Invalid time spec: x' 'Invalid tag format (x). Requires <key>:<value>' \
        'cannot use --all when a source path argument is specified' \
        'could not parse start-time: x' 'description too long' \
        'error deleting snapshots by root ID k1: x' 'cannot save manifest: x' \
        'unable to find previous manifests: x' 'unable to get policy tree: x' \
        'unable to apply retention policy: x'; do
        ends 1 failed "$text\n"
        assert_equal "$(tail -n 1 <<<"$output" | jq -r .text)" "$text"
    done
    ends 1 failed "${good}unable to close repository: x\n"
}

@test "kopia-progress: commands that say nothing but how they failed" {
    local text

    for text in 'unable to get repository storage: found existing data in storage location' \
        'cannot initialize repository: x' 'getting password: x' \
        'no changes specified' \
        "retention policy: can't parse the number of latest backups to keep \"x\": x" \
        'unable to list sources: x' 'no snapshots matched k1' \
        'no snapshots for source a@b:/c' 'error loading snapshot 1: x' \
        "invalid source 'x': y" 'must specify files to remove' \
        'object k1 is backed by missing blob p1' \
        'error reading object k1: unable to read data: x'; do
        ends 1 failed "$text\n"
        assert_equal "$(tail -n 1 <<<"$output" | jq -r .text)" "$text"
        ends 1 failed "ERROR $text\n"
        kopia-progress --unmatched console >records 2>unmatched || [ $? -eq 1 ]
        assert_equal "$(cat unmatched)" ''
    done
}

@test "kopia-progress: a maintenance that fails before or behind its lines" {
    local text

    for text in 'error checking for clock skew: clock skew detected: x. Refusing to run maintenance.' \
        'not running maintenance on read-only repository connection' \
        'unable to get maintenance params: x' \
        'unable to determine if maintenance is required: x' \
        'error acquiring maintenance lock: x' \
        'error getting maintenance blob time: x' \
        'snapshot GC failure: x' 'error dropping deleted contents: x' \
        'error deleting unreferenced metadata packs: x' \
        'error deleting unreferenced blobs: x' \
        'error rewriting contents in short packs: failed to rewrite 1 contents' \
        'error extending object lock retention time: Failed to extend 2 blobs' \
        'error cleaning up logs: x'; do
        ends 1 failed "$text\n"
        assert_equal "$(tail -n 1 <<<"$output" | jq -r '.operation + " " + .text')" \
            "maintenance $text"
        ends 1 failed "$maintained$text\n"
        kopia-progress --unmatched console >records 2>unmatched || [ $? -eq 1 ]
        assert_equal "$(cat unmatched)" ''
    done
}

@test "kopia-progress: what a maintenance says on the way fails nothing" {
    local text

    for text in 'Object Lock extension will not function because Full-Maintenance is disabled' \
        'Object lock retention is disabled.' \
        'ERROR Failed to extend blob p0: x' \
        'IGNORED: unable to rewrite deleted content "k1": x: BLOB not found'; do
        ends 0 complete "Running full maintenance...\n$text\nFinished full maintenance.\n"
        ends 0 complete "$maintained$text\n"
        kopia-progress --unmatched console >records 2>unmatched
        assert_equal "$(cat unmatched)" ''
    done
    ends 1 failed "Running full maintenance...\nERROR Failed to extend blob p0: x\nFinished full maintenance.\nERROR error extending object lock retention time: Failed to extend 1 blobs\n"
}

@test "kopia-progress: a failure text nobody knows, after a source that was not saved" {
    ends 1 failed "Snapshotting app@host:/c ...\n${good}unable to frobnicate: x\n"
}

@test "kopia-progress: what other programs say last fails no run that ended well" {
    local text console

    for text in 'no errors found' 'found 12 files' 'object store verified' \
        'repository is fine'; do
        for console in "$good" "$verified" "$maintained" "$synced"; do
            ends 0 complete "$console$text\n"
        done
    done
    ends 0 complete "${verified}unable to send metrics\n"
    ends 0 complete "${synced}unable to send metrics\n"
}

@test "kopia-progress: a warning is never the failure text" {
    ends 0 unknown "$source_line"'WARN unable to reach the collector\n'
    ends 0 unknown "$source_line"'{"l":"WARN","m":"unable to reach the collector"}\n'
    ends 1 failed "$source_line"'ERROR unable to reach the collector\n'
}

@test "kopia-progress: errors that fail nothing" {
    local text

    for text in 'unable to report run: x' 'unable to add k1 to cache: x' \
        'unable to delete metadata entry k1: x' \
        'unable to parse snapshot manifest 1: x' \
        'error initializing action context: x' \
        'unable to compact blobs for epoch 1: x, performance will be affected' \
        'unable to generate full checkpoint: x, performance will be affected' \
        'error cleaning up index blobs: x, performance may be affected' \
        'active indexes [x] deletion watermark 1' \
        'skipping bad read of index blob x1' \
        'unable to close unused index file: x' 'unable to flush caches' \
        "can't change file permissions: x" "can't remove temp file: x" \
        'connection closed: x, will retry' 'error closing writer: x' \
        'error during final sweep of the cache: x' \
        'unable to remove log file: x' \
        'unable to determine effective policy for a@b:/c' \
        'entry does not have object ID: x'; do
        ends 0 complete "${good}ERROR $text\n"
        ends 0 unknown "ERROR $text\n"
    done
}

@test "kopia-progress: a migration that was cancelled, and one that lacks files" {
    local begin='migrating snapshot of a@b:/c at 2020\n'
    local counters='hashing, 1 hashed (1 B), 0 cached (0 B), uploaded 0 B'

    ends 0 cancelled "$begin / 0 $counters, estimating...\rcanceling active uploader for a@b:/c\n * 0 $counters, estimating...\r\nMigration finished.\n"
    ends 0 partial "$begin * 0 $counters (419 fatal errors), estimating...\r\nMigration finished.\n"
    ends 0 partial "$begin"'unable to migrate source: x\nMigration finished.\n'
    ends 0 complete "$begin * 0 $counters, estimating...\r\nMigration finished.\n"
}

@test "kopia-progress: a verification's document says whether there were errors" {
    local stats='"stats":{"processedObjectCount":2,"processedBytes":7,"readFileCount":1,"readBytes":7,"expectedTotalObjectCount":2,"expectedTotalFileCount":1,"expectedTotalBytes":7}'

    ends 0 complete "{$stats,\"errorCount\":0}\n"
    ends 1 failed "{$stats,\"errorCount\":2,\"errorStrings\":[\"a\",\"b\"]}\n"
    assert_equal "$(jq -c '[.operation, .errors]' <<<"$output")" '["verify",2]'
}

@test "kopia-progress: another program's lines after a snapshot change nothing" {
    local text

    for text in 'content type is json' 'error processing request: timeout' \
        'failed on attempt 1: timeout' '{"msg":"x","errorCount":2}' \
        'error connecting to database' 'Snapshotting volume vol-1 ...' \
        'snapshotting database' 'already migrated 12 rows' \
        '{"id":"7","rootEntry":{"obj":"k1"}}'; do
        ends 0 complete "$good$text\n"
        assert_equal "$(wc -l <<<"$output")" 2
    done
}

@test "kopia-progress: another program's lines before a snapshot are not its operation" {
    local text

    for text in 'Scanning tables' 'Copying...' 'Restoring to staging area' \
        'WriteFile x' 'Analyzing table...' 'Processed 5 objects.' \
        'error processing request: timeout'; do
        ends 0 complete "$text\n$good"
        assert_equal "$(tail -n 1 <<<"$output" | jq -r .operation)" snapshot
    done
}

@test "kopia-progress: names in a restore forge no snapshot" {
    ends 0 complete 'Restoring to local filesystem (/x)...\nProcessed 5 (1 MB) of 9 (2 MB) 1.5 MB/s (50.0%%) remaining 1s.\nignored error y on nl\nupload error: x\n'"$created$full"'Restored 5 files, 1 directories and 0 symbolic links (1 MB).\n'
    assert_equal "$(jq -r .operation <<<"$output" | sort | uniq -c | xargs)" \
        '1 null 2 restore'
}

@test "kopia-progress: another command after a restore is read" {
    ends 0 complete 'Restored 5 files, 1 directories and 0 symbolic links (1 MB).\n'"$good"
    assert_equal "$(jq -c 'select(.type == "progress") | [.operation, .progressPercent]' <<<"$output")" \
        '["snapshot",100]'
}

@test "kopia-progress: the time of day before a log line" {
    ends 0 complete "2026/11/23 15:23:22 $source_line$full"'2026/11/23 15:23:22.123456 '"$created"
}

@test "kopia-progress: a restored path is as long as the text proves" {
    ends 0 unknown 'ignored error creating file: open /x/a on b: denied on a on b\n'
    assert_equal "${lines[0]}" '{"type":"message","level":"warning","path":"a on b","text":"creating file: open /x/a on b: denied"}'
    ends 0 unknown 'ignored error creating file: open /x/b: denied on b\n'
    assert_equal "${lines[0]}" '{"type":"message","level":"warning","path":"b","text":"creating file: open /x/b: denied"}'
    ends 0 unknown 'ignored error denied on \n'
    assert_equal "${lines[0]}" '{"type":"message","level":"warning","text":"denied"}'
}

@test "kopia-progress: a document above the ceiling loses only its list of errors" {
    local many='[' i

    for ((i = 0; i < 900; i++)); do
        many+='{"path":"some/long/path/to/a/file/'$i'","error":"permission denied by the server"},'
    done
    ends 0 partial '{"id":"2","source":{"host":"host","userName":"app","path":"/d"},"rootEntry":{"obj":"k1","summ":{"size":7,"files":3,"numFailed":900,"errors":'"$many"'{}]}}}\n'
    assert_equal "$(jq -c '[.source, .snapshotID, .rootID, .bytes, .fatalErrors]' <<<"$output")" \
        '["app@host:/d","2","k1",7,900]'
    # and where it is spread over lines
    ends 0 partial '{\n "id":"2",\n "source":{"host":"host","userName":"app","path":"/d"},\n "rootEntry":{"obj":"k1",\n "summ":{"size":7,"numFailed":900,"errors":'"${many//,\{/,\\n\{}"'{}\n]}}}\n'
    assert_equal "$(jq -c '[.rootID, .fatalErrors]' <<<"$output")" '["k1",900]'
}

@test "kopia-progress: a list of snapshots is no snapshot" {
    local one

    one=$(document /a 0)
    ends 0 unknown "[\n ${one%\\n},\n ${one%\\n}\n]\n"
    assert_equal "$output" '{"type":"result","state":"unknown"}'
    ends 0 unknown "[${one%\\n}]\n"
    # a bracket that nobody closes takes nothing with it
    ends 0 complete "[\n$one$one"
    ends 0 complete "[\n$good"
}

@test "kopia-progress: documents before, behind and between the lines of their sources" {
    local a b first second

    a=$(document /a 0)
    b=$(document /b 2)
    first="Snapshotting app@host:/a ...\n$full"
    second="Snapshotting app@host:/b ...\n$full"
    for console in "$a$b$first$second" "$first$second$a$b" "$first$a$second$b" \
        "$first$second$b$a" "$first$b$second$a"; do
        ends 0 partial "$console"
        assert_equal "$(tail -n 1 <<<"$output" | jq -c .sources)" 2
        assert_equal "$(jq -r 'select(.type == "result" and .source == "app@host:/a") | .state' <<<"$output" | tail -n 1)" complete
        assert_equal "$(jq -r 'select(.type == "result" and .source == "app@host:/b") | .state' <<<"$output" | tail -n 1)" partial
    done
}

@test "kopia-progress: a failure that names an earlier source is that one's" {
    ends 1 failed "Snapshotting app@host:/nosuch ...\n$good"'upload error: unsupported source: app@host:/nosuch\n'
    assert_equal "$(jq -c 'select(.state == "failed") | [.source, .sourceIndex]' <<<"$output" | head -n 1)" \
        '["app@host:/nosuch",0]'
    assert_equal "$(jq -c 'select(.source == "app@host:/d" and .type == "result") | .state' <<<"$output")" '"complete"'
}

@test "kopia-progress: errors are counted without progress too" {
    ends 1 failed "$source_line$created"'Ignored 1 error(s) while snapshotting app@host:/d.\nFound 3 fatal error(s) while snapshotting app@host:/d.\n'
    assert_equal "$(tail -n 1 <<<"$output" | jq -c '[.fatalErrors, .ignoredErrors]')" '[3,1]'
}

@test "kopia-progress: a source is named to its end" {
    ends 0 unknown 'Snapshotting a@b:/x ... y ...\n'
    assert_equal "$(jq -r .source <<<"$output")" 'a@b:/x ... y'
}

@test "kopia-progress: documents alone are something of kopia's" {
    ends 0 complete "$(document /a 0)"
    assert_equal "$stderr" 'kopia-progress: warning: kopia prints no progress: since 0.23.0 it needs --progress where standard output is no terminal'
}

@test "kopia-progress: a name that holds progress locks no restore" {
    local forged=' | 7 hashing, 7 hashed (7 MB), 7 cached (7 B), uploaded 7 B, estimating...\n'
    local begin='Restoring to local filesystem (/x) with parallelism=8...\nignored error it exists on d/a\n'

    ends 0 complete "$begin${forged}b\nRestored 0 files, 2 directories and 0 symbolic links (0 B), ignored 8 errors.\n"
    assert_equal "$(jq -r .operation <<<"$output" | xargs)" 'null restore'
    ends 1 failed "$begin$forged${created}b\nerror restoring: restore error: boom: no space\n"
    # even where the name holds the announcement too
    ends 0 complete "$begin${good}b\nRestored 0 files, 2 directories and 0 symbolic links (0 B), ignored 8 errors.\n"
    assert_equal "$(tail -n 1 <<<"$output" | jq -r .operation)" restore
}

@test "kopia-progress: the second command of a console fails" {
    local second

    for second in \
        'Restoring to local filesystem (/x) with parallelism=8...\nerror restoring: restore error: boom: permission denied' \
        'Synchronizing repositories:\nLooking for BLOBs to synchronize...\nCopying...\nerror copying blobs: boom' \
        'Verifying contents...\ncontent abc is invalid: boom\nFinished verifying contents\nverify contents: encountered 1 errors: the repository is corrupted' \
        'Listing blobs...\nListed 5 blobs.\nerror processing k1: boom: BLOB not found\nFinished processing 5 objects (1 B). Read 0 files (0 B).\nerror processing k1: boom: BLOB not found' \
        'recovering indexes: boom' 'Scanning a@b:/d...\nerror estimating: boom'; do
        ends 1 failed "$good$second\n"
        ends 1 failed "$verified$second\n"
    done
}

@test "kopia-progress: the first command of a console fails" {
    ends 1 complete 'Processed 0 objects.\nERROR error processing a@b:/c@x/f2: object e is backed by missing blob p6\nFinished processing 3 objects.\nERROR object e is backed by missing blob p6\n'"$good"
    assert_equal "$(jq -c 'select(.type == "result") | [.operation, .state]' <<<"$output" | xargs)" \
        '[verify,failed] [snapshot,complete]'
    ends 1 complete "${source_line}upload error: boom\n${synced}"
}

@test "kopia-progress: several commands give a result each" {
    local restore='Restoring to local filesystem (/x) with parallelism=8...\nProcessed 2 (1 MB) of 10 (10 MB).\n'
    local restored='Restored 1 files, 1 directories and 0 symbolic links (1 MB).\n'
    local first

    for first in "$synced" "${source_line}upload error: boom\n" "$good" \
        'Found 5 objects, verifying 0, completed 5 objects.\n'; do
        # shellcheck disable=SC2059
        printf "$first$restore$restored" >console
        run --separate-stderr kopia-progress console
        assert_equal "$(jq -c 'select(.operation == "restore") | [.type, .progressPercent, .state, .files]' <<<"$output" | xargs)" \
            '[progress,10,null,null] [result,null,complete,1]'
    done
    ends 0 complete "$good$synced"
    assert_equal "$(tail -n 2 <<<"$output" | jq -c '[.type, .stage, .progressPercent, .totalBlobs]' | head -n 1)" \
        '["progress","copy",100,1]'
    ends 0 partial "$restore$restored$source_line"'Created partial snapshot with root k1 and ID a1 in 1s\n'
}

# The results of consoles, one behind the other.
results_of() { # CONSOLE ...
    (cd "$ROOT/tests/recordings" && cat "${@/%/.console}") >console
    kopia-progress console | jq -c 'select(.type == "result")'
}

@test "kopia-progress: two commands give the results that each gives by itself" {
    local first second

    while read -r first second; do
        assert_equal "$(results_of "$first" "$second")" \
            "$(results_of "$first" && results_of "$second")"
    done <<'END'
v0.17.0/restore-single-file v0.17.0/verify-corrupt
v0.17.0/create-identical-not-saved v0.17.0/verify-0
v0.17.0/create-several-cancel v0.17.0/verify-corrupt
v0.17.0/restore-nonexistent-id v0.17.0/verify-0
v0.17.0/content-verify v0.17.0/verify-corrupt
v0.17.0/sync-to v0.17.0/verify-0
v0.21.1/restore-20s v0.21.1/estimate-denied
v0.23.1/sync-to-again v0.23.1/verify-corrupt
v0.23.1/sync-to-again v0.23.1/index-recover
v0.21.1/create-20s v0.21.1/migrate
v0.21.1/migrate v0.21.1/create-20s
v0.23.1/sync-to-again v0.23.1/verify-json.both
END
}

@test "kopia-progress: an index recovery that was cut off is not what comes behind it" {
    ends 0 unknown 'Recovered 1 index entries from 2 blobs, estimating time remaining... (found 3 blobs)\nVerified 10 of 20 contents (50.0%%), 0 errors, remaining 1s, ETA x\n'
    assert_equal "$(jq -c 'select(.type == "result") | .operation' <<<"$output" | xargs)" \
        'index-recover content-verify'
}

# migrate, and snapshots of several sources: kopia cli/command_snapshot_create.go
# writes what is left when all is said (repo/repository.go@v0.23.1
# handleWriteSessionResult)
@test "kopia-progress: what was said to be written and then is not, failed" {
    ends 1 failed 'Migration finished.\nerror flushing writer: error flushing contents: disk full\n'
    ends 1 failed "$good"'\nerror flushing writer: error flushing contents: disk full\n'
}

@test "kopia-progress: contents that are bad fail a verification without its last word too" {
    ends 1 failed 'Finished verifying 10 contents, found 2 errors.\n'
    ends 0 complete 'Finished verifying 10 contents, found 0 errors.\n'
    ends 1 failed 'Verifying contents...\nFinished verifying contents\nverifyCounters:\t{"verifiedContents":10,"totalErrorCount":3,"readContents":0}\n'
}

@test "kopia-progress: all of a migration is understood" {
    local console

    for console in "$ROOT"/tests/recordings/*/migrate*.console; do
        run --separate-stderr kopia-progress -u "$console"
        assert_equal "$stderr" ''
    done
}

@test "kopia-progress: a JSON log line is one message, whatever lines are in it" {
    ends 0 unknown '{"l":"ERROR","n":"x","m":"ignored error open /x/a\\nProcessed 5 (1 B) of 6 (2 B).: denied on /x/a\\nProcessed 5 (1 B) of 6 (2 B)."}\n'
    assert_equal "$output" '{"type":"message","level":"warning","text":"open /x/a"}
{"type":"result","operation":"restore","state":"unknown"}'
}
