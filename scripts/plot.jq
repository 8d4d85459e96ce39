# A table for scripts/plot from records with times, whatever stands in front of
# them: seconds since the start, percent, bytes done, bytes in all, bytes a
# second, seconds left as they were foretold, and how far that was off; a line
# for each record that says some of it, tabs between, NaN for what is unknown.

# "2023-02-20T12:49:55.5+01:00", or a number, as seconds.
def seconds:
    if type == "number" then .
    elif test("^[0-9]+(\\.[0-9]+)?$") then tonumber
    else
        capture("^(?<date>[0-9-]{10}T[0-9:]{8})(?<rest>\\.[0-9]+)?"
            + "(Z|(?<sign>[+-])(?<hours>[0-9]{2}):(?<minutes>[0-9]{2}))$")
        | ((.date + "Z") | fromdateiso8601) + ("0" + (.rest // ".0") | tonumber)
          - (if .sign then
                 ((.hours | tonumber) * 3600 + (.minutes | tonumber) * 60)
                 * (if .sign == "-" then -1 else 1 end)
             else 0 end)
    end;

# A line as a record with its time in .at: its own, or what `kubectl logs
# --timestamps`, a container's log or ts(1) put in front.
def record:
    capture("^((?<time>[0-9][0-9T:.Z+-]*)[ \t]+((stdout|stderr) [FP] )?)?(?<text>\\{.*\\})\\s*$")
    | .time as $time
    | (.text | fromjson? | objects)
    | .at = ((.seconds // .time // $time // .progress?.lastTransitionTime? | values | seconds)? // null);

def number:
    if type == "number" then .
    elif type == "string" then tonumber? // null
    else null end;

def point:
    if .type == "progress" then
        { percent: (.overallPercent // .progressPercent | number),
          done: (if .hashedB | number
                 then (.hashedB | number) + (.cachedB | number // 0)
                 else .sizeDownloadedB // .sizeUploadedB // .processedB
                     | number end),
          total: (.estimatedUploadSizeB // .estimatedDownloadSizeB // .totalB
              | number),
          left: (.estimatedTimeSeconds | number), ended: false }
    elif .type == "status" then
        { percent: (.progress.percentCompleted? | number),
          done: (.progress | .sizeDownloadedB? // .sizeUploadedB? | number),
          total: (.progress
              | .estimatedDownloadSizeB? // .estimatedUploadSizeB? | number),
          left: (.detail.actionEta.seconds? | number),
          ended: (.state == "complete") }
    elif .type == "result" then
        { ended: (.state | IN("complete", "partial")), last: true }
    else empty end
    + { at };

# At most some hundred, so that a run of days is still a picture.
def thinned:
    ((last.at - .[0].at) / 800) as $step
    | last as $last
    | reduce .[] as $p ([];
        if length == 0 or $p.at - last.at >= $step or $p == $last
        then . + [$p] else . end);

# The step in which a program writes a size: kopia has one decimal of KB, MB, GB.
def step: if . < 1e3 then 1 elif . < 1e6 then 1e2 elif . < 1e9 then 1e5 else 1e8 end;

# What to take the rate from: the bytes, or where the percent says it more
# finely that much of all.
def with_moved:
    (last | if .done and .percent and .total then (.done | step) > .total / 1000
            else false end) as $finer
    | map(.moved = if $finer | not then .done
                   elif .percent and .total then .percent / 100 * .total
                   else null end);

# Bytes a second over a while, so that rounding is not a jump.
def with_rates:
    . as $all
    | ([1.5, (last.at - .[0].at) / 40] | max) as $window
    | reduce range(length) as $i ({ j: 0, points: [] };
        until(.j + 1 >= $i or $all[$i].at - $all[.j + 1].at < $window; .j += 1)
        | $all[.j] as $past
        | .points += [$all[$i]
            | .rate = (if .moved and $past.moved and .at - $past.at >= 1
                          and .moved >= $past.moved
                       then (.moved - $past.moved) / (.at - $past.at)
                       else null end)])
    | .points;

[inputs | record | select(.at) | point]
| (map(select(.ended)) | last.at) as $finish
| map(select(.last | not))
| if length == 0 then empty else . end
| thinned | with_moved | with_rates
# a recording begins at 0, a clock wherever it stood
| (if .[0].at > 1e8 then .[0].at else 0 end) as $start
| .[]
| [.at - $start, .percent, .done, .total, .rate, .left,
   (if .left and $finish then .left - ($finish - .at) else null end)]
| map(if . == null then "NaN" else . * 1000 | round / 1000 end)
| @tsv
