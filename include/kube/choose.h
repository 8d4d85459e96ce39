/*
 * Which cluster, and as whom: the choice that kubectl makes
 * (tools/clientcmd/merged_client_builder.go@client-go v0.34.1).
 *
 * What is asked for, and kubeconfigs; where they say nothing, the cluster that
 * we run in.
 */
#ifndef KUBE_CHOOSE_H
#define KUBE_CHOOSE_H

#include "kube/cluster.h"
#include "kube/kubeconfig.h"

enum choose_result {
    CHOOSE_DONE,
    CHOOSE_NOTHING,  /* no kubeconfig, and no pod either */
    CHOOSE_NO_TOKEN, /* a pod without a token, which is quite usual */
    CHOOSE_WRONG
};

/* Puts the cluster into C.  ACCOUNT is the directory of the service account,
 * INCLUSTER_DIRECTORY but for tests.  But for DONE, WHY is set and there is
 * nothing in C to be freed.  The namespace is kubectl's too: that of the
 * context, else the pod's, else none. */
enum choose_result choose_cluster(const struct kubeconfig_options *options,
                                  const char *account, struct cluster *c,
                                  struct cluster_why *why);

#endif
