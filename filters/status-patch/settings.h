/*
 * The options of status-patch, and what they come to.
 */
#ifndef STATUS_PATCH_SETTINGS_H
#define STATUS_PATCH_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "actionset.h"
#include "base/opt.h"
#include "kube/target.h"

struct settings {
    struct target target;
    struct actionset_settings actionset; /* where that is the target */
    const char *file;                    /* --file, or NULL */
    int64_t interval;                    /* in ns; -1: nobody has said it */
    bool pass, check;
};

extern const struct opt_program settings_program;

/* Reads what the options, which opt_parse() has taken, and the operand TARGET
 * come to.  EXIT_DONE, or the exit code where that is nothing, which is said.
 */
int settings_read(struct settings *s, const char *operand);

#endif
