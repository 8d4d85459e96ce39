#include "phase/items.h"

#include <stdio.h>

#include "phase/pace.h"
#include "phase/track.h"
#include "random.h"

struct house {
    struct plan plan;
    struct target target;
};

static void open_house(struct house *h)
{
    *h = (struct house){ 0 };
    assert_true(plan_of_names(&h->plan, "a,b", NULL));
    assert_true(target_find(&h->target, &h->plan, NULL, "a"));
}

static enum track say(struct house *h, const char *text)
{
    static struct note note;
    struct phase *phase = NULL;

    note_read(&note, text, strlen(text));
    return track_note(&h->plan, &h->target, &note, &phase);
}

#define DONE(k, n)                                                             \
    "{\"type\":\"phase\",\"item\":" #k ",\"of\":" #n ",\"done\":true}"

static void what_is_no_record_moves_nothing(void **state)
{
    static const char *const lines[] = { "", "no record", "{\"type\":5}",
                                         "{\"type\":\"other\"}" };
    struct house h;

    (void)state;
    open_house(&h);
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_row(say(&h, lines[i]) == TRACK_NOTHING, lines[i]);
    plan_free(&h.plan);
}

/* Of one that has ended nothing is left, however it ended. */
static void nothing_is_left_of_what_has_ended(void **state)
{
    static const enum phase_state ends[] = { PHASE_COMPLETE, PHASE_FAILED };
    const struct pace pace = PACE_INIT(CLOCK_SECOND);

    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        const struct phase phase = { .state = ends[i] };

        assert_true(pace_left(&pace, &phase, NULL, 0).expected == 0);
    }
}

static void no_items_are_not_over(void **state)
{
    const struct items none = { 0 };

    (void)state;
    assert_false(items_over(&none));
}

static void k_of_n_items_are_k_nths(void **state)
{
    static const struct {
        const char *text;
        int64_t percent;
    } rows[] = {
        { DONE(0, 3), 3333 },
        { DONE(0, 3), 3333 }, /* told twice */
        { DONE(2, 3), 6666 },
        { "{\"type\":\"phase\",\"item\":1,\"state\":\"running\"}", 6666 },
        { "{\"type\":\"progress\",\"item\":1,\"progressPercent\":50}", 8333 },
        { "{\"type\":\"progress\",\"item\":1,\"progressPercent\":20}", 8333 },
        { "{\"type\":\"progress\",\"item\":1,\"progressPercent\":100}", 9900 },
        { DONE(1, 3), PERCENT_HELD },
        { "{\"type\":\"phase\",\"state\":\"complete\"}", PERCENT_WHOLE },
    };
    struct house h;

    (void)state;
    open_house(&h);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_row(say(&h, rows[i].text) == TRACK_TAKEN, rows[i].text);
        assert_row(h.plan.phases[0].progress.percent == rows[i].percent,
                   rows[i].text);
    }
    plan_free(&h.plan);
}

static void
an_item_that_failed_keeps_what_it_had_and_fails_no_phase(void **state)
{
    struct phase *phase;
    struct house h;

    (void)state;
    open_house(&h);
    phase = &h.plan.phases[0];
    say(&h, "{\"type\":\"progress\",\"item\":0,\"of\":2,"
            "\"progressPercent\":30,\"sizeUploadedB\":7}");
    say(&h, "{\"type\":\"phase\",\"item\":0,\"state\":\"failed\"}");
    say(&h, "{\"type\":\"progress\",\"item\":0,\"progressPercent\":90,"
            "\"sizeUploadedB\":9}");
    say(&h, DONE(0, 2));
    assert_int_equal(phase->state, PHASE_RUNNING);
    assert_int_equal(phase->progress.percent, 1500);
    assert_int_equal(phase->progress.sizes[SIZE_UPLOADED], 7);
    assert_int_equal(items_in(&phase->items, ITEM_FAILED), 1);
    say(&h, DONE(1, 2));
    assert_int_equal(phase->progress.percent, 6500);
    plan_free(&h.plan);
}

