/*
 * What the user of phase-agg may set: its options, and what they may not be
 * together.
 */
#ifndef PHASE_SETTINGS_H
#define PHASE_SETTINGS_H

#include <stdbool.h>

#include "base/opt.h"
#include "phase/output.h"

/* What is not given is NULL, or what it is by default. */
struct settings {
    const char *phases;           /* or else one of these two, or both: */
    const char *plan, *blueprint; /* files; the plan's may be "-" */
    const char *phase, *action;
    const char *weights, *learn, *state; /* files */
    const char *percent, *format_name;
    enum format format;
    int64_t stall_after; /* ns */
    bool exit_on_stall;
    bool by_time; /* the percent of the whole is by time */
    bool within_steps, result_ends, explain, functions;
};

/* Where opt_parse() puts what settings_program says. */
extern struct settings settings;
extern const struct opt_program settings_program;

/* Whether the settings agree; NULL, or what is wrong with them. */
const char *settings_check(void);

#endif
