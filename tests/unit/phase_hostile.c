/*
 * Input that nobody should write: the rules hold for that as well, no memory is
 * kept, and clocks may do what they like.
 */
#include <malloc.h>

#include "rules.h"

enum { CASES = 20000, RECORDS = 24, HOSTILE_MAX = 2048 };

/* Values of each kind, and those at the ends of what there can be. */
static const char *const values[] = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1",
    "99.995",
    "100",
    "0.1e1",
    "1e400",
    "-1e400",
    "1e-400",
    "340282366920938463463374607431768211456",
    "9007199254740992",
    "9007199254740993",
    "-9223372036854775808",
    "18446744073709551616",
    "nan",
    "Infinity",
    "0x10",
    "\"\"",
    "\"50\"",
    "\"-1\"",
    "\"1e3\"",
    "\"99999999999999999999\"",
    "\"p0\"",
    "\"p0\\u0000\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\xc3\x28\"",
    "\"\xf4\x90\x80\x80\"",
    "\"running\"",
    "\"complete\\u0000\"",
    "\"execution\"",
    "[]",
    "[50]",
    "{}",
    "{\"progressPercent\":50}",
    "[[[[[[[[[[]]]]]]]]]]",
    "{\"type\":\"phase\",\"state\":\"complete\"}",
};

static const char *const members[] = {
    "progressPercent",
    "overallPercent",
    "sizeUploadedB",
    "sizeDownloadedB",
    "estimatedUploadSizeB",
    "estimatedDownloadSizeB",
    "hashedB",
    "estimatedTimeSeconds",
    "cachedB",
    "processedB",
    "totalObjects",
    "processedObjects",
    "action",
    "phase",
    "item",
    "of",
    "state",
    "step",
    "done",
    "type",
    "",
};

/* One that is a record but for the values that some members have. */
static void put_wrong_kinds(struct desk *d, char *text)
{
    int len = snprintf(text, HOSTILE_MAX, "{\"type\":\"%s\"",
                       any(2) ? "progress" : "phase");

    (void)d;
    for (int i = any(5); i >= 0; i--)
        len +=
            snprintf(text + len, HOSTILE_MAX - (size_t)len, ",\"%s\":%s",
                     members[any(COUNT(members))], values[any(COUNT(values))]);
    snprintf(text + len, HOSTILE_MAX - (size_t)len, "}");
}

/* A record with some bytes gone, others come, or other ones. */
static void put_broken(struct desk *d, char *text)
{
    char record[RECORD_MAX];
    size_t len;

    desk_any_record(d, record);
    snprintf(text, HOSTILE_MAX, "%s", record);
    for (int i = any(4); i >= 0; i--) {
        char *at;

        len = strlen(text);
        at = text + any((int)len + 1);
        switch (any(4)) {
        case 0: /* cut off */
            *at = '\0';
            break;
        case 1: /* another byte, or the end */
            *at = (char)(any(2) ? any(256) : "{}[]\",:\\0.-eunl"[any(15)]);
            text[len] = '\0';
            break;
        case 2: /* a byte less */
            memmove(at, at + (*at != '\0'), strlen(at + (*at != '\0')) + 1);
            break;
        default: /* a piece of it again */
            memmove(at + (text + len - at) / 2, at, strlen(at) + 1);
        }
    }
}

static void (*put)(struct desk *d, char *text);

static void one_hostile_run(void)
{
    static struct desk d;

    desk_open(&d);
    random_begin(2);
    rules_first(&d);
    for (int i = any(RECORDS); i >= 0; i--) {
        char text[HOSTILE_MAX], *exact;
        size_t len;
        bool due = false;

        desk_pass(&d, true);
        if (any(3) > 0)
            put(&d, text);
        else
            desk_any_record(&d, text);
        len = strlen(text);
        exact = malloc(len + 1); /* what is read behind it is found out */
        assert_non_null(exact);
        memcpy(exact, text, len);
        if (random_tells())
            fprintf(stderr, "%s\n", text);
        if (agg_read(&d.agg, exact, len))
            due = agg_take(&d.agg, d.now) == AGG_DUE;
        free(exact);
        rules_next(&d, ANY_PHASE, due);
    }
    agg_close(&d.agg);
}

static void values_of_the_wrong_kind_do_no_harm(void **state)
{
    (void)state;
    put = put_wrong_kinds;
    random_cases(CASES, one_hostile_run);
}

