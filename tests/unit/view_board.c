/* view/board.h, rate.h and told.h: what a succession of statuses tells. */
#include "base/clock.h"
#include "unit.h"
#include "view/board.h"
#include "view/told.h"

static void rates_are_those_of_the_last_half_minute(void **state)
{
    struct rate r = { 0 };

    (void)state;
    assert_int_equal(rate_value(&r), -1);
    rate_add(&r, VIEWED_UNKNOWN, 5);
    rate_add(&r, CLOCK_SECOND, VIEWED_UNKNOWN);
    rate_add(&r, 100 * CLOCK_SECOND, 1000);
    rate_add(&r, 100 * CLOCK_SECOND, 5000); /* the same second */
    assert_int_equal(rate_value(&r), -1);
    rate_add(&r, 102 * CLOCK_SECOND, 3000);
    assert_int_equal(rate_value(&r), 1000);
    rate_add(&r, 102 * CLOCK_SECOND, 5000);
    assert_int_equal(rate_value(&r), 2000);
    /* what is older counts no more */
    rate_add(&r, 140 * CLOCK_SECOND, 5038);
    rate_add(&r, 150 * CLOCK_SECOND, 5048);
    assert_int_equal(rate_value(&r), 1);
    /* another upload */
    rate_add(&r, 151 * CLOCK_SECOND, 0);
    assert_int_equal(rate_value(&r), -1);
    rate_add(&r, 153 * CLOCK_SECOND, 10);
    assert_int_equal(rate_value(&r), 5);
    /* the clock was set back */
    rate_add(&r, 10 * CLOCK_SECOND, 20);
    assert_int_equal(rate_value(&r), -1);
}

static void a_rate_needs_no_more_room_in_time(void **state)
{
    struct rate r = { 0 };

    (void)state;
    for (int64_t i = 0; i < 100000; i++) {
        rate_add(&r, i * CLOCK_SECOND, i * i);
        assert_true(r.count <= RATE_SAMPLES);
    }
    /* the mean slope of a square over 30 s */
    assert_true(rate_value(&r) <= 2 * 99999 && rate_value(&r) >= 2 * 99965);
    /* huge counts do not overflow */
    r = (struct rate){ 0 };
    rate_add(&r, 0, 0);
    rate_add(&r, CLOCK_SECOND, INT64_C(1) << 53);
    assert_int_equal(rate_value(&r), INT64_C(1) << 53);
}

static struct board b;

static bool take(void *arg, struct viewed *v)
{
    struct board_entry **e = arg;

    *e = board_take(&b, v);
    return *e != NULL;
}

static struct board_entry *read_text(const char *text)
{
    struct board_entry *e = NULL;

    assert_int_equal(viewed_read(text, strlen(text), take, &e), 1);
    return e;
}

#define LINE(percent, phases)                                                  \
    "{\"type\":\"status\",\"state\":\"running\",\"actions\":[{\"name\":"       \
    "\"backup\",\"phases\":[" phases "]}],\"progress\":{"                      \
    "\"percentCompleted\":\"" percent "\"},\"detail\":{\"runningPhases\":[],"  \
    "\"actionEta\":{\"seconds\":90,\"lowSeconds\":9}}}"
#define DUMP(second, percent, moved)                                           \
    "{\"name\":\"dump\",\"state\":\"running\",\"progress\":{"                  \
    "\"progressPercent\":\"" percent "\",\"lastTransitionTime\":"              \
    "\"2023-02-20T12:49:" second "Z\",\"sizeUploadedB\":" moved                \
    ",\"estimatedUploadSizeB\":9000000,\"estimatedTimeSeconds\":35}}"
#define OTHER(name, state) "{\"name\":\"" name "\",\"state\":\"" state "\"}"
#define SET(uid, name, state)                                                  \
    "{\"kind\":\"ActionSet\",\"metadata\":{\"uid\":\"" uid                     \
    "\",\"name\":\"" name                                                      \
    "\",\"namespace\":\"kanister\"},\"status\":{\"state\":\"" state            \
    "\",\"error\":{\"message\":\"no\\nspace\"}}}"

static void the_latest_of_each_is_kept(void **state)
{
    const struct board_entry *e;

    (void)state;
    assert_false(board_final(&b));
    assert_false(board_complete(&b));
    assert_int_equal(board_percent(&b), VIEWED_UNKNOWN);
    read_text(LINE("10.00", OTHER("a", "running")));
    read_text(SET("u1", "one", "running"));
    read_text(SET("u2", "two", "complete"));
    read_text(SET("u1", "one", "complete"));
    e = read_text(LINE("50.00", OTHER("a", "running")));
    assert_int_equal(b.count, 3);
    assert_ptr_equal(e, &b.entries[0]);
    assert_int_equal(e->v.whole.percent, 5000);
    assert_int_equal(board_percent(&b), (5000 + 10000 + 10000) / 3);
    assert_false(board_final(&b));
    read_text("{\"type\":\"status\",\"state\":\"complete\"}");
    assert_true(board_final(&b));
    assert_true(board_complete(&b));
    read_text(SET("u2", "two", "failed"));
    assert_true(board_final(&b));
    assert_false(board_complete(&b));
}

