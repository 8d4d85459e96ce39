# What _arguments calls for an argument.
function action(what, argument) {
    if (what == "words")
        return "(" words(argument, "${(f)\"$(any-progress --list 2>/dev/null | cut -f 1)\"}") ")"
    if (what == "directory")
        return "_files -/"
    if (what == "file" || what == "records" || what == "record")
        return "_files"
    if (what == "target")
        return "_alternative 'files:file:_files' 'actionsets:ActionSet:(actionset/)'"
    if (what == "adapter")
        return "_alternative 'files:file:_files' 'adapters:adapter:(${(f)\"$($words[1] --list 2>/dev/null | cut -f 1)\"})'"
    return " "
}

function escaped(text) {
    gsub(/[][\\]/, "\\\\&", text)
    gsub(/:/, "\\:", text)
    return text
}

function one(excluded, option, i,    text) {
    text = (excluded != "" ? "(" excluded ")" : "") option
    if (argument[i] == "")
        text = text "[" escaped(does[i]) "]"
    else if (attached[i])
        text = text "=-[" escaped(does[i]) "]::" escaped(argument[i]) ":" \
            action(kinds[i], argument[i])
    else
        text = text (option ~ /^--/ ? "=" : "+") "[" escaped(does[i]) "]:" \
            escaped(argument[i]) ":" action(kinds[i], argument[i])
    specs = specs " \\\n    " quoted(text)
}

END {
    print "#compdef " name
    print "# made of its --help"
    for (i = 1; i <= n; i++) {
        if (letter[i] != "")
            one(long[i] != "" ? "--" long[i] : "", "-" letter[i], i)
        if (long[i] != "")
            one(letter[i] != "" ? "-" letter[i] : "", "--" long[i], i)
    }
    if (operand == "command")
        specs = specs " \\\n    '(-)1:command: _command_names -e' '*::arguments:_normal'"
    else if (operand != "none")
        specs = specs " \\\n    " quoted("*:" operand ":" action(operand, ""))
    print "_arguments -s -S :" specs
}
