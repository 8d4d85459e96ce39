/*
 * The options of phase-run, and what they come to.
 */
#ifndef PHASE_RUN_SETTINGS_H
#define PHASE_RUN_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/opt.h"
#include "run/codes.h"
#include "run/owner.h"

#define NOT_ASKED INT64_C(-1)

struct settings {
    const char *mover, *parse, *phases, *plan, *blueprint;
    struct owner owner; /* --action and --phase */
    const char *state, *target, *pipeline, *ok_codes;
    const char *progress_file, *termination_log;
    int64_t log_records, log_text, final_budget, grace; /* ns, or NOT_ASKED */

    bool within_steps;

    /* made of them by settings_check() */
    bool parses[3];            /* by descriptor */
    const char *const *filter; /* argv of what reads the mover's console; NULL:
                                  the command itself prints records */
    const char *adapter;       /* which is to say what is read; or NULL */
    const char *teller; /* what is to tell how far the command is; or NULL */
    struct codes good;
    const char *name; /* of the phase, given or made of the command's */
};

extern struct settings settings;
extern const struct opt_program settings_program;

/* Looks at what belongs together, for the COMMAND that is to be run; NULL, or
 * what is wrong. */
const char *settings_check(const char *command);

/* Has STREAM read: "stderr", "stdout" or "both"; none by any other word. */
void settings_parse(const char *stream);

#endif
