#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether every string of TEXT begins where one may.  libjq 1.6 loses the
 * memory of one that does not (jv_parse.c, value()). */
static bool strings_are_apart(const char *text, size_t len)
{
    bool inside = false;
    char before = ','; /* the last that was neither space nor in a string */

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (inside && c == '\\') {
            i++;
        } else if (c == '"') {
            if (!inside && before != ',' && before != ':' && before != '{' &&
                before != '[')
                return false;
            inside = !inside;
            before = c;
        } else if (!inside && !is_space(c)) {
            before = c;
        }
    }
    return true;
}

void json_no_memory(void (*end)(void *arg))
{
    jv_nomem_handler(end, NULL);
}

jv json_parse(const char *text, size_t len)
{
    struct jv_parser *parser;
    jv first, second;
    bool more;

    /* a NUL, which is no JSON, is taken by libjq 1.6 and not by 1.7 */
    if (len == 0 || len > INT32_MAX || memchr(text, '\0', len) != NULL ||
        !strings_are_apart(text, len))
        return jv_invalid();
    parser = jv_parser_new(0);
    jv_parser_set_buf(parser, text, (int)len, 0);
    first = jv_parser_next(parser);
    second = jv_is_valid(first) ? jv_parser_next(parser) : jv_invalid();
    more = jv_is_valid(second) || jv_invalid_has_msg(jv_copy(second));
    jv_free(second);
    jv_parser_free(parser);
    if (!more && jv_is_valid(first))
        return first;
    jv_free(first);
    return jv_invalid();
}

jv json_get(jv object, const char *key)
{
    if (jv_get_kind(object) != JV_KIND_OBJECT)
        return jv_invalid();
    return jv_object_get(jv_copy(object), jv_string(key));
}

bool json_get_string(jv object, const char *key, jv *value)
{
    jv v = json_get(object, key);

    if (jv_get_kind(v) != JV_KIND_STRING) {
        jv_free(v);
        return false;
    }
    *value = v;
    return true;
}

bool json_get_number(jv object, const char *key, double *value)
{
    jv v = json_get(object, key);
    bool is_number = jv_get_kind(v) == JV_KIND_NUMBER;

    if (is_number && !isnan(jv_number_value(v)))
        *value = jv_number_value(v);
    else
        is_number = false;
    jv_free(v);
    return is_number;
}

bool json_get_int(jv object, const char *key, int64_t *value)
{
    const double largest = 9007199254740992.0; /* 2^53: exact up to here */
    double d;

    if (!json_get_number(object, key, &d) || d < 0 || d > largest ||
        d != floor(d))
        return false;
    *value = (int64_t)d;
    return true;
}

bool json_get_bool(jv object, const char *key, bool *value)
{
    jv v = json_get(object, key);
    jv_kind kind = jv_get_kind(v);

    jv_free(v);
    if (kind != JV_KIND_TRUE && kind != JV_KIND_FALSE)
        return false;
    *value = kind == JV_KIND_TRUE;
    return true;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

static void put_unicode_escape(struct buf *b, unsigned code)
{
    static const char hex[] = "0123456789abcdef";
    char escape[] = {
        '\\', 'u', '0', '0', hex[code >> 4 & 15], hex[code & 15]
    };

    buf_add(b, escape, sizeof escape);
}

/* One character that is not plain, at TEXT; returns how many bytes it has. */
static size_t put_special(struct buf *b, const unsigned char *text, size_t len)
{
    static const char letters[] = "\b\t\n\f\r\"\\";
    static const char names[] = "btnfr\"\\";
    const char *letter = memchr(letters, text[0], sizeof letters - 1);
    size_t n = utf8_length((const char *)text, len);

    if (letter != NULL) {
        buf_char(b, '\\');
        buf_char(b, names[letter - letters]);
    } else if (n == 0) {
        buf_str(b, "\xEF\xBF\xBD"); /* U+FFFD */
        return 1;
    } else if (n == 1) {
        put_unicode_escape(b, text[0]);
    } else if (text[0] == 0xC2 && text[1] < 0xA0) {
        put_unicode_escape(b, text[1]);
    } else {
        buf_add(b, (const char *)text, n);
    }
    return n;
}

void json_put_string(struct buf *b, const char *text, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;

    buf_char(b, '"');
    while (at < len) {
        size_t plain = at;

        while (plain < len && is_plain(bytes[plain]))
            plain++;
        buf_add(b, text + at, plain - at);
        at = plain;
        if (at < len)
            at += put_special(b, bytes + at, len - at);
    }
    buf_char(b, '"');
}

void json_put_value(struct buf *b, jv v)
{
    jv text = jv_dump_string(jv_copy(v), 0);

    buf_add(b, jv_string_value(text),
            (size_t)jv_string_length_bytes(jv_copy(text)));
    jv_free(text);
}

void json_put_hundredths(struct buf *b, int64_t hundredths)
{
    int64_t rest = hundredths % 100;

    json_put_int(b, hundredths / 100);
    if (rest != 0) {
        char decimals[] = { '.', (char)('0' + rest / 10),
                            (char)('0' + rest % 10) };

        buf_add(b, decimals, rest % 10 != 0 ? 3 : 2);
    }
}
