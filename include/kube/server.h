/*
 * What a kubeconfig or a pod's environment calls a server, a proxy, a name: the
 * text that others wrote, before it becomes a part of a URL.
 */
#ifndef KUBE_SERVER_H
#define KUBE_SERVER_H

#include <stdbool.h>

/* What server_url() returns where there is no memory. */
extern const char server_no_memory[];

/* Makes the URL of `struct cluster` of TEXT, as client-go does: a path stays,
 * slashes at its end, query and fragment do not, and HOST or HOST:PORT alone
 * becomes https where SECURE (it has a CA, a client certificate, or skips the
 * check), else http (rest/url_utils.go and tools/clientcmd/client_config.go
 * @v0.34.1).  A user in it is refused, and so is what no URL has unescaped.
 *
 * NULL, and then *URL belongs to the caller; or what is wrong with TEXT, to
 * stand behind `"server" ... `, which does not repeat it. */
const char *server_url(const char *text, bool secure, char **url);

/* NULL, or what is wrong with TEXT as the URL of a proxy: http, https and
 * socks5 are known (tools/clientcmd/helpers.go@v0.34.1).  It may have a user
 * and a password. */
const char *server_proxy_wrong(const char *text);

/* Whether TEXT may be the name or address of a host, without a port. */
bool server_is_host(const char *text);

/* Whether TEXT may be a namespace: an RFC 1123 label. */
bool server_is_namespace(const char *text);

#endif
