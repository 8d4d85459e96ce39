/* gostring.h: each string beside what Go's encoding/json made of it (go1.26,
 * json.Marshal). */
#include "kube/gostring.h"

#include "unit.h"

#define ROW(text, json)                                                        \
    {                                                                          \
        text, sizeof(text) - 1, json, sizeof(json) - 1                         \
    }

static const struct row {
    const char *text;
    size_t len;
    const char *json;
    size_t json_len;
} rows[] = {
    ROW("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F",
        "\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u"
        "000b\\f\\r\\u000e\\u000f\""),
    ROW("\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E\x1F",
        "\"\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u00"
        "19\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f\""),
    ROW(" !\"#$%&'()*+,-./", "\" !\\\"#$%\\u0026'()*+,-./\""),
    ROW("0123456789:;<=>?", "\"0123456789:;\\u003c=\\u003e?\""),
    ROW("@ABCDEFGHIJKLMNO", "\"@ABCDEFGHIJKLMNO\""),
    ROW("PQRSTUVWXYZ[\\]^_", "\"PQRSTUVWXYZ[\\\\]^_\""),
    ROW("`abcdefghijklmno", "\"`abcdefghijklmno\""),
    ROW("pqrstuvwxyz{|}~\x7F", "\"pqrstuvwxyz{|}~\x7F\""),
    ROW("", "\"\""),
    ROW("dump", "\"dump\""),
    ROW("a&b<c>d", "\"a\\u0026b\\u003cc\\u003ed\""),
    ROW("/", "\"/\""),
    ROW("\x7F", "\"\x7F\""),
    ROW("\xC2\x80\xC2\x9F", "\"\xC2\x80\xC2\x9F\""),
    ROW("\xC3\xA9", "\"\xC3\xA9\""),
    ROW("\xE6\x97\xA5\xE6\x9C\xAC", "\"\xE6\x97\xA5\xE6\x9C\xAC\""),
    ROW("\xF0\x9F\x98\x80", "\"\xF0\x9F\x98\x80\""),
    ROW("\xF4\x8F\xBF\xBF", "\"\xF4\x8F\xBF\xBF\""),
    ROW("\xE2\x80\xA7", "\"\xE2\x80\xA7\""),
    ROW("\xE2\x80\xA8", "\"\\u2028\""),
    ROW("\xE2\x80\xA9", "\"\\u2029\""),
    ROW("\xE2\x80\xAA", "\"\xE2\x80\xAA\""),
    ROW("x\xE2\x80\xA8y\xE2\x80\xA9z", "\"x\\u2028y\\u2029z\""),
    ROW("\xEF\xBF\xBD", "\"\xEF\xBF\xBD\""),
    ROW("\xEF\xBB\xBF", "\"\xEF\xBB\xBF\""),
    ROW("\xEF\xBF\xBE\xEF\xBF\xBF", "\"\xEF\xBF\xBE\xEF\xBF\xBF\""),
    ROW("\xFF", "\"\\ufffd\""),
    ROW("\xFE\xFF", "\"\\ufffd\\ufffd\""),
    ROW("\x80", "\"\\ufffd\""),
    ROW("\xBF\xBF", "\"\\ufffd\\ufffd\""),
    ROW("a\xC3", "\"a\\ufffd\""),
    ROW("a\xC3z", "\"a\\ufffdz\""),
    ROW("\xC0\x80", "\"\\ufffd\\ufffd\""),
    ROW("\xC1\xBF", "\"\\ufffd\\ufffd\""),
    ROW("\xE0\x80\x80", "\"\\ufffd\\ufffd\\ufffd\""),
    ROW("\xE0\x9F\xBF", "\"\\ufffd\\ufffd\\ufffd\""),
    ROW("\xE2\x80", "\"\\ufffd\\ufffd\""),
    ROW("\xE2\x80z", "\"\\ufffd\\ufffdz\""),
    ROW("\xE2(\xA8", "\"\\ufffd(\\ufffd\""),
    ROW("\xED\xA0\x80", "\"\\ufffd\\ufffd\\ufffd\""),
    ROW("\xED\xBF\xBF", "\"\\ufffd\\ufffd\\ufffd\""),
    ROW("\xED\xA0\xBD\xED\xB8\x80",
        "\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\""),
    ROW("\xF0\x80\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""),
    ROW("\xF0\x9F\x98", "\"\\ufffd\\ufffd\\ufffd\""),
    ROW("\xF0\x9F", "\"\\ufffd\\ufffd\""),
    ROW("\xF0\x8F\xBF\xBF", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""),
    ROW("\xF4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""),
    ROW("\xF5\x80\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""),
    ROW("\xF8\x88\x80\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\""),
    ROW("\xE2\x80\xA8\xE2\x80", "\"\\u2028\\ufffd\\ufffd\""),
    ROW("ok\xFFok\xE2\x80\xA9\xFF", "\"ok\\ufffdok\\u2029\\ufffd\""),
    ROW("\"\\\"", "\"\\\"\\\\\\\"\""),
};

static void strings_are_spelled_as_go_spells_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf b = BUF_INIT(256);

        gostring_put(&b, rows[i].text, rows[i].len);
        assert_row(!b.failed && b.len == rows[i].json_len, rows[i].json);
        assert_row(memcmp(b.bytes, rows[i].json, b.len) == 0, rows[i].json);
        buf_free(&b);
    }
}

static void a_string_goes_behind_what_is_there(void **state)
{
    struct buf b = BUF_INIT(64);

    (void)state;
    buf_str(&b, "[");
    gostring_put(&b, "a<b", 3);
    assert_int_equal(b.len, strlen("[\"a\\u003cb\""));
    assert_memory_equal(b.bytes, "[\"a\\u003cb\"", b.len);
    buf_free(&b);
}

static void nothing_behind_the_end_is_looked_at(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t len = 0; len <= rows[i].len; len++) {
            char *exact = malloc(len + (len == 0));
            struct buf b = BUF_INIT(256);

            assert_non_null(exact);
            memcpy(exact, rows[i].text, len);
            gostring_put(&b, exact, len);
            assert_row(!b.failed && b.len >= len + 2, rows[i].json);
            buf_free(&b);
            free(exact);
        }
}

static void a_long_string_is_whole_or_a_failure(void **state)
{
    enum { LONG = 100000 };
    char *text = malloc(LONG);
    struct buf b = BUF_INIT((size_t)LONG * 6 + 2);

    (void)state;
    assert_non_null(text);
    memset(text, '<', LONG);
    gostring_put(&b, text, LONG);
    assert_false(b.failed);
    assert_int_equal(b.len, LONG * 6 + 2);
    assert_memory_equal(b.bytes + b.len - 7, "\\u003c\"", 7);
    b.ceiling--;
    buf_clear(&b);
    buf_free(&b);
    gostring_put(&b, text, LONG);
    assert_true(b.failed);
    buf_free(&b);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_spelled_as_go_spells_them),
        cmocka_unit_test(a_string_goes_behind_what_is_there),
        cmocka_unit_test(nothing_behind_the_end_is_looked_at),
        cmocka_unit_test(a_long_string_is_whole_or_a_failure),
    };

    return cmocka_run_group_tests_name("gostring", tests, NULL, NULL);
}
