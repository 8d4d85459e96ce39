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
    CLUSTER_WHY_MAX = 1024
};

struct plugin; /* plugin.h */

struct cluster {
    char *server;     /* https://10.0.0.1:443, perhaps with a path; no slash at
                         its end, no query */
    char *namespace_; /* where objects are looked for; NULL: nobody said */
    char *tls_server_name; /* NULL: the server's own name or address */
    char *proxy;           /* a URL (http, https, socks5); "": none; NULL: as
                              the environment says; may hold a password */
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

/* Zeroes what is secret and gives everything back; what is left is a cluster of
 * which nothing is known. */
void cluster_free(struct cluster *c);

/* Why something cannot be used, to stand behind "unable to ...: "; holds no
 * secret, and no control characters of anybody else's making. */
struct cluster_why {
    char text[CLUSTER_WHY_MAX];
    int errnum; /* where the system failed, else 0 */
};

/* Says why, as printf() does; white space other than blanks comes out as a
 * blank, any other control character as "?".  Returns false, for `return
 * cluster_wrong(...)`. */
bool cluster_wrong(struct cluster_why *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same where the system failed, as errno says, which is not put behind the
 * text. */
bool cluster_wrong_sys(struct cluster_why *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says that there is no memory; false. */
bool cluster_no_memory(struct cluster_why *why);

/* Whether another try may help: nothing is wrong with what was given, the
 * system has failed. */
bool cluster_may_pass(const struct cluster_why *why);

#endif
