#include "base/scan.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "unit.h"

enum { TEXTS = 200000, SLOW_TEXTS = 20000, MAX_MEMBERS = 64 };

struct member {
    struct scan_value key, value;
};

/* The members of TEXT, the later of two with one key; -1: refused.  Whoever
 * asks for a value with escapes is refused too: here nobody does. */
static int scan_all(const char *text, size_t len, struct member *members)
{
    struct scan s;
    struct scan_value key, value;
    enum scan_status status;
    int count = 0;

    if (!scan_begin(&s, text, len))
        return -1;
    while ((status = scan_next(&s, &key, &value)) == SCAN_MEMBER) {
        int i = 0;

        while (i < count && (members[i].key.len != key.len ||
                             memcmp(members[i].key.text, key.text, key.len)))
            i++;
        assert_true(i < MAX_MEMBERS);
        members[i] = (struct member){ key, value };
        count = i == count ? count + 1 : count;
    }
    return status == SCAN_END ? count : -1;
}

static bool equal(const struct scan_value *a, const struct scan_value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case SCAN_BOOL:
        return a->truth == b->truth;
    case SCAN_NUMBER:
        return memcmp(&a->number, &b->number, sizeof a->number) == 0;
    case SCAN_STRING:
        return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
    default:
        return true;
    }
}

/* Whether OURS says nothing of a value that is not so in libjq's THEIRS. */
static bool agree(const struct scan_value *ours,
                  const struct scan_value *theirs)
{
    if (ours->kind == SCAN_ESCAPED)
        return theirs->kind == SCAN_STRING && theirs->len < ours->len &&
               memchr(ours->text, '\\', ours->len) != NULL;
    return equal(ours, theirs);
}

/* Fails where libjq reads TEXT otherwise than as these members. */
static void assert_libjq_agrees(const char *text, size_t len,
                                const struct member *members, int count)
{
    jv object = json_parse(text, len);

    if (jv_get_kind(object) != JV_KIND_OBJECT ||
        jv_object_length(jv_copy(object)) != count)
        fail_msg("libjq reads something else: %.*s", (int)len, text);
    for (int i = 0; i < count; i++) {
        const struct scan_value *key = &members[i].key;
        jv value = jv_object_get(jv_copy(object),
                                 jv_string_sized(key->text, (int)key->len));
        struct scan_value theirs = scan_value_of(value);

        if (!agree(&members[i].value, &theirs))
            fail_msg("%.*s: libjq differs: %.*s", (int)key->len, key->text,
                     (int)len, text);
        jv_free(value);
    }
    jv_free(object);
}

/* Scans a copy with nothing behind it, so that a sanitizer sees a look too
 * far; true where it was accepted, and then libjq agrees. */
static bool accepts(const char *text, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);
    struct member members[MAX_MEMBERS];
    int count;

    assert_non_null(copy);
    memcpy(copy, text, len);
    count = scan_all(copy, len, members);
    if (count >= 0)
        assert_libjq_agrees(copy, len, members, count);
    free(copy);
    return count >= 0;
}

