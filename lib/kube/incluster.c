#include "kube/incluster.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "kube/material.h"
#include "kube/server.h"

enum { NAMESPACE_FILE_MAX = 4096 };

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0' ? value : NULL;
}

/* DIRECTORY/NAME, which the caller frees; NULL where there is no memory. */
static char *path_of(const char *directory, const char *name)
{
    char *path;

    return asprintf(&path, "%s/%s", directory, name) >= 0 ? path : NULL;
}

static bool outside(void)
{
    return variable("KUBERNETES_SERVICE_HOST") == NULL ||
           variable("KUBERNETES_SERVICE_PORT") == NULL;
}

bool incluster_possible(const char *directory)
{
    char *path = path_of(directory, "token");
    struct stat file;
    bool good = path != NULL && !outside() && stat(path, &file) == 0 &&
                !S_ISDIR(file.st_mode);

    free(path);
    return good;
}

static char *namespace_of(const char *text, size_t len)
{
    static const char spaces[] = " \t\n\v\f\r";
    char *copy;

    while (len > 0 && memchr(spaces, text[0], sizeof spaces - 1) != NULL) {
        text++;
        len--;
    }
    while (len > 0 && memchr(spaces, text[len - 1], sizeof spaces - 1) != NULL)
        len--;
    copy = memchr(text, '\0', len) == NULL ? strndup(text, len) : NULL;
    if (copy != NULL && server_is_namespace(copy))
        return copy;
    free(copy);
    return NULL;
}

char *incluster_namespace(const char *directory)
{
    const char *given = variable("POD_NAMESPACE");
    struct buf text = BUF_INIT(NAMESPACE_FILE_MAX);
    char *path, *namespace_ = NULL;

    if (given != NULL)
        return namespace_of(given, strlen(given));
    path = path_of(directory, "namespace");
    if (path != NULL && file_read(path, &text) && text.len > 0)
        namespace_ = namespace_of(text.bytes, text.len);
    buf_free(&text);
    free(path);
    return namespace_;
}

/* https://HOST:PORT. */
static bool read_server(struct cluster *c, struct cluster_why *why)
{
    const char *host = variable("KUBERNETES_SERVICE_HOST");
    const char *port = variable("KUBERNETES_SERVICE_PORT");
    bool ipv6 = host != NULL && strchr(host, ':') != NULL;
    const char *wrong;
    char *text;

    if (host == NULL || !server_is_host(host))
        return cluster_wrong(why, "KUBERNETES_SERVICE_HOST is no address");
    if (port == NULL || port[strspn(port, "0123456789")] != '\0')
        return cluster_wrong(why, "KUBERNETES_SERVICE_PORT is no port");
    if (asprintf(&text, "https://%s%s%s:%s", ipv6 ? "[" : "", host,
                 ipv6 ? "]" : "", port) < 0)
        return cluster_no_memory(why);
    wrong = server_url(text, true, &c->server);
    free(text);
    if (wrong == server_no_memory)
        return cluster_no_memory(why);
    return wrong == NULL ||
           cluster_wrong(why, "the server of this pod %s", wrong);
}

/* The token, its file, and the authorities. */
static bool read_files(struct cluster *c, const char *directory,
                       struct cluster_why *why)
{
    c->ca_file = path_of(directory, "ca.crt");
    c->proxy = strdup("");
    if (c->token_file == NULL || c->ca_file == NULL || c->proxy == NULL)
        return cluster_no_memory(why);
    return material_token_file(&c->token, c->token_file, "the pod's token",
                               why) &&
           material_read(&c->ca, c->ca_file, "the cluster's authorities",
                         why) &&
           material_certificates(&c->ca, c->ca_file, why) &&
           read_server(c, why);
}

enum incluster_result incluster_read(const char *directory, struct cluster *c,
                                     struct cluster_why *why)
{
    struct stat file;

    cluster_init(c);
    if (outside()) {
        cluster_wrong(why, "this is not in a cluster");
        return INCLUSTER_OUTSIDE;
    }
    c->token_file = path_of(directory, "token");
    if (c->token_file != NULL && stat(c->token_file, &file) < 0 &&
        (errno == ENOENT || errno == ENOTDIR)) {
        cluster_wrong(why,
                      "this pod has no token (%s), as where "
                      "automountServiceAccountToken is false",
                      c->token_file);
        cluster_free(c);
        return INCLUSTER_NO_TOKEN;
    }
    if (!read_files(c, directory, why)) {
        cluster_free(c);
        return INCLUSTER_WRONG;
    }
    c->namespace_ = incluster_namespace(directory);
    return INCLUSTER_DONE;
}