static void there_are_only_so_many(void **state)
{
    char text[256];
    struct board_entry *e;

    (void)state;
    for (int i = 0; i <= BOARD_MAX; i++) {
        snprintf(text, sizeof text,
                 "{\"kind\":\"ActionSet\",\"metadata\":{\"uid\":\"u%d\"}}", i);
        errno = 1;
        if (i < BOARD_MAX)
            (void)read_text(text);
        else
            assert_int_equal(viewed_read(text, strlen(text), take, &e), -1);
    }
    assert_null(e);
    assert_int_equal(b.count, BOARD_MAX);
    assert_int_equal(b.dropped, 1);
}

static void a_phase_has_a_rate_while_it_is_the_same(void **state)
{
    struct board_entry *e;

    (void)state;
    (void)read_text(LINE("10.00", DUMP("50", "10.00", "1000000")));
    e = read_text(LINE("20.00", DUMP("54", "20.00", "3000000")));
    assert_int_equal(board_rate(e, 0), 500000);
    e = read_text(LINE("20.00", OTHER("dump", "complete")));
    assert_int_equal(board_rate(e, 0), -1);
    (void)read_text(LINE("10.00", OTHER("a", "running")));
    e = read_text(LINE("10.00", DUMP("57", "20.00", "4000000")));
    assert_int_equal(board_rate(e, 0), -1);
}

static bool told(const char *text, const char *line)
{
    struct buf out = BUF_INIT(4096);
    struct board_entry *e = read_text(text);
    bool due = told_due(e), good;

    told_put(&out, e);
    good = !out.failed && out.len == strlen(line) &&
           memcmp(out.bytes, line, out.len) == 0;
    if (!good)
        print_message("%.*s", (int)out.len, out.bytes);
    buf_free(&out);
    assert_true(good);
    assert_false(told_due(e));
    return due;
}

static void what_changes_is_told(void **state)
{
    (void)state;
    assert_true(
        told(LINE("0.00", OTHER("a", "pending") "," DUMP("50", "1.00", "10")),
             "  0.00%  running  dump 1.00%, 10 B of 9.0 MB, 35s left  "
             "(all: 1m30s left)\n"));
    assert_false(told(
        LINE("9.99", OTHER("a", "pending") "," DUMP("54", "2.00", "4000010")),
        "  9.99%  running  dump 2.00%, 4.0 MB of 9.0 MB, "
        "1.0 MB/s, 35s left  (all: 1m30s left)\n"));
    /* another tenth */
    assert_true(told(
        LINE("10.00", OTHER("a", "pending") "," DUMP("54", "2.00", "4000010")),
        " 10.00%  running  dump 2.00%, 4.0 MB of 9.0 MB, "
        "1.0 MB/s, 35s left  (all: 1m30s left)\n"));
    /* other states */
    assert_true(
        told(LINE("10.00", OTHER("a", "failed") "," OTHER("dump", "complete")),
             " 10.00%  running  a failed; dump complete  "
             "(all: 1m30s left)\n"));
    assert_false(
        told(LINE("10.00", OTHER("a", "failed") "," OTHER("dump", "complete")),
             " 10.00%  running  (all: 1m30s left)\n"));
    assert_true(told(SET("u1", "o\\u001bne", "failed"),
                     "o?ne           failed  error: no space\n"));
}

static void a_glance_sees_what_must_be_told(void **state)
{
#define GLANCE(text) told_glance(text, sizeof(text) - 1)
    (void)state;
    assert_true(GLANCE(LINE("43.33", OTHER("a", "running"))) ==
                GLANCE(LINE("49.99", OTHER("a", "running"))));
    assert_true(GLANCE(LINE("43.33", OTHER("a", "running"))) !=
                GLANCE(LINE("53.33", OTHER("a", "running"))));
    assert_true(GLANCE(LINE("9.33", OTHER("a", "running"))) !=
                GLANCE(LINE("10.33", OTHER("a", "running"))));
    assert_true(GLANCE(LINE("90.33", OTHER("a", "running"))) !=
                GLANCE(LINE("100.00", OTHER("a", "running"))));
    assert_true(GLANCE(LINE("43.33", OTHER("a", "running"))) !=
                GLANCE(LINE("43.33", OTHER("a", "complete"))));
    /* of which one changes where another was */
    assert_true(
        GLANCE(LINE("1.00", OTHER("a", "running") OTHER("b", "pending"))) !=
        GLANCE(LINE("1.00", OTHER("a", "pending") OTHER("b", "running"))));
    /* cut off where it is looked at */
    for (size_t n = 0; n < sizeof "{\"percentCompleted\":\"4"; n++)
        (void)told_glance("{\"percentCompleted\":\"4", n);
    for (size_t n = 0; n < sizeof "{\"state\":\"r"; n++)
        (void)told_glance("{\"state\":\"r", n);
}

