#include "base/scan.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* Up to 15 digits are exact in a double, and so are these: the quotient of
 * the two is the double that is nearest to the text. */
enum { MAX_DIGITS = 15 };
static const double power_of_ten[MAX_DIGITS + 1] = {
    1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
};

static bool is_digit(const struct scan *s, const char *at)
{
    return at < s->end && *at >= '0' && *at <= '9';
}

static bool skip(struct scan *s, char c)
{
    bool there = s->at < s->end && *s->at == c;

    s->at += there;
    return there;
}

/* A byte in each of a word's eight. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The high bit of each byte of WORD that is below 0x20, above 0x7F, a quote or
 * a backslash.  A borrow may mark a byte above such a one, never below it. */
static uint64_t special(uint64_t word)
{
    uint64_t quote = word ^ EACH('"'), backslash = word ^ EACH('\\');

    return (word | ((word - EACH(0x20)) & ~word) |
            ((quote - EACH(1)) & ~quote) |
            ((backslash - EACH(1)) & ~backslash)) &
           EACH(0x80);
}

/* The first byte at or behind AT that does not stand for itself; the end. */
static const char *skip_plain(const char *at, const char *end)
{
    while (end - at >= (ptrdiff_t)sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, at, sizeof word);
        word = special(le64toh(word));
        if (word != 0)
            return at + __builtin_ctzll(word) / 8;
        at += sizeof word;
    }
    while (at < end && (special((unsigned char)*at) & 0x80) == 0)
        at++;
    return at;
}

static bool take_hex(struct scan *s, unsigned *code)
{
    if (s->end - s->at < 4)
        return false;
    *code = 0;
    for (int i = 0; i < 4; i++) {
        char c = *s->at++;
        char lower = c | 0x20;

        if (c >= '0' && c <= '9')
            *code = *code * 16 + (unsigned)(c - '0');
        else if (lower >= 'a' && lower <= 'f')
            *code = *code * 16 + (unsigned)(lower - 'a') + 10;
        else
            return false;
    }
    return true;
}

/* An escape, behind its backslash.  Half a surrogate pair is refused. */
static bool take_escape(struct scan *s)
{
    unsigned code, low;

    if (s->at < s->end && memchr("\"\\/bfnrt", *s->at, 8) != NULL) {
        s->at++;
        return true;
    }
    if (!skip(s, 'u') || !take_hex(s, &code))
        return false;
    if (code < 0xD800 || code > 0xDFFF)
        return true;
    return code < 0xDC00 && skip(s, '\\') && skip(s, 'u') &&
           take_hex(s, &low) && low >= 0xDC00 && low <= 0xDFFF;
}

/* What does not stand for itself: an escape, or a character of several
 * bytes. */
static bool take_special(struct scan *s, struct scan_value *v)
{
    size_t n;

    if (skip(s, '\\')) {
        v->kind = SCAN_ESCAPED;
        return take_escape(s);
    }
    n = (unsigned char)*s->at >= 0x80
            ? utf8_length(s->at, (size_t)(s->end - s->at))
            : 0;
    s->at += n;
    return n > 0;
}

static bool take_string(struct scan *s, struct scan_value *v)
{
    v->kind = SCAN_STRING;
    v->text = s->at;
    s->at = skip_plain(s->at, s->end);
    while (s->at < s->end && *s->at != '"') {
        if (!take_special(s, v))
            return false;
        s->at = skip_plain(s->at, s->end);
    }
    v->len = (size_t)(s->at - v->text);
    return skip(s, '"');
}

/* A number, which begins with a digit. */
static bool take_number(struct scan *s, struct scan_value *v)
{
    const char *first = s->at, *at = first;
    int64_t digits = 0;
    ptrdiff_t whole, decimals = 0;

    for (; is_digit(s, at) && at - first <= MAX_DIGITS; at++)
        digits = digits * 10 + (*at - '0');
    whole = at - first;
    if (whole > 1 && *first == '0')
        return false;
    if (at < s->end && *at == '.') {
        const char *dot = at++;

        for (; is_digit(s, at) && at - first <= MAX_DIGITS + 1; at++)
            digits = digits * 10 + (*at - '0');
        decimals = at - dot - 1;
        if (decimals == 0)
            return false;
    }
    if (whole + decimals > MAX_DIGITS)
        return false;
    s->at = at;
    v->kind = SCAN_NUMBER;
    v->number = (double)digits;
    if (decimals > 0)
        v->number /= power_of_ten[decimals];
    return true;
}

static bool take_word(struct scan *s, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
        return false;
    s->at += len;
    return true;
}

static bool take_value(struct scan *s, struct scan_value *v)
{
    if (skip(s, '"'))
        return take_string(s, v);
    if (is_digit(s, s->at))
        return take_number(s, v);
    v->kind = SCAN_NULL;
    if (take_word(s, "null"))
        return true;
    v->kind = SCAN_BOOL;
    v->truth = take_word(s, "true");
    return v->truth || take_word(s, "false");
}

bool scan_begin(struct scan *s, const char *text, size_t len)
{
    *s = (struct scan){ .at = text, .end = text + len };
    return skip(s, '{');
}

/* C, and the one space that some writers put behind it. */
static bool skip_spaced(struct scan *s, char c)
{
    bool there = skip(s, c);

    if (there)
        (void)skip(s, ' ');
    return there;
}

enum scan_status scan_next(struct scan *s, struct scan_value *key,
                           struct scan_value *value)
{
    if (skip(s, '}'))
        return s->at == s->end ? SCAN_END : SCAN_REFUSED;
    if (s->later && !skip_spaced(s, ','))
        return SCAN_REFUSED;
    s->later = true;
    if (!skip(s, '"') || !take_string(s, key) || key->kind != SCAN_STRING ||
        !skip_spaced(s, ':') || !take_value(s, value))
        return SCAN_REFUSED;
    return SCAN_MEMBER;
}

struct scan_value scan_value_of(jv v)
{
    switch (jv_get_kind(v)) {
    case JV_KIND_TRUE:
    case JV_KIND_FALSE:
        return (struct scan_value){ .kind = SCAN_BOOL,
                                    .truth = jv_get_kind(v) == JV_KIND_TRUE };
    case JV_KIND_NUMBER:
        return (struct scan_value){ .kind = SCAN_NUMBER,
                                    .number = jv_number_value(v) };
    case JV_KIND_STRING:
        return (struct scan_value){
            .kind = SCAN_STRING,
            .text = jv_string_value(v),
            .len = (size_t)jv_string_length_bytes(jv_copy(v)),
        };
    case JV_KIND_ARRAY:
    case JV_KIND_OBJECT:
        return (struct scan_value){ .kind = SCAN_NESTED };
    default:
        return (struct scan_value){ .kind = SCAN_NULL };
    }
}

void scan_members(jv object,
                  void (*see)(void *arg, const struct scan_value *key,
                              const struct scan_value *value),
                  void *arg)
{
    if (jv_get_kind(object) != JV_KIND_OBJECT)
        return;
    for (int i = jv_object_iter(object); jv_object_iter_valid(object, i);
         i = jv_object_iter_next(object, i)) {
        jv name = jv_object_iter_key(object, i);
        jv member = jv_object_iter_value(object, i);
        struct scan_value key = scan_value_of(name);
        struct scan_value value = scan_value_of(member);

        see(arg, &key, &value);
        jv_free(name);
        jv_free(member);
    }
}