static void broken_records_do_no_harm(void **state)
{
    (void)state;
    put = put_broken;
    random_cases(CASES, one_hostile_run);
}

/* Some time within two thousand years. */
static int64_t any_time(void)
{
    static const int64_t times[] = { 0, 1, START, STEADY, INT64_C(1) << 60 };

    return any(2) ? times[any(COUNT(times))]
                  : (int64_t)(random_word() % (UINT64_C(1) << 60));
}

/* The steady clock is another one, as after a restart that nobody told of. */
static void one_run_by_bad_clocks(void)
{
    static struct desk d;

    desk_open(&d);
    random_begin(2);
    rules_first(&d);
    for (int i = any(RECORDS); i >= 0; i--) {
        char record[RECORD_MAX];

        desk_pass(&d, false);
        if (any(4) == 0)
            d.now.wall = any_time();
        if (any(4) == 0)
            d.now.steady = any_time();
        rules_next(&d, NO_PHASE, agg_tick(&d.agg, d.now) == AGG_DUE);
        desk_any_record(&d, record);
        rules_next(&d, d.about, desk_say(&d, record));
    }
    agg_close(&d.agg);
}

static void clocks_may_jump_back_and_forward(void **state)
{
    (void)state;
    random_cases(CASES, one_run_by_bad_clocks);
}

/* How much memory is in use; 0 where that is not to be known. */
static size_t in_use(void)
{
#ifdef __GLIBC__
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

static void hostile_input_is_not_kept(void **state)
{
    static struct desk d;
    size_t known = 0, rounds = getenv("PHASEPIPE_WRAP") != NULL ? 400 : 40000;

    (void)state;
    seed = FIRST_SEED;
    desk_open(&d);
    random_begin(2);
    for (size_t i = 0; i < rounds; i++) {
        char text[HOSTILE_MAX];

        (any(2) ? put_wrong_kinds : put_broken)(&d, text);
        if (agg_read(&d.agg, text, strlen(text)))
            assert_int_not_equal(agg_take(&d.agg, d.now), AGG_NO_MEMORY);
        if (i == rounds / 4)
            known = in_use(); /* all items are there, and all room */
    }
    assert_in_range(in_use(), 0, known + 4096);
    agg_close(&d.agg);
}

/* As many phases as there may be, and as heavy. */
static void the_largest_plan_adds_up(void **state)
{
    struct plan p = { 0 };
    struct whole whole;

    (void)state;
    assert_true(plan_add_action(&p, NULL, 0));
    for (int i = 0; i < PLAN_MAX_PHASES; i++) {
        char name[16];
        int len = snprintf(name, sizeof name, "%d", i);
        struct phase *phase = plan_add_phase(&p, name, (size_t)len, false);

        assert_non_null(phase);
        phase->state = PHASE_RUNNING;
        phase->progress.percent = i < 5000 ? HELD : HELD - 1;
        for (int k = 0; k < SIZES; k++)
            phase->progress.sizes[k] = COUNT_LARGEST;
        phase->weight = PHASE_WEIGHT_MAX;
    }
    assert_null(plan_add_phase(&p, "a", 1, false));
    assert_string_equal(p.why, "more than 10000 phases");
    p.weighted = true;
    whole = whole_of(&p);
    assert_int_equal(whole.percent, HELD - 1); /* 98.995 */
    assert_int_equal(whole.by_time, HELD - 1);
    assert_int_equal(whole.sizes[SIZE_UPLOADED], COUNT_LARGEST);
    p.phases[9999].progress.percent += 5000;
    assert_int_equal(whole_of(&p).by_time, HELD);
    plan_free(&p);
    for (int i = 0; i < PLAN_MAX_PHASES; i++)
        assert_true(plan_add_action(&p, "", 0));
    assert_false(plan_add_action(&p, "", 0));
    assert_string_equal(p.why, "more than 10000 actions");
    plan_free(&p);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_the_wrong_kind_do_no_harm),
        cmocka_unit_test(broken_records_do_no_harm),
        cmocka_unit_test(clocks_may_jump_back_and_forward),
        cmocka_unit_test(hostile_input_is_not_kept),
        cmocka_unit_test(the_largest_plan_adds_up),
    };

    if (!random_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
