/*
 * sources.h and run.h: many sources, and which word of which of them counts.
 */
#include "mover/sources.h"

#include "base/json.h"
#include "mover/cause.h"
#include "mover/run.h"
#include "unit.h"

#define TEXT(literal) ((struct text){ (literal), sizeof(literal) - 1 })

static struct text name_of(char *bytes, size_t room, int number)
{
    return (struct text){ bytes, (size_t)snprintf(bytes, room, "s%d", number) };
}

/* Above the ceiling each is counted, and the worst end of them is kept. */
static void more_sources_than_are_known_count_all_the_same(void **state)
{
    struct sources s = SOURCES_INIT;
    char bytes[16];

    (void)state;
    for (int i = 0; i < SOURCES_KNOWN + 2; i++)
        assert_int_equal(sources_add(&s, name_of(bytes, sizeof bytes, i), true),
                         i);
    assert_int_equal(s.count, SOURCES_KNOWN + 2);
    assert_int_equal(s.known, SOURCES_KNOWN);
    assert_int_equal(
        sources_find(&s, name_of(bytes, sizeof bytes, SOURCES_KNOWN - 1)),
        SOURCES_KNOWN - 1);
    assert_int_equal(
        sources_find(&s, name_of(bytes, sizeof bytes, SOURCES_KNOWN)), -1);
    assert_null(sources_at(&s, SOURCES_KNOWN));
    assert_null(sources_at(&s, -1));
    for (int i = 0; i < SOURCES_KNOWN; i++)
        sources_settle(&s, i, STATE_COMPLETE);
    assert_int_equal(sources_worst(&s), STATE_COMPLETE);
    sources_settle(&s, -1, STATE_FAILED); /* there is none */
    assert_int_equal(sources_worst(&s), STATE_COMPLETE);
    sources_settle(&s, SOURCES_KNOWN + 1, STATE_PARTIAL);
    assert_int_equal(sources_worst(&s), STATE_PARTIAL);
    sources_free(&s);
}

static void a_source_that_is_named_again_is_another_one(void **state)
{
    struct sources s = SOURCES_INIT;

    (void)state;
    assert_int_equal(sources_add(&s, TEXT("a"), true), 0);
    assert_int_equal(sources_add(&s, TEXT("b"), false), 1);
    assert_int_equal(sources_add(&s, TEXT("a"), true), 2);
    assert_int_equal(sources_find(&s, TEXT("a")), 2);
    assert_int_equal(sources_find(&s, TEXT("")), -1);
    sources_free(&s);
}

/* Its document may come before the word that it begins, and twice. */
static void a_document_before_its_source_is_of_that_source(void **state)
{
    const struct result result = { .state = STATE_COMPLETE,
                                   .root_id = TEXT("k1"),
                                   .snapshot_id = TEXT("a1") };
    struct buf b = BUF_INIT(64 * 1024);
    struct run r;

    (void)state;
    run_init(&r);
    run_operation(&r, OP_SNAPSHOT, PROOF_SURE, &b);
    (void)run_document(&r, TEXT("a"), &result, &b);
    assert_false(run_source(&r, TEXT("a"), &b)); /* the one that is there */
    assert_int_equal(r.sources.count, 1);
    assert_true(run_source(&r, TEXT("a"), &b)); /* another of that name */
    assert_int_equal(r.sources.count, 2);
    run_end(&r, &b);
    run_free(&r);
    buf_free(&b);
}

/* What says that it has ended says so after a failure, too. */
static void what_ends_in_any_case_is_open(void **state)
{
    static const struct {
        enum operation operation;
        bool open;
    } rows[] = {
        { OP_NONE, false },
        { OP_INDEX_RECOVER, true },
        { OP_MAINTENANCE, true },
        { OP_VERIFY, false },
    };
    struct buf b = BUF_INIT(64 * 1024);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct run r;

        run_init(&r);
        if (rows[i].operation != OP_NONE)
            run_operation(&r, rows[i].operation, PROOF_SURE, &b);
        r.done = true;
        assert_int_equal(run_is_open(&r), rows[i].open);
        run_free(&r);
    }
    buf_free(&b);
}

