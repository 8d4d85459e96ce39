/*
 * Where the statuses come from: standard input, or kubectl, which phase-view
 * starts, and starts again when its watch has ended.
 *
 * An API server ends a watch after 30 to 60 minutes (kube-apiserver's
 * --min-request-timeout), and kubectl then ends, too.
 */
#ifndef PHASE_VIEW_SOURCE_H
#define PHASE_VIEW_SOURCE_H

#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/clock.h"

enum { SOURCE_FDS = 2, SOURCE_ARGS = 16, SOURCE_ERROR = 512 };

struct source {
    const char *argv[SOURCE_ARGS]; /* kubectl's; argv[0] NULL: standard input */
    struct clock *clock;           /* the real one */
    bool ended;                    /* nothing more will come */
    int error;                     /* errno where it could not be read */

    /* of kubectl */
    bool useless;            /* it failed so that trying again is */
    bool heard;              /* it has printed something, in any of its lives */
    bool again;              /* it is being waited for */
    char said[SOURCE_ERROR]; /* its last words on standard error */

    /* private */
    int fd, err;
    pid_t pid;
    int64_t due, pause;
    bool heard_now;
};

/* The command line of kubectl for one ActionSet; what is NULL is left out. */
void source_kubectl(struct source *s, const char *name, const char *namespace_,
                    const char *context, const char *kubeconfig);

/* Begins; false with errno set. */
bool source_open(struct source *s, struct clock *clock);

/* What to wait for; the number of milliseconds after which source_read() has
 * something to do anyway, or -1. */
int source_wait(const struct source *s, struct pollfd fds[static SOURCE_FDS]);

/* Reads up to N bytes, after poll(2) has set FDS; 0 where nothing has come.
 * Starts kubectl again when it is time to. */
size_t source_read(struct source *s, const struct pollfd *fds, char *bytes,
                   size_t n);

/* Ends kubectl, and waits for it. */
void source_close(struct source *s);

#endif
