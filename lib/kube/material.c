#include "kube/material.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/secret.h"

bool material_read(struct buf *b, const char *path, const char *what,
                   struct cluster_why *why)
{
    if (secret_read(path, b))
        return true;
    return cluster_wrong_sys(why, "%s: %s: %s", what, path, strerror(errno));
}

/* TEXT without its newlines, in B. */
static bool join_lines(struct buf *b, const char *text, size_t len)
{
    if (!secret_room(b, len))
        return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] != '\n' && text[i] != '\r')
            buf_char(b, text[i]);
    return true;
}

bool material_decode(struct buf *b, const char *text, size_t len,
                     const char *what, struct cluster_why *why)
{
    struct buf line = BUF_INIT(len);
    size_t room = len / 4 * 3 + 3;
    bool good = false;

    secret_clear(b);
    if (room > b->ceiling)
        cluster_wrong(why, "%s is larger than %zu bytes", what, b->ceiling);
    else if (!secret_room(b, room) || !join_lines(&line, text, len))
        cluster_wrong_sys(why, "%s: %s", what, strerror(errno));
    else if (!base64_get(b, line.bytes, line.len))
        cluster_wrong(why, "%s is not base64", what);
    else
        good = true;
    secret_free(&line);
    if (!good)
        secret_clear(b);
    return good;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What HTTP has in the value of a header (RFC 9110 section 5.5). */
static bool fits_header(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}

bool material_token(struct buf *b, const char *text, size_t len,
                    const char *what, struct cluster_why *why)
{
    while (len > 0 && is_space(text[0])) {
        text++;
        len--;
    }
    while (len > 0 && is_space(text[len - 1]))
        len--;
    if (len == 0)
        return cluster_wrong(why, "%s is empty", what);
    if (!fits_header(text, len))
        return cluster_wrong(why, "%s has a control character in it", what);
    if (len > b->ceiling)
        return cluster_wrong(why, "%s is longer than %zu bytes", what,
                             b->ceiling);
    if (!secret_reserve(b))
        return cluster_wrong_sys(why, "%s: %s", what, strerror(errno));
    secret_clear(b);
    buf_add(b, text, len);
    return true;
}

bool material_token_file(struct buf *b, const char *path, const char *what,
                         struct cluster_why *why)
{
    struct buf text = BUF_INIT(CLUSTER_TOKEN_MAX);
    char whole[CLUSTER_WHY_MAX];
    bool good = material_read(&text, path, what, why);

    if (good) {
        snprintf(whole, sizeof whole, "%s: %s", what, path);
        good = material_token(b, text.bytes, text.len, whole, why);
    }
    secret_free(&text);
    return good;
}

static bool has(const struct buf *b, const char *text)
{
    return b->len > 0 && memmem(b->bytes, b->len, text, strlen(text)) != NULL;
}

bool material_certificates(const struct buf *b, const char *what,
                           struct cluster_why *why)
{
    return has(b, "-----BEGIN CERTIFICATE-----") ||
           cluster_wrong(why, "%s has no certificate in PEM", what);
}

bool material_key(const struct buf *b, const char *what,
                  struct cluster_why *why)
{
    if (!has(b, "PRIVATE KEY-----"))
        return cluster_wrong(why, "%s has no private key in PEM", what);
    /* OpenSSL would ask for it on the terminal */
    return !has(b, "ENCRYPTED") ||
           cluster_wrong(why, "%s is encrypted with a passphrase", what);
}
