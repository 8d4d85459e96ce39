#!/usr/bin/env bats
# status-patch actionset/NAME: what is sent to the API server and when, and what
# the options and signals do.  The server answers by a script; see
# tests/kube/server.
#
# bats runs each test in a shell of its own and sets $stderr and
# $stderr_lines; what bash -c shall expand stands in single quotes:
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helpers
load kube
load actionset

ONE="$THIS: writes: 1 (the last: percentCompleted 15), looks: 1, tried again: 0"

# --- what is sent

@test "status-patch: it asks what there is, looks, and patches, in so many bytes" {
    serve_api "$TAKEN"
    patch_it <<<"$A"
    assert_success
    assert_equal "$output" ''
    assert_said "$ONE"
    sed -E "s/127\.0\.0\.1:$PORT/SERVER/; s/timeout=[0-9]+ms/timeout=N/" api.log |
        jq -c '[.connection, .method, .path, .headers]' >asked
    diff asked - <<'END'
[1,"GET","/apis/cr.kanister.io/v1alpha1",{"host":"SERVER","user-agent":"status-patch/0.1.0 (phasepipe)","authorization":"Bearer a-token","accept":"application/json"}]
[1,"GET","/apis/cr.kanister.io/v1alpha1/namespaces/kanister/actionsets/backup",{"host":"SERVER","user-agent":"status-patch/0.1.0 (phasepipe)","authorization":"Bearer a-token","accept":"application/json"}]
[1,"PATCH","/apis/cr.kanister.io/v1alpha1/namespaces/kanister/actionsets/backup?fieldManager=status-patch&fieldValidation=Warn&timeout=N",{"host":"SERVER","user-agent":"status-patch/0.1.0 (phasepipe)","authorization":"Bearer a-token","content-type":"application/json-patch+json","accept":"application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json","content-length":"995"}]
END
    jq -rs '.[0:2][].body' api.log | cmp - <(printf '\n\n')
    jq -rs '.[2].body' api.log >body
    diff body - <<'END'
[{"op":"test","path":"/metadata/uid","value":"u-1"},{"op":"test","path":"/status/state","value":"running"},{"op":"test","path":"/status/actions/0/name","value":"backup"},{"op":"test","path":"/status/actions/0/phases/0/name","value":"dump"},{"op":"test","path":"/status/actions/0/phases/0/state","value":"running"},{"op":"test","path":"/status/progress/percentCompleted","value":"0"},{"op":"add","path":"/status/progress/percentCompleted","value":"15"},{"op":"add","path":"/status/progress/sizeUploadedB","value":1024},{"op":"add","path":"/status/progress/lastTransitionTime","value":"2023-02-20T12:49:55Z"},{"op":"test","path":"/metadata/annotations","value":null},{"op":"add","path":"/metadata/annotations","value":{}},{"op":"add","path":"/metadata/annotations/phasepipe.dev~1progress","value":"{\"uid\":\"u-1\",\"percentCompleted\":\"15.00\",\"lastTransitionTime\":\"2023-02-20T12:49:55Z\",\"phases\":[{\"action\":0,\"phase\":\"dump\",\"progressPercent\":\"30.00\",\"sizeUploadedB\":1024}]}"}]
END
}

@test "status-patch: the server is told how long there is" {
    serve_api "$TAKEN"
    start --request-timeout 50s
    echo "$A" >&7
    until_asked api 3
    end_input
    ended
    assert_log api '.path | capture("timeout=(?<t>.*)").t' 50000ms
}

@test "status-patch: with all the time there can be it has time" {
    serve_api "$TAKEN"
    patch_it --final-budget 2562047h47m16s -i 2562047h47m16s <<<"$A"
    assert_success
    assert_said "$ONE"
}

