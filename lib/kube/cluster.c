#include "kube/cluster.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/secret.h"
#include "kube/plugin.h"

void cluster_init(struct cluster *c)
{
    *c = (struct cluster){ .ca = BUF_INIT(CLUSTER_PEM_MAX),
                           .cert = BUF_INIT(CLUSTER_PEM_MAX),
                           .key = BUF_INIT(CLUSTER_PEM_MAX),
                           .token = BUF_INIT(CLUSTER_TOKEN_MAX) };
}

void cluster_free(struct cluster *c)
{
    if (c->proxy != NULL)
        explicit_bzero(c->proxy, strlen(c->proxy));
    free(c->server);
    free(c->namespace_);
    free(c->tls_server_name);
    free(c->proxy);
    free(c->ca_file);
    free(c->cert_file);
    free(c->key_file);
    free(c->token_file);
    buf_free(&c->ca);
    secret_free(&c->cert);
    secret_free(&c->key);
    secret_free(&c->token);
    plugin_free(c->plugin);
    cluster_init(c);
}

/* Makes TEXT harmless on a terminal, which obeys C0, DEL and the C1 controls
 * (0xC2 0x80-0x9F in UTF-8). */
static void defuse(char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)text[0];
        bool c1 = c == 0xC2 && (unsigned char)text[1] >= 0x80 &&
                  (unsigned char)text[1] < 0xA0;

        if (c >= '\t' && c <= '\r')
            *text = ' ';
        else if (c < 0x20 || c == 0x7F)
            *text = '?';
        else if (c1)
            text[0] = text[1] = '?';
    }
}

bool cluster_wrong(struct cluster_why *why, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why->text, sizeof why->text, format, arguments);
    va_end(arguments);
    defuse(why->text);
    return false;
}
