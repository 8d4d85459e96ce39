/*
 * Delivery into an ActionSet in a cluster: what the writer (kube/writer.h)
 * wants is asked of the API server, and what comes of it is said.
 *
 * Nothing here waits but actionset_wait(), which watches standard input too.
 */
#ifndef STATUS_PATCH_ACTIONSET_H
#define STATUS_PATCH_ACTIONSET_H

#include <poll.h>

#include "base/clock.h"
#include "kube/choose.h"
#include "kube/writer.h"

enum dry_run { DRY_RUN_NO, DRY_RUN_CLIENT, DRY_RUN_SERVER };

struct actionset_settings {
    struct kubeconfig_options cluster;
    const char *namespace_; /* "": as the cluster says */
    const char *name;
    struct writer_settings writer;
    int64_t connect_timeout, request_timeout; /* ns */
    const char *plan_out; /* a file for the object; may be NULL */
    enum dry_run dry_run;
    bool verbose;
};

struct actionset;

/* Opens the way to it, without a request yet.  NULL where that cannot be; it is
 * said then, and *STATUS is the exit code.  SETTINGS and CLOCK are borrowed. */
struct actionset *actionset_open(const struct actionset_settings *settings,
                                 struct clock *clock, int *status);

/* A newer status line, without its newline. */
void actionset_take(struct actionset *a, const char *text, size_t len);

/* No more will come: the rest has the budget of the settings. */
void actionset_end(struct actionset *a);

/* Does what can be done without waiting; for how many ns there is nothing else
 * to do, or WRITER_NEVER. */
int64_t actionset_step(struct actionset *a);

/* After actionset_end(): whether all is done, or given up. */
bool actionset_finished(const struct actionset *a);

/* Waits for the server, for one of the COUNT descriptors EXTRA, or for
 * TIMEOUT_MS (-1: no limit).  False with errno set. */
bool actionset_wait(struct actionset *a, struct pollfd *extra, unsigned count,
                    int timeout_ms);

/* Whether there was a status line. */
bool actionset_found(struct actionset *a);

/* Says how it ended, and frees all; the exit code. */
int actionset_close(struct actionset *a);

#endif
