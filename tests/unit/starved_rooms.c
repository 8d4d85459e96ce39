/*
 * lib/phase and lib/view where memory runs out, one allocation after
 * the other: what was asked for is there, or a failure is told as what it is;
 * nothing crashes and nothing is left over.
 */
#include "base/memory.h"
#include "phase/actionset.h"
#include "phase/agg.h"
#include "starve.h"
#include "view/screen.h"

/* A failure was told as what it is. */
static void assert_told(bool good)
{
    starve.nth = 0; /* the assertions need some */
    if (!good && !starve.fired)
        fail_msg("without a failure it fails: %s", strerror(errno));
    if (!good && errno != ENOMEM)
        fail_msg("it says %s", strerror(errno));
}

/* --- phase */

static const char blueprint[] =
    "kind: Blueprint\nmetadata: {name: b}\nactions: {backup: {phases: [{name: "
    "a, func: KubeTask}, {name: c, func: KubeExec}], deferPhase: {name: d, "
    "func: ScaleWorkload}}}\n";
static const char actionset[] =
    "{\"kind\":\"ActionSet\",\"metadata\":{\"uid\":\"u\"},\"status\":{\"state\""
    ":\"running\",\"actions\":[{\"name\":\"backup\",\"blueprint\":\"b\","
    "\"phases\":[{\"name\":\"a\",\"state\":\"pending\"},{\"name\":\"c\","
    "\"state\":\"pending\"}],\"deferPhase\":{\"name\":\"d\"}}]}}";
static const char *const notes[] = {
    "{\"type\":\"phase\",\"phase\":\"a\",\"state\":\"running\"}",
    "{\"type\":\"progress\",\"progressPercent\":50,\"items\":[{\"index\":0,"
    "\"of\":2}]}",
    "{\"type\":\"progress\",\"sourceIndex\":1,\"sources\":3,"
    "\"progressPercent\":5}",
    "{\"type\":\"phase\",\"phase\":\"a\",\"state\":\"complete\"}",
};

static bool run_agg(struct agg *a, struct history *h, struct buf *kept,
                    struct instant now)
{
    if (!target_find(&a->target, &a->plan, NULL, "a") || !agg_prepare(a) ||
        !agg_expect(a, h) || !agg_open(a, now))
        return false;
    for (size_t i = 0; i < COUNT(notes); i++) {
        now.wall += CLOCK_SECOND;
        now.steady += CLOCK_SECOND;
        if (agg_read(a, notes[i], strlen(notes[i])) &&
            agg_take(a, now) == AGG_NO_MEMORY) {
            errno = ENOMEM;
            return false;
        }
    }
    if (agg_learn(a, h) < 0 || !agg_save(a, now, kept)) {
        errno = ENOMEM;
        return false;
    }
    return true;
}

/* No plan is too large, wrong or damaged for want of memory. */
static void body_agg(void)
{
    struct instant now = { 1000 * CLOCK_SECOND, 5 * CLOCK_SECOND };
    struct agg first = { .stall_after = CLOCK_SECOND };
    struct agg second = { .stall_after = CLOCK_SECOND };
    struct buf kept = BUF_INIT(1 << 20), text = BUF_INIT(1 << 20);
    struct blueprints b = { 0 };
    struct history h = { 0 }, again = { 0 };
    char why[RESUME_WHY_MAX] = "";
    bool good;

    errno = 0;
    good = blueprints_read(&b, blueprint, sizeof blueprint - 1) &&
           actionset_read(&first.plan, actionset, sizeof actionset - 1, &b) &&
           run_agg(&first, &h, &kept, now) && history_write(&h, &text) &&
           history_read(&again, text.bytes, text.len) &&
           actionset_read(&second.plan, actionset, sizeof actionset - 1, &b) &&
           target_find(&second.target, &second.plan, NULL, "a") &&
           agg_prepare(&second);
    if (good &&
        agg_resume(&second, kept.bytes, kept.len, now, why) != RESUME_TAKEN) {
        good = false;
        errno = why[0] == '\0' ? errno : EINVAL;
    }
    good = good && agg_open(&second, now);
    assert_told(good);
    if (good)
        assert_true(second.plan.phases[0].state == PHASE_COMPLETE);
    agg_close(&second);
    agg_close(&first);
    history_free(&again);
    history_free(&h);
    blueprints_free(&b);
    buf_free(&text);
    buf_free(&kept);
}

static void an_action_without_memory_is_no_wrong_one(void **state)
{
    (void)state;
    assert_true(starve_each(body_agg) > (works ? 20 : -1));
}

/* --- view */

static bool no_room; /* on the board */

static bool take(void *arg, struct viewed *v)
{
    no_room = board_take(arg, v) == NULL;
    return !no_room;
}

static void body_screen(void)
{
    static const char status[] =
        "{\"type\":\"status\",\"state\":\"running\",\"actions\":[{\"name\":"
        "\"backup\",\"phases\":[{\"name\":\"a\",\"state\":\"running\","
        "\"progress\":{\"progressPercent\":\"50.00\"}},{\"name\":\"c\","
        "\"state\""
        ":\"pending\"}]},{\"name\":\"two\",\"phases\":[{\"name\":\"z\","
        "\"state\":\"failed\"}]}],\"progress\":{\"percentCompleted\":\"25.00\"}"
        ","
        "\"error\":{\"message\":\"no\"},\"detail\":{\"verdict\":"
        "\"stalled\",\"verdictSince\":\"2023-02-20T12:49:55Z\",\"result\":{"
        "\"state\":\"partial\"}}}";
    static const char set[] =
        "{\"type\":\"DELETED\",\"object\":{\"kind\":\"ActionSet\",\"metadata\":"
        "{"
        "\"name\":\"n\",\"uid\":\"u\"},\"status\":{\"state\":\"running\"}}}";
    struct board b = { .remark = "remark" };
    struct screen s;
    bool good;

    no_room = false;
    screen_open(&s);
    good = viewed_read(status, sizeof status - 1, take, &b) == 1 &&
           viewed_read(set, sizeof set - 1, take, &b) == 1;
    good = good && screen_lay(&s, &b, (struct pen_style){ .unicode = true }, 80,
                              0, CLOCK_SECOND);
    good = good && screen_lay(&s, &b, (struct pen_style){ .unicode = true }, 80,
                              4, CLOCK_SECOND);
    assert_told(good || (no_room && errno == ECANCELED));
    assert_true(!good || s.count > 0);
    screen_close(&s);
    board_free(&b);
}

static void a_screen_without_memory_is_told(void **state)
{
    (void)state;
    assert_true(starve_each(body_screen) > (works ? 5 : -1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_action_without_memory_is_no_wrong_one),
        cmocka_unit_test(a_screen_without_memory_is_told),
    };

    return cmocka_run_group_tests_name("starved rooms", tests, starve_open,
                                       NULL);
}
