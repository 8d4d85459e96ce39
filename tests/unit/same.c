#include "base/same.h"

#include <unistd.h>

#include "scratch.h"

static void two_names_may_be_one_file(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        { "there", "there", true },
        { "there", "./there", true },
        { "there", "hard", true },
        { "there", "soft", true },
        { "there", "d/../there", true },
        { "there", "other", false },
        { "there", "missing", false },
        { "missing", "missing", true },
        { "missing", "d/missing", false },
        { "d/missing", "d/./missing", true },
        { "missing", "dangling", true },
        { "loop", "missing", false },
        { "no/missing", "no/missing", false }, /* nor can they be written */
        { "/dev/null", "/dev/null", false },
        { "d", "d", false },
        { "there", "/proc/version", false }, /* of another file system */
        { "missing", "/proc/missing", false },
        { "missing", "no/missing", false },
    };

    (void)state;
    put("there", "", 0644);
    put("other", "", 0644);
    assert_int_equal(mkdir("d", 0755), 0);
    assert_int_equal(link("there", "hard"), 0);
    assert_int_equal(symlink("there", "soft"), 0);
    assert_int_equal(symlink("missing", "dangling"), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_row(same_file(rows[i].a, rows[i].b) == rows[i].same, rows[i].b);
        assert_row(same_file(rows[i].b, rows[i].a) == rows[i].same, rows[i].b);
    }
}

static void a_name_may_be_of_what_is_open(void **state)
{
    int there, null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)state;
    put("there", "", 0644);
    put("other", "", 0644);
    assert_int_equal(symlink("there", "soft"), 0);
    there = open("there", O_RDONLY | O_CLOEXEC);
    assert_true(same_open("there", there));
    assert_true(same_open("soft", there));
    assert_false(same_open("other", there));
    assert_false(same_open("missing", there));
    assert_false(same_open("there", null));
    assert_false(same_open("/dev/null", null));
    close(there);
    assert_false(same_open("there", there));
    close(null);
}

static void only_what_is_written_is_looked_for(void **state)
{
    struct same files[] = {
        { "--plan", "there", false }, { "--weights", "there", false },
        { "--state", NULL, true },    { "--learn", "-", true },
        { "--file", "-", true },
    };
    size_t first = 9, second = 9;

    (void)state;
    put("there", "", 0644);
    assert_false(same_find(files, COUNT(files), &first, &second));
    files[2].path = "there";
    assert_true(same_find(files, COUNT(files), &first, &second));
    assert_int_equal(first, 0);
    assert_int_equal(second, 2);
    files[0].written = true; /* the earlier one */
    files[2].path = NULL;
    assert_true(same_find(files, COUNT(files), &first, &second));
    assert_int_equal(first, 0);
    assert_int_equal(second, 1);
}

#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, scratch_before, scratch_after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_names_may_be_one_file),
        TEST(a_name_may_be_of_what_is_open),
        TEST(only_what_is_written_is_looked_for),
    };

    return cmocka_run_group_tests_name("same", tests, scratch_open,
                                       scratch_close);
}
