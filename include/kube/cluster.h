/*
 * A cluster, and who we are in it: what a kubeconfig (kubeconfig.h) or a pod's
 * own files (incluster.h) say, as data.
 *
 * The cluster owns everything it points to; cluster_free() gives it back, and
 * zeroes what is secret.
 */
#ifndef KUBE_CLUSTER_H
#define KUBE_CLUSTER_H

#include <stdbool.h>

#include "base/buf.h"

enum {
    CLUSTER_PEM_MAX = 1024 * 1024, /* certificates, or a key */
    CLUSTER_TOKEN_MAX = 64 * 1024,
    CLUSTER_WHY_MAX = 512
};

struct plugin; /* plugin.h */

struct cluster {
    char *server;     /* https://10.0.0.1:443, perhaps with a path; no slash at
                         its end, no query */
    char *namespace_; /* where objects are looked for; NULL: nobody said */
    char *tls_server_name; /* NULL: the server's own name or address */
    char *proxy;           /* a URL; "": none; NULL: as the environment says */
    bool insecure;         /* the server's certificate is not looked at */
    struct buf ca;         /* PEM, the only authorities; empty: the system's */
    char *ca_file;         /* where CA came from; NULL: not from a file */

    /* who we are: each may be missing */
    struct buf cert, key;       /* PEM */
    char *cert_file, *key_file; /* where they came from, or NULL */
    struct buf token;
    char *token_file;      /* read anew for each request; wins over token */
    struct plugin *plugin; /* an exec plugin, or NULL */
};

/* A cluster of which nothing is known; allocates nothing. */
void cluster_init(struct cluster *c);

void cluster_free(struct cluster *c);

/* Why something cannot be used, to stand behind "unable to ...: "; holds no
 * secret, and no control characters of anybody else's making. */
struct cluster_why {
    char text[CLUSTER_WHY_MAX];
};

#endif
