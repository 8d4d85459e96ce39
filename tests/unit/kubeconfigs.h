/*
 * Small kubeconfigs, in the test's own directory.
 */
#ifndef UNIT_KUBECONFIGS_H
#define UNIT_KUBECONFIGS_H

#include "kube/kubeconfig.h"
#include "scratch.h"

#define CERT "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n"
#define CERT_BASE64                                                            \
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tClRVbEoKLS0tLS1FTkQgQ0VSVElGSUNBVEUt" \
    "LS0tLQo="
#define KEY "-----BEGIN PRIVATE KEY-----\nTUlJ\n-----END PRIVATE KEY-----\n"
#define KEY_BASE64                                                             \
    "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tClRVbEoKLS0tLS1FTkQgUFJJVkFURSBLRVkt" \
    "LS0tLQo="

#define SERVER "server: https://10.0.0.1:6443"

/* The file PATH with the context x, which is the current one, of cluster c and
 * user u, as these flow mappings say it without their braces. */
static inline void put_config(const char *path, const char *cluster,
                              const char *user, const char *context)
{
    static char text[64 * 1024];

    snprintf(text, sizeof text,
             "apiVersion: v1\nkind: Config\ncurrent-context: x\n"
             "clusters:\n- name: c\n  cluster: {%s}\n"
             "users:\n- name: u\n  user: {%s}\n"
             "contexts:\n- name: x\n  context: {cluster: c, user: u%s%s}\n",
             cluster, user, *context != '\0' ? ", " : "", context);
    put(path, text, 0644);
}

/* Reads the file PATH alone. */
static inline enum kubeconfig_result
read_config(const char *path, struct cluster *c, struct cluster_why *why)
{
    const struct kubeconfig_options options = { .path = path };

    memset(why->text, 'x', sizeof why->text - 1); /* whatever was there */
    return kubeconfig_read(&options, c, why);
}

/* The same, which must go well. */
static inline void take_config(const char *path, struct cluster *c)
{
    struct cluster_why why;

    if (read_config(path, c, &why) != KUBECONFIG_DONE)
        fail_msg("%s", why.text);
}

static inline void assert_buf(const struct buf *b, const char *text)
{
    assert_int_equal(b->len, strlen(text));
    if (b->len > 0)
        assert_memory_equal(b->bytes, text, b->len);
}

/* Whether nothing in C would have to be freed. */
static inline bool is_nothing(const struct cluster *c)
{
    return c->server == NULL && c->namespace_ == NULL &&
           c->tls_server_name == NULL && c->proxy == NULL &&
           c->ca_file == NULL && c->cert_file == NULL && c->key_file == NULL &&
           c->token_file == NULL && c->plugin == NULL && c->ca.room == 0 &&
           c->cert.room == 0 && c->key.room == 0 && c->token.room == 0;
}

#endif
