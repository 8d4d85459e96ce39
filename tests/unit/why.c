/* cluster.h: what is said of why something cannot be used. */
#include "kube/cluster.h"

#include "unit.h"

static void what_is_said_is_harmless_on_a_terminal(void **state)
{
    static const struct {
        const char *text, *said;
    } rows[] = {
        { "a b", "a b" },
        { "a\tb\nc\rd\ve\f", "a b c d e " },
        { "a\x01\x08\x1B[0m\x1F", "a???[0m?" },
        { "a\x0E", "a?" },
        { "\x7F", "?" },
        { "\xC2\x80\xC2\x9F", "????" }, /* C1 */
        { "\xC2\xA0\xC2\xBF", "\xC2\xA0\xC2\xBF" },
        { "\xC2", "\xC2" }, /* cut */
        { "\xC3\x80", "\xC3\x80" },
        { "", "" },
    };
    struct cluster_why why;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        why.errnum = 1;
        assert_false(cluster_wrong(&why, "%s", rows[i].text));
        assert_string_equal(why.text, rows[i].said);
        assert_int_equal(why.errnum, 0);
    }
}

static void only_what_may_pass_may_be_tried_again(void **state)
{
    static const struct {
        int errnum;
        bool may;
    } rows[] = {
        { ENOMEM, true },  { EMFILE, true },  { ENFILE, true },
        { EIO, true },     { EINTR, true },   { EAGAIN, true },
        { 0, false },      { ENOENT, false }, { EACCES, false },
        { EISDIR, false },
    };
    struct cluster_why why;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        errno = rows[i].errnum;
        assert_false(cluster_wrong_sys(&why, "x"));
        assert_int_equal(why.errnum, rows[i].errnum);
        assert_int_equal(cluster_may_pass(&why), rows[i].may);
    }
    assert_false(cluster_no_memory(&why));
    assert_true(cluster_may_pass(&why));
    assert_string_equal(why.text, "no memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_is_harmless_on_a_terminal),
        cmocka_unit_test(only_what_may_pass_may_be_tried_again),
    };

    return cmocka_run_group_tests_name("why", tests, NULL, NULL);
}
