/*
 * Exec plugins: programs that a kubeconfig names, and that print a credential.
 *
 * They run without a shell and without input, with our environment, that of
 * the kubeconfig and KUBERNETES_EXEC_INFO; what they say on standard error is
 * said on ours (plugin/pkg/client/auth/exec/exec.go@client-go v0.34.1).  Unlike
 * there, one that takes longer than its time is killed, with all that it has
 * started.  Nothing here waits, but plugin_stop() for what it has killed.
 */
#ifndef KUBE_PLUGIN_H
#define KUBE_PLUGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/clock.h"
#include "kube/cluster.h"

#define PLUGIN_V1      "client.authentication.k8s.io/v1"
#define PLUGIN_V1BETA1 "client.authentication.k8s.io/v1beta1"
#define PLUGIN_TIMEOUT (60 * CLOCK_SECOND)
#define PLUGIN_NEVER   INT64_MAX

enum { PLUGIN_OUTPUT_MAX = 1024 * 1024 };

/* What a kubeconfig says of one; all of it allocated, strings and array. */
struct plugin {
    char *owner;             /* whose it is, for sentences: user "u" in FILE */
    char **argv;             /* NULL behind the last */
    char **environment;      /* NAME=VALUE, to stand in the place of ours; NULL
                                behind the last; may hold secrets */
    const char *api_version; /* PLUGIN_V1 or PLUGIN_V1BETA1 */
    char *install_hint; /* what to say where the program is not there; NULL */
    bool wants_cluster; /* provideClusterInfo */
    char *info;      /* KUBERNETES_EXEC_INFO=...; NULL before plugin_inform() */
    int64_t timeout; /* ns */
};

/* Zeroes what may be secret and frees P, which may be NULL. */
void plugin_free(struct plugin *p);

/* Makes P's `info` for the cluster C.  CONFIG, where P wants to know the
 * cluster, is JSON for it from the kubeconfig, or NULL.  False where there is
 * no memory. */
bool plugin_inform(struct plugin *p, const struct cluster *c,
                   const struct buf *config);

/* What it printed. */
struct plugin_reply {
    struct buf token;     /* may be empty */
    struct buf cert, key; /* PEM, both or neither */
    int64_t expires;      /* ns since 1970; PLUGIN_NEVER where it did not say */
};

void plugin_reply_init(struct plugin_reply *r);
void plugin_reply_free(struct plugin_reply *r);

/* Reads the LEN bytes that P printed.  False with WHY set, which repeats
 * nothing of them. */
bool plugin_reply_read(struct plugin_reply *r, const struct plugin *p,
                       const char *text, size_t len, struct cluster_why *why);

enum plugin_status {
    PLUGIN_RUNNING,
    PLUGIN_DONE,  /* the reply is there */
    PLUGIN_FAILED /* WHY says it */
};

/* One that runs; private but for FD and CHECK. */
struct plugin_run {
    const struct plugin *plugin;
    pid_t pid;          /* 0: none, or it has ended and was waited for */
    int fd;             /* to poll for POLLIN; -1: only the time will tell */
    int64_t check;      /* the steady time to look again in any case */
    int64_t deadline;   /* the steady time at which it is killed */
    const char *killed; /* why; NULL: it was not */
    struct buf output;
};

/* Nothing runs. */
void plugin_run_init(struct plugin_run *r);

/* Starts P, which is borrowed, at the steady time NOW; nothing must run in R.
 * False with WHY set. */
bool plugin_start(struct plugin_run *r, const struct plugin *p, int64_t now,
                  struct cluster_why *why);

/* How it stands at NOW.  After DONE and FAILED nothing runs. */
enum plugin_status plugin_poll(struct plugin_run *r, int64_t now,
                               struct plugin_reply *reply,
                               struct cluster_why *why);

/* Kills what runs, with all of its process group, waits for it, and zeroes what
 * it printed. */
void plugin_stop(struct plugin_run *r);

#endif
