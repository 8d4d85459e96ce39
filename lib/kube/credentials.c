#include "kube/credentials.h"

#include <string.h>

#include "base/secret.h"
#include "kube/material.h"

/* How long before its end a plugin's credential is replaced: a request and its
 * repetitions take some time, and clocks differ. */
#define MARGIN (30 * CLOCK_SECOND)

bool credentials_open(struct credentials *c, const struct cluster *cluster)
{
    *c = (struct credentials){ .token = BUF_INIT(CLUSTER_TOKEN_MAX),
                               .cert = BUF_INIT(CLUSTER_PEM_MAX),
                               .key = BUF_INIT(CLUSTER_PEM_MAX),
                               .cluster = cluster,
                               .token_new = BUF_INIT(CLUSTER_TOKEN_MAX),
                               .cert_new = BUF_INIT(CLUSTER_PEM_MAX),
                               .key_new = BUF_INIT(CLUSTER_PEM_MAX) };
    plugin_run_init(&c->run);
    plugin_reply_init(&c->reply);
    if (secret_reserve(&c->token) && secret_reserve(&c->token_new))
        return true;
    credentials_close(c);
    return false;
}

void credentials_close(struct credentials *c)
{
    plugin_stop(&c->run);
    plugin_reply_free(&c->reply);
    secret_free(&c->token);
    secret_free(&c->cert);
    secret_free(&c->key);
    secret_free(&c->token_new);
    secret_free(&c->cert_new);
    secret_free(&c->key_new);
    c->have = false;
}

/* Puts a copy of FROM in the place of what TO holds. */
static bool copy(struct buf *to, const struct buf *from,
                 struct cluster_why *why)
{
    secret_clear(to);
    if (!secret_room(to, from->len))
        return cluster_no_memory(why);
    buf_add(to, from->bytes, from->len);
    return true;
}

static void exchange(struct buf *a, struct buf *b)
{
    struct buf kept = *a;

    *a = *b;
    *b = kept;
}

/* Reads the token file anew into token_new. */
static bool read_token(struct credentials *c, struct cluster_why *why)
{
    return material_token_file(&c->token_new, c->cluster->token_file,
                               "the token", why);
}

/* The token of a file; else the one that it held before, else the one that
 * stands beside it in the kubeconfig. */
static bool look_at_token(struct credentials *c)
{
    const struct cluster *cluster = c->cluster;
    bool from_file = cluster->token_file != NULL;

    if (from_file && read_token(c, &c->why)) {
        exchange(&c->token, &c->token_new);
        return true;
    }
    if (c->token.len > 0)
        return true;
    if (cluster->token.len > 0)
        return copy(&c->token, &cluster->token, &c->why);
    return !from_file;
}

/* The client certificate and its key as they are now, in cert_new and key_new:
 * both new, or both as they were when the cluster was read. */
static bool read_pair(struct credentials *c, struct cluster_why *why)
{
    const struct cluster *k = c->cluster;
    bool cert =
        k->cert_file == NULL
            ? copy(&c->cert_new, &k->cert, why)
            : material_read(&c->cert_new, k->cert_file,
                            "the client certificate", why) &&
                  material_certificates(&c->cert_new, k->cert_file, why);

    return cert && (k->key_file == NULL
                        ? copy(&c->key_new, &k->key, why)
                        : material_read(&c->key_new, k->key_file,
                                        "the client key", why) &&
                              material_key(&c->key_new, k->key_file, why));
}

/* Takes cert_new and key_new where they are others than before. */
static void take_pair(struct credentials *c)
{
    if (buf_same(&c->cert, &c->cert_new) && buf_same(&c->key, &c->key_new))
        return;
    exchange(&c->cert, &c->cert_new);
    exchange(&c->key, &c->key_new);
    c->changed = true;
}

static bool look_at_pair(struct credentials *c)
{
    if (c->cluster->cert.len == 0 && c->cluster->cert_file == NULL)
        return true;
    if (read_pair(c, &c->why))
        take_pair(c);
    return c->cert.len > 0;
}

/* What the plugin printed last becomes what is shown. */
static enum credentials_status show_reply(struct credentials *c)
{
    if (!copy(&c->token, &c->reply.token, &c->why) ||
        !copy(&c->cert_new, &c->reply.cert, &c->why) ||
        !copy(&c->key_new, &c->reply.key, &c->why))
        return CREDENTIALS_FAILED;
    take_pair(c);
    if (c->uses < 2)
        c->uses++;
    return CREDENTIALS_READY;
}

/* Whether there is a reply that is good for MARGIN more ns. */
static bool is_good(const struct credentials *c, struct instant now,
                    int64_t margin)
{
    return c->have && !c->refused &&
           (c->reply.expires == PLUGIN_NEVER ||
            now.wall < c->reply.expires - margin);
}

/* What there is when the plugin has failed; `why` says how. */
static enum credentials_status fall_back(struct credentials *c,
                                         struct instant now)
{
    return is_good(c, now, 0) ? show_reply(c) : CREDENTIALS_FAILED;
}

enum credentials_status credentials_poll(struct credentials *c,
                                         struct instant now)
{
    struct plugin_reply reply;

    if (c->run.pid == 0)
        return CREDENTIALS_FAILED;
    plugin_reply_init(&reply);
    switch (plugin_poll(&c->run, now.steady, &reply, &c->why)) {
    case PLUGIN_RUNNING:
        return CREDENTIALS_WAITING;
    case PLUGIN_FAILED:
        return fall_back(c, now);
    case PLUGIN_DONE:
        break;
    }
    plugin_reply_free(&c->reply);
    c->reply = reply;
    c->again = c->refused;
    c->have = true;
    c->refused = false;
    c->uses = 0;
    return show_reply(c);
}

static enum credentials_status look_at_plugin(struct credentials *c,
                                              struct instant now)
{
    if (c->run.pid > 0)
        return credentials_poll(c, now);
    if (is_good(c, now, MARGIN))
        return show_reply(c);
    if (plugin_start(&c->run, c->cluster->plugin, now.steady, &c->why))
        return CREDENTIALS_WAITING;
    return fall_back(c, now);
}

enum credentials_status credentials_begin(struct credentials *c,
                                          struct instant now)
{
    c->changed = false;
    c->why.text[0] = '\0';
    if (c->cluster->plugin != NULL)
        return look_at_plugin(c, now);
    if (!look_at_token(c) || !look_at_pair(c))
        return CREDENTIALS_FAILED;
    return CREDENTIALS_READY;
}

int credentials_fd(const struct credentials *c)
{
    return c->run.fd;
}

int64_t credentials_deadline(const struct credentials *c)
{
    return c->run.check;
}

bool credentials_refused(struct credentials *c)
{
    const struct cluster *cluster = c->cluster;
    struct cluster_why why;
    bool others = false;

    if (cluster->plugin != NULL) {
        others = !c->again || c->uses > 1;
        c->refused = true;
        return others;
    }
    if (cluster->token_file != NULL && read_token(c, &why))
        others = !buf_same(&c->token, &c->token_new);
    if ((cluster->cert_file != NULL || cluster->key_file != NULL) &&
        read_pair(c, &why))
        others |= !buf_same(&c->cert, &c->cert_new) ||
                  !buf_same(&c->key, &c->key_new);
    return others;
}
