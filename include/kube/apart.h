/*
 * What kubeconfigs and plugins say, read in a process of its own
 * (base/apart.h): libyaml and libjq keep copies of tokens and keys.
 */
#ifndef KUBE_APART_H
#define KUBE_APART_H

#include "kube/kubeconfig.h"
#include "kube/plugin.h"

/* kubeconfig_read(); WHY tells as well where there is no such process. */
enum kubeconfig_result
kubeconfig_read_apart(const struct kubeconfig_options *options,
                      struct cluster *c, struct cluster_why *why);

/* plugin_reply_read(), likewise. */
bool plugin_reply_read_apart(struct plugin_reply *r, const struct plugin *p,
                             const char *text, size_t len,
                             struct cluster_why *why);

#endif
