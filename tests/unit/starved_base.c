/*
 * lib/base where memory runs out, one allocation after the other: a file is
 * written, read or set aside, or stays as it was, and that there is no memory
 * is what is said.
 */
#include "base/first.h"
#include "base/store.h"
#include "scratch.h"
#include "starve.h"

/* A failure was told as what it is. */
static void assert_told(bool good)
{
    int told = errno;

    starve.nth = 0; /* the assertions need some */
    if (!good && !starve.fired)
        fail_msg("without a failure it fails: %s", strerror(told));
    if (!good && told != ENOMEM)
        fail_msg("it says %s", strerror(told));
}

static void body_replace(void)
{
    bool good;

    errno = 0;
    good = file_replace("link", "new\n", 4);
    assert_told(good);
    assert_holds("d/f", good ? "new\n" : "old\n");
    assert_int_equal(count_names("d"), 1);
    put("d/f", "old\n", 0644);
}

static void a_file_behind_a_link_is_replaced_or_stays(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0755), 0);
    assert_int_equal(symlink("d/f", "link"), 0);
    put("d/f", "old\n", 0644);
    assert_true(starve_each(body_replace) > (works ? 0 : -1));
}

static void body_store(void)
{
    struct store s;
    const char *aside = NULL;
    bool opened;

    errno = 0;
    opened = store_open(&s, "link", 0);
    if (opened)
        aside = store_set_aside(&s);
    assert_told(aside != NULL);
    store_close(&s);
    assert_holds(aside != NULL ? "f.damaged-2" : "f", "old\n");
    assert_int_equal(count_names("."), 3); /* no lock is left */
    if (aside != NULL)
        assert_int_equal(rename("f.damaged-2", "f"), 0);
}

static void a_store_without_memory_is_told(void **state)
{
    (void)state;
    assert_int_equal(symlink("f", "link"), 0);
    put("f", "old\n", 0644);
    put("f.damaged", "older\n", 0644);
    assert_true(starve_each(body_store) > (works ? 0 : -1));
    assert_holds("f.damaged", "older\n");
}

static const char stream[] = "{\"a\":1}\n{\"type\":\"progress\"}\n";

static void body_first(void)
{
    struct buf document = BUF_INIT(4096), rest = BUF_INIT(FIRST_REST_MAX);
    int fd = file_of(stream, sizeof stream - 1);
    bool good;

    errno = 0;
    good = first_read(fd, &document, &rest);
    assert_told(good);
    if (good) {
        assert_int_equal(document.len, 8);
        assert_int_equal(rest.len, sizeof stream - 1 - 8);
    }
    close(fd);
    buf_free(&document);
    buf_free(&rest);
}

/* Nor is it one that is too long. */
static void a_document_without_memory_has_not_come(void **state)
{
    (void)state;
    assert_int_equal(starve_each(body_first), works ? 2 : 0);
}

#define TEST(t)                                                                \
    cmocka_unit_test_setup_teardown(t, scratch_before, scratch_after)

static int open_all(void **state)
{
    (void)starve_open(state);
    return scratch_open(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_behind_a_link_is_replaced_or_stays),
        TEST(a_store_without_memory_is_told),
        TEST(a_document_without_memory_has_not_come),
    };

    return cmocka_run_group_tests_name("starved base", tests, open_all,
                                       scratch_close);
}
