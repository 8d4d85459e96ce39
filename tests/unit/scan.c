#include "base/scan.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "unit.h"

enum { TEXTS = 200000, SLOW_TEXTS = 20000, MAX_MEMBERS = 64 };

struct member {
    struct scan_value key, value;
};

/* The members of TEXT, the later of two with one key; -1: refused. */
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

        if (!equal(&members[i].value, &theirs))
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
    "{\"a\":\"\\n\"}",
    "{\"a\\u0062\":1}",
    "{\"a\":\"tab\there\"}",
    "{\"a\":\"\x01\"}",
    "{\"a\":\"\xC3\xA9\"}",
    "{\"a\":\"1234567\xFF\"}",
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

static void every_byte_in_a_string_is_plain_or_refused(void **state)
{
    (void)state;
    for (int at = 0; at < 17; at++)
        for (int byte = 0; byte < 256; byte++) {
            char text[] = "{\"a\":\"0123456789abcdefg\"}";
            bool plain = byte >= 0x20 && byte < 0x80 && byte != '\\';

            text[6 + at] = (char)byte;
            if (byte != '"')
                assert_int_equal(accepts(text, sizeof text - 1), plain);
            else /* it ends there, and what follows is no separator */
                assert_false(accepts(text, sizeof text - 1));
        }
}

static void every_prefix_of_an_object_is_refused(void **state)
{
    static const char text[] = "{\"type\":\"progress\",\"a\":12.75,\"b\":null,"
                               "\"c\":true,\"d\":\"plain text\"}";

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
    static const char *const keys[] = { "type",     "phase",    "a",
                                        "b",        "",         "x y",
                                        "a\\u0062", "\xC3\xA9", "\xFF" };
    static const char *const values[] = {
        "null",
        "true",
        "false",
        "0",
        "\"\"",
        "\"dump\"",
        "\"a/b\"",
        "12.1",
        "-0",
        "-12.5",
        "1e2",
        "[1]",
        "{}",
        "\"\\n\"",
        "\"\t\"",
        " 1",
        "nan",
        "1.",
        "\"\xE2\x82\xAC\"",
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
        buf_str(b, random_piece(keys, 6, COUNT(keys)));
        buf_str(b, random_piece((const char *[]){ "\":", "\": ", "\"" }, 1, 3));
        if (rand() % 2 == 0) {
            random_number(number, sizeof number);
            buf_str(b, number);
        } else {
            buf_str(b, random_piece(values, 8, COUNT(values)));
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
        cmocka_unit_test(every_byte_in_a_string_is_plain_or_refused),
        cmocka_unit_test(every_prefix_of_an_object_is_refused),
        cmocka_unit_test(whatever_it_accepts_libjq_reads_the_same),
        cmocka_unit_test(members_of_a_libjq_object_are_seen_once),
        cmocka_unit_test(finds_a_word_only_where_a_string_is_the_whole_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
