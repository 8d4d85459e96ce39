# Reads the table of options that --help prints:
#
#   -l, --long ARGUMENT  what it does
#
# An argument in [=...] may be left out, and is never a word of its own.

BEGIN { function_ = "_" name; gsub(/-/, "_", function_) }

NR == 1 {
    operand = "none"
    sub(/^Usage: [^ ]+ (\[OPTION \.\.\.\] )?(\[--\] )?/, "")
    if ($1 !~ /^-/ && match($0, /[A-Z]+/))
        operand = kind(substr($0, RSTART, RLENGTH))
}

/^  +-/ {
    n++
    argument[n] = attached[n] = long[n] = letter[n] = ""
    match($0, /^ +[^ ]+( [^ ]+)*/)
    does[n] = substr($0, RLENGTH + 1)
    sub(/^ +/, "", does[n])
    read_names(substr($0, 1, RLENGTH))
}

function read_names(text) {
    if (match(text, /\[=.*\]$/)) {
        argument[n] = substr(text, RSTART + 2, RLENGTH - 3)
        attached[n] = 1
        text = substr(text, 1, RSTART - 1)
    } else if (match(text, /[^ ,] [^ -][^ ]*$/)) {
        argument[n] = substr(text, RSTART + 2)
        text = substr(text, 1, RSTART)
    }
    if (match(text, /--[^ ]+/))
        long[n] = substr(text, RSTART + 2, RLENGTH - 2)
    if (match(text, /(^| )-[A-Za-z]/))
        letter[n] = substr(text, RSTART + RLENGTH - 1, 1)
    kinds[n] = kind(argument[n])
}

function kind(text) {
    if (text ~ /^[a-z-]+(\|[a-z-]+)+(\|ADAPTER)?$/)
        return "words"
    if (text ~ /^(FILE|DIRECTORY|TARGET|ADAPTER|COMMAND|RECORDS?)$/)
        return tolower(text)
    return "none"
}

# The values of a|b|c, with spaces between, and ADAPTERS for ADAPTER.
function words(text, adapters) {
    gsub(/\|/, " ", text)
    sub(/ADAPTER$/, adapters, text)
    return text
}

# TEXT within single quotes.
function quoted(text) {
    gsub(/'/, "'\\''", text)
    return "'" text "'"
}

# The names of those options whose value is the next word, with BETWEEN between.
function valued(between,    i, text) {
    for (i = 1; i <= n; i++)
        if (argument[i] != "" && !attached[i])
            text = text names(i, between) between
    return substr(text, 1, length(text) - length(between))
}

function names(i, between,    text) {
    if (letter[i] != "")
        text = "-" letter[i]
    if (long[i] != "")
        text = text (text != "" ? between : "") "--" long[i]
    return text
}