static void sizes_add_up_and_the_longest_time_counts(void **state)
{
    struct phase *phase;
    struct house h;

    (void)state;
    open_house(&h);
    phase = &h.plan.phases[0];
    say(&h, "{\"type\":\"progress\",\"item\":0,\"of\":3,"
            "\"progressPercent\":10,\"sizeUploadedB\":100,"
            "\"estimatedTimeSeconds\":50}");
    say(&h, "{\"type\":\"progress\",\"item\":1,\"progressPercent\":null,"
            "\"sizeUploadedB\":20,\"estimatedTimeSeconds\":70}");
    assert_int_equal(phase->progress.percent, 333);
    assert_int_equal(phase->progress.sizes[SIZE_UPLOADED], 120);
    assert_int_equal(phase->progress.sizes[SIZE_DOWNLOADED], COUNT_UNKNOWN);
    /* the third is not known of */
    assert_int_equal(phase->progress.seconds, COUNT_UNKNOWN);
    say(&h, DONE(2, 3));
    assert_int_equal(phase->progress.seconds, 70);
    say(&h, DONE(1, 3));
    assert_int_equal(phase->progress.seconds, 50);
    assert_int_equal(phase->progress.sizes[SIZE_UPLOADED], 120);
    say(&h, DONE(0, 3));
    assert_int_equal(phase->progress.seconds, COUNT_UNKNOWN);
    plan_free(&h.plan);
}

static void more_items_lower_nothing(void **state)
{
    struct phase *phase;
    struct house h;

    (void)state;
    open_house(&h);
    phase = &h.plan.phases[0];
    say(&h, DONE(0, 2));
    say(&h, DONE(1, 10));
    assert_int_equal(phase->progress.percent, 5000);
    assert_int_equal(phase->raw, 2000);
    say(&h, DONE(9, 2)); /* the larger number stands */
    assert_int_equal(phase->items.count, 10);
    assert_int_equal(items_in(&phase->items, ITEM_DONE), 3);
    plan_free(&h.plan);
}

static void an_item_that_cannot_be_is_refused(void **state)
{
    static const char *const texts[] = {
        "{\"type\":\"phase\",\"item\":0,\"done\":true}", /* of how many? */
        "{\"type\":\"phase\",\"item\":3,\"of\":3,\"done\":true}",
        "{\"type\":\"phase\",\"item\":-1,\"of\":3,\"done\":true}",
        "{\"type\":\"phase\",\"item\":0.5,\"of\":3,\"done\":true}",
        "{\"type\":\"phase\",\"item\":\"0\",\"of\":3,\"done\":true}",
        "{\"type\":\"phase\",\"item\":0,\"of\":0,\"done\":true}",
        "{\"type\":\"phase\",\"item\":0,\"of\":-3,\"done\":true}",
        "{\"type\":\"phase\",\"item\":0,\"of\":1001,\"done\":true}",
        "{\"type\":\"phase\",\"item\":0,\"of\":1e300,\"done\":true}",
        "{\"type\":\"progress\",\"item\":[],\"of\":3,\"progressPercent\":5}",
    };
    struct house h;

    (void)state;
    open_house(&h);
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_row(say(&h, texts[i]) == TRACK_NO_ITEM, texts[i]);
    assert_int_equal(h.plan.phases[0].state, PHASE_PENDING);
    assert_int_equal(h.plan.phases[0].items.count, 0);
    assert_int_equal(say(&h, DONE(999, 1000)), TRACK_TAKEN);
    assert_int_equal(h.plan.phases[0].progress.percent, 10);
    plan_free(&h.plan);
}

static void prerequisites_of_an_item_only_begin_it(void **state)
{
    struct house h;

    (void)state;
    open_house(&h);
    assert_int_equal(say(&h, "{\"type\":\"phase\",\"item\":1,\"of\":2,"
                             "\"state\":\"pending\"}"),
                     TRACK_TAKEN);
    assert_int_equal(h.plan.phases[0].state, PHASE_PENDING);
    say(&h, "{\"type\":\"phase\",\"item\":1,\"of\":2,"
            "\"step\":\"prerequisites\",\"done\":true}");
    assert_int_equal(h.plan.phases[0].state, PHASE_RUNNING);
    assert_int_equal(h.plan.phases[0].progress.percent, 0);
    assert_int_equal(items_in(&h.plan.phases[0].items, ITEM_MOVING), 1);
    say(&h, "{\"type\":\"phase\",\"item\":1,\"step\":\"execution\","
            "\"done\":true}");
    assert_int_equal(h.plan.phases[0].progress.percent, 5000);
    plan_free(&h.plan);
}

