/*
 * The filters as processes: the ordinary programs, found beside phase-run, or
 * one shell.
 *
 * They are a process group of their own, so that what a terminal sends ends the
 * command and not them.
 */
#ifndef PHASE_RUN_FILTERS_H
#define PHASE_RUN_FILTERS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"

enum {
    FILTERS_MAX = 4,
    FILTER_EVENTS = 3, /* the shell's descriptor of the events */
};

struct filter {
    const char *name;
    pid_t pid; /* 0: it has ended */
    int status;
};

struct filters {
    struct filter each[FILTERS_MAX];
    int count;
    pid_t group; /* 0: nothing was started yet */
};

/* Where the program NAME is: beside ourselves, if it is there; else NAME, which
 * is looked for in PATH. */
const char *filters_find(const char *name, char path[static PATH_MAX]);

/* Starts ARGV, which ends with NULL, between IN and OUT; both are closed, where
 * OUT is a descriptor at all: see base/child.h.  What cannot be started is
 * said. */
void filters_start(struct filters *f, const char **argv, int in, int out,
                   int err);

/* Runs TEXT by a shell, with IN as its standard input and EVENTS as the
 * descriptor of that name; both are closed. */
void filters_start_shell(struct filters *f, const char *text, int in,
                         int events);

/* Waits for those that have ended, without waiting for the others. */
void filters_reap(struct filters *f);

/* Whether any still runs. */
bool filters_run(const struct filters *f);

/* Ends those that still run, at once, and waits for them. */
void filters_kill(struct filters *f);

/* Appends what went wrong with them to TEXT, as a list; nothing where nothing
 * did.  STRICT: also an exit status that is about the backup. */
void filters_blame(const struct filters *f, bool strict, struct buf *text);

#endif
