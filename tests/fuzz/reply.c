/* What a server answered: whatever it says, there is a row for it, and what is
 * said of it can be shown. */
#include "kube/reply.h"
#include "fuzz.h"

static void check_shown(const char *text, size_t room)
{
    size_t len = strnlen(text, room);

    MUST(len < room && is_harmless(text, len));
}

static void check_words(const struct reply *r)
{
    static const struct reply_about about = { .verb = "patch",
                                              .namespace_ = "kanister",
                                              .name = "backup-9gtmp",
                                              .server = "https://10.0.0.1" };
    struct reply_words words;

    reply_words(r, &about, &words);
    check_shown(words.what, sizeof words.what);
    check_shown(words.mend, sizeof words.mend);
    MUST((words.what[0] == '\0') == (r->class == REPLY_APPLIED));
    check_shown(r->message, sizeof r->message);
    check_shown(r->reason, sizeof r->reason);
    check_shown(r->field, sizeof r->field);
    check_shown(r->cause, sizeof r->cause);
    check_shown(r->user, sizeof r->user);
    check_shown(r->resource, sizeof r->resource);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const int statuses[] = { 0,   200, 201, 307, 400, 401, 403,
                                    404, 405, 406, 408, 409, 413, 415,
                                    422, 429, 500, 502, 503, 504, 599 };
    struct input in = input_of(bytes, len);
    unsigned status = input_byte(&in), how = input_byte(&in);
    struct http_reply http = { .json = how & 1,
                               .proto = (how & 7) == 6,
                               .retry_after = how >> 3,
                               .body = BUF_INIT(HTTP_REPLY_MAX) };
    struct reply_object object;
    struct reply r;

    http.status = statuses[status % (sizeof statuses / sizeof *statuses)];
    buf_add(&http.body, in.at, in.left);
    http.untrusted = http.status == 0 && how & 2;
    http.too_large = http.status == 0 && how & 4;
    if (http.status == 0)
        snprintf(http.why, sizeof http.why, "no reply: %.*s",
                 (int)(in.left & 0xFF),
                 http.body.bytes != NULL ? http.body.bytes : "");
    reply_read(&r, &http);
    check_words(&r);
    if (reply_object(&http, &object))
        MUST(object.uid[0] != '\0' && object.resource_version[0] != '\0' &&
             object.generation >= 0);
    buf_free(&http.body);
    return 0;
}