@test "status-patch: where status is a subresource it is written apart" {
    rows api "$SUBRESOURCE" "$LOOK" "$TAKEN"
    serve api --cert certs/server.pem
    kubeconfig
    patch_it -v <<<"$A"
    assert_success
    assert_log api '[.method, (.path | sub("\\?.*"; "") | split("/") | .[-1])]' \
        '["GET","v1alpha1"] ["GET","backup"] ["PATCH","backup"] ["PATCH","status"]'
    run jq -r 'select(.method == "PATCH") | .body | fromjson | map(.path) | .[-1]' api.log
    assert_output '/metadata/annotations/phasepipe.dev~1progress
/status/progress/lastTransitionTime'
}

@test "status-patch: a server that takes a patch and drops the status has a subresource" {
    rows api '{"method":"GET","status":403}' "$LOOK" "${TAKEN/\"generation\":6/\"generation\":5}" "$LOOK" "$TAKEN"
    serve api --cert certs/server.pem
    kubeconfig
    patch_it <<<"$A"
    assert_success
    assert_log api '[.method, (.path | sub("\\?.*"; "") | split("/") | .[-1])]' \
        '["GET","v1alpha1"] ["GET","readyz"] ["GET","v1alpha1"] ["GET","backup"] ["PATCH","backup"] ["GET","backup"] ["PATCH","backup"] ["PATCH","status"]'
}

@test "status-patch: an annotation that is refused beside a subresource is done without" {
    refused=$(refusal PATCH 403 Forbidden 'User \"bob\" cannot patch resource \"actionsets\" in API')
    rows api "$SUBRESOURCE" "$LOOK" "$refused" "$LOOK" "$refused" "$TAKEN"
    serve api --cert certs/server.pem
    kubeconfig
    start -i 0
    echo "$A" >&7
    until_asked api 6 # it is believed when it is said twice
    echo "$B" >&7
    until_asked api 7
    end_input
    ended
    assert_equal "$CODE" 0
    assert_equal "$(grep -c 'warning: the annotation' err)" 1
    grep "the annotation of $THIS is not written: bob may not patch actionsets" err
    assert_log api 'select(.method == "PATCH").path | sub("\\?.*"; "") | split("/") | .[-1]' \
        'backup backup status status'
}

@test "status-patch: updates go over one connection, and once nothing changes nothing is asked" {
    serve_api "$TAKEN"
    start -i 0
    for i in 1 2 3 4; do
        line "3$i.00" >&7
        until_asked api $((i + 2))
    done
    for i in 1 2 3 4 5; do
        line 34.00 >&7
        echo 'no status line' >&7
    done
    end_input
    ended
    assert_equal "$CODE" 0
    assert_log api '[.connection, .method]' '[1,"GET"] [1,"GET"] [1,"PATCH"] [1,"PATCH"] [1,"PATCH"] [1,"PATCH"]'
}

@test "status-patch: while a reply is held only the newest line waits, and nothing else is asked" {
    rows api "$RESOURCES" "$LOOK" '{"method":"PATCH","until":"go","body":{}}' "$TAKEN"
    serve api --cert certs/server.pem
    kubeconfig
    start -i 0 --pass
    for i in 30 31; do
        line "$i.00" >&7
        until_asked api 3
    done
    for i in {32..60}; do
        line "$i.00" >&7
    done
    wait_for 'progressPercent":"60.00' out # it has read them all
    assert_equal "$(wc -l <api.log)" 3
    touch go
    until_asked api 4
    end_input
    ended
    assert_equal "$CODE" 0
    assert_log api 'select(.method == "PATCH") | .body | fromjson | .[-1].value | fromjson | .phases[0].progressPercent' \
        '30.00 60.00'
    assert_log api .connection '1 1 1 1'
}

@test "status-patch: at most one write in each interval, and the last one at the end" {
    serve_api "$TAKEN"
    start -i 1h --pass
    for i in {30..40}; do
        line "$i.00" >&7
        if [ "$i" = 30 ]; then
            until_asked api 3
        fi
    done
    wait_for 'progressPercent":"40.00' out
    assert_equal "$(wc -l <api.log)" 3
    end_input
    ended
    assert_equal "$CODE" 0
    assert_log api 'select(.method == "PATCH") | .body | fromjson | .[-1].value | fromjson | .phases[0].progressPercent' \
        '30.00 40.00'
}

