#include <ctype.h>
#include <string.h>

#include "kube/http_parts.h"

/* So many of its first bytes are enough to know a token by, also where somebody
 * has cut it; a shorter one than the second is a word, and no secret. */
enum { KNOWN_BY = 16, SHORTEST = 6 };

/* What a token has (RFC 6750 section 2.1). */
static bool is_of_token(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("-._~+/=", c));
}

static void hide(char *text, size_t len, const char *token, size_t n)
{
    char *end = text + len, *at = text;

    n = n < KNOWN_BY ? n : KNOWN_BY;
    while (at < end &&
           (at = memmem(at, (size_t)(end - at), token, n)) != NULL) {
        memset(at, '*', n);
        for (at += n; at < end && is_of_token(*at); at++)
            *at = '*';
    }
}

void http_hide_token(struct http *h)
{
    static const char bearer[] = "Authorization: Bearer ";
    const struct buf *line = &h->line[HTTP_AUTHORIZATION];
    struct http_reply *reply = &h->reply;
    bool object = (reply->json || reply->proto) && http_done(reply);
    const char *token;
    size_t n;

    if (line->len < sizeof bearer - 1 + SHORTEST)
        return;
    token = line->bytes + sizeof bearer - 1;
    n = strnlen(token, line->len - (sizeof bearer - 1));
    hide(reply->warning, strlen(reply->warning), token, n);
    hide(reply->why, strlen(reply->why), token, n);
    if (!object && reply->body.len > 0)
        hide(reply->body.bytes, reply->body.len, token, n);
}
