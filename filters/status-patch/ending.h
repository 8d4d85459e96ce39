/*
 * How status-patch is asked for its end: by a signal.
 */
#ifndef STATUS_PATCH_ENDING_H
#define STATUS_PATCH_ENDING_H

#include <stdbool.h>

/* Catches SIGTERM, SIGINT and SIGHUP, but what was ignored when the program
 * started stays ignored.  False with errno set. */
bool ending_open(void);

/* Whether one has come. */
bool ending_asked(void);

/* A descriptor that is readable once one has come, for who waits where signals
 * are hidden (kube/http.h). */
int ending_fd(void);

#endif
