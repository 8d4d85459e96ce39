#include "kube/choose.h"

#include "kube/apart.h"
#include "kube/incluster.h"

static enum choose_result choose_own(const char *account, struct cluster *c,
                                     struct cluster_why *why)
{
    switch (incluster_read(account, c, why)) {
    case INCLUSTER_DONE:
        return CHOOSE_DONE;
    case INCLUSTER_NO_TOKEN:
        return CHOOSE_NO_TOKEN;
    case INCLUSTER_WRONG:
        return CHOOSE_WRONG;
    case INCLUSTER_OUTSIDE:
        break;
    }
    cluster_wrong(why, "there is no kubeconfig that names a context, and this "
                       "is not in a cluster");
    return CHOOSE_NOTHING;
}

enum choose_result choose_cluster(const struct kubeconfig_options *options,
                                  const char *account, struct cluster *c,
                                  struct cluster_why *why)
{
    switch (kubeconfig_read_apart(options, c, why)) {
    case KUBECONFIG_DONE:
        if (c->namespace_ == NULL && incluster_possible(account))
            c->namespace_ = incluster_namespace(account);
        return CHOOSE_DONE;
    case KUBECONFIG_WRONG:
        return CHOOSE_WRONG;
    case KUBECONFIG_NOTHING:
        break;
    }
    return choose_own(account, c, why);
}
