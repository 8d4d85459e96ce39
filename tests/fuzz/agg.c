/* Records, time and later readings of the ActionSet through the aggregation:
 * what tests/unit/rules.h says of every line holds, a record is the same by
 * the fast way and by libjq, and a restart goes on from there. */
#include "../unit/rules.h"
#include "fuzz.h"

enum { LINES_MAX = 60 };

/* Two readings of one line that need not have the same bytes before them. */
static void must_be_same_note(struct note a, struct note b)
{
    MUST((a.name == NULL) == (b.name == NULL));
    if (a.name != NULL)
        MUST(a.name_len == b.name_len &&
             memcmp(a.name, b.name, a.name_len) == 0);
    MUST(a.kind == b.kind && a.action == b.action && a.phase == b.phase);
    MUST(a.item == b.item && a.of == b.of && a.overall == b.overall);
    MUST(a.state == b.state && a.result == b.result && a.step == b.step);
    MUST(a.done == b.done);
    MUST(a.progress.percent == b.progress.percent);
    MUST(a.progress.seconds == b.progress.seconds);
    MUST(memcmp(a.progress.sizes, b.progress.sizes, sizeof a.progress.sizes) ==
         0);
    MUST(memcmp(&a.work, &b.work, sizeof a.work) == 0);
}

/* A blank in front is what the fast way refuses. */
static void check_both_ways(struct input line)
{
    static char slow[REC_CEILING + 1];
    static struct note a, b;

    slow[0] = ' ';
    memcpy(slow + 1, line.at, line.left);
    note_read(&a, line.at, line.left);
    note_read(&b, slow, line.left + 1);
    must_be_same_note(a, b);
}

/* The last line that was printed is one record, and all percentages in it,
 * which are text there, are such. */
static void check_printed(struct desk *d)
{
    static const char *const keys[] = { "\"percentCompleted\":\"",
                                        "\"progressPercent\":\"" };
    const char *line = desk_line(d);

    jv_free(must_be_record(line, strlen(line)));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        for (const char *at = line; (at = strstr(at, keys[i])) != NULL;) {
            int64_t hundredths = -1;

            at += strlen(keys[i]);
            MUST(num_decimal(at, strcspn(at, "\""), 100, &hundredths));
            MUST(hundredths >= 0 && hundredths <= 10000);
        }
}

/* "@12": so many seconds pass; "@-" the wall clock goes back. */
static void pass(struct desk *d, struct input line)
{
    int64_t seconds = 0;

    if (line.left > 1 && line.at[1] == '-') {
        d->now.wall = START - 100 * CLOCK_SECOND;
        return;
    }
    (void)num_int(line.at + 1, line.left - 1, &seconds);
    d->now.steady += seconds % 100000 * CLOCK_SECOND;
    d->now.wall += seconds % 100000 * CLOCK_SECOND;
    rules_next(d, NO_PHASE, agg_tick(&d->agg, d->now) == AGG_DUE);
}

static void take(struct desk *d, struct input line)
{
    bool due = false;

    check_both_ways(line);
    if (agg_read(&d->agg, line.at, line.left)) {
        enum agg_result result = agg_take(&d->agg, d->now);

        MUST(result != AGG_NO_MEMORY);
        due = result == AGG_DUE;
    }
    rules_next(d, ANY_PHASE, due);
}

/* Another process, with the same plan as it was at the beginning. */
static void check_restart(struct desk *d)
{
    static struct desk other;
    struct buf state = BUF_INIT(RESUME_MAX);
    char why[RESUME_WHY_MAX];

    MUST(agg_save(&d->agg, d->now, &state));
    desk_make(&other);
    other.now = d->now;
    MUST(agg_resume(&other.agg, state.bytes, state.len, other.now, why) ==
         RESUME_TAKEN);
    MUST(agg_open(&other.agg, other.now));
    rules_next(&other, ALL_PHASES,
               strcmp(desk_line(&other), desk_line(d)) != 0);
    agg_close(&other.agg);
    buf_free(&state);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct desk d;
    struct input in = input_of(bytes, len);

    seed = FIRST_SEED + input_byte(&in);
    desk_open(&d);
    random_begin(2);
    rules_first(&d);
    for (int i = 0; in.left > 0 && i < LINES_MAX; i++) {
        struct input line = input_until(&in, '\n');

        if (line.left > 0 && line.at[0] == '@')
            pass(&d, line);
        else if (line.left > 0 && line.at[0] == '^')
            rules_next(&d, ALL_PHASES, desk_refresh(&d));
        else if (line.left <= REC_CEILING)
            take(&d, line);
        check_printed(&d);
    }
    check_restart(&d);
    agg_close(&d.agg);
    return 0;
}
