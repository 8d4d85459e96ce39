# One line for a person from each status line; $start: when the demo began.

def right($n): tostring | (" " * ($n - length) // "") + .;
def left($n): tostring | . + (" " * ($n - length) // "");
def tenths: floor | "\(. / 10 | floor).\(. % 10)";

def size:
    if . < 1000 then "\(.) B"
    elif . < 1000000 then "\(. / 100 | tenths) KB"
    else "\(. / 100000 | tenths) MB" end;

def bar: tonumber / 12.5 | floor | "[" + ("#" * . // "" | left(8)) + "]";

def phase:
    " \(.name | left(17))\(.progress.progressPercent | right(7))%",
    (.progress
     | (select(.estimatedUploadSizeB)
        | "\(.sizeUploadedB | size | right(9)) of "
          + (.estimatedUploadSizeB | size)),
       (.estimatedTimeSeconds | values | "  \(.)s left"));

[ ((now - $start) * 10 | tenths | right(4)), "s ",
  (.progress.percentCompleted | bar, right(7)), "%",
  (.actions[].phases[] | select(.state == "running") | phase),
  (select(all(.actions[].phases[]; .state != "running")) | " \(.state)") ]
| add
