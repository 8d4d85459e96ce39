#include "kube/apart.h"

#include <errno.h>
#include <string.h>

#include "base/apart.h"
#include "base/secret.h"
#include "kube/packed.h"

/* A context leads to three files at most, and its plugin is told some of it
 * again. */
#define PACKED_MAX (6 * (size_t)KUBECONFIG_MAX)

/* Whatever errno says, nothing is wrong with what was given. */
static void system_failed(struct cluster_why *why, const char *what)
{
    cluster_wrong_sys(why, "%s: %s", what, strerror(errno));
    if (!cluster_may_pass(why))
        why->errnum = EIO;
}

static bool read_kubeconfig(void *arg, struct buf *result)
{
    const struct kubeconfig_options *options = arg;
    struct cluster_why why = { .text = "" };
    enum kubeconfig_result found;
    struct cluster c;

    found = kubeconfig_read(options, &c, &why);
    packed_put_int(result, found);
    packed_put_why(result, &why);
    if (found == KUBECONFIG_DONE)
        packed_put_cluster(result, &c);
    cluster_free(&c);
    return true;
}

enum kubeconfig_result
kubeconfig_read_apart(const struct kubeconfig_options *options,
                      struct cluster *c, struct cluster_why *why)
{
    struct kubeconfig_options asked = *options;
    struct buf result = BUF_INIT(PACKED_MAX);
    enum kubeconfig_result found = KUBECONFIG_WRONG;
    bool good = apart(read_kubeconfig, &asked, &result);
    struct packed p = { result.bytes, result.len, false };

    cluster_init(c);
    if (good) {
        found = (enum kubeconfig_result)packed_int(&p);
        packed_why(&p, why);
        if (found == KUBECONFIG_DONE)
            packed_cluster(&p, c);
    }
    if (!good || p.wrong) {
        found = KUBECONFIG_WRONG;
        system_failed(why, "the kubeconfig cannot be read");
        cluster_free(c);
    }
    secret_free(&result);
    return found;
}

struct reply_job {
    const struct plugin *plugin;
    const char *text;
    size_t len;
};

static bool read_reply(void *arg, struct buf *result)
{
    const struct reply_job *job = arg;
    struct cluster_why why = { .text = "" };
    struct plugin_reply r;
    bool good;

    plugin_reply_init(&r);
    good = plugin_reply_read(&r, job->plugin, job->text, job->len, &why);
    packed_put_int(result, good);
    packed_put_why(result, &why);
    packed_put_bytes(result, &r.token);
    packed_put_bytes(result, &r.cert);
    packed_put_bytes(result, &r.key);
    packed_put_int(result, r.expires);
    plugin_reply_free(&r);
    return true;
}

bool plugin_reply_read_apart(struct plugin_reply *r, const struct plugin *p,
                             const char *text, size_t len,
                             struct cluster_why *why)
{
    struct reply_job job = { p, text, len };
    struct buf result = BUF_INIT(4 * (size_t)CLUSTER_PEM_MAX);
    bool good = apart(read_reply, &job, &result), taken = false;
    struct packed packed = { result.bytes, result.len, false };

    plugin_reply_free(r);
    if (good) {
        taken = packed_int(&packed) != 0;
        packed_why(&packed, why);
        packed_bytes(&packed, &r->token);
        packed_bytes(&packed, &r->cert);
        packed_bytes(&packed, &r->key);
        r->expires = packed_int(&packed);
    }
    if (!good || packed.wrong) {
        taken = false;
        system_failed(why, "what an exec plugin printed cannot be read");
    }
    if (!taken)
        plugin_reply_free(r);
    secret_free(&result);
    return taken;
}
