/* target.h: what an operand of status-patch names. */
#include "kube/target.h"

#include "scratch.h"

#define TEN      "abcdefghij"
#define HUNDRED  TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define NO_NAME  "names no ActionSet (a file of that name is ./actionset/NAME)"
#define NO_PLACE "names no namespace: it is actionset/NAMESPACE/NAME"

static void an_operand_names_what_it_says(void **state)
{
    static const struct {
        const char *operand;
        const char *object, *namespace_; /* of an ActionSet */
        const char *wrong;
    } rows[] = {
        { "actionset/a", "a", "", NULL },
        { "actionset/z9-0.a-b.0", "z9-0.a-b.0", "", NULL },
        { "actionsets/ns-1/a", "a", "ns-1", NULL },
        { "actionset/" HUNDRED HUNDRED TEN TEN TEN TEN TEN "abc",
          HUNDRED HUNDRED TEN TEN TEN TEN TEN "abc", "", NULL },
        { "actionset/" HUNDRED HUNDRED TEN TEN TEN TEN TEN "abcd", NULL, NULL,
          NO_NAME },
        { "actionset/", NULL, NULL, NO_NAME },
        { "actionset/ns/", NULL, NULL, NO_NAME },
        { "actionset/ns/a/b", NULL, NULL, NO_NAME },
        { "actionset/A", NULL, NULL, NO_NAME },
        { "actionset/a{", NULL, NULL, NO_NAME },
        { "actionset/a`", NULL, NULL, NO_NAME },
        { "actionset/a/", NULL, NULL, NO_NAME },
        { "actionset/a:", NULL, NULL, NO_NAME },
        { "actionset/a%2Fb", NULL, NULL, NO_NAME },
        { "actionset/-a", NULL, NULL, NO_NAME },
        { "actionset/a-", NULL, NULL, NO_NAME },
        { "actionset/.a", NULL, NULL, NO_NAME },
        { "actionset/a.", NULL, NULL, NO_NAME },
        { "actionset/a..b", NULL, NULL, NO_NAME },
        { "actionset/a.-b", NULL, NULL, NO_NAME },
        { "actionset/a-.b", NULL, NULL, NO_NAME },
        { "actionset//a", NULL, NULL, NO_PLACE },
        { "actionset/NS/a", NULL, NULL, NO_PLACE },
        { "actionset/" HUNDRED "/a", NULL, NULL, NO_PLACE },
        { "", NULL, NULL, "is empty" },
        { ".", NULL, NULL, "is a directory" },
        { "fifo", NULL, NULL, "is not a regular file" },
    };
    struct target t;

    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *wrong = target_open(&t, rows[i].operand);

        assert_row((wrong == NULL) == (rows[i].wrong == NULL), rows[i].operand);
        if (wrong != NULL) {
            assert_string_equal(wrong, rows[i].wrong);
        } else {
            assert_int_equal(t.kind, TARGET_ACTIONSET);
            assert_string_equal(t.object, rows[i].object);
            assert_string_equal(t.namespace_, rows[i].namespace_);
        }
    }
}

static int writes_two(const void *arg)
{
    struct target t;

    (void)arg;
    return target_open(&t, "-") == NULL && t.kind == TARGET_STDOUT &&
                   strcmp(t.name, "standard output") == 0 &&
                   target_write(&t, "a\n", 2) && target_write(&t, "b\n", 2)
               ? 0
               : 1;
}

static void a_dash_is_the_standard_output(void **state)
{
    struct child c;

    (void)state;
    run_child(&c, writes_two, NULL);
    assert_int_equal(c.status, 0);
    assert_string_equal(c.out, "a\nb\n");
}

/* A line that was cut ends before the next, which is whole then. */
static int writes_behind_a_cut(const void *arg)
{
    struct target t;
    int kept = dup(STDOUT_FILENO);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    (void)arg;
    if (target_open(&t, "-") != NULL || full < 0)
        return 1;
    dup2(full, STDOUT_FILENO);
    if (target_write(&t, "a\n", 2) || !t.torn)
        return 2;
    if (target_write(&t, "b\n", 2) || !t.torn) /* not even that it ends */
        return 3;
    dup2(kept, STDOUT_FILENO);
    return target_write(&t, "c\n", 2) && !t.torn ? 0 : 4;
}

static void a_line_that_was_cut_ends_first(void **state)
{
    struct child c;

    (void)state;
    run_child(&c, writes_behind_a_cut, NULL);
    assert_int_equal(c.status, 0);
    assert_string_equal(c.out, "\nc\n");
}

static void a_file_is_replaced_whole(void **state)
{
    struct target t;

    (void)state;
    assert_null(target_open(&t, "file"));
    assert_int_equal(t.kind, TARGET_FILE);
    assert_true(target_write(&t, "first\n", 6));
    assert_true(target_write(&t, "2\n", 2));
    assert_holds("file", "2\n");
}

#define TEST(t)                                                                \
    cmocka_unit_test_setup_teardown(t, scratch_before, scratch_after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_operand_names_what_it_says),
        TEST(a_dash_is_the_standard_output),
        TEST(a_line_that_was_cut_ends_first),
        TEST(a_file_is_replaced_whole),
    };

    return cmocka_run_group_tests_name("target", tests, scratch_open,
                                       scratch_close);
}
