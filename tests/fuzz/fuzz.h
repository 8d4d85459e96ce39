/*
 * What every fuzz target includes: the condition that must hold for whatever
 * bytes there are, and what holds for every text that goes out.
 *
 * A target is one file.  libFuzzer calls it with one input after the other; a
 * sanitizer, or MUST(), ends it at the first that shows a mistake.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/rec.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: not (%s)\n", __FILE__, __LINE__,           \
                    #condition);                                               \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* An input that is used up from its beginning. */
struct input {
    const char *at;
    size_t left;
};

static inline struct input input_of(const uint8_t *bytes, size_t len)
{
    return (struct input){ (const char *)bytes, len };
}

/* The next byte, 0 behind the end: by it a target chooses what to do. */
static inline unsigned input_byte(struct input *in)
{
    unsigned char byte = 0;

    if (in->left > 0) {
        byte = (unsigned char)*in->at++;
        in->left--;
    }
    return byte;
}

/* What stands before the next SEPARATOR, or the end, which are passed. */
static inline struct input input_until(struct input *in, char separator)
{
    const char *stop =
        in->left > 0 ? memchr(in->at, separator, in->left) : NULL;
    struct input piece = *in;

    if (stop == NULL) {
        in->at += in->left;
        in->left = 0;
        return piece;
    }
    piece.left = (size_t)(stop - in->at);
    in->left -= piece.left + 1;
    in->at = stop + 1;
    return piece;
}

/* Whether a terminal shows LEN bytes as what they are: UTF-8, and no control
 * character (C0, DEL, C1) in it. */
static inline bool is_harmless(const char *text, size_t len)
{
    while (len > 0) {
        unsigned char c = (unsigned char)text[0];
        size_t n = utf8_length(text, len);

        if (n == 0 || c < 0x20 || c == 0x7F ||
            (c == 0xC2 && (unsigned char)text[1] < 0xA0))
            return false;
        text += n;
        len -= n;
    }
    return true;
}

/* Whether LEN bytes are lines of such text, the last one ended too. */
static inline bool are_harmless_lines(const char *text, size_t len)
{
    struct input in = { text, len };

    if (len > 0 && text[len - 1] != '\n')
        return false;
    while (in.left > 0) {
        struct input line = input_until(&in, '\n');

        if (!is_harmless(line.at, line.left))
            return false;
    }
    return true;
}

/* A percentage that a record has, if any, is one. */
static inline void must_be_percent(jv record, const char *key)
{
    double percent;

    if (json_get_number(record, key, &percent))
        MUST(percent >= 0 && percent <= 100);
}

/* No number begins with a zero that JSON does not allow; libjq takes it.  What
 * ends a key stands behind its last letter, a quote within or before a text
 * never does. */
static inline void must_have_plain_numbers(const char *line, size_t len)
{
    for (size_t i = 1; i + 3 < len; i++)
        if (memcmp(line + i, "\":0", 3) == 0 &&
            isalpha((unsigned char)line[i - 1]))
            MUST(line[i + 3] < '0' || line[i + 3] > '9');
}

/* LEN bytes are one record with its newline.  The caller frees it. */
static inline jv must_be_record(const char *line, size_t len)
{
    static const char head[] = "{\"type\":\"";
    jv record;

    MUST(len > sizeof head && len <= REC_CEILING + 1);
    MUST(memcmp(line, head, sizeof head - 1) == 0);
    MUST(line[len - 1] == '\n' && is_harmless(line, len - 1));
    must_have_plain_numbers(line, len);
    record = json_parse(line, len - 1);
    MUST(jv_get_kind(record) == JV_KIND_OBJECT);
    return record;
}

/* Both hold the same bytes. */
static inline void must_be_same(const struct buf *a, const struct buf *b)
{
    MUST(!a->failed && !b->failed);
    MUST(a->len == b->len);
    MUST(a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

/* A reader of bytes in memory, for rec.h: in pieces whose lengths come of SEED,
 * 1 to MOST. */
struct pieces {
    const char *bytes;
    size_t left, most;
    unsigned seed;
};

static inline ssize_t pieces_read(void *arg, char *bytes, size_t n)
{
    struct pieces *p = arg;
    size_t piece;

    p->seed = p->seed * 1103515245U + 12345U;
    piece = 1 + (p->seed >> 16) % p->most;
    n = n < piece ? n : piece;
    n = n < p->left ? n : p->left;
    memcpy(bytes, p->bytes, n);
    p->bytes += n;
    p->left -= n;
    return (ssize_t)n;
}

#endif
