#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "base/yaml.h"
#include "kube/material.h"
#include "kube/plugin.h"

void plugin_reply_init(struct plugin_reply *r)
{
    *r = (struct plugin_reply){ .token = BUF_INIT(CLUSTER_TOKEN_MAX),
                                .cert = BUF_INIT(CLUSTER_PEM_MAX),
                                .key = BUF_INIT(CLUSTER_PEM_MAX),
                                .expires = PLUGIN_NEVER };
}

void plugin_reply_free(struct plugin_reply *r)
{
    secret_free(&r->token);
    secret_free(&r->cert);
    secret_free(&r->key);
    plugin_reply_init(r);
}

/* The one document that it printed.  Libyaml and libjq keep copies of what they
 * read: kube/apart.h. */
static jv read_document(const char *text, size_t len)
{
    struct yaml y;
    jv document;

    yaml_begin(&y, text, len);
    if (!yaml_next(&y, &document))
        document = jv_invalid(); /* `why` may repeat what was printed */
    yaml_end(&y);
    return document;
}

/* Whether the member KEY of OBJECT is the string WANTED. */
static bool is_text(jv object, const char *key, const char *wanted)
{
    jv value;
    bool same;

    if (!json_get_string(object, key, &value))
        return false;
    same = strcmp(jv_string_value(value), wanted) == 0;
    jv_free(value);
    return same;
}

/* Puts the string member KEY, if it is there, into B.  False where it is
 * something else, or does not fit; with errno ENOMEM where there is no
 * memory. */
static bool take(struct buf *b, jv status, const char *key)
{
    jv value = json_get(status, key);
    jv_kind kind = jv_get_kind(value);
    bool good = kind == JV_KIND_INVALID || kind == JV_KIND_NULL;

    secret_clear(b);
    errno = EINVAL;
    if (kind == JV_KIND_STRING) {
        size_t len = (size_t)jv_string_length_bytes(jv_copy(value));

        good = secret_room(b, len);
        if (good)
            buf_add(b, jv_string_value(value), len);
    }
    jv_free(value);
    return good;
}

/* Years that clock_parse() does not know: Go's zero time says that there is no
 * end, and what ends after 2261 has none for us. */
static bool is_never(const char *text)
{
    return strcmp(text, "0001-01-01T00:00:00Z") == 0 ||
           (strspn(text, "0123456789") == 4 && strncmp(text, "2261", 4) > 0);
}

static bool take_expiry(struct plugin_reply *r, jv status)
{
    jv value = json_get(status, "expirationTimestamp");
    jv_kind kind = jv_get_kind(value);
    bool good = kind == JV_KIND_INVALID || kind == JV_KIND_NULL;

    r->expires = PLUGIN_NEVER;
    if (kind == JV_KIND_STRING) {
        const char *text = jv_string_value(value);

        good = is_never(text) || clock_parse(text, strlen(text), &r->expires);
    }
    jv_free(value);
    return good;
}

/* What is there, with RAW for the token as it was printed. */
static bool take_parts(struct plugin_reply *r, jv status, struct buf *raw,
                       const char *what, struct cluster_why *why)
{
    if (!take(raw, status, "token") ||
        !take(&r->cert, status, "clientCertificateData") ||
        !take(&r->key, status, "clientKeyData"))
        return errno == ENOMEM
                   ? cluster_no_memory(why)
                   : cluster_wrong(why,
                                   "%s has a credential that is no string, or "
                                   "too long",
                                   what);
    if (!take_expiry(r, status))
        return cluster_wrong(why,
                             "%s has an expirationTimestamp that is no "
                             "time",
                             what);
    if ((r->cert.len > 0) != (r->key.len > 0))
        return cluster_wrong(why,
                             "%s has only one of a certificate and its "
                             "key",
                             what);
    if (raw->len == 0 && r->cert.len == 0)
        return cluster_wrong(why, "%s has neither a token nor a certificate",
                             what);
    if (r->cert.len > 0 && (!material_certificates(&r->cert, what, why) ||
                            !material_key(&r->key, what, why)))
        return false;
    return raw->len == 0 ||
           material_token(&r->token, raw->bytes, raw->len, what, why);
}

static bool take_status(struct plugin_reply *r, jv status, const char *what,
                        struct cluster_why *why)
{
    struct buf raw = BUF_INIT(CLUSTER_TOKEN_MAX);
    bool good = take_parts(r, status, &raw, what, why);

    secret_free(&raw);
    return good;
}

bool plugin_reply_read(struct plugin_reply *r, const struct plugin *p,
                       const char *text, size_t len, struct cluster_why *why)
{
    char what[CLUSTER_WHY_MAX / 2];
    jv document = read_document(text, len);
    jv status = json_get(document, "status");
    bool good = false;

    snprintf(what, sizeof what, "exec plugin of %s: what %s printed", p->owner,
             p->argv[0]);
    if (!is_text(document, "kind", "ExecCredential"))
        cluster_wrong(why, "%s is no ExecCredential", what);
    else if (!is_text(document, "apiVersion", p->api_version))
        cluster_wrong(why, "%s is not of the version %s", what, p->api_version);
    else if (jv_get_kind(status) != JV_KIND_OBJECT)
        cluster_wrong(why, "%s has no status", what);
    else
        good = take_status(r, status, what, why);
    jv_free(status);
    jv_free(document);
    if (!good)
        plugin_reply_free(r);
    return good;
}