@test "status-patch: a connection that was closed between two updates costs none" {
    serve_api '{"method":"PATCH","drop":"after","body":{}}' "$TAKEN"
    start -i 0
    echo "$A" >&7
    until_asked api 3
    echo "$B" >&7
    until_asked api 4
    end_input
    ended
    assert_equal "$CODE" 0
    assert_equal "$(wc -l <err)" 1
    assert_log api '[.connection, .method]' '[1,"GET"] [1,"GET"] [1,"PATCH"] [2,"PATCH"]'
}

@test "status-patch: nothing is written before the ActionSet runs" {
    rows api "$RESOURCES" '{"method":"GET","body":'"${OBJECT/running/pending}"'}'
    serve api --cert certs/server.pem
    kubeconfig
    start --final-budget 300ms
    echo "$A" >&7
    until_asked api 3 # it looks again
    end_input
    ended
    assert_equal "$CODE" 111
    assert_equal "$(jq -r .method api.log | sort -u)" GET
    grep "fatal: the last state (percentCompleted 15.00) was not written to $THIS: the controller has not begun with it" err
}

@test "status-patch: nothing is written after the ActionSet has run, which is no error" {
    for state in complete failed; do
        rm -f api.*
        rows api "$RESOURCES" '{"method":"GET","body":'"${OBJECT/running/$state}"'}'
        serve api --cert certs/server.pem
        kubeconfig
        patch_it -v <<<"$A"
        assert_success
        assert_log api .method 'GET GET'
        [[ "$stderr" == *"$THIS has ended this phase before its last state came"* ]]
    done
}

@test "status-patch: a line of another action is told from one of this" {
    serve_api
    patch_it <<<"${A/dump/copy}"
    assert_failure 100
    assert_said "fatal: $THIS is not the one of the status: its action \"backup\" has no phase \"copy\"" \
        "$THIS: writes: 0, looks: 1, tried again: 0"
}

# --- options

@test "status-patch: --write says what is written" {
    local what

    serve_api "$TAKEN"
    for what in top phases annotation auto; do
        patch_it --write "$what" <<<"$A"
        assert_success
    done
    run jq -r 'select(.method == "PATCH") | .body | fromjson | [.[] | select(.op == "add") | .path] | join(" ")' api.log
    top='/status/progress/percentCompleted /status/progress/sizeUploadedB /status/progress/lastTransitionTime'
    note='/metadata/annotations /metadata/annotations/phasepipe.dev~1progress'
    assert_output "$top
$top /status/actions/0/phases/0/progress
$note
$top $note"
}

@test "status-patch: --dry-run prints the patches, and sends none" {
    serve_api
    patch_it --dry-run < <(echo "$A")
    assert_success
    assert_said "$THIS: patches, none of them stored: 1 (the last: percentCompleted 15), looks: 1, tried again: 0"
    assert_equal "$(jq -r '.[0].path' <<<"$output")" /metadata/uid
    assert_log api .method 'GET GET'
}

@test "status-patch: --dry-run says once that its output is lost, and goes on" {
    serve_api "$TAKEN"
    OUT=/dev/full start -i 0 --dry-run=server
    for i in 1 2 3; do
        line "3$i.00" >&7
        until_asked api $((i + 2))
    done
    end_input
    ended
    assert_equal "$CODE" 111
    assert_equal "$(grep -c 'unable to write standard output: No space left on device' err)" 1
    assert_equal "$(grep -c PATCH api.log)" 3
}

@test "status-patch: --dry-run=server has the server check them, and store none" {
    serve_api "$TAKEN"
    patch_it --dry-run=server <<<"$A"
    assert_success
    assert_said "$THIS: patches, none of them stored: 1 (the last: percentCompleted 15), looks: 1, tried again: 0"
    assert_log api 'select(.method == "PATCH").path | endswith("ms&dryRun=All")' true
    assert_equal "$output" "$(jq -r 'select(.method == "PATCH").body' api.log)"
}

