/* writer.h: what it makes of trackers, and of a status subresource. */
#include "server.h"

#define USUAL (PATCH_TOP | PATCH_ANNOTATION)

static const struct writer_settings settings = {
    .parts = USUAL, .choose = true, .interval = INTERVAL, .budget = BUDGET
};

/* As a phase is before its tracker's first look, and behind it. */
static const struct actionset new_phase = { .state = "running",
                                            .actions = "one/a:r,b:p",
                                            .percent = "0",
                                            .annotations = true };
static const struct actionset after_tick = { .state = "running",
                                             .actions = "one/a:r=0,b:p",
                                             .percent = "0",
                                             .annotations = true };

static int open_usual(void **state)
{
    struct server *s = malloc(sizeof *s);

    *state = s;
    server_open(s, &settings);
    return 0;
}

static int close_usual(void **state)
{
    server_close(*state);
    free(*state);
    return 0;
}

static void the_first_tick_is_repaired(void **state)
{
    struct server *s = *state;

    begins(s, &new_phase, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    assert_int_equal(s->w.tracker, TRACKER_UNKNOWN);
    waits(s, WRITER_TICK);
    pass(s, WRITER_TICK);
    server_has(s, &after_tick);
    looks(s);
    writes(s, USUAL);
    assert_percent(s, "15");
    assert_int_equal(s->w.tracker, TRACKER_SEEN);
    waits(s, WRITER_NEVER);
    say(s, "one/a:r=40.00,b:p");
    waits(s, INTERVAL); /* from the repeated write */
    pass(s, INTERVAL);
    writes(s, USUAL);
    waits(s, WRITER_NEVER);
}

/* What an hour costs: a request for each update, and a few. */
static void a_long_phase_costs_a_request_an_update(void **state)
{
    struct server *s = *state;

    begins(s, &new_phase, "one/a:r=10.00,b:p");
    writes(s, USUAL);
    waits(s, WRITER_TICK);
    pass(s, WRITER_TICK);
    server_has(s, &after_tick);
    looks(s);
    writes(s, USUAL);
    for (int i = 1; i <= 3600; i++) {
        char line[64];

        snprintf(line, sizeof line, "one/a:r=%d.%02d,b:p", 10 + i / 45,
                 i * 100 / 45 % 100);
        pass(s, S);
        say(s, line);
        if (writer_next(&s->w, s->now).act == WRITER_PATCH) {
            s->w.busy = false;
            writes(s, USUAL);
        }
    }
    assert_int_equal(s->patches, 2 + 3600 / 15);
    assert_int_equal(s->looks, 2);
}

static void each_phase_has_a_first_tick(void **state)
{
    struct server *s = *state;

    begins(s, &after_tick, "one/a:r=30.00,b:p");
    writes(s, USUAL); /* the number was there, so nothing is waited for */
    assert_int_equal(s->w.tracker, TRACKER_SEEN);
    waits(s, WRITER_NEVER);
    server_has(s, &(struct actionset){ .state = "running",
                                       .actions = "one/a:c=100,b:r",
                                       .percent = "50",
                                       .annotations = true });
    pass(s, INTERVAL);
    say(s, "one/a:c,b:r=20.00");
    looks(s);
    writes(s, USUAL);
    waits(s, WRITER_TICK);
    pass(s, WRITER_TICK);
    looks(s); /* the tracker is late */
    waits(s, WRITER_TICK);
    server_has(s, &(struct actionset){ .state = "running",
                                       .actions = "one/a:c=100,b:r=0",
                                       .percent = "50",
                                       .annotations = true });
    pass(s, WRITER_TICK);
    looks(s);
    writes(s, USUAL);
    assert_percent(s, "60");
    waits(s, WRITER_NEVER);
}

static void a_sample_does_not_use_the_look_for_a_tracker(void **state)
{
    struct server *s = *state;

    begins(s, &new_phase, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    pass(s, S);
    say(s, "one/a:r=40.00,b:p");
    waits(s, WRITER_TICK - S);
    pass(s, WRITER_TICK - S);
    looks(s); /* nothing was reset, so the interval holds */
    waits(s, WRITER_TICK);
    pass(s, WRITER_TICK);
    server_has(s, &after_tick);
    looks(s);
    writes(s, USUAL); /* and here it was */
    assert_percent(s, "20");
    waits(s, WRITER_NEVER);
}

/* A controller that has many phases comes to each of them late. */
static void a_late_first_tick_is_repaired(void **state)
{
    static const int ticks[] = { 1, 1, 1, 2, 4, 8, 16, 32, 32 };
    struct server *s = *state;

    begins(s, &new_phase, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    for (size_t i = 0; i < COUNT(ticks); i++) {
        waits(s, ticks[i] * WRITER_TICK);
        pass(s, ticks[i] * WRITER_TICK);
        looks(s);
    }
    server_has(s, &after_tick);
    waits(s, 32 * WRITER_TICK);
    pass(s, 32 * WRITER_TICK);
    looks(s);
    writes(s, USUAL | PATCH_PHASES); /* nobody seemed to */
    assert_percent(s, "15");
    server_has(s, &after_tick);
    waits(s, WRITER_TICK);
    pass(s, WRITER_TICK);
    looks(s);
    writes(s, USUAL);
    assert_percent(s, "15");
    assert_int_equal(s->w.tracker, TRACKER_SEEN);
    waits(s, WRITER_NEVER);
}

/* Looks, again and again, show no number of a tracker's. */
static void no_tracker_comes(struct server *s)
{
    for (int i = 0; i < 3; i++) {
        waits(s, WRITER_TICK);
        pass(s, WRITER_TICK);
        looks(s);
    }
    for (int ticks = 2; ticks <= 4; ticks *= 2) {
        assert_int_equal(s->w.tracker, TRACKER_UNKNOWN);
        waits(s, ticks * WRITER_TICK);
        pass(s, ticks * WRITER_TICK);
        looks(s);
    }
}

static void where_there_is_no_tracker_the_phase_is_written(void **state)
{
    struct server *s = *state;

    begins(s, &new_phase, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    no_tracker_comes(s);
    waits(s, 8 * WRITER_TICK);
    assert_int_equal(s->w.tracker, TRACKER_NONE);
    say(s, "one/a:r=40.00,b:p");
    writes(s, USUAL | PATCH_PHASES);
    waits(s, WRITER_TICK);
    pass(s, WRITER_TICK);
    looks(s); /* does it stay? */
    waits(s, 16 * WRITER_TICK);
    assert_int_equal(s->w.tracker, TRACKER_NONE);
    /* and it is written in the next phase too, from the beginning */
    server_has(s, &(struct actionset){ .state = "running",
                                       .actions = "one/a:c=100,b:r",
                                       .percent = "50",
                                       .annotations = true });
    pass(s, INTERVAL);
    say(s, "one/a:c,b:r=20.00");
    looks(s);
    writes(s, USUAL | PATCH_PHASES);
}

static void where_it_was_reset_after_all_it_is_left_alone(void **state)
{
    struct server *s = *state;

    begins(s, &new_phase, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    no_tracker_comes(s);
    say(s, "one/a:r=40.00,b:p");
    writes(s, USUAL | PATCH_PHASES);
    waits(s, WRITER_TICK);
    pass(s, WRITER_TICK);
    server_has(s, &after_tick);
    looks(s);
    writes(s, USUAL);
    assert_int_equal(s->w.tracker, TRACKER_SEEN);
    pass(s, INTERVAL);
    say(s, "one/a:r=50.00,b:p");
    writes(s, USUAL);
}

static void what_was_asked_for_is_written_in_any_case(void **state)
{
    struct server *s = *state;

    s->w.settings.choose = false;
    s->w.settings.parts = PATCH_TOP | PATCH_PHASES;
    begins(s, &after_tick, "one/a:r=30.00,b:p");
    writes(s, PATCH_TOP | PATCH_PHASES);
    waits(s, WRITER_TICK);
    pass(s, WRITER_TICK);
    server_has(s, &after_tick);
    looks(s);
    writes(s, PATCH_TOP | PATCH_PHASES);
}

/* With our own number in the phase nothing in the object tells any more. */
static void the_dialect_is_not_forgotten(void **state)
{
    struct server *s = *state;

    s->w.settings.parts = PATCH_TOP | PATCH_PHASES;
    begins(s,
           &(struct actionset){ .state = "running",
                                .actions = "one/a:r=0.00,b:p",
                                .percent = "0.00" },
           "one/a:r=30.55,b:p");
    writes(s, PATCH_TOP | PATCH_PHASES);
    assert_percent(s, "15.27");
    pass(s, WRITER_TICK);
    looks(s);
    assert_int_equal(s->w.dialect, KANISTER_DOCUMENT);
    waits(s, WRITER_TICK);
    pass(s, INTERVAL);
    say(s, "one/a:r=31.55,b:p");
    looks(s);
    writes(s, PATCH_TOP | PATCH_PHASES);
    assert_percent(s, "15.77");
}

static void an_annotation_alone_needs_no_look_for_a_tracker(void **state)
{
    struct server *s = *state;

    s->w.settings.choose = false;
    s->w.settings.parts = PATCH_ANNOTATION;
    begins(s, &new_phase, "one/a:r=30.00,b:p");
    writes(s, PATCH_ANNOTATION);
    waits(s, WRITER_NEVER);
    assert_int_equal(s->w.written, VIEW_UNKNOWN);
}

/* Nobody tracks a defer phase, so that nothing comes tells nothing. */
static void a_defer_phase_tells_nothing_of_trackers(void **state)
{
    struct server *s = *state;

    begins(s,
           &(struct actionset){ .state = "running",
                                .actions = "one/a:c=100,~z:p",
                                .percent = "100",
                                .running = "z",
                                .annotations = true },
           "one/a:c,~z:r=10.00");
    writes(s, USUAL);
    waits(s, WRITER_NEVER);
    assert_int_equal(s->w.tracker, TRACKER_UNKNOWN);
    pass(s, 100 * S);
    say(s, "one/a:c,~z:r=20.00");
    writes(s, USUAL);
}

/* The tracker of a phase that begins beside another one resets the top too. */
static void a_second_phase_has_a_first_tick_too(void **state)
{
    struct server *s = *state;

    begins(s,
           &(struct actionset){ .state = "running",
                                .actions = "one/a:r=0|two/b:p",
                                .percent = "0",
                                .annotations = true },
           "one/a:r=30.00|two/b:p");
    writes(s, USUAL);
    waits(s, WRITER_NEVER);
    server_has(s, &(struct actionset){ .state = "running",
                                       .actions = "one/a:r=0|two/b:r",
                                       .percent = "15",
                                       .annotations = true });
    pass(s, INTERVAL);
    say(s, "one/a:r=40.00|two/b:r=10.00");
    looks(s);
    writes(s, USUAL);
    assert_percent(s, "25");
    waits(s, WRITER_TICK);
    pass(s, WRITER_TICK);
    server_has(s, &(struct actionset){ .state = "running",
                                       .actions = "one/a:r=0|two/b:r=0",
                                       .percent = "0",
                                       .annotations = true });
    looks(s);
    writes(s, USUAL);
    assert_percent(s, "25");
    waits(s, WRITER_NEVER);
}

/* Where we write phases a number there is no tracker's. */
static void our_own_number_is_no_trackers(void **state)
{
    struct server *s = *state;

    s->w.tracker = TRACKER_NONE;
    begins(s,
           &(struct actionset){ .state = "running",
                                .actions = "one/a:r,c:p|two/b:r",
                                .percent = "0",
                                .annotations = true },
           "one/a:r=30.00,c:p|two/b:r=30.00");
    writes(s, USUAL | PATCH_PHASES);
    server_has(s, &(struct actionset){ .state = "running",
                                       .actions = "one/a:c=100,c:r|two/b:r=30",
                                       .percent = "43",
                                       .annotations = true });
    pass(s, WRITER_TICK);
    looks(s); /* of the first phase, which is over */
    waits(s, WRITER_TICK);
    pass(s, WRITER_TICK);
    looks(s);
    waits(s, WRITER_TICK);
    say(s, "one/a:c,c:r=1.00|two/b:r=40.00");
    pass(s, INTERVAL - 2 * WRITER_TICK);
    looks(s);
    writes(s, USUAL | PATCH_PHASES);
    assert_int_equal(s->w.tracker, TRACKER_NONE);
}

static void a_subresource_takes_two_requests(void **state)
{
    struct server *s = *state;

    s->subresource = true;
    begins(s, &after_tick, "one/a:r=30.00,b:p");
    writes(s, PATCH_ANNOTATION); /* who sees the sum sees that too */
    assert_int_equal(s->w.state, WRITER_WAITING);
    writes(s, PATCH_TOP);
    assert_int_equal(s->w.state, WRITER_CLEAN);
    waits(s, WRITER_NEVER);
    assert_percent(s, "15");
    say(s, "one/a:r=40.00,b:p");
    waits(s, INTERVAL);
    /* and what is at its end goes in both */
    writer_end(&s->w, s->now);
    writes(s, PATCH_ANNOTATION);
    writes(s, PATCH_TOP);
    (void)wants(s, WRITER_FINISHED);
}

static void a_sample_between_the_two_does_not_begin_anew(void **state)
{
    struct server *s = *state;

    s->subresource = true;
    begins(s, &after_tick, "one/a:r=30.00,b:p");
    (void)wants(s, WRITER_PATCH);
    say(s, "one/a:r=40.00,b:p");
    s->w.busy = false; /* wants() has asked for it once */
    writes(s, PATCH_ANNOTATION);
    say(s, "one/a:r=50.00,b:p");
    writes(s, PATCH_TOP); /* the sum of what the annotation says */
    assert_percent(s, "15");
    assert_int_equal(s->w.state, WRITER_WAITING);
    waits(s, INTERVAL);
    pass(s, INTERVAL);
    writes(s, PATCH_ANNOTATION);
    writes(s, PATCH_TOP);
    assert_percent(s, "25");
    assert_int_equal(s->w.state, WRITER_CLEAN);
}

static void a_second_request_that_fails_is_sent_alone(void **state)
{
    struct server *s = *state;

    s->subresource = true;
    begins(s, &after_tick, "one/a:r=30.00,b:p");
    writes(s, PATCH_ANNOTATION);
    (void)wants(s, WRITER_PATCH);
    writer_failed(&s->w, false, s->now, S);
    waits(s, INTERVAL);
    pass(s, INTERVAL);
    writes(s, PATCH_TOP);
    waits(s, WRITER_NEVER);
    assert_int_equal(s->w.state, WRITER_CLEAN);
}

static void a_subresource_shows_where_nothing_changed(void **state)
{
    struct server *s = *state;
    struct writer_step step;

    s->subresource = true;
    server_has(s, &after_tick);
    say(s, "one/a:r=30.00,b:p");
    (void)wants(s, WRITER_DISCOVER);
    writer_discovered(&s->w, false, false); /* no right to ask */
    looks(s);
    step = wants(s, WRITER_PATCH);
    assert_false(step.subresource);
    assert_true(server_patch(s, step.body, false));
    writer_patched(&s->w, server_generation(s), s->now, INTERVAL);
    assert_true(s->w.subresource);
    assert_int_equal(s->w.state, WRITER_WAITING);
    assert_percent(s, "0");
    waits(s, INTERVAL);
    pass(s, INTERVAL);
    looks(s);
    writes(s, PATCH_ANNOTATION);
    writes(s, PATCH_TOP);
    assert_percent(s, "15");
    waits(s, WRITER_NEVER);
}

static void no_subresource_is_believed_where_something_changed(void **state)
{
    static const struct {
        bool known;
        int64_t generation;
    } rows[] = { { false, 5 }, { false, 0 }, { true, 4 } };
    struct server *s = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        server_close(s);
        server_open(s, &settings);
        server_has(s, &after_tick);
        say(s, "one/a:r=30.00,b:p");
        (void)wants(s, WRITER_DISCOVER);
        writer_discovered(&s->w, rows[i].known, false);
        looks(s);
        (void)wants(s, WRITER_PATCH);
        writer_patched(&s->w, rows[i].generation, s->now, INTERVAL);
        assert_false(s->w.subresource);
        assert_int_equal(s->w.state, WRITER_CLEAN);
    }
}

/* The numbers were the object's already, so no generation had to be new. */
static void a_write_that_changes_no_number_tells_nothing(void **state)
{
    struct server *s = *state;
    struct actionset a = after_tick;

    a.percent = "15";
    a.top = ",\"sizeUploadedB\":500"; /* which no patch takes away */
    server_has(s, &a);
    say(s, "one/a:r=30.00,b:p");
    (void)wants(s, WRITER_DISCOVER);
    writer_discovered(&s->w, false, false);
    looks(s);
    (void)wants(s, WRITER_PATCH);
    writer_patched(&s->w, 4, s->now, INTERVAL);
    assert_false(s->w.subresource);
}

static void an_annotation_that_is_refused_is_left_out(void **state)
{
    static const unsigned parts[] = { USUAL, PATCH_PHASES | PATCH_ANNOTATION };
    struct server *s = *state;

    for (size_t i = 0; i < COUNT(parts); i++) {
        unsigned status = parts[i] & ~(unsigned)PATCH_ANNOTATION;

        server_close(s);
        server_open(s, &settings);
        s->w.settings.choose = false;
        s->w.settings.parts = parts[i];
        s->subresource = true;
        begins(s, &after_tick, "one/a:r=30.00,b:p");
        (void)wants(s, WRITER_PATCH);
        assert_true(writer_give_up(&s->w));
        assert_int_equal(s->w.state, WRITER_WAITING);
        writes(s, status);
        assert_int_equal(s->w.state, WRITER_CLEAN);
        say(s, "one/a:r=40.00,b:p");
        writer_end(&s->w, s->now);
        writes(s, status);
        (void)wants(s, WRITER_FINISHED);
        assert_int_equal(s->w.state, WRITER_CLEAN);
    }
}

static void a_status_that_is_refused_is_the_end(void **state)
{
    struct server *s = *state;

    s->subresource = true;
    begins(s, &after_tick, "one/a:r=30.00,b:p");
    writes(s, PATCH_ANNOTATION);
    (void)wants(s, WRITER_PATCH);
    assert_false(writer_give_up(&s->w));
    waits(s, WRITER_NEVER);
    assert_int_equal(s->w.state, WRITER_GIVEN_UP);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, open_usual, close_usual)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_tick_is_repaired),
        TEST(a_long_phase_costs_a_request_an_update),
        TEST(each_phase_has_a_first_tick),
        TEST(a_sample_does_not_use_the_look_for_a_tracker),
        TEST(a_late_first_tick_is_repaired),
        TEST(where_there_is_no_tracker_the_phase_is_written),
        TEST(where_it_was_reset_after_all_it_is_left_alone),
        TEST(what_was_asked_for_is_written_in_any_case),
        TEST(the_dialect_is_not_forgotten),
        TEST(an_annotation_alone_needs_no_look_for_a_tracker),
        TEST(a_defer_phase_tells_nothing_of_trackers),
        TEST(a_second_phase_has_a_first_tick_too),
        TEST(our_own_number_is_no_trackers),
        TEST(a_subresource_takes_two_requests),
        TEST(a_sample_between_the_two_does_not_begin_anew),
        TEST(a_second_request_that_fails_is_sent_alone),
        TEST(a_subresource_shows_where_nothing_changed),
        TEST(no_subresource_is_believed_where_something_changed),
        TEST(a_write_that_changes_no_number_tells_nothing),
        TEST(an_annotation_that_is_refused_is_left_out),
        TEST(a_status_that_is_refused_is_the_end),
    };

    return cmocka_run_group_tests_name("writer track", tests, NULL, NULL);
}
