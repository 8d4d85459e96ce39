/*
 * Credentials: what the next request shows the server, as of now.
 *
 * A token file is read anew for each request, since the kubelet replaces it
 * (pkg/kubelet/token/token_manager.go@kubernetes v1.34.1); files of client
 * certificates likewise.  An exec plugin runs when its credential is missing,
 * about to expire, or was refused; it runs beside everything else, and is
 * killed where it takes too long.
 *
 *     credentials_begin()      before each request
 *     credentials_poll()       again and again while it says WAITING
 *     credentials_refused()    when the server answered 401
 */
#ifndef KUBE_CREDENTIALS_H
#define KUBE_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "kube/cluster.h"
#include "kube/plugin.h"

enum credentials_status {
    CREDENTIALS_READY,   /* they stand in the struct */
    CREDENTIALS_WAITING, /* for a plugin: poll the descriptor, then ask again */
    CREDENTIALS_FAILED   /* `why` says it; later it may be otherwise */
};

struct credentials {
    struct buf token;       /* without white space around it; may be empty */
    struct buf cert, key;   /* PEM; may be empty */
    bool changed;           /* cert or key are others than at the last request:
                               an open connection shows the old ones */
    struct cluster_why why; /* where READY, what is the matter in spite of
                               that (the last good ones are shown); or "" */

    /* private */
    const struct cluster *cluster;
    struct buf token_new, cert_new, key_new; /* what is looked at now */
    struct plugin_run run;
    struct plugin_reply reply; /* the plugin's latest, where `have` */
    bool have;
    bool refused; /* ... was refused by the server */
    bool again;   /* ... came because the one before was refused */
    int uses;     /* requests that showed it */
};

/* Prepares C; CLUSTER is borrowed, and must not change.  False where there is
 * no memory. */
bool credentials_open(struct credentials *c, const struct cluster *cluster);

/* Ends a plugin that still runs, and zeroes what is secret. */
void credentials_close(struct credentials *c);

/* Looks at everything as it is NOW.  A file that cannot be read, or holds no
 * token, does no harm where it was good once
 * (transport/token_source.go@client-go v0.34.1), and a plugin that fails none
 * as long as what it printed last has not expired. */
enum credentials_status credentials_begin(struct credentials *c,
                                          struct instant now);

/* Goes on after WAITING; never waits itself. */
enum credentials_status credentials_poll(struct credentials *c,
                                         struct instant now);

/* The descriptor to poll for POLLIN while WAITING (-1: none, the time alone
 * counts), and the steady time at which to ask again in any case. */
int credentials_fd(const struct credentials *c);
int64_t credentials_deadline(const struct credentials *c);

/* The server refused them (401): a plugin is run again for the next request.
 * True where the next request will, or may, show others than those, so that
 * trying at once makes sense; false where a plugin was run again already, and
 * that did not help. */
bool credentials_refused(struct credentials *c);

#endif