#define NAMED(name, namespace)                                                 \
    "{\"kind\":\"ActionSet\",\"metadata\":{\"name\":\"" name                   \
    "\",\"namespace\":\"" namespace "\"},\"status\":{\"state\":\"running\"}}"

/* Without a uid the name says which it is. */
static void a_name_is_one_of_its_namespace(void **state)
{
    (void)state;
    read_text(NAMED("a", "n"));
    read_text(NAMED("a", "m"));
    read_text(NAMED("b", "n"));
    read_text(NAMED("a", "n"));
    assert_int_equal(b.count, 3);
    read_text(SET("u1", "a", "running"));
    assert_int_equal(b.count, 4);
}

/* A percent of all needs not be known of each. */
static void what_is_unknown_counts_as_nothing(void **state)
{
    (void)state;
    read_text(LINE("50.00", OTHER("a", "running")));
    read_text("{\"kind\":\"ActionSet\",\"metadata\":{\"uid\":\"u9\"}}");
    assert_int_equal(board_percent(&b), 2500);
}

static void trouble_is_told_in_a_line(void **state)
{
#define TROUBLED(verdict)                                                      \
    "{\"type\":\"status\",\"state\":\"running\",\"actions\":[{\"phases\":["    \
    "{\"name\":\"a\",\"state\":\"running\",\"progress\":{"                     \
    "\"progressPercent\":\"5.00\",\"estimatedTimeSeconds\":7}}]}],"            \
    "\"progress\":{\"percentCompleted\":\"5.00\"},\"detail\":{\"verdict\":"    \
    "\"" verdict "\"}}"
    (void)state;
    assert_true(
        told(TROUBLED("slow"), "  5.00%  running  a 5.00%, 7s left  (slow)\n"));
    assert_false(
        told(TROUBLED("stalled"), "  5.00%  running  a 5.00%  (stalled)\n"));
    assert_false(
        told(TROUBLED("running"), "  5.00%  running  a 5.00%, 7s left\n"));
}

static void what_is_deleted_is_told_once(void **state)
{
    struct board_entry *e;
    struct buf out = BUF_INIT(4096);

    (void)state;
    e = read_text(
        "{\"type\":\"DELETED\",\"object\":" SET("u1", "a", "running") "}");
    assert_true(told_due(e));
    told_put(&out, e);
    assert_false(out.failed);
    assert_false(told_due(e));
    buf_free(&out);
}

/* As many samples as there is room for, within a second or within the window.
 */
static void a_rate_has_room_for_so_many_samples(void **state)
{
    struct rate r = { .count = 0 };

    (void)state;
    rate_add(&r, 0, 0);
    rate_add(&r, CLOCK_SECOND / 2, 10);
    assert_int_equal(rate_value(&r), -1);
    for (int i = 2; i < 3 * RATE_SAMPLES; i++)
        rate_add(&r, i * CLOCK_SECOND / 2, i * 10);
    assert_true(r.count <= RATE_SAMPLES);
    assert_int_equal(rate_value(&r), 20);
}

static void one_is_forgotten(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        char text[128];

        snprintf(text, sizeof text,
                 "{\"kind\":\"ActionSet\",\"metadata\":{\"uid\":\"%d\"},"
                 "\"status\":{\"state\":\"running\"}}",
                 i);
        read_text(text);
    }
    board_forget(&b, 1);
    assert_int_equal(b.count, 2);
    assert_int_equal(b.entries[0].v.uid.bytes[0], '0');
    assert_int_equal(b.entries[1].v.uid.bytes[0], '2');
    board_forget(&b, 1);
    board_forget(&b, 0);
    assert_int_equal(b.count, 0);
    assert_false(board_final(&b));
}

static int close_board(void **state)
{
    (void)state;
    board_free(&b);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_those_of_the_last_half_minute),
        cmocka_unit_test(a_rate_needs_no_more_room_in_time),
        cmocka_unit_test_teardown(the_latest_of_each_is_kept, close_board),
        cmocka_unit_test_teardown(there_are_only_so_many, close_board),
        cmocka_unit_test_teardown(one_is_forgotten, close_board),
        cmocka_unit_test_teardown(a_name_is_one_of_its_namespace, close_board),
        cmocka_unit_test_teardown(what_is_unknown_counts_as_nothing,
                                  close_board),
        cmocka_unit_test_teardown(trouble_is_told_in_a_line, close_board),
        cmocka_unit_test_teardown(what_is_deleted_is_told_once, close_board),
        cmocka_unit_test(a_rate_has_room_for_so_many_samples),
        cmocka_unit_test_teardown(a_phase_has_a_rate_while_it_is_the_same,
                                  close_board),
        cmocka_unit_test_teardown(what_changes_is_told, close_board),
        cmocka_unit_test(a_glance_sees_what_must_be_told),
    };

    return cmocka_run_group_tests_name("view_board", tests, NULL, NULL);
}
