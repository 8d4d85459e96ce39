#include "kube/packed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "kube/plugin.h"

#define NONE (-1) /* the length of what is NULL */

/* The next N bytes; NULL where there are not so many. */
static const char *take(struct packed *p, size_t n)
{
    const char *at = p->at;

    if (p->wrong) /* errno says why */
        return NULL;
    if (n > p->left) {
        p->wrong = true;
        errno = EIO;
        return NULL;
    }
    p->at += n;
    p->left -= n;
    return at;
}

void packed_put_int(struct buf *b, int64_t n)
{
    buf_add(b, (const char *)&n, sizeof n);
}

int64_t packed_int(struct packed *p)
{
    const char *at = take(p, sizeof(int64_t));
    int64_t n = 0;

    if (at != NULL)
        memcpy(&n, at, sizeof n);
    return n;
}

void packed_put_text(struct buf *b, const char *text)
{
    packed_put_int(b, text != NULL ? (int64_t)strlen(text) : NONE);
    if (text != NULL)
        buf_str(b, text);
}

char *packed_text(struct packed *p)
{
    int64_t len = packed_int(p);
    const char *at = len >= 0 ? take(p, (size_t)len) : NULL;
    char *text;

    if (at == NULL)
        return NULL;
    text = strndup(at, (size_t)len);
    p->wrong |= text == NULL;
    return text;
}

void packed_put_bytes(struct buf *b, const struct buf *from)
{
    packed_put_int(b, (int64_t)from->len);
    buf_add(b, from->bytes, from->len);
}

void packed_bytes(struct packed *p, struct buf *to)
{
    size_t len = (size_t)packed_int(p);
    const char *at = take(p, len);

    secret_clear(to);
    if (at == NULL || len == 0)
        return;
    if (secret_room(to, len))
        buf_add(to, at, len);
    else
        p->wrong = true;
}

static void put_texts(struct buf *b, char *const *texts)
{
    size_t count = 0;

    while (texts[count] != NULL)
        count++;
    packed_put_int(b, (int64_t)count);
    for (size_t i = 0; i < count; i++)
        packed_put_text(b, texts[i]);
}

/* Each has its length before it, so there are never more than that. */
static char **take_texts(struct packed *p)
{
    size_t count = (size_t)packed_int(p);
    char **texts = NULL;

    if (count <= p->left / sizeof(int64_t))
        texts = calloc(count + 1, sizeof *texts);
    p->wrong |= texts == NULL;
    for (size_t i = 0; i < count && !p->wrong; i++) {
        texts[i] = packed_text(p);
        p->wrong |= texts[i] == NULL;
    }
    return texts;
}

static void put_plugin(struct buf *b, const struct plugin *p)
{
    packed_put_int(b, p != NULL);
    if (p == NULL)
        return;
    packed_put_text(b, p->owner);
    put_texts(b, p->argv);
    put_texts(b, p->environment);
    packed_put_int(b, strcmp(p->api_version, PLUGIN_V1) == 0);
    packed_put_text(b, p->install_hint);
    packed_put_int(b, p->wants_cluster);
    packed_put_text(b, p->info);
    packed_put_int(b, p->timeout);
}

static struct plugin *take_plugin(struct packed *p)
{
    struct plugin *plugin;

    if (packed_int(p) == 0)
        return NULL;
    plugin = calloc(1, sizeof *plugin);
    if (plugin == NULL) {
        p->wrong = true;
        return NULL;
    }
    plugin->owner = packed_text(p);
    plugin->argv = take_texts(p);
    plugin->environment = take_texts(p);
    plugin->api_version = packed_int(p) != 0 ? PLUGIN_V1 : PLUGIN_V1BETA1;
    plugin->install_hint = packed_text(p);
    plugin->wants_cluster = packed_int(p) != 0;
    plugin->info = packed_text(p);
    plugin->timeout = packed_int(p);
    return plugin;
}

void packed_put_cluster(struct buf *b, const struct cluster *c)
{
    packed_put_text(b, c->server);
    packed_put_text(b, c->namespace_);
    packed_put_text(b, c->tls_server_name);
    packed_put_text(b, c->proxy);
    packed_put_int(b, c->insecure);
    packed_put_bytes(b, &c->ca);
    packed_put_text(b, c->ca_file);
    packed_put_bytes(b, &c->cert);
    packed_put_bytes(b, &c->key);
    packed_put_text(b, c->cert_file);
    packed_put_text(b, c->key_file);
    packed_put_bytes(b, &c->token);
    packed_put_text(b, c->token_file);
    put_plugin(b, c->plugin);
}

void packed_cluster(struct packed *p, struct cluster *c)
{
    cluster_init(c);
    c->server = packed_text(p);
    c->namespace_ = packed_text(p);
    c->tls_server_name = packed_text(p);
    c->proxy = packed_text(p);
    c->insecure = packed_int(p) != 0;
    packed_bytes(p, &c->ca);
    c->ca_file = packed_text(p);
    packed_bytes(p, &c->cert);
    packed_bytes(p, &c->key);
    c->cert_file = packed_text(p);
    c->key_file = packed_text(p);
    packed_bytes(p, &c->token);
    c->token_file = packed_text(p);
    c->plugin = take_plugin(p);
}

void packed_put_why(struct buf *b, const struct cluster_why *why)
{
    packed_put_text(b, why->text);
    packed_put_int(b, why->errnum);
}

void packed_why(struct packed *p, struct cluster_why *why)
{
    size_t len = (size_t)packed_int(p);
    const char *at = len < sizeof why->text ? take(p, len) : NULL;

    if (at != NULL) {
        memcpy(why->text, at, len);
        why->text[len] = '\0';
    } else if (!p->wrong) {
        p->wrong = true;
        errno = EIO;
    }
    why->errnum = (int)packed_int(p);
}