@test "status-patch: --pass hands on all of the input, whatever the cluster does" {
    serve_api "$(refusal PATCH 400 BadRequest no)"
    printf '%s\n' a "$A" 'b' "$B" >input
    printf 'no newline\0' >>input
    run --separate-stderr bash -c 'status-patch --kubeconfig config --pass actionset/backup <input >copy'
    assert_failure 100
    cmp input copy
}

@test "status-patch: --file holds the status, also where the server is dead" {
    serve_api "$TAKEN"
    patch_it --file f <<<"$A"
    assert_success
    assert_equal "$(cat f)" "$A"
    stop_servers
    start --file f --final-budget 300ms
    printf '%s\n' "$A" "$B" >&7
    wait_for 'Connection refused; trying again' err
    end_input
    ended
    assert_equal "$CODE" 111
    assert_equal "$(cat f)" "$B"
    grep "fatal: the last state (percentCompleted 15.00) was not written to $THIS: no connection (https://127.0.0.1:$PORT): Connection refused" err
}

@test "status-patch: --file that cannot be written is said, and the ActionSet is written" {
    serve_api "$TAKEN"
    patch_it --file none/f <<<"$A"
    assert_failure 111
    [[ "$stderr" == *"fatal: the last state (percentCompleted 15.00) was not written to none/f: No such file or directory"* ]]
    assert_log api .method 'GET GET PATCH'
}

@test "status-patch: --plan-out has the whole ActionSet, anew before each write" {
    serve_api "$TAKEN"
    rows api '{"method":"GET","body":'"${OBJECT/\"progressPercent\":\"0\"/\"progressPercent\":\"1\"}"'}'
    echo old >plan
    start -i 1h --plan-out plan
    echo "$A" >&7
    until_asked api 3
    assert_equal "$(jq -cS . plan)" "$(jq -cS . <<<"$OBJECT")"
    echo "$B" >&7
    end_input
    ended
    assert_equal "$CODE" 0
    assert_log api .method 'GET GET PATCH GET PATCH'
    assert_equal "$(jq -r '.status.actions[0].phases[0].progress.progressPercent' plan)" 1
    assert_equal "$(find . -name '.plan*')" ''
}

@test "status-patch: --plan-out that cannot be written is said once, and all else is done" {
    serve_api "$TAKEN"
    start -i 1h --plan-out none/plan
    echo "$A" >&7
    until_asked api 3
    echo "$B" >&7
    end_input
    ended
    assert_equal "$CODE" 111
    assert_equal "$(grep -c 'warning: unable to write --plan-out none/plan: No such file or directory' err)" 1
    assert_log api .method 'GET GET PATCH GET PATCH'
}

@test "status-patch: --verbose says each request" {
    serve_api "$(refusal PATCH 503 '' full)" "$TAKEN"
    patch_it --verbose <<<"$A"
    assert_success
    assert_equal "$(sed -E 's/after [0-9]+ ms/after N ms/; s/[0-9]{3,} bytes/BODY bytes/' <<<"$stderr")" "status-patch: GET resources: 200 after N ms, 0 bytes sent, 66 received
status-patch: GET: 200 after N ms, 0 bytes sent, 406 received
status-patch: PATCH: 503 after N ms, BODY bytes sent, 102 received
status-patch: warning: unable to write $THIS: the server is not available: full; trying again
status-patch: PATCH: 200 after N ms, BODY bytes sent, 102 received
status-patch: $THIS can be reached again
status-patch: $THIS: writes: 1 (the last: percentCompleted 15), looks: 1, tried again: 1"
}

# --- input

@test "status-patch: without a line there is nothing to write" {
    serve_api
    patch_it </dev/null
    assert_success
    assert_said "$THIS: writes: 0, looks: 0, tried again: 0"
    patch_it < <(printf 'one\ntwo\n')
    assert_success
    assert_said 'warning: no status line came (lines read: 2): nothing was written to actionset/backup' \
        "$THIS: writes: 0, looks: 0, tried again: 0"
}

