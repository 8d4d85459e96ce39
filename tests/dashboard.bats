# What stands beside phase-metrics: a dashboard, and rules for alerts.

load helpers

DATA=$ROOT/tests/data/phase-metrics

needs_promtool() {
    command -v promtool >/dev/null || skip 'there is no promtool'
}

@test "dashboard: the rules for alerts say what they should, and else nothing" {
    needs_promtool
    promtool check rules "$ROOT/filters/phase-metrics/rules.yaml"
    promtool test rules "$DATA/rules.test.yaml"
    # the test of the rules is one: without a rule, or with another limit, it fails
    mkdir -p a/b/c filters/phase-metrics
    cp "$DATA/rules.test.yaml" a/b/c
    for change in s/stalled/slow/ 's/for: 10m/for: 30m/' 's/> 300/> 3000/' 's/26 \*/28 */' 's/"failed"/"gone"/' 's/for: 30m/for: 0m/'; do
        sed "$change" "$ROOT/filters/phase-metrics/rules.yaml" >filters/phase-metrics/rules.yaml
        run promtool test rules a/b/c/rules.test.yaml
        assert_failure
    done
}

# What queries the dashboard has, a JSON string a line, for all tasks.
queries() {
    jq -c '(.panels[].targets[].expr),
        (.templating.list[] | select(.type == "query") | .query.query
         | capture("^label_values\\((?<expr>.*), [a-z]+\\)$").expr)
        | gsub("\\$(task|namespace)"; ".*")' "$ROOT/filters/phase-metrics/dashboard.json"
}

@test "dashboard: every query of dashboard and rules is one, of metrics that there are" {
    needs_promtool
    {
        echo 'groups: [{name: dashboard, rules: ['
        queries | awk '{ print "{record: \"q:" NR "\", expr: " $0 "}," }'
        echo ']}]'
    } >queries.yaml
    run promtool check rules queries.yaml
    assert_success
    assert_output --partial " $(queries | wc -l) rules found"
    # with the names of their labels
    {
        queries
        cat "$ROOT/filters/phase-metrics/rules.yaml"
    } | grep -oE '\b(phasepipe|node)_[a-z_]+' | sort -u >used
    phase-metrics --metrics | tail -n +2 | cut -f 1 | sort >there
    assert_equal "$(comm -23 used there)" node_textfile_mtime_seconds
    # what an operator looks at is all of it, but for what has no place
    assert_equal "$(comm -13 used there)" 'phasepipe_actionset_expected_bytes
phasepipe_actionset_last_change_timestamp_seconds
phasepipe_actionset_transferred_bytes
phasepipe_phase_last_change_timestamp_seconds
phasepipe_phase_state'
}

@test "dashboard: the legends tell phases of one name apart" {
    run jq -r '.panels[].targets[] | select(.expr | contains("phasepipe_phase_"))
        | select(.legendFormat | contains("{{phase_index}}") | not) | .legendFormat' \
        "$ROOT/filters/phase-metrics/dashboard.json"
    assert_success
    assert_output ''
}

@test "dashboard: the dashboard is one that Grafana 10 takes" {
    run jq -r '
        def wrong(what): if . then empty else what end;
        (.schemaVersion == 38 and .id == null and (.uid | length) > 0 and (.title | length) > 0 | wrong("head")),
        ([.panels[].id] | length == (unique | length) | wrong("ids")),
        (.panels[] | .title as $title
         | (.type | IN("bargauge", "stat", "state-timeline", "timeseries") | wrong($title + ": type")),
           ((.description | length) > 0 | wrong($title + ": description")),
           (.datasource == {"type": "prometheus", "uid": "${datasource}"} | wrong($title + ": data source")),
           (.gridPos | .w > 0 and .h > 0 and .x >= 0 and .x + .w <= 24 | wrong($title + ": place")),
           ([.targets[].refId] | length > 0 and length == (unique | length) | wrong($title + ": refId")),
           (.fieldConfig | has("defaults") and has("overrides") | wrong($title + ": fieldConfig"))),
        # no two stand in one place
        (.panels as $all | range($all | length) as $i | range($i) as $j
         | ($all[$i].gridPos) as $a | ($all[$j].gridPos) as $b
         | ($a.x + $a.w <= $b.x or $b.x + $b.w <= $a.x or $a.y + $a.h <= $b.y or $b.y + $b.h <= $a.y)
         | wrong("\($all[$i].title) on \($all[$j].title)")),
        # every variable that is used is there
        ([.templating.list[].name] as $names
         | [.. | strings | scan("\\$\\{?([a-z]+)") | .[0]] - $names | unique | .[])' \
        "$ROOT/filters/phase-metrics/dashboard.json"
    assert_success
    assert_output ''
}
