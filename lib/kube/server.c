#include "kube/server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { HOST_MAX = 253, LABEL_MAX = 63, PORT_LARGEST = 65535 };

/* Whether all LEN bytes, one at least, are in SET. */
static bool all_in(const char *text, size_t len, const char *set)
{
    size_t i = 0;

    while (i < len && text[i] != '\0' && strchr(set, text[i]) != NULL)
        i++;
    return len > 0 && i == len;
}

/* A name, or an IPv4 address. */
static bool is_name(const char *text, size_t len)
{
    return len <= HOST_MAX && all_in(text, len, LETTERS DIGITS "-._");
}

/* What is between the brackets; a zone only as a URL has it (RFC 6874). */
static bool is_ipv6(const char *text, size_t len)
{
    const char *zone = memchr(text, '%', len);
    size_t address = zone != NULL ? (size_t)(zone - text) : len;
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr parsed;

    if (address >= sizeof copy)
        return false;
    memcpy(copy, text, address);
    copy[address] = '\0';
    if (inet_pton(AF_INET6, copy, &parsed) != 1)
        return false;
    return zone == NULL || (len - address > 3 && strncmp(zone, "%25", 3) == 0 &&
                            is_name(zone + 3, len - address - 3));
}

bool server_is_host(const char *text)
{
    size_t len = strlen(text);

    return is_name(text, len) || is_ipv6(text, len);
}

bool server_is_namespace(const char *text)
{
    size_t len = strlen(text);

    return len <= LABEL_MAX &&
           all_in(text, len, "abcdefghijklmnopqrstuvwxyz" DIGITS "-") &&
           text[0] != '-' && text[len - 1] != '-';
}

/* ":PORT", or nothing. */
static bool is_port(const char *text, size_t len)
{
    int64_t port;

    return len == 0 || (text[0] == ':' && num_int(text + 1, len - 1, &port) &&
                        port > 0 && port <= PORT_LARGEST);
}

/* HOST[:PORT]. */
static bool is_authority(const char *text, size_t len)
{
    const char *end;
    size_t host;

    if (len > 0 && text[0] == '[') {
        end = memchr(text, ']', len);
        if (end == NULL)
            return false;
        host = (size_t)(end - text) + 1;
        return is_ipv6(text + 1, host - 2) && is_port(text + host, len - host);
    }
    end = memchr(text, ':', len);
    host = end != NULL ? (size_t)(end - text) : len;
    return is_name(text, host) && is_port(text + host, len - host);
}

/* What a URL's path has unescaped (RFC 3986 section 3.3). */
static bool is_path(const char *text, size_t len)
{
    return len == 0 || all_in(text, len, LETTERS DIGITS "-._~!$&'()*+,;=:@/%");
}

const char server_no_memory[] = "cannot be kept: no memory";

const char *server_url(const char *text, bool secure, char **url)
{
    const char *scheme = secure ? "https" : "http", *rest = text;
    const char *colon = strstr(text, "://");
    size_t whole, host;

    if (colon != NULL) {
        scheme = strncasecmp(text, "https:", 6) == 0  ? "https"
                 : strncasecmp(text, "http:", 5) == 0 ? "http"
                                                      : NULL;
        rest = colon + 3;
        if (scheme == NULL || text + strlen(scheme) != colon)
            return "is neither an https nor an http URL";
    }
    whole = strcspn(rest, "?#");
    host = strcspn(rest, "/?#");
    while (whole > host && rest[whole - 1] == '/')
        whole--;
    if (memchr(rest, '@', host) != NULL)
        return "has a user in its URL";
    if (!is_authority(rest, host))
        return "has no valid host and port";
    if (colon == NULL && whole > host)
        return "is neither a URL nor a host and port";
    if (!is_path(rest + host, whole - host))
        return "has a path that no URL can have";
    if (asprintf(url, "%s://%.*s", scheme, (int)whole, rest) < 0) {
        *url = NULL;
        return server_no_memory;
    }
    return NULL;
}

const char *server_proxy_wrong(const char *text)
{
    static const char *const schemes[] = { "http://", "https://", "socks5://" };
    const char *rest = NULL, *user;

    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
            rest = text + strlen(schemes[i]);
    if (rest == NULL)
        return "is no URL of an http, https or socks5 proxy";
    user = memrchr(rest, '@', strcspn(rest, "/?#"));
    if (user != NULL && !is_path(rest, (size_t)(user - rest)))
        return "has a user or a password that no URL can have";
    rest = user != NULL ? user + 1 : rest;
    return is_authority(rest, strcspn(rest, "/?#"))
               ? NULL
               : "has no valid host and port";
}