@test "status-patch: without a line a server that does not answer is not waited for" {
    rows api '{"hang":true}'
    serve api --cert certs/server.pem
    kubeconfig
    start
    until_asked api 1
    end_input
    ended # the budget is 100 s
    assert_equal "$CODE" 0
    assert_equal "$(cat err)" "status-patch: $THIS: writes: 0, looks: 0, tried again: 0"
}

@test "status-patch: a line that is too long is said, and the one before it written" {
    serve_api "$TAKEN"
    patch_it < <(
        echo "$A"
        printf '{"type":"status","x":"%070000d"}\n' 0
    )
    assert_success
    assert_said 'warning: lines above 65536 bytes were passed over: 1' "$ONE"
}

@test "status-patch: the writer of the input is never held up by a server" {
    rows api '{"hang":true}'
    serve api --cert certs/server.pem
    kubeconfig
    start
    until_asked api 1
    for _ in {1..2000}; do # more than a pipe holds
        printf '%s\n' "$A"
    done >&7
    end_input
    kill -KILL "$PID"
    ended
}

# --- the end

@test "status-patch: the final budget ends a server that never answers" {
    serve_api '{"method":"PATCH","hang":true}'
    start --final-budget 300ms
    echo "$A" >&7
    until_asked api 3
    end_input
    ended
    assert_equal "$CODE" 111
    grep "fatal: the last state (percentCompleted 15.00) was not written to $THIS: no reply came" err
    refute grep 'trying again' err
}

@test "status-patch: what went wrong before the budget cut a try short is the reason" {
    serve_api "$(refusal PATCH 500 '' oh)" '{"method":"PATCH","hang":true}'
    start --final-budget 300ms
    echo "$A" >&7
    wait_for 'oh; trying again' err
    end_input
    ended
    assert_equal "$CODE" 111
    grep "fatal: the last state (percentCompleted 15.00) was not written to $THIS: .*: oh$" err
}

@test "status-patch: a final budget of 0 tries nothing more" {
    serve_api "$TAKEN"
    patch_it --final-budget 0 <<<"$A"
    assert_failure 111
    [[ "$stderr" == *"fatal: the last state (percentCompleted 15.00) was not written to $THIS: "* ]]
    refute grep PATCH api.log
}

@test "status-patch: a signal during a held reply has the newest line written" {
    serve_api '{"method":"PATCH","until":"go","body":{}}' "$TAKEN"
    start -i 1h
    echo "$A" >&7
    until_asked api 3
    echo "$B" >&7
    kill -TERM "$PID"
    touch go
    ended
    assert_equal "$CODE" 0
    assert_log api 'select(.method == "PATCH") | .body | fromjson | .[-1].value | fromjson | .phases[0].progressPercent' \
        '30.00 44.00'
}

@test "status-patch: a signal ends it within the budget" {
    serve_api '{"method":"PATCH","hang":true}'
    for signal in TERM INT HUP; do
        rm -f input
        : >api.log
        start --final-budget 200ms
        echo "$A" >&7
        until_asked api 1
        kill -s "$signal" "$PID"
        ended
        assert_equal "$CODE" 111
        end_input
    done
}

@test "status-patch: a second signal ends it at once" {
    serve_api '{"method":"PATCH","hang":true}'
    start
    echo "$A" >&7
    until_asked api 3
    kill -TERM "$PID"
    while kill -TERM "$PID"; do # the first has its second
        sleep 0.2
    done
    ended
    assert_equal "$CODE" 143
}

@test "status-patch: after a signal lines are read, and not written" {
    serve_api '{"method":"PATCH","until":"go","body":{}}' '{"method":"PATCH","until":"on","body":{}}' "$TAKEN"
    start -i 0 --pass
    echo "$A" >&7
    until_asked api 3
    echo "$B" >&7
    kill -TERM "$PID"
    touch go
    until_asked api 4 # the last write
    line 55.00 >&7
    wait_for 55.00 out
    touch on
    ended
    assert_equal "$CODE" 0
    assert_log api 'select(.method == "PATCH") | .body | fromjson | .[-1].value | fromjson | .phases[0].progressPercent' \
        '30.00 44.00'
}
