/*
 * Where an ActionSet is: the cluster, and the paths of its API.
 */
#ifndef STATUS_PATCH_WHERE_H
#define STATUS_PATCH_WHERE_H

#include "base/msg.h"
#include "kube/choose.h"
#include "kube/writer.h"

/* By which the server's log and managedFields tell us from others. */
#define WHERE_MANAGER "status-patch"
#define WHERE_AGENT   WHERE_MANAGER "/" PHASEPIPE_VERSION " (phasepipe)"

/* A reply to a PATCH that has the metadata alone (apiserver
 * pkg/endpoints/handlers/response.go@v0.34.1), a third smaller than in JSON.
 * What is no such object, a refusal, comes as JSON, since with "as" nothing
 * else is made in that form (pkg/endpoints/handlers/negotiation/negotiate.go).
 */
#define WHERE_PARTIAL                                                          \
    "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;"            \
    "g=meta.k8s.io;v=v1,application/json"

/* Who may ask for nothing else may ask for this, by default (ClusterRole
 * system:public-info-viewer: kubernetes plugin/pkg/auth/authorizer/rbac/
 * bootstrappolicy/policy.go@v1.34.1). */
#define WHERE_READY "/readyz"

#define WHERE_RESOURCES "/apis/cr.kanister.io/v1alpha1"

/* The exit code of what cannot be used: whether another try may help. */
enum exit_code where_code(const struct cluster_why *why);

enum { WHERE_PATH_MAX = 1024, WHERE_CALLED_MAX = 512 };

struct where {
    struct cluster cluster;
    const char *namespace_;        /* within the cluster's, or the caller's */
    const char *name;              /* borrowed */
    char called[WHERE_CALLED_MAX]; /* how a message calls the ActionSet */
};

/* Finds the cluster that CHOICE means, and NAME in NAMESPACE ("": the one that
 * goes with the cluster).  EXIT_DONE, or what was said to be wrong as an exit
 * code; where_close() is due in any case. */
int where_open(struct where *w, const struct kubeconfig_options *choice,
               const char *namespace_, const char *name);

void where_close(struct where *w);

/* Makes PATH, an empty buf, the path of STEP's request, which the server shall
 * give up after TIMEOUT (ns); with DRY it only says what it would do.  Without
 * a STEP it is WHERE_READY. */
void where_path(const struct where *w, struct buf *path,
                const struct writer_step *step, int64_t timeout, bool dry);

#endif