/* All of them summed up, item by item. */
static struct progress summed_up(const struct items *items)
{
    struct progress all = progress_unknown;
    int64_t percents = 0, seconds = COUNT_UNKNOWN;
    bool timed = true;

    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->each[i];

        percents += item->progress.percent;
        progress_add_sizes(all.sizes, item->progress.sizes);
        if (item->state == ITEM_FAILED || item->state == ITEM_DONE)
            continue;
        timed &= item->progress.seconds >= 0;
        if (item->progress.seconds > seconds)
            seconds = item->progress.seconds;
    }
    all.percent = percents / (int64_t)items->count;
    all.seconds = timed ? seconds : COUNT_UNKNOWN;
    return all;
}

/* The work of all of them, and whether there is none to come. */
static bool same_work(const struct items *items)
{
    struct measure all = items_measure(items);
    int64_t moved = 0, passed = 0, signs = 0;
    bool over = true;

    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->each[i];

        moved += item->moved;
        passed += item->passed;
        signs += item->signs;
        over &= item->over || item->state == ITEM_FAILED ||
                item->state == ITEM_DONE;
    }
    if (passed > COUNT_LARGEST)
        passed = COUNT_LARGEST;
    return all.moved == moved && all.passed == passed && all.signs == signs &&
           items_over(items) == over;
}

static int64_t any_count(int below)
{
    return any(4) ? any(below) : any(9) ? COUNT_UNKNOWN : COUNT_LARGEST;
}

static void any_change(struct items *items)
{
    struct progress said = { .percent = any(8) ? any(12000) : PERCENT_UNKNOWN,
                             .seconds = any(9) ? any(4) : COUNT_UNKNOWN };
    size_t index = (size_t)any((int)items->count);

    struct measure work = { .moved = any(1000),
                            .passed = any(9) ? any(1000) : COUNT_LARGEST,
                            .signs = any(1000) };

    for (int i = 0; i < SIZES; i++)
        said.sizes[i] = any_count(1000);
    if (any(16) == 0)
        HOLDS(items_grow(items, (size_t)any(12) + 1));
    else if (any(6) > 0)
        items_take(items, index, &said, &work);
    else if (any(4) == 0)
        items_end_mover(items, index);
    else
        items_set(items, index, (enum item_state)any(ITEM_STATES));
}

static void one_case(void)
{
    struct items items = { 0 };

    HOLDS(items_grow(&items, (size_t)any(12) + 1));
    for (int i = 0; i < 60; i++) {
        struct progress all, one_by_one;
        size_t in[ITEM_STATES] = { 0 };

        any_change(&items);
        all = items_together(&items);
        one_by_one = summed_up(&items);
        HOLDS(progress_equal(&all, &one_by_one));
        HOLDS(same_work(&items));
        for (size_t k = 0; k < items.count; k++)
            in[items.each[k].state]++;
        for (enum item_state s = 0; s < ITEM_STATES; s++)
            HOLDS(items_in(&items, s) == in[s]);
    }
    items_free(&items);
}

static void what_is_kept_up_is_the_sum_of_all(void **state)
{
    (void)state;
    random_cases(20000, one_case);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_record_moves_nothing),
        cmocka_unit_test(nothing_is_left_of_what_has_ended),
        cmocka_unit_test(no_items_are_not_over),
        cmocka_unit_test(k_of_n_items_are_k_nths),
        cmocka_unit_test(
            an_item_that_failed_keeps_what_it_had_and_fails_no_phase),
        cmocka_unit_test(sizes_add_up_and_the_longest_time_counts),
        cmocka_unit_test(more_items_lower_nothing),
        cmocka_unit_test(an_item_that_cannot_be_is_refused),
        cmocka_unit_test(prerequisites_of_an_item_only_begin_it),
        cmocka_unit_test(what_is_kept_up_is_the_sum_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
