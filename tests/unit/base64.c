#include "base/base64.h"

#include "unit.h"

static const struct {
    const char *bytes, *text;
} pairs[] = {
    /* RFC 4648 section 10 */
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
    { "\xFB\xFF\xBF", "+/+/" },
};

static void bytes_become_text_and_bytes_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct buf b = BUF_INIT(64);

        base64_put(&b, pairs[i].bytes, strlen(pairs[i].bytes));
        assert_int_equal(b.len, strlen(pairs[i].text));
        assert_row(b.len == 0 || !memcmp(b.bytes, pairs[i].text, b.len),
                   pairs[i].text);
        buf_clear(&b);
        assert_true(base64_get(&b, pairs[i].text, strlen(pairs[i].text)));
        assert_int_equal(b.len, strlen(pairs[i].bytes));
        assert_row(b.len == 0 || !memcmp(b.bytes, pairs[i].bytes, b.len),
                   pairs[i].text);
        buf_free(&b);
    }
}

static void what_is_no_base64_is_refused(void **state)
{
    static const char *const wrong[] = {
        "Z",    "Zg",     "Zg=",   "====",       "=Zg=", "Zg==Zg==", "Zm9-",
        "Zm9_", "Zm9v\n", "Zm 9v", "Zm\xC3\xA9", "Z===", "Zm9v====",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct buf b = BUF_INIT(64);

        assert_row(!base64_get(&b, wrong[i], strlen(wrong[i])), wrong[i]);
        buf_free(&b);
    }
}

static void a_nul_is_no_character(void **state)
{
    struct buf b = BUF_INIT(64);

    (void)state;
    assert_false(base64_get(&b, "Zm\0v", 4));
    buf_free(&b);
}

static void what_does_not_fit_is_told(void **state)
{
    struct buf b = BUF_INIT(5);

    (void)state;
    assert_false(base64_get(&b, "Zm9vYmFy", 8));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_text_and_bytes_again),
        cmocka_unit_test(what_is_no_base64_is_refused),
        cmocka_unit_test(a_nul_is_no_character),
        cmocka_unit_test(what_does_not_fit_is_told),
    };

    return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
