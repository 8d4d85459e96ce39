/* Texts and numbers of others: what is shown can be shown, what is written is
 * read back the same. */
#include <sys/mman.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/first.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/shown.h"
#include "fuzz.h"
#include "kube/gostring.h"

enum { TEXT_MAX = 4 * 1024 * 1024, ROOM_MAX = 300 };

static void check_shown(struct input in, unsigned how)
{
    char out[ROOM_MAX];
    size_t room = 4 + how % (ROOM_MAX - 4);
    size_t len = shown(out, room, in.at, in.left);

    MUST(len < room && out[len] == '\0');
    MUST(is_harmless(out, len));
    MUST(len == 0 || (out[0] != ' ' && out[len - 1] != ' '));
}

/* Both ways of writing a string give what libjq makes of those bytes. */
static void check_strings(struct input in)
{
    jv text = jv_string_sized(in.at, (int)in.left);

    for (int go = 0; go < 2; go++) {
        struct buf b = BUF_INIT(TEXT_MAX);
        jv back;

        if (go)
            gostring_put(&b, in.at, in.left);
        else
            json_put_string(&b, in.at, in.left);
        MUST(!b.failed && (go || is_harmless(b.bytes, b.len)));
        back = json_parse(b.bytes, b.len);
        MUST(jv_get_kind(back) == JV_KIND_STRING);
        MUST(memchr(b.bytes, '\n', b.len) == NULL);
        if (is_harmless(in.at, in.left)) /* else how many U+FFFD may differ */
            MUST(jv_equal(back, jv_copy(text)));
        else
            jv_free(back);
        buf_free(&b);
    }
    jv_free(text);
}

static void check_base64(struct input in)
{
    struct buf text = BUF_INIT(TEXT_MAX), back = BUF_INIT(TEXT_MAX);

    base64_put(&text, in.at, in.left);
    MUST(base64_get(&back, text.bytes, text.len));
    MUST(back.len == in.left);
    MUST(in.left == 0 || memcmp(back.bytes, in.at, in.left) == 0);
    buf_clear(&back);
    buf_clear(&text);
    if (base64_get(&back, in.at, in.left)) {
        base64_put(&text, back.bytes, back.len);
        MUST(text.len == in.left);
    }
    buf_free(&text);
    buf_free(&back);
}

static void check_times(struct input in)
{
    char text[CLOCK_TEXT];
    int64_t value = -1, back = -1;

    if (clock_parse(in.at, in.left, &value)) {
        size_t len = clock_format(value, text);

        MUST(value >= 0 && clock_parse(text, len, &back));
        MUST(back == value / CLOCK_SECOND * CLOCK_SECOND);
    }
    value = -1;
    MUST(num_duration(in.at, in.left, &value) == (value >= 0));
    value = -1;
    MUST(num_decimal(in.at, in.left, 100, &value) == (value >= 0));
    value = -1;
    MUST(num_int(in.at, in.left, &value) == (value >= 0));
}

/* A message is one line that can be shown, whatever stands in it. */
static void check_message(struct input in)
{
    static char text[8192];
    int err = dup(STDERR_FILENO), fd = memfd_create("message", MFD_CLOEXEC);
    ssize_t len;

    MUST(err >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    msg_warn("%.*s", in.left < 4096 ? (int)in.left : 4096, in.at);
    MUST(dup2(err, STDERR_FILENO) >= 0);
    len = pread(fd, text, sizeof text, 0);
    MUST(len > 0 && len < (ssize_t)sizeof text);
    MUST(are_harmless_lines(text, (size_t)len));
    MUST(memchr(text, '\n', (size_t)len) == text + len - 1);
    close(fd);
    close(err);
}

/* The first document and what follows it are all that there is. */
static void check_first(struct input in)
{
    struct buf document = BUF_INIT(TEXT_MAX), rest = BUF_INIT(FIRST_REST_MAX);
    int fd = memfd_create("first", MFD_CLOEXEC);

    MUST(fd >= 0 && write(fd, in.at, in.left) == (ssize_t)in.left);
    MUST(lseek(fd, 0, SEEK_SET) == 0);
    MUST(first_read(fd, &document, &rest));
    MUST(document.len + rest.len <= in.left);
    close(fd);
    buf_free(&document);
    buf_free(&rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = input_of(bytes, len);
    unsigned how = input_byte(&in);

    switch (how & 7) {
    case 0:
        check_message(in);
        break;
    case 1:
        check_first(in);
        break;
    case 2:
        check_base64(in);
        break;
    case 3:
        check_times(in);
        break;
    case 4:
        check_strings(in);
        break;
    default:
        check_shown(in, how);
    }
    return 0;
}
