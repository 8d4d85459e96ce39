#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "kube/kubeconfig_parts.h"
#include "kube/material.h"
#include "kube/server.h"

enum { KEY_MAX = 64 };

bool kubeconfig_bytes(const struct kubeconfig_entry *e, const char *key,
                      struct buf *b, char **path)
{
    char data[KEY_MAX], what[CLUSTER_WHY_MAX];
    const char *text;

    snprintf(data, sizeof data, "%s-data", key);
    if (!kubeconfig_text(e, data, &text) || !kubeconfig_path(e, key, path))
        return false;
    if (text != NULL && *path != NULL)
        return kubeconfig_wrong(e, data, "stands beside a file for the same");
    kubeconfig_what(e, text != NULL ? data : key, what);
    if (text != NULL)
        return material_decode(b, text, strlen(text), what, e->why);
    return *path == NULL || material_read(b, *path, what, e->why);
}

static bool read_authorities(const struct kubeconfig_entry *e,
                             struct cluster *c)
{
    char what[CLUSTER_WHY_MAX];
    const char *data;
    bool given;

    if (!kubeconfig_bytes(e, "certificate-authority", &c->ca, &c->ca_file) ||
        !kubeconfig_text(e, "certificate-authority-data", &data))
        return false;
    given = data != NULL || c->ca_file != NULL;
    if (given && c->insecure)
        return kubeconfig_wrong(e, "insecure-skip-tls-verify",
                                "is true, and there is a certificate-authority "
                                "too");
    /* where it has none, all that the system trusts must not be trusted */
    kubeconfig_what(e, "certificate-authority", what);
    return !given || material_certificates(&c->ca, what, e->why);
}

bool kubeconfig_cluster(const struct kubeconfig_entry *e, struct cluster *c)
{
    const char *wrong;

    if (!kubeconfig_flag(e, "insecure-skip-tls-verify", &c->insecure) ||
        !read_authorities(e, c) ||
        !kubeconfig_copy(e, "tls-server-name", &c->tls_server_name) ||
        !kubeconfig_copy(e, "proxy-url", &c->proxy))
        return false;
    if (c->tls_server_name != NULL && !server_is_host(c->tls_server_name))
        return kubeconfig_wrong(e, "tls-server-name", "is no name of a host");
    wrong = c->proxy != NULL ? server_proxy_wrong(c->proxy) : NULL;
    return wrong == NULL || kubeconfig_wrong(e, "proxy-url", wrong);
}