/* All blobs are copied, and the next command begins: it has ended well. */
static void a_sync_of_which_all_is_copied_has_ended(void **state)
{
    static const char wanted[] =
        "{\"type\":\"result\",\"operation\":\"sync\",\"state\":\"complete\"";
    struct buf b = BUF_INIT(64 * 1024);
    struct run r;

    (void)state;
    run_init(&r);
    run_operation(&r, OP_SYNC, PROOF_NUMBER, &b);
    r.copying = true;
    r.to_copy = r.copied = 7;
    run_operation(&r, OP_VERIFY, PROOF_SURE, &b);
    assert_non_null(memmem(b.bytes, b.len, wanted, sizeof wanted - 1));
    run_free(&r);
    buf_free(&b);
}

/* A source that has a result fails after all, and then another one begins: it
 * has another result. */
static void a_source_that_fails_after_its_result_has_another(void **state)
{
    const struct result result = { .state = STATE_COMPLETE,
                                   .root_id = TEXT("k1"),
                                   .snapshot_id = TEXT("a1") };
    static const char failed[] = "\"state\":\"failed\"";
    struct buf b = BUF_INIT(64 * 1024);
    struct run r;

    (void)state;
    run_init(&r);
    run_operation(&r, OP_SNAPSHOT, PROOF_SURE, &b);
    assert_true(run_source(&r, TEXT("a"), &b));
    (void)run_document(&r, TEXT("a"), &result, &b);
    r.told = true;
    r.source_failed = true;
    buf_clear(&b);
    assert_true(run_source(&r, TEXT("b"), &b));
    assert_non_null(memmem(b.bytes, b.len, failed, sizeof failed - 1));
    run_free(&r);
    buf_free(&b);
}

/* --- texts that go on */

static void a_cause_goes_on_where_it_says_so(void **state)
{
    static const struct {
        const char *text, *next;
        bool open, on;
    } rows[] = {
        { "", "x", false, false },
        { "no", "x", false, false },
        { "open /d/a", "x", true, true },
        { "open /d/a: no", "x", false, false },
        { "error uploading parts: seek: no", "seek: b", true, true },
        { "error uploading parts: seek: no", "see", true, false },
        { "error uploading parts: seek: no", "keep: b", true, false },
        { "error uploading parts: ", "x", false, false },
        { "error uploading parts: a\rb", "a: c", true, true },
        { "error uploading parts: a\nb", "a: c", true, true },
        { "error uploading parts: a\nb", "b: c", true, false },
        { "error uploading parts: a", "ab", true, true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text text = { rows[i].text, strlen(rows[i].text) };
        struct text next = { rows[i].next, strlen(rows[i].next) };
        struct cause c = CAUSE_INIT;

        assert_row(cause_is_open(text) == rows[i].open, rows[i].text);
        assert_row(cause_goes_on(text, next) == rows[i].on, rows[i].text);
        assert_int_equal(cause_begin(&c, text), rows[i].open);
        assert_int_equal(cause_add(&c, '\n', next), rows[i].on);
        buf_free(&c.text);
    }
}

static void a_cause_has_a_ceiling(void **state)
{
    static char bytes[CAUSE_CEILING + 1];
    struct cause c = CAUSE_INIT;

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, "open /", 6);
    assert_true(cause_is_open((struct text){ bytes, sizeof bytes }));
    assert_false(cause_begin(&c, (struct text){ bytes, sizeof bytes }));
    buf_free(&c.text);
    assert_true(cause_begin(&c, TEXT("open /d/a")));
    assert_false(cause_add(&c, '\n', (struct text){ bytes, sizeof bytes - 5 }));
    buf_free(&c.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_sources_than_are_known_count_all_the_same),
        cmocka_unit_test(a_source_that_is_named_again_is_another_one),
        cmocka_unit_test(a_document_before_its_source_is_of_that_source),
        cmocka_unit_test(a_sync_of_which_all_is_copied_has_ended),
        cmocka_unit_test(a_source_that_fails_after_its_result_has_another),
        cmocka_unit_test(what_ends_in_any_case_is_open),
        cmocka_unit_test(a_cause_goes_on_where_it_says_so),
        cmocka_unit_test(a_cause_has_a_ceiling),
    };

    return cmocka_run_group_tests_name("sources", tests, NULL, NULL);
}
