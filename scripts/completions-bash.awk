# What completes the word $cur as WHAT says, after INDENT.
function offer(what, argument, indent) {
    if (what == "words")
        return indent "mapfile -t COMPREPLY < <(compgen -W \"" words(argument, "$(any-progress --list 2>/dev/null | cut -f 1)") "\" -- \"$cur\")\n"
    if (what == "directory")
        return indent "compopt -o filenames\n" \
            indent "mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
    if (what == "file" || what == "records" || what == "record")
        return indent "compopt -o filenames\n" \
            indent "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    if (what == "target")
        return indent "compopt -o filenames -o nospace\n" \
            indent "mapfile -t COMPREPLY < <(compgen -W actionset/ -- \"$cur\"; compgen -f -- \"$cur\")\n"
    if (what == "adapter")
        return indent "compopt -o filenames\n" \
            indent "mapfile -t COMPREPLY < <(compgen -W \"$(\"$1\" --list 2>/dev/null | cut -f 1)\" -- \"$cur\"; compgen -f -- \"$cur\")\n"
    return indent ":\n"
}

END {
    print "# bash completion for " name ", made of its --help"
    if (operand == "command")
        command_itself()
    print function_ "() {"
    print "    local cur=$2 option=$3 all=" quoted(all_options())
    if (operand == "command")
        command_first()
    print "    COMPREPLY=()"
    print "    # \"=\" is a word of its own"
    print "    if [[ $cur == = ]]; then"
    print "        cur= option+=="
    print "    elif [[ $option == = ]]; then"
    print "        option=${COMP_WORDS[COMP_CWORD - 2]}="
    print "    fi"
    print "    case $option in"
    for (i = 1; i <= n; i++)
        if (argument[i] != "")
            printf "    %s)\n%s        return\n        ;;\n", patterns(i), \
                offer(kinds[i], argument[i], "        ")
    print "    --*=) return ;;"
    print "    esac"
    print "    if [[ $cur == -* ]]; then"
    print "        mapfile -t COMPREPLY < <(compgen -W \"$all\" -- \"$cur\")"
    print "        return"
    print "    fi"
    printf "%s", offer(operand == "command" ? "none" : operand, "", "    ")
    print "}"
    print "complete -F " function_ " " name
}

function all_options(    i, text) {
    for (i = 1; i <= n; i++)
        text = text names(i, " ") " "
    sub(/ $/, "", text)
    return text
}

# --opt= and, where its value may be a word of its own, --opt.
function patterns(i,    text) {
    if (attached[i])
        return "--" long[i] "="
    text = names(i, " | ")
    return long[i] != "" ? text " | --" long[i] "=" : text
}

# A command begins at the first operand, or behind "--".
function command_first() {
    print "    local i"
    print "    for ((i = 1; i <= COMP_CWORD; i++)); do"
    print "        case ${COMP_WORDS[i]} in"
    print "        " valued(" | ") ")"
    print "            ((i++))"
    print "            [[ ${COMP_WORDS[i]} != = ]] || ((i++))"
    print "            ;;"
    print "        --*)"
    print "            if [[ ${COMP_WORDS[i]} == -- ]] && ((i < COMP_CWORD)); then"
    print "                " function_ "_command $((i + 1))"
    print "                return"
    print "            fi"
    print "            [[ ${COMP_WORDS[i + 1]-} != = ]] || ((i += 2))"
    print "            ;;"
    print "        -*) ;;"
    print "        *)"
    print "            " function_ "_command \"$i\""
    print "            return"
    print "            ;;"
    print "        esac"
    print "    done"
}

function command_itself() {
    print function_ "_command() {\n" \
        "    if declare -F _comp_command_offset >/dev/null; then\n" \
        "        _comp_command_offset \"$1\"\n" \
        "    elif declare -F _command_offset >/dev/null; then\n" \
        "        _command_offset \"$1\"\n" \
        "    elif ((COMP_CWORD == $1)); then\n" \
        "        mapfile -t COMPREPLY < <(compgen -c -- \"${COMP_WORDS[COMP_CWORD]}\")\n" \
        "    else\n" \
        "        compopt -o default\n" \
        "    fi\n" \
        "}"
}
