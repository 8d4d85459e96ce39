/* What a server answered: whatever it says, there is a row for it, and what is
 * said of it can be shown. */
#include "replies.h"

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

    http.status = statuses[status % (sizeof statuses / sizeof *statuses)];
    buf_add(&http.body, in.at, in.left);
    http.untrusted = http.status == 0 && how & 2;
    http.too_large = http.status == 0 && how & 4;
    if (http.status == 0)
        snprintf(http.why, sizeof http.why, "no reply: %.*s",
                 (int)(in.left & 0xFF),
                 http.body.bytes != NULL ? http.body.bytes : "");
    must_be_readable(&http);
    buf_free(&http.body);
    return 0;
}
