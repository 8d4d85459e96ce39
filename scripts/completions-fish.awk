# The options of complete for an argument.
function takes(what, argument) {
    if (what == "words")
        return "-x -a " quoted(words(argument, "(type -q any-progress; and any-progress --list 2>/dev/null)"))
    if (what == "directory")
        return "-x -a '(__fish_complete_directories)'"
    if (what == "file" || what == "records" || what == "record")
        return "-r -F"
    if (what == "target")
        return "-r -F -a actionset/"
    if (what == "adapter")
        return "-r -F -a '(" name " --list 2>/dev/null)'"
    return "-x"
}

END {
    print "# fish completion for " name ", made of its --help"
    condition = ""
    if (operand == "command") {
        command_first()
        condition = " -n '_" function_ "_before'"
        print "complete -c " name " -x -a '(_" function_ "_command)'"
    } else if (operand == "none") {
        print "complete -c " name " -f"
    } else if (operand == "target") {
        print "complete -c " name " -F -a actionset/"
    } else if (operand == "adapter") {
        print "complete -c " name " -F -a '(" name " --list 2>/dev/null)'"
    } else {
        print "complete -c " name " -F"
    }
    for (i = 1; i <= n; i++) {
        text = "complete -c " name condition
        if (letter[i] != "")
            text = text " -s " letter[i]
        if (long[i] != "")
            text = text " -l " long[i]
        if (attached[i])
            text = text (kinds[i] == "words" ? " -f -a " quoted(words(argument[i])) : "")
        else if (argument[i] != "")
            text = text " " takes(kinds[i], argument[i])
        print text " -d " quoted(does[i])
    }
}

# The words of COMMAND are those behind the options, or behind "--".
function command_first(    own) {
    own = "_" function_
    print "function " own "_words"
    print "    set -l words $argv[2..]"
    print "    while set -q words[1]"
    print "        switch $words[1]"
    print "            case " valued(" ")
    print "                set -q words[2]; and set -e words[2]"
    print "            case --"
    print "                set -e words[1]"
    print "                break"
    print "            case '-*'"
    print "            case '*'"
    print "                break"
    print "        end"
    print "        set -e words[1]"
    print "    end"
    print "    set -q words[1]; and printf '%s\\n' $words"
    print "end"
    print "function " own "_before"
    print "    set -l words (commandline -opc)"
    print "    not contains -- -- $words; and test -z (" own "_words $words)[1]\"\""
    print "end"
    print "function " own "_command"
    print "    set -l words (" own "_words (commandline -opc))"
    print "    complete \"-C\"(string join ' ' -- (string escape -- $words) (commandline -ct))"
    print "end"
}
