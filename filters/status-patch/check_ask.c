#include "check_parts.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/out.h"
#include "base/shown.h"
#include "kube/reply.h"

enum { LINE_MAX_BYTES = 4096 };

const char check_ok[] = "ok", check_no[] = "no", check_neither[] = "--";

void check_say(struct checking *c, const char *verdict, const char *what,
               const char *format, ...)
{
    char text[LINE_MAX_BYTES];
    struct buf line = BUF_INIT(2 * LINE_MAX_BYTES);
    char safe[LINE_MAX_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)shown(safe, sizeof safe, text, strlen(text));
    buf_str(&line, verdict);
    buf_char(&line, ' ');
    buf_str(&line, what);
    do
        buf_char(&line, ' ');
    while (!line.failed && line.len < sizeof "ok permission ");
    buf_str(&line, safe);
    buf_char(&line, '\n');
    c->lost |= line.failed || !write_all(STDOUT_FILENO, line.bytes, line.len);
    c->refused |= verdict == check_no;
    buf_free(&line);
}

static bool have_credentials(struct checking *c)
{
    struct instant now = clock_now(c->clock);
    enum credentials_status status = credentials_begin(&c->credentials, now);

    while (status == CREDENTIALS_WAITING) {
        struct pollfd ready = { .fd = credentials_fd(&c->credentials),
                                .events = POLLIN };
        int64_t wait = credentials_deadline(&c->credentials) - now.steady;

        (void)poll(&ready, 1, wait > 0 ? (int)(wait / 1000000) + 1 : 0);
        now = clock_now(c->clock);
        status = credentials_poll(&c->credentials, now);
    }
    if (status == CREDENTIALS_FAILED)
        check_say(c, check_no, "identity", "%s", c->credentials.why.text);
    return status == CREDENTIALS_READY;
}

const struct http_reply *check_ask(struct checking *c, const char *method,
                                   const char *path, const char *body)
{
    const struct http_request request = {
        .method = method,
        .path = path,
        .accept = "application/json",
        .content_type = body != NULL ? "application/json" : NULL,
        .body = body,
        .len = body != NULL ? strlen(body) : 0,
        .connect_timeout = c->settings->connect_timeout,
        .timeout = c->settings->request_timeout,
    };
    const struct http_reply *reply = NULL;

    if (!have_credentials(c))
        return NULL;
    if (!http_begin(c->http, &request, &c->credentials)) {
        c->starved = true;
        return NULL;
    }
    while ((reply = http_reply(c->http)) == NULL)
        (void)http_wait(c->http, NULL, 0, -1);
    return reply;
}

void check_say_refused(struct checking *c, const char *what, const char *verb,
                       const struct http_reply *http)
{
    const struct reply_about about = { .verb = verb,
                                       .namespace_ = c->where.namespace_,
                                       .name = c->where.name,
                                       .server = c->where.cluster.server };
    struct reply_words words;
    struct reply r;

    reply_read(&r, http);
    reply_words(&r, &about, &words);
    check_say(c, check_no, what, "%s", words.what);
    if (words.mend[0] != '\0')
        check_say(c, check_neither, "", "%s", words.mend);
}

jv check_dig(const struct http_reply *reply, const char *const *keys)
{
    jv at = json_parse(reply->body.bytes, reply->body.len);

    for (; *keys != NULL; keys++) {
        jv next = json_get(at, *keys);

        jv_free(at);
        at = next;
    }
    return at;
}

const char *check_dig_text(const struct http_reply *reply,
                           const char *const *keys,
                           char text[static CHECK_TEXT_MAX])
{
    jv value = check_dig(reply, keys);

    text[0] = '\0';
    if (jv_get_kind(value) == JV_KIND_STRING)
        (void)shown(text, CHECK_TEXT_MAX, jv_string_value(value),
                    (size_t)jv_string_length_bytes(jv_copy(value)));
    jv_free(value);
    return text;
}
