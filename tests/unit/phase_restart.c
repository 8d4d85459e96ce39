/*
 * A run that is stopped anywhere, kept as text and gone on with by another
 * process, writes the lines that it would have written.
 */
#include "desk.h"

enum { CASES = 20000, RECORDS = 24 };

/* Whether both have the same line; or only the same status, as what detail says
 * of the time that is left is as old as the line. */
static void assert_same(struct desk *one, struct desk *other, bool wholly)
{
    const char *line = desk_line(one), *end = strstr(line, ",\"detail\":");

    HOLDS(end != NULL);
    if (wholly)
        end = line + strlen(line) + 1;
    if (strncmp(line, desk_line(other), (size_t)(end - line)) == 0)
        return;
    fprintf(stderr, "%sis now %s", line, desk_line(other));
    fail_msg("seed %" PRId64 ": another line", seed);
}

/* OTHER goes on from where ONE is, on a steady clock of its own. */
static void restart(struct desk *other, struct desk *one)
{
    struct buf text = BUF_INIT(RESUME_MAX);
    char why[RESUME_WHY_MAX];
    uint64_t kept = random_state;
    int64_t steady = any(1000000) * (CLOCK_SECOND / 1000);

    /* who begins looks at the times that are left */
    (void)agg_tick(&one->agg, one->now);
    HOLDS(agg_save(&one->agg, one->now, &text));
    if (random_tells())
        fprintf(stderr, "%.*s", (int)text.len, text.bytes);
    desk_make(other);
    other->now = (struct instant){ one->now.wall, steady };
    HOLDS(agg_resume(&other->agg, text.bytes, text.len, other->now, why) ==
          RESUME_TAKEN);
    HOLDS(agg_open(&other->agg, other->now));
    assert_same(one, other, false);
    random_state = kept;
    buf_free(&text);
}

static void both(struct desk *one, struct desk *other, bool due, bool other_due)
{
    HOLDS(due == other_due);
    if (due)
        assert_same(one, other, true);
}

/* Goes on with ONE, and in the same way with OTHER, if there is one. */
static void go_on(struct desk *one, struct desk *other, bool jumps)
{
    struct instant before = one->now;
    char record[RECORD_MAX];
    uint64_t kept;
    bool due;

    desk_pass(one, jumps);
    desk_any_record(one, record);
    if (other == NULL) {
        (void)agg_tick(&one->agg, one->now);
        if (any(16) == 0)
            (void)desk_refresh(one);
        (void)desk_say(one, record);
        return;
    }
    other->now.steady += one->now.steady - before.steady;
    other->now.wall = one->now.wall;
    due = agg_tick(&one->agg, one->now) == AGG_DUE;
    both(one, other, due, agg_tick(&other->agg, other->now) == AGG_DUE);
    if (any(16) == 0) {
        kept = random_state;
        due = desk_refresh(one);
        random_state = kept;
        both(one, other, due, desk_refresh(other));
    }
    due = desk_say(one, record);
    both(one, other, due, desk_say(other, record));
}

/* The wall clock jumps after the restart only: what is kept of a time is what
 * the wall clock said then. */
static void one_restart(void)
{
    static struct desk one, other, third;
    int before = any(RECORDS), between = any(3), after = any(RECORDS);

    desk_open(&one);
    random_begin(2);
    while (before-- > 0)
        go_on(&one, NULL, false);
    restart(&other, &one);
    while (between-- > 0)
        go_on(&one, &other, false);
    restart(&third, &other); /* and again, soon or at once */
    while (after-- > 0)
        go_on(&one, &third, true);
    agg_close(&one.agg);
    agg_close(&other.agg);
    agg_close(&third.agg);
}

static void who_goes_on_says_what_would_have_been_said(void **state)
{
    (void)state;
    random_cases(CASES, one_restart);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_goes_on_says_what_would_have_been_said),
    };

    if (!random_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("restart", tests, NULL, NULL);
}
