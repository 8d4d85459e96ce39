#include "kube/plugin.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/secret.h"

static void wipe_string(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

static void wipe_strings(char **texts)
{
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++)
        wipe_string(texts[i]);
    free(texts);
}

void plugin_free(struct plugin *p)
{
    if (p == NULL)
        return;
    free(p->owner);
    wipe_strings(p->argv); /* somebody may have put a secret there */
    wipe_strings(p->environment);
    free(p->install_hint);
    wipe_string(p->info);
    free(p);
}

static void put_member(struct buf *b, const char *key, const char *value)
{
    if (value == NULL || *value == '\0')
        return;
    JSON_LIT(b, ",");
    json_put_string(b, key, strlen(key));
    JSON_LIT(b, ":");
    json_put_string(b, value, strlen(value));
}

/* The cluster as pkg/apis/clientauthentication/v1/types.go@client-go v0.34.1
 * has it. */
static void put_cluster(struct buf *b, const struct cluster *c,
                        const struct buf *config)
{
    JSON_LIT(b, "\"cluster\":{\"server\":");
    json_put_string(b, c->server, strlen(c->server));
    put_member(b, "tls-server-name", c->tls_server_name);
    if (c->insecure)
        JSON_LIT(b, ",\"insecure-skip-tls-verify\":true");
    if (c->ca.len > 0) {
        JSON_LIT(b, ",\"certificate-authority-data\":\"");
        base64_put(b, c->ca.bytes, c->ca.len);
        JSON_LIT(b, "\"");
    }
    put_member(b, "proxy-url", c->proxy);
    if (config != NULL) {
        JSON_LIT(b, ",\"config\":");
        buf_add(b, config->bytes, config->len);
    }
    JSON_LIT(b, "},");
}

bool plugin_inform(struct plugin *p, const struct cluster *c,
                   const struct buf *config)
{
    struct buf b = BUF_INIT(3 * (size_t)CLUSTER_PEM_MAX +
                            (config != NULL ? config->len : 0));

    if (!secret_reserve(&b))
        return false;
    JSON_LIT(&b, "KUBERNETES_EXEC_INFO={\"kind\":\"ExecCredential\","
                 "\"apiVersion\":\"");
    buf_str(&b, p->api_version);
    JSON_LIT(&b, "\",\"spec\":{");
    if (p->wants_cluster)
        put_cluster(&b, c, config);
    JSON_LIT(&b, "\"interactive\":false}}");
    buf_char(&b, '\0');
    if (b.failed) {
        secret_free(&b);
        return false;
    }
    wipe_string(p->info);
    p->info = strdup(b.bytes);
    secret_free(&b);
    return p->info != NULL;
}
