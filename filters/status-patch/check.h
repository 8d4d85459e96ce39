/*
 * status-patch --check: what will work and what will not, found out by asking.
 */
#ifndef STATUS_PATCH_CHECK_H
#define STATUS_PATCH_CHECK_H

#include "actionset.h"

/* Asks the server, and prints a line for each thing that was found out: "ok",
 * "no" with what mends it, or "--" for what is neither.  Writes nothing to the
 * cluster.  The exit code: EXIT_DONE where all will work, EXIT_DATA where
 * something will not. */
int check(const struct actionset_settings *settings, struct clock *clock);

#endif
