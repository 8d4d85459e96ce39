/*
 * kubeconfigs: the files that tell kubectl which cluster to talk to, and as
 * whom (tools/clientcmd@client-go v0.34.1).
 *
 * What would change who we are and is not supported is refused by its name:
 * auth-provider, username and password, impersonation (`as`), plugins that must
 * ask somebody.  What is secret is sent by https only, so anything secret for
 * an http server is refused too.
 */
#ifndef KUBE_KUBECONFIG_H
#define KUBE_KUBECONFIG_H

#include "kube/cluster.h"

enum {
    KUBECONFIG_MAX = 8 * 1024 * 1024, /* bytes of one file */
    KUBECONFIG_FILES_MAX = 64
};

/* What is asked for; each may be NULL or empty. */
struct kubeconfig_options {
    const char *path;    /* this file alone; else those of KUBECONFIG, else
                            $HOME/.kube/config */
    const char *context; /* instead of the current context */
    const char *server;  /* instead of the cluster's */
};

enum kubeconfig_result {
    KUBECONFIG_DONE,
    KUBECONFIG_NOTHING, /* neither a context nor a server is named */
    KUBECONFIG_WRONG
};

/* Puts the cluster into C, with the files that it names read.  But for DONE
 * there is nothing in C to be freed; for WRONG, WHY is set.
 *
 * Files that are not there are passed over, but not PATH.  Of several the first
 * to have an entry, or to set a current context, wins.  Relative paths in them
 * start where they are. */
enum kubeconfig_result kubeconfig_read(const struct kubeconfig_options *options,
                                       struct cluster *c,
                                       struct cluster_why *why);

#endif
