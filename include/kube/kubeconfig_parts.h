/*
 * The parts of a kubeconfig's entries, each put into a cluster.  All return
 * false with the entry's WHY set.
 */
#ifndef KUBE_KUBECONFIG_PARTS_H
#define KUBE_KUBECONFIG_PARTS_H

#include "kube/cluster.h"
#include "kube/kubeconfig_files.h"

/* How the cluster of the entry E is reached and known, all but its server. */
bool kubeconfig_cluster(const struct kubeconfig_entry *e, struct cluster *c);

/* What the user of the entry E shows. */
bool kubeconfig_user(const struct kubeconfig_entry *e, struct cluster *c);

/* The plugin of the user of the entry E, `exec`; C's plugin stays NULL where
 * there is none. */
bool kubeconfig_exec(const struct kubeconfig_entry *e, struct cluster *c);

/* Tells C's plugin, where it has one, what it wants to know: CLUSTER is the
 * cluster's entry, whose value may be invalid. */
bool kubeconfig_inform(const struct kubeconfig_entry *cluster,
                       struct cluster *c);

/* Puts the base64 in KEY-data or what is in the file that KEY names into B, and
 * the name of the file into *PATH.  Both at once are refused, as kubectl does
 * (tools/clientcmd/validation.go@client-go v0.34.1). */
bool kubeconfig_bytes(const struct kubeconfig_entry *e, const char *key,
                      struct buf *b, char **path);

#endif