static void accepts_what_programs_write(void **state)
{
    static const char *const rows[] = {
        "{}",
        "{\"a\":1}",
        "{\"a\":\"\",\"\":null}",
        "{\"a\":true,\"b\":false,\"c\":null,\"d\":\"x\"}",
        "{\"a\":1,\"a\":2,\"a\":\"last\"}",
        "{\"a\": 1, \"b\": null, \"c\": \"x\"}",
        "{\"a\":0,\"b\":0.0,\"c\":0.5,\"d\":12.1,\"e\":100}",
        "{\"a\":123456789012345,\"b\":12345.6789012345,\"c\":0.12345678901234}",
        "{\"a\":\"1234567\",\"b\":\"12345678\",\"c\":\"123456789 {}[],:\"}",
        "{\"type\":\"progress\",\"source\":\"app@host:/data\","
        "\"progressPercent\":12.1,\"sizeUploadedB\":0,"
        "\"estimatedUploadSizeB\":4500000000,\"estimatedTimeSeconds\":35}",
        "{\"delete is plain\":\"\x7F\"}",
        "{\"d\xC3\xA4ta\":\"\xC3\xA9\"}",
        "{\"\":\"1234567\xE2\x82\xAC\xF0\x9F\x98\x80\"}",
        "{\"a\":\"\xEF\xBF\xBF\xEF\xBB\xBF\xC2\x80\xF4\x8F\xBF\xBF\"}",
        "{\"a\":\"\\n\",\"b\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"c\":1}",
        "{\"a\":\"d\\u00e4ta\",\"b\":\"\\u0000\\uFfFd\"}",
        "{\"a\":\"\\ud83d\\uDE00\",\"b\":\"\\uD800\\uDC00\\udbff\\udfff\"}",
        "{\"a\":\"\\\\u12\",\"a\":1,\"b\":2,\"b\":\"\\\\\"}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(accepts(rows[i], strlen(rows[i])), rows[i]);
}

static const char *const unsure[] = {
    "",
    "{",
    "}",
    "[]",
    "1",
    "{}}",
    "{} ",
    " {}",
    "{ }",
    "{,}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,\"a\":1}",
    "{\"a\":1 }",
    "{\"a\":  1}",
    "{\"a\" :1}",
    "{\"a\":\t1}",
    "{\"a\":1,  \"b\":2}",
    "{ \"a\":1}",
    "{\"a\":1\"b\":2}",
    "{\"a\":1}{\"a\":1}",
    "{\"a\":[1]}",
    "{\"a\":{}}",
    "{\"a\":-1}",
    "{\"a\":+1}",
    "{\"a\":01}",
    "{\"a\":00}",
    "{\"a\":.5}",
    "{\"a\":-}",
    "{\"a\":-.5}",
    "{\"a\":-\"b\"}",
    "{\"a\":1.}",
    "{\"a\":1.2.3}",
    "{\"a\":1e3}",
    "{\"a\":1E3}",
    "{\"a\":1234567890123456}",
    "{\"a\":1.234567890123456}",
    "{\"a\":99999999999999999999999999}",
    "{\"a\":nan}",
    "{\"a\":NaN}",
    "{\"a\":nul}",
    "{\"a\":truex}",
    "{\"a\":TRUE}",
    "{\"a\":'x'}",
    "{a:1}",
    "{\"a\\u0062\":1}",
    "{\"a\\\\\":1}",
    "{\"a\":\"\\a\"}",
    "{\"a\":\"\\N\"}",
    "{\"a\":\"\\",
    "{\"a\":\"\\\"}",
    "{\"a\":\"\\u12g4\"}",
    "{\"a\":\"\\u12",
    "{\"a\":\"\\U0041\"}",
    "{\"a\":\"\\uD800\"}",
    "{\"a\":\"\\uDC00\"}",
    "{\"a\":\"\\uD800x\"}",
    "{\"a\":\"\\uD800\\n\"}",
    "{\"a\":\"\\uD800\\u0041\"}",
    "{\"a\":\"\\uD800\\uD800\"}",
    "{\"a\":\"\\uDC00\\uD800\"}",
    "{\"a\":\"\\uD800\\uE000\"}",
    "{\"a\":\"\\uD800\\u",
    "{\"a\":\"\\n\t\"}",
    "{\"a\":\"\\n\xC3\"}",
    "{\"a\":\"tab\there\"}",
    "{\"a\":\"\x01\"}",
    "{\"a\":\"\xC3\"}",
    "{\"a\":\"\xC3",
    "{\"a\":\"\xC3(\"}",
    "{\"a\":\"\xA9\"}",
    "{\"a\":\"\xC0\xAF\"}",
    "{\"a\":\"\xE0\x80\xAF\"}",
    "{\"a\":\"\xED\xA0\x80\"}",
    "{\"a\":\"\xF0\x80\x80\x80\"}",
    "{\"a\":\"\xF4\x90\x80\x80\"}",
    "{\"a\":\"\xF8\x88\x80\x80\x80\"}",
    "{\"a\":\"1234567\xFF\"}",
    "{\"\xFF\":1}",
    "{\"a\":\"open",
    "{\"a\":\"12345678",
    "{\"a",
};

static void refuses_what_it_is_not_sure_of(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(unsure); i++)
        assert_row(!accepts(unsure[i], strlen(unsure[i])), unsure[i]);
    assert_false(accepts("{\"a\":\"\0\"}", 9));
    assert_false(accepts("{\"a\":1}\0", 8));
}

