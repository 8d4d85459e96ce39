#include "kube/cluster.h"

#include <errno.h>
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

__attribute__((format(printf, 2, 0))) static bool
say(struct cluster_why *why, const char *format, va_list arguments, int errnum)
{
    vsnprintf(why->text, sizeof why->text, format, arguments);
    defuse(why->text);
    why->errnum = errnum;
    return false;
}

bool cluster_wrong(struct cluster_why *why, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(why, format, arguments, 0);
    va_end(arguments);
    return false;
}

bool cluster_wrong_sys(struct cluster_why *why, const char *format, ...)
{
    int errnum = errno;
    va_list arguments;

    va_start(arguments, format);
    say(why, format, arguments, errnum);
    va_end(arguments);
    return false;
}

bool cluster_no_memory(struct cluster_why *why)
{
    errno = ENOMEM;
    return cluster_wrong_sys(why, "no memory");
}

bool cluster_may_pass(const struct cluster_why *why)
{
    static const int passing[] = { ENOMEM, EMFILE, ENFILE, EIO, EINTR, EAGAIN };

    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (why->errnum == passing[i])
            return true;
    return false;
}
