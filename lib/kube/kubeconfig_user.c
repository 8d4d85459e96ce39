#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "kube/kubeconfig_parts.h"
#include "kube/material.h"
#include "kube/plugin.h"

/* Whether V says something: what is empty does not, in Go. */
static bool is_empty(jv v)
{
    switch (jv_get_kind(v)) {
    case JV_KIND_INVALID:
    case JV_KIND_NULL:
        return true;
    case JV_KIND_STRING:
        return *jv_string_value(v) == '\0';
    case JV_KIND_ARRAY:
        return jv_array_length(jv_copy(v)) == 0;
    default:
        return false;
    }
}

/* What would make us somebody else, were it passed over. */
static bool refuse_others(const struct kubeconfig_entry *e)
{
    static const char *const keys[] = { "auth-provider", "username",
                                        "password",      "as",
                                        "as-uid",        "as-groups",
                                        "as-user-extra" };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        jv value = json_get(e->value, keys[i]);
        bool empty = is_empty(value);

        jv_free(value);
        if (!empty)
            return kubeconfig_wrong(e, keys[i], "is not supported");
    }
    return true;
}

/* The token, and the file that wins over it; that one must be readable now,
 * where there is nothing else. */
static bool read_token(const struct kubeconfig_entry *e, struct cluster *c)
{
    char what[CLUSTER_WHY_MAX];
    const char *token;

    if (!kubeconfig_text(e, "token", &token) ||
        !kubeconfig_path(e, "tokenFile", &c->token_file))
        return false;
    if (token != NULL) {
        kubeconfig_what(e, "token", what);
        return material_token(&c->token, token, strlen(token), what, e->why);
    }
    kubeconfig_what(e, "tokenFile", what);
    return c->token_file == NULL ||
           material_token_file(&c->token, c->token_file, what, e->why);
}

static bool read_certificate(const struct kubeconfig_entry *e,
                             struct cluster *c)
{
    char cert[CLUSTER_WHY_MAX], key[CLUSTER_WHY_MAX];
    bool has_cert, has_key;

    if (!kubeconfig_bytes(e, "client-certificate", &c->cert, &c->cert_file) ||
        !kubeconfig_bytes(e, "client-key", &c->key, &c->key_file))
        return false;
    has_cert = c->cert.len > 0 || c->cert_file != NULL;
    has_key = c->key.len > 0 || c->key_file != NULL;
    if (!has_cert && !has_key)
        return true;
    if (!has_key)
        return kubeconfig_wrong(e, "client-certificate", "has no client-key");
    if (!has_cert)
        return kubeconfig_wrong(e, "client-key", "has no client-certificate");
    kubeconfig_what(e, "client-certificate", cert);
    kubeconfig_what(e, "client-key", key);
    return material_certificates(&c->cert, cert, e->why) &&
           material_key(&c->key, key, e->why);
}

bool kubeconfig_user(const struct kubeconfig_entry *e, struct cluster *c)
{
    if (!refuse_others(e) || !read_token(e, c) || !read_certificate(e, c) ||
        !kubeconfig_exec(e, c))
        return false;
    /* anything else goes before a plugin (exec.go, UpdateTransportConfig()) */
    if (c->token.len > 0 || c->cert.len > 0) {
        plugin_free(c->plugin);
        c->plugin = NULL;
    }
    return true;
}
