/* shown.h: somebody else's text in a message. */
#include "base/shown.h"
#include "unit.h"

static void text_comes_out_harmless(void **state)
{
    static const struct {
        const char *text, *out;
    } rows[] = {
        { "", "" },
        { "plain text", "plain text" },
        { " \n a \t\r\n b \n", "a b" },
        { "\x1b[2J\a\x7f", "?[2J??" },
        { "\xC2\x9B"
          "2J\xC2\xA0x",
          "?2J\xC2\xA0x" },
        { "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA9\xE2\x82\xAC\xF0\x9F"
                                                  "\x98\x80" },
        { "a\xFF\xC3", "a??" },
        { "\xE2\x80\xAE"
          "abc\xE2\x81\xA6\xE2\x80\x8F\xE2\x80\xA8",
          "?abc???" },
        { "\xE2\x80\x93\xE2\x80\xA6\xE2\x80\xAF", "\xE2\x80\x93\xE2\x80\xA6"
                                                  "\xE2\x80\xAF" },
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = shown(out, sizeof out, rows[i].text, strlen(rows[i].text));

        assert_string_equal(out, rows[i].out);
        assert_int_equal(len, strlen(out));
    }
    assert_int_equal(shown(out, sizeof out, "a\0b", 3), 3);
    assert_string_equal(out, "a?b");
}

static void what_is_too_long_says_so(void **state)
{
    static const struct {
        size_t room;
        const char *text, *out;
    } rows[] = {
        { 4, "abc", "abc" },
        { 4, "abcd", "..." },
        { 6, "abcdef", "ab..." },
        { 6, "abcde", "abcde" },
        { 6, "abcde  ", "abcde" },
        { 7, "ab cdefg", "ab..." },
        { 7, "a\xC3\xA9\xC3\xA9\xC3\xA9", "a\xC3\xA9..." },
        { 8, "\xF0\x9F\x98\x80\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80..." },
        { 7, "\xF0\x9F\x98\x80\xF0\x9F\x98\x80", "..." },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *out = malloc(rows[i].room); /* nothing lies behind it */

        shown(out, rows[i].room, rows[i].text, strlen(rows[i].text));
        assert_string_equal(out, rows[i].out);
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_comes_out_harmless),
        cmocka_unit_test(what_is_too_long_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
