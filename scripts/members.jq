# The members of a schema's record, as a list in mdoc.  What $ref names is
# listed where it comes first.

def of($schema):
    if has("$ref") then
        (."$ref" | ltrimstr("#/$defs/")) as $name
        | $schema."$defs"[$name] + (. | del(."$ref")) + {of: $name}
    else . end;

# A sentence a line, with a capital and a full stop.
def sentences:
    (.[:1] | ascii_upcase) + .[1:]
    | if endswith(".") then . else . + "." end
    | gsub("\\. (?=[A-Z])"; ".\n");

# ".Cm a ,", ".Cm b" and so on; a lone one ends the sentence itself.
def values:
    map(select(. != null)) | length as $n
    | if $n < 2 then .[] | ".Cm \(.) ."
    else "One of",
        (to_entries[] | .key as $i | .value
        | if $i < $n - 2 then ".Cm \(.) ,"
        elif $i == $n - 2 then ".Cm \(.)", "or"
        else ".Cm \(.) ." end)
    end;

def members($schema; $before):
    .properties // {} | to_entries[]
    | ($before + .key) as $name | (.value | of($schema))
    | ".It Va \($name)",
        if .const then ".Cm \(.const) .", "The first member."
        else
            (.description | sentences),
            (.enum // [] | if length > 0 then values else empty end)
        end,
        if .of == "phase" and ($name | endswith("deferPhase"))
            or .of == "eta" and $name != "detail.eta" then empty
        else
            members($schema; $name + "."),
            (.items // {} | of($schema) | members($schema; $name + "[]."))
        end;

. as $schema
| ".Ss \(.title)",
    (.description | sentences),
    ".Pp",
    ".Bl -tag -width Ds -compact",
    members($schema; ""),
    ".El"
