/*
 * In a pod: the cluster that it runs in, and its service account.
 *
 * As rest.InClusterConfig() has it (rest/config.go@client-go v0.34.1), but
 * where the authorities cannot be read nothing is trusted, instead of all that
 * the system trusts.
 */
#ifndef KUBE_INCLUSTER_H
#define KUBE_INCLUSTER_H

#include "kube/cluster.h"

#define INCLUSTER_DIRECTORY "/var/run/secrets/kubernetes.io/serviceaccount"

enum incluster_result {
    INCLUSTER_DONE,
    INCLUSTER_OUTSIDE,  /* this is no pod */
    INCLUSTER_NO_TOKEN, /* a pod that has none, as where its
                           automountServiceAccountToken is false */
    INCLUSTER_WRONG
};

/* Reads KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT and the files token,
 * ca.crt and namespace in DIRECTORY into C.  But for DONE, WHY is set and there
 * is nothing in C to be freed.  No proxy is taken from the environment, where
 * it is meant for others. */
enum incluster_result incluster_read(const char *directory, struct cluster *c,
                                     struct cluster_why *why);

/* The namespace of this pod, which the caller frees: POD_NAMESPACE, else what
 * the file says; NULL where neither is there, or is no namespace. */
char *incluster_namespace(const char *directory);

/* Whether this is a pod with a token, as kubectl asks it
 * (tools/clientcmd/client_config.go@v0.34.1, Possible()). */
bool incluster_possible(const char *directory);

#endif
