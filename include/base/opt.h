/*
 * Options from one table, which is also the text of --help.
 *
 * Long and short names, values attached (--phase=dump, -pdump) or in the next
 * argument, "--" ends the options, "-" is an operand.  Every program has
 * --help and --version without naming them.  What is wrong is said through
 * msg.h in one line that names the option, the value and what was expected.
 */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum opt_kind {
    OPT_FLAG,     /* bool: true when given */
    OPT_TEXT,     /* const char *: the argument itself, not empty */
    OPT_COUNT,    /* int64_t: 0 or more */
    OPT_DURATION, /* int64_t: nanoseconds, as num_duration() reads it, but no
                     more than a century: what is added to it shall not wrap */
};

struct opt {
    char letter;      /* 0: only a long name */
    const char *name; /* NULL ends the table */
    enum opt_kind kind;
    void *value;
    const char *argument; /* its name in --help; NULL for a flag */
    const char *help;     /* one line */
};

/* The value of an option where none is attached: --every or --every=5s, never
 * --every 5s.  Options that are not named so must have a value. */
struct opt_implied {
    const char *name; /* NULL ends the table */
    const char *value;
};

struct opt_program {
    const char *name;
    const char *operands; /* as in the synopsis: "[FILE ...]" */
    const char *purpose;  /* one line */
    const struct opt *options;
    const struct opt_implied *implied; /* may be NULL */
    int min_operands, max_operands;    /* -1: no maximum */
    /* The options end at the first operand, whose own may follow. */
    bool command;
    /* What stands before the name of an option in the environment, or NULL
     * where the environment does not matter: with "PROG_" that of --at-last is
     * PROG_AT_LAST.  A flag is true, yes, 1 or on, or false, no, 0 or off, in
     * capitals or not; so may be an option that has an implied value, which
     * is that, or nothing.  An empty one counts for nothing, and so does one,
     * be it wrong, whose option is given. */
    const char *environment;
};

struct opt_result {
    int status;      /* the exit code where the program shall end */
    char **operands; /* NULL-terminated, within argv */
    int count;
};

/* Reads ARGV into the places that the table names.  False where the program
 * shall exit with RESULT->status: after --help or --version (0), after wrong
 * usage (EXIT_USAGE), or where the help could not be written (EXIT_SYSTEM).
 * Calls msg_program(). */
bool opt_parse(const struct opt_program *program, int argc, char **argv,
               struct opt_result *result);

/* Opens C by the environment's PHASEPIPE_CLOCK, the same in all programs. False
 * where that is no time, which is said; the exit code is EXIT_USAGE. */
bool opt_clock(struct clock *c);

#endif