static void every_byte_in_a_string_is_ascii_or_refused(void **state)
{
    (void)state;
    for (int at = 0; at < 17; at++)
        for (int byte = 0; byte < 256; byte++) {
            char text[] = "{\"a\":\"0123456789ACDEGHI\"}";
            /* (what stands behind a backslash here is no escape) */
            bool plain = byte >= 0x20 && byte < 0x80 && byte != '\\';

            text[6 + at] = (char)byte;
            if (byte != '"')
                assert_int_equal(accepts(text, sizeof text - 1), plain);
            else /* it ends there, and what follows is no separator */
                assert_false(accepts(text, sizeof text - 1));
        }
}

static size_t put_utf8(char *text, unsigned code)
{
    if (code < 0x800) {
        text[0] = (char)(0xC0 | code >> 6);
        text[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        text[0] = (char)(0xE0 | code >> 12);
        text[1] = (char)(0x80 | (code >> 6 & 0x3F));
        text[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    text[0] = (char)(0xF0 | code >> 18);
    text[1] = (char)(0x80 | (code >> 12 & 0x3F));
    text[2] = (char)(0x80 | (code >> 6 & 0x3F));
    text[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static void every_character_is_taken_but_no_surrogate(void **state)
{
    unsigned step = getenv("PHASEPIPE_WRAP") != NULL ? 0x3F1 : 0x11;

    (void)state;
    for (unsigned code = 0x80; code <= 0x140000; code += step) {
        char text[16] = "{\"a\":\"";
        size_t len = 6;
        bool character = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);

        len += put_utf8(text + len, code);
        text[len++] = '"';
        text[len++] = '}';
        if (accepts(text, len) != character)
            fail_msg("U+%04X", code);
    }
}

static void escapes_are_taken_as_libjq_takes_them(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char text[] = "{\"a\":\"\\. 34567\"}";
        bool known = byte != 0 && strchr("\"\\/bfnrt", byte) != NULL;

        text[7] = (char)byte;
        assert_int_equal(accepts(text, sizeof text - 1), known);
    }
    for (int at = 0; at < 4; at++)
        for (int byte = 0; byte < 256; byte++) {
            char text[] = "{\"a\":\"\\u0123\"}";
            bool hex = (byte >= '0' && byte <= '9') ||
                       (byte >= 'a' && byte <= 'f') ||
                       (byte >= 'A' && byte <= 'F');

            text[8 + at] = (char)byte;
            assert_int_equal(accepts(text, sizeof text - 1), hex);
        }
}

static void every_prefix_of_an_object_is_refused(void **state)
{
    static const char text[] = "{\"type\":\"progress\",\"a\":12.75,\"b\":null,"
                               "\"c\":true,\"d\":\"plain text\","
                               "\"e\":\"\xC3\xA9\",\"f\":\"\\\\\","
                               "\"g\":\"\\ud83d\\ude00\"}";

    (void)state;
    for (size_t len = 0; len < sizeof text - 1; len++)
        assert_false(accepts(text, len));
    assert_true(accepts(text, sizeof text - 1));
}

/* A piece of a text to be: mostly plain, now and then not. */
static const char *random_piece(const char *const *pieces, size_t plain,
                                size_t all)
{
    return pieces[(size_t)rand() % (rand() % 32 == 0 ? all : plain)];
}

static size_t random_number(char *text, size_t room)
{
    int whole = rand() % 16, decimals = rand() % 3 == 0 ? rand() % 12 : 0;
    size_t len = 0;

    for (int i = 0; i < whole + (whole == 0) && len + 2 < room; i++)
        text[len++] = (char)('0' + rand() % 10);
    if (decimals > 0)
        text[len++] = '.';
    for (int i = 0; i < decimals && len + 1 < room; i++)
        text[len++] = (char)('0' + rand() % 10);
    text[len] = '\0';
    return len;
}

static void random_object(struct buf *b)
{
    static const char *const keys[] = { "type",        "phase",    "a",
                                        "b",           "",         "x y",
                                        "d\xC3\xA4ta", "\xC3\xA9", "a\\u0062",
                                        "\xFF" };
    static const char *const values[] = {
        "null",
        "true",
        "false",
        "0",
        "\"\"",
        "\"dump\"",
        "\"a/b\"",
        "12.1",
        "\"\\n\"",
        "\"app@host:/d\xC3\xA4ta\"",
        "\"d\\u00e4ta \\\"x\\\" \\ud83d\\ude00\"",
        "\"\xE2\x82\xAC \xF0\x9F\x98\x80\"",
        "-0",
        "-12.5",
        "1e2",
        "[1]",
        "{}",
        "\"\t\"",
        "\"\\ud83d\"",
        "\"\\q\"",
        " 1",
        "nan",
        "1.",
        "\"\xED\xA0\x80\"",
        "00.5",
        "tru",
    };
    int members = rand() % 6;

    buf_char(b, '{');
    for (int i = 0; i < members; i++) {
        char number[32];

        buf_str(b, i > 0 ? random_piece((const char *[]){ ",", ", ", "" }, 1, 3)
                         : "");
        buf_char(b, '"');
        buf_str(b, random_piece(keys, 8, COUNT(keys)));
        buf_str(b, random_piece((const char *[]){ "\":", "\": ", "\"" }, 1, 3));
        if (rand() % 2 == 0) {
            random_number(number, sizeof number);
            buf_str(b, number);
        } else {
            buf_str(b, random_piece(values, 12, COUNT(values)));
        }
    }
    buf_str(b, random_piece((const char *[]){ "}", "}}", " }", "" }, 1, 4));
}

static void whatever_it_accepts_libjq_reads_the_same(void **state)
{
    /* fewer where a wrapper makes each slow */
    int texts = getenv("PHASEPIPE_WRAP") != NULL ? SLOW_TEXTS : TEXTS;
    struct buf b = BUF_INIT(4096);
    int accepted = 0;

    (void)state;
    srand(20230220);
    for (int i = 0; i < texts; i++) {
        buf_clear(&b);
        random_object(&b);
        if (rand() % 8 == 0) /* one byte is another */
            b.bytes[(size_t)rand() % b.len] = (char)rand();
        assert_false(b.failed);
        accepted += accepts(b.bytes, b.len);
    }
    assert_in_range(accepted, texts / 4, texts * 3 / 4);
    buf_free(&b);
}

static void count_see(void *arg, const struct scan_value *key,
                      const struct scan_value *value)
{
    (void)key;
    *(int *)arg += 1 + 100 * (value->kind == SCAN_NESTED);
}

static void members_of_a_libjq_object_are_seen_once(void **state)
{
    static const char text[] = "{\"a\":[1],\"b\":{},\"c\":-1e3,\"d\":\"\\n\"}";
    jv object = json_parse(text, sizeof text - 1);
    int sum = 0;

    (void)state;
    scan_members(object, count_see, &sum);
    assert_int_equal(sum, 204);
    scan_members(jv_null(), count_see, &sum);
    assert_int_equal(sum, 204);
    jv_free(object);
}

static void finds_a_word_only_where_a_string_is_the_whole_of_it(void **state)
{
    static const struct scan_word words[] = { SCAN_WORD("dump"),
                                              SCAN_WORD("dumps") };
    struct scan_value v = { .kind = SCAN_STRING, .text = "dumps", .len = 5 };

    (void)state;
    assert_int_equal(scan_find(&v, words, 2), 1);
    v.len = 4;
    assert_int_equal(scan_find(&v, words, 2), 0);
    v.len = 3;
    assert_int_equal(scan_find(&v, words, 2), 2);
    v = (struct scan_value){ .kind = SCAN_NUMBER, .text = "dump", .len = 4 };
    assert_int_equal(scan_find(&v, words, 2), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_what_programs_write),
        cmocka_unit_test(refuses_what_it_is_not_sure_of),
        cmocka_unit_test(every_byte_in_a_string_is_ascii_or_refused),
        cmocka_unit_test(every_character_is_taken_but_no_surrogate),
        cmocka_unit_test(escapes_are_taken_as_libjq_takes_them),
        cmocka_unit_test(every_prefix_of_an_object_is_refused),
        cmocka_unit_test(whatever_it_accepts_libjq_reads_the_same),
        cmocka_unit_test(members_of_a_libjq_object_are_seen_once),
        cmocka_unit_test(finds_a_word_only_where_a_string_is_the_whole_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
