/* writer.h: what comes when, on a clock of the tests' own. */
#include "server.h"

#define USUAL (PATCH_TOP | PATCH_ANNOTATION)

static const struct writer_settings settings = { .parts = USUAL,
                                                 .interval = INTERVAL,
                                                 .budget = BUDGET };

/* A tracker has been there already, so nothing is to be waited for. */
static const struct actionset usual = { .state = "running",
                                        .actions = "one/a:r=0,b:p",
                                        .percent = "0" };

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

static void the_first_look_waits_for_no_sample(void **state)
{
    struct server *s = *state;

    server_has(s, &usual);
    discovers(s);
    looks(s);
    waits(s, WRITER_NEVER);
    assert_int_equal(s->w.state, WRITER_CLEAN);
    pass(s, 100 * S);
    waits(s, WRITER_NEVER);
    say(s, "one/a:r=30.00,b:p");
    assert_int_equal(s->w.state, WRITER_WAITING);
    writes(s, USUAL);
    assert_percent(s, "15");
    assert_int_equal(s->w.state, WRITER_CLEAN);
    assert_int_equal(s->w.written, 1500);
}

static void a_request_at_a_time(void **state)
{
    struct server *s = *state;

    server_has(s, &usual);
    say(s, "one/a:r=30.00,b:p");
    (void)wants(s, WRITER_DISCOVER);
    waits(s, WRITER_NEVER);
    writer_end(&s->w, s->now);
    waits(s, WRITER_NEVER);
    writer_discovered(&s->w, true, false);
    looks(s);
    (void)wants(s, WRITER_PATCH);
    pass(s, 2 * BUDGET);
    waits(s, WRITER_NEVER);
}

/* What was seen long ago is not believed where it says no. */
static void an_old_look_is_only_believed_where_it_says_yes(void **state)
{
    struct server *s = *state;

    server_has(
        s, &(struct actionset){ .state = "pending", .actions = "one/a:p,b:p" });
    discovers(s);
    looks(s);
    waits(s, WRITER_NEVER);
    pass(s, 60 * S);
    server_has(s, &usual);
    say(s, "one/a:r=30.00,b:p");
    looks(s);
    writes(s, USUAL);
}

static void nothing_is_written_before_it_runs(void **state)
{
    static const int64_t waiting[] = { 1, 2, 4, 8, 15, 15, 15 };
    struct server *s = *state;

    begins(s, &(struct actionset){ .state = NULL }, "one/a:r=30.00,b:p");
    for (size_t i = 0; i < COUNT(waiting); i++) {
        waits(s, waiting[i] * S);
        assert_int_equal(s->w.state, WRITER_EARLY);
        assert_string_equal(s->w.why, "the controller has not begun with it");
        pass(s, waiting[i] * S / 2);
        say(s, "one/a:r=31.00,b:p"); /* no reason to look sooner */
        waits(s, waiting[i] * S - waiting[i] * S / 2);
        pass(s, waiting[i] * S - waiting[i] * S / 2);
        server_has(s, &(struct actionset){ .state = i % 2 ? "pending" : "",
                                           .actions = "one/a:p,b:p" });
        looks(s);
    }
    waits(s, 15 * S);
    pass(s, 15 * S);
    server_has(s, &usual);
    looks(s);
    writes(s, USUAL);
    assert_int_equal(s->w.state, WRITER_CLEAN);
}

static void a_phase_that_has_not_begun_is_waited_for(void **state)
{
    struct server *s = *state;

    begins(
        s,
        &(struct actionset){ .state = "running", .actions = "one/a:c=100,b:p" },
        "one/a:c,b:r=10.00");
    waits(s, S);
    assert_int_equal(s->w.state, WRITER_EARLY);
    assert_string_equal(s->w.why, "its phase \"b\" has not begun");
    pass(s, S);
    server_has(s, &(struct actionset){ .state = "running",
                                       .actions = "one/a:c=100,b:r=0" });
    looks(s);
    writes(s, USUAL);
    assert_percent(s, "55");
    assert_int_equal(s->w.state, WRITER_CLEAN);
    /* the next time that it is early the looks are frequent again */
    pass(s, INTERVAL);
    say(s, "one/a:c,b:r=20.00");
    server_has(s, &(struct actionset){ .state = "running",
                                       .actions = "one/a:c=100,b:p" });
    is_refused(s);
    pass(s, S);
    looks(s);
    waits(s, S);
}

/* One phase is written, and the one that has not begun is not forgotten. */
static void a_line_that_is_partly_early_is_not_done(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:c,b:r=10.00");
    writes(s, USUAL);
    assert_percent(s, "50");
    assert_int_equal(s->w.state, WRITER_EARLY);
    assert_string_equal(s->w.why, "its phase \"b\" has not begun");
    waits(s, INTERVAL); /* before that nothing may be written anyway */
    pass(s, INTERVAL);
    looks(s);
    waits(s, 2 * S); /* nothing new to be written */
    assert_int_equal(s->w.state, WRITER_EARLY);
    server_has(s, &(struct actionset){ .state = "running",
                                       .actions = "one/a:c=100,b:r=0",
                                       .percent = "50" });
    pass(s, 2 * S);
    looks(s);
    writes(s, USUAL);
    assert_percent(s, "55");
    assert_int_equal(s->w.state, WRITER_CLEAN);
}

static void what_is_partly_early_at_the_end_is_told(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:c,b:c");
    writes(s, USUAL);
    writer_end(&s->w, s->now);
    for (int i = 1; i < 10; i++) {
        waits(s, S);
        pass(s, S);
        looks(s);
    }
    (void)wants(s, WRITER_FINISHED);
    assert_int_equal(s->w.state, WRITER_EARLY);
    assert_int_equal(s->patches, 1);
}

static void a_newer_sample_is_written_though_partly_early(void **state)
{
    struct server *s = *state;

    begins(s,
           &(struct actionset){ .state = "running",
                                .actions = "one/a:r=0|two/b:p",
                                .percent = "0" },
           "one/a:r=10.00|two/b:r=10.00");
    writes(s, USUAL);
    for (int i = 1; i <= 5; i++) {
        char line[64];

        snprintf(line, sizeof line, "one/a:r=%d1.00|two/b:r=10.00", i);
        assert_int_equal(s->w.state, WRITER_EARLY);
        waits(s, INTERVAL);
        pass(s, INTERVAL / 2);
        say(s, line);
        assert_int_equal(s->w.state, WRITER_WAITING);
        waits(s, INTERVAL - INTERVAL / 2);
        pass(s, INTERVAL - INTERVAL / 2);
        looks(s);
        writes(s, USUAL);
    }
    assert_percent(s, "25");
}

static void looks_are_frequent_again_at_the_end(void **state)
{
    struct server *s = *state;

    begins(s,
           &(struct actionset){ .state = "pending", .actions = "one/a:p,b:p" },
           "one/a:r=30.00,b:p");
    for (int64_t i = 1; i <= 8; i *= 2) {
        waits(s, i * S);
        pass(s, i * S);
        looks(s);
    }
    waits(s, 15 * S);
    writer_end(&s->w, s->now);
    for (int i = 1; i < 10; i++) {
        waits(s, S);
        pass(s, S);
        looks(s);
    }
    (void)wants(s, WRITER_FINISHED);
    assert_int_equal(s->w.state, WRITER_EARLY);
}

static void what_begins_within_the_budget_is_written(void **state)
{
    struct server *s = *state;

    begins(s,
           &(struct actionset){ .state = "pending", .actions = "one/a:p,b:p" },
           "one/a:r=30.00,b:p");
    writer_end(&s->w, s->now);
    waits(s, S);
    pass(s, S);
    looks(s);
    waits(s, S);
    pass(s, S);
    server_has(s, &usual);
    looks(s);
    writes(s, USUAL);
    (void)wants(s, WRITER_FINISHED);
    assert_int_equal(s->w.state, WRITER_CLEAN);
}

static void what_is_over_is_looked_at_no_more_than_written(void **state)
{
    struct server *s = *state;

    begins(s,
           &(struct actionset){ .state = "running",
                                .actions = "one/a:c=100,b:r=0" },
           "one/a:r=30.00,b:p");
    waits(s, WRITER_NEVER);
    assert_int_equal(s->w.state, WRITER_OVER);
    for (int i = 0; i < 10; i++) {
        say(s, "one/a:r=31.00,b:p");
        assert_int_equal(s->w.state, WRITER_WAITING);
        waits(s, INTERVAL);
        pass(s, INTERVAL);
        looks(s);
        waits(s, WRITER_NEVER);
    }
    say(s, "one/a:c,b:r=31.00");
    pass(s, INTERVAL);
    looks(s);
    writes(s, USUAL);
    assert_int_equal(s->w.state, WRITER_CLEAN);
}

static void nothing_is_written_after_the_end(void **state)
{
    static const char *const states[] = { "complete", "failed", "odd" };
    struct server *s = *state;

    for (size_t i = 0; i < COUNT(states); i++) {
        server_close(s);
        server_open(s, &settings);
        begins(s,
               &(struct actionset){ .state = states[i],
                                    .actions = "one/a:r=0,b:p" },
               "one/a:c,b:p");
        waits(s, WRITER_NEVER);
        assert_int_equal(s->w.state, WRITER_OVER);
        writer_end(&s->w, s->now);
        (void)wants(s, WRITER_FINISHED);
        assert_int_equal(s->w.state, WRITER_OVER);
    }
}

/* A line in which nothing has begun asks for nothing, however many come. */
static void what_has_not_begun_asks_for_nothing(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:p,b:p");
    waits(s, WRITER_NEVER);
    for (int i = 0; i < 100; i++) {
        pass(s, S);
        say(s, "one/a:p,b:p");
        waits(s, WRITER_NEVER);
        assert_int_equal(s->w.state, WRITER_CLEAN);
    }
    say(s, "one/a:r=1.00,b:p"); /* and then it goes at once */
    writes(s, USUAL);
}

/* So there is nothing that was not delivered. */
static void what_has_not_begun_is_not_early(void **state)
{
    struct server *s = *state;

    begins(s, &(struct actionset){ .state = NULL }, "one/a:p,b:p");
    waits(s, WRITER_NEVER);
    assert_int_equal(s->w.state, WRITER_CLEAN);
    writer_end(&s->w, s->now);
    (void)wants(s, WRITER_FINISHED);
    assert_int_equal(s->w.state, WRITER_CLEAN);
}

/* The last look came too late to be used, but it is no news that it is early.
 */
static void early_is_said_at_the_end_of_the_budget_too(void **state)
{
    struct server *s = *state;

    begins(s, &(struct actionset){ .state = NULL }, "one/a:r,b:p");
    waits(s, S);
    writer_end(&s->w, s->now);
    pass(s, BUDGET - 1);
    looks(s);
    pass(s, 1);
    (void)wants(s, WRITER_FINISHED);
    assert_int_equal(s->w.state, WRITER_EARLY);
}

static void what_does_not_fit_ends_it(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:r=30.00,x:p");
    waits(s, WRITER_NEVER);
    assert_int_equal(s->w.state, WRITER_MISFIT);
    assert_string_equal(s->w.why, "its action \"one\" has no phase \"x\"");
    say(s, "one/a:r=30.00,b:p");
    waits(s, WRITER_NEVER);
    assert_int_equal(s->w.state, WRITER_MISFIT);
    writer_end(&s->w, s->now);
    (void)wants(s, WRITER_FINISHED);
}

/* One that was only seen long ago may have changed since. */
static void an_old_look_is_no_misfit(void **state)
{
    struct server *s = *state;

    server_has(s, &(struct actionset){ .state = "running", .actions = "" });
    discovers(s);
    looks(s);
    waits(s, WRITER_NEVER);
    server_has(s, &usual);
    say(s, "one/a:r=30.00,b:p");
    looks(s);
    writes(s, USUAL);
}

static void an_object_that_was_made_anew_ends_it(void **state)
{
    struct server *s = *state;
    struct actionset another = usual;

    another.uid = "another";
    begins(s, &usual, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    server_has(s, &another);
    pass(s, INTERVAL);
    say(s, "one/a:r=31.00,b:p");
    is_refused(s);
    pass(s, S);
    looks(s);
    waits(s, WRITER_NEVER);
    assert_int_equal(s->w.state, WRITER_ANOTHER);
    say(s, "one/a:r=32.00,b:p");
    waits(s, WRITER_NEVER);
    writer_end(&s->w, s->now);
    (void)wants(s, WRITER_FINISHED);
    assert_int_equal(s->w.state, WRITER_ANOTHER);
}

static void what_is_refused_is_looked_at(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    server_has(s, &(struct actionset){ .state = "running",
                                       .actions = "one/a:c=100,b:r=0",
                                       .percent = "50" });
    pass(s, INTERVAL);
    say(s, "one/a:r=99.00,b:p");
    is_refused(s);
    waits(s, S);
    say(s, "one/a:c,b:r=20.00");
    waits(s, S);
    pass(s, S);
    looks(s);
    writes(s, USUAL);
    assert_percent(s, "60");
}

/* Whether the patch that it wants tests the version, in place of the state. */
static bool tests_version(struct server *s)
{
    static const char path[] = "/metadata/resourceVersion";
    struct writer_step step = wants(s, WRITER_PATCH);
    bool version =
        memmem(step.body->bytes, step.body->len, path, sizeof path - 1) != NULL;

    assert_int_not_equal(version, memmem(step.body->bytes, step.body->len,
                                         "/state\"", 7) != NULL);
    return version;
}

static void behind_our_own_write_its_version_is_tested(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:r=30.00,b:p");
    assert_false(tests_version(s));
    writer_patched(&s->w, 0, s->now, INTERVAL);
    writer_version(&s->w, "7");
    pass(s, INTERVAL);
    say(s, "one/a:r=40.00,b:p");
    assert_true(tests_version(s));
    writer_failed(&s->w, false, s->now, 0); /* it may have been taken */
    assert_false(tests_version(s));
    writer_patched(&s->w, 0, s->now, INTERVAL);
    writer_version(&s->w, "8");
    pass(s, INTERVAL);
    say(s, "one/a:r=50.00,b:p");
    assert_true(tests_version(s));
    writer_failed(&s->w, true, s->now, S); /* somebody has written */
    pass(s, S);
    looks(s);
    for (unsigned i = 0; i <= WRITER_COMPANY; i++) {
        char percents[64];

        snprintf(percents, sizeof percents, "one/a:r=50.%02u,b:p", i);
        say(s, percents);
        assert_false(tests_version(s));
        writer_patched(&s->w, 0, s->now, INTERVAL);
        writer_version(&s->w, "9");
        pass(s, INTERVAL);
    }
    say(s, "one/a:r=55.00,b:p");
    assert_true(tests_version(s));
    writer_patched(&s->w, 0, s->now, INTERVAL);
    writer_version(&s->w, ""); /* a server that says none */
    pass(s, INTERVAL);
    say(s, "one/a:r=60.00,b:p");
    assert_false(tests_version(s));
}

/* The annotation goes first where there is a subresource, and does not test
 * what the status has. */
static void behind_an_annotation_alone_its_version_says_too_little(void **state)
{
    struct server *s = *state;

    s->subresource = true;
    begins(s, &usual, "one/a:r=30.00,b:p");
    writes(s, PATCH_ANNOTATION);
    writer_version(&s->w, "7");
    assert_false(tests_version(s));
    writer_patched(&s->w, 0, s->now, INTERVAL);
    writer_version(&s->w, "8");
    pass(s, INTERVAL);
    say(s, "one/a:r=40.00,b:p");
    assert_true(tests_version(s));
    writer_patched(&s->w, 0, s->now, INTERVAL);
    writer_version(&s->w, "9");
    assert_true(tests_version(s));
}

static void what_failed_is_sent_again_without_a_look(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:r=30.00,b:p");
    (void)wants(s, WRITER_PATCH);
    writer_failed(&s->w, false, s->now, 7 * S);
    waits(s, 7 * S);
    assert_int_equal(s->w.state, WRITER_WAITING);
    say(s, "one/a:r=31.00,b:p");
    waits(s, 7 * S);
    pass(s, 7 * S);
    writes(s, USUAL);
    assert_percent(s, "15");
    waits(s, WRITER_NEVER);
}

/* Nobody knows then what the server has. */
static void after_a_failure_what_was_written_before_goes_again(void **state)
{
    struct server *s = *state;
    struct writer_step step;

    begins(s, &usual, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    pass(s, INTERVAL);
    say(s, "one/a:r=40.00,b:p");
    step = wants(s, WRITER_PATCH);
    assert_true(server_patch(s, step.body, false)); /* and the reply is lost */
    writer_failed(&s->w, false, s->now, S);
    say(s, "one/a:r=40.00,b:p");
    pass(s, S);
    is_refused(s); /* as the percentage is not the one before */
    pass(s, S);
    looks(s);
    writes(s, USUAL);
}

/* A pod that was started again beside the old one, which is further. */
static void another_writer_of_the_phase_is_seen(void **state)
{
    const struct actionset further = {
        .state = "running",
        .actions = "one/a:r=0,b:p",
        .percent = "25",
        .annotation =
            "\"{\\\"phases\\\":[{\\\"action\\\":0,\\\"phase\\\":\\\"a\\\","
            "\\\"progressPercent\\\":\\\"50.00\\\"}]}\""
    };
    struct server *s = *state;

    begins(s, &usual, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    server_has(s, &further);
    pass(s, INTERVAL);
    say(s, "one/a:r=31.00,b:p");
    is_refused(s);
    pass(s, S);
    looks(s);
    writes(s, USUAL);
    assert_percent(s, "25");
    pass(s, INTERVAL);
    say(s, "one/a:r=52.00,b:p");
    writes(s, USUAL);
    assert_percent(s, "26");
}

static void a_delay_holds_at_the_end_too(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:r=30.00,b:p");
    (void)wants(s, WRITER_PATCH);
    writer_failed(&s->w, false, s->now, 7 * S);
    writer_end(&s->w, s->now);
    waits(s, 7 * S);
    pass(s, 7 * S);
    (void)wants(s, WRITER_PATCH);
    writer_failed(&s->w, false, s->now, 3 * S); /* beyond the budget */
    (void)wants(s, WRITER_FINISHED);
    assert_int_equal(s->w.state, WRITER_WAITING);
}

static void a_look_that_fails_is_tried_again(void **state)
{
    struct server *s = *state;

    server_has(s, &usual);
    (void)wants(s, WRITER_DISCOVER);
    writer_failed(&s->w, false, s->now, 2 * S);
    waits(s, 2 * S);
    pass(s, 2 * S);
    discovers(s);
    (void)wants(s, WRITER_LOOK);
    assert_false(writer_looked(&s->w, "{}", 2, s->now));
    writer_failed(&s->w, false, s->now, 3 * S);
    waits(s, 3 * S);
    pass(s, 3 * S);
    looks(s);
    waits(s, WRITER_NEVER);
}

static void one_write_an_interval_and_the_latest_wins(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    waits(s, WRITER_NEVER);
    say(s, "one/a:r=40.00,b:p");
    waits(s, INTERVAL);
    pass(s, INTERVAL - 1);
    say(s, "one/a:r=50.00,b:p");
    waits(s, 1);
    pass(s, 1);
    writes(s, USUAL);
    assert_percent(s, "25");
    pass(s, 10 * INTERVAL);
    waits(s, WRITER_NEVER);
    say(s, "one/a:r=60.00,b:p");
    writes(s, USUAL);
    assert_int_equal(s->patches, 3);
    assert_int_equal(s->looks, 1);
}

static void the_rest_is_what_the_caller_says(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:r=30.00,b:p");
    (void)wants(s, WRITER_PATCH);
    pass(s, 5 * S); /* it counts from the reply */
    writer_patched(&s->w, 5, s->now, 17 * S);
    say(s, "one/a:r=40.00,b:p");
    waits(s, 17 * S);
}

static void a_sample_while_another_is_written_waits(void **state)
{
    struct server *s = *state;
    struct writer_step step;

    begins(s, &usual, "one/a:r=30.00,b:p");
    step = wants(s, WRITER_PATCH);
    say(s, "one/a:r=40.00,b:p");
    assert_true(server_patch(s, step.body, false));
    writer_patched(&s->w, 5, s->now, INTERVAL);
    assert_int_equal(s->w.state, WRITER_WAITING);
    waits(s, INTERVAL);
    pass(s, INTERVAL);
    writes(s, USUAL);
    assert_percent(s, "20");
}

static void what_has_not_changed_is_not_written(void **state)
{
    static const struct actionset objects[] = {
        { .state = "running", .actions = "one/a:r=0,b:p", .percent = "0" },
        { .state = "running", .actions = "one/a:r=0,b:p", .no_progress = true },
        { .state = "running",
          .actions = "one/a:r=0,b:p|two/c:p",
          .percent = "0" },
        { .state = "running",
          .actions = "one/a:r=0,b:p|two/c:p",
          .percent = "0",
          .annotations = true },
    };
    struct server *s = *state;

    for (size_t i = 0; i < COUNT(objects); i++) {
        server_close(s);
        server_open(s, &settings);
        begins(s, &objects[i], "one/a:r=30.00,b:p");
        writes(s, USUAL);
        for (int j = 0; j < 3; j++) {
            pass(s, INTERVAL);
            say(s, "one/a:r=30.00,b:p");
            if (s->w.object.view.action_count > 1)
                looks(s);
            waits(s, WRITER_NEVER);
            assert_int_equal(s->w.state, WRITER_CLEAN);
        }
        pass(s, INTERVAL);
        say(s, "one/a:r=30.01,b:p");
        if (s->w.object.view.action_count > 1)
            looks(s);
        writes(s, USUAL);
    }
}

/* Bytes that no sample tells of are no reason to write. */
static void foreign_bytes_are_left_alone(void **state)
{
    struct server *s = *state;
    struct actionset a = usual;

    a.top = ",\"sizeUploadedB\":500";
    s->w.settings.looks_always = true;
    begins(s, &a, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    for (int i = 0; i < 5; i++) {
        pass(s, INTERVAL);
        looks(s);
        waits(s, INTERVAL);
    }
    assert_int_equal(s->patches, 1);
}

static void the_last_is_written_at_once(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    say(s, "one/a:c,b:p");
    waits(s, INTERVAL);
    writer_end(&s->w, s->now);
    writes(s, USUAL);
    assert_percent(s, "50");
    (void)wants(s, WRITER_FINISHED);
    assert_int_equal(s->w.state, WRITER_CLEAN);
}

static void the_end_has_its_budget(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:r=30.00,b:p");
    writer_end(&s->w, s->now);
    for (int i = 0; i < 10; i++) {
        (void)wants(s, WRITER_PATCH);
        writer_failed(&s->w, i % 2, s->now, S);
        pass(s, S);
        if (i % 2 && i < 9)
            looks(s);
    }
    (void)wants(s, WRITER_FINISHED);
    assert_int_equal(s->w.state, WRITER_WAITING);
}

static void an_end_without_samples_is_one(void **state)
{
    struct server *s = *state;

    server_has(s, &usual);
    discovers(s);
    looks(s);
    writer_end(&s->w, s->now);
    (void)wants(s, WRITER_FINISHED);
    assert_int_equal(s->w.state, WRITER_CLEAN);
    assert_null(writer_newest(&s->w));
}

static void an_end_before_all_asks_for_nothing(void **state)
{
    struct server *s = *state;

    writer_end(&s->w, s->now);
    (void)wants(s, WRITER_FINISHED);
    assert_int_equal(s->w.state, WRITER_CLEAN);
}

static void what_is_given_up_stays_so(void **state)
{
    struct server *s = *state;

    begins(s, &usual, "one/a:r=30.00,b:p");
    (void)wants(s, WRITER_PATCH);
    assert_false(writer_give_up(&s->w));
    say(s, "one/a:r=40.00,b:p");
    waits(s, WRITER_NEVER);
    assert_int_equal(s->w.state, WRITER_GIVEN_UP);
    writer_end(&s->w, s->now);
    (void)wants(s, WRITER_FINISHED);
    assert_int_equal(writer_newest(&s->w)->bytes[0], '{');
}

/* It is the object that does not fit: no retry helps. */
static void an_annotation_that_is_all_there_is_is_not_left_out(void **state)
{
    struct server *s = *state;

    s->w.settings.parts = PATCH_ANNOTATION;
    s->subresource = true;
    begins(s, &usual, "one/a:r=30.00,b:p");
    (void)wants(s, WRITER_PATCH);
    assert_false(writer_give_up(&s->w));
    assert_int_equal(s->w.state, WRITER_GIVEN_UP);
}

static void the_annotation_is_dropped_where_a_status_is_left(void **state)
{
    static const struct {
        unsigned parts;
        bool drops;
    } rows[] = {
        { PATCH_TOP | PATCH_ANNOTATION, true },
        { PATCH_ANNOTATION, false },
        { PATCH_TOP, false },
    };
    struct server *s = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        server_close(s);
        server_open(s, &settings);
        s->w.settings.parts = rows[i].parts;
        begins(s, &usual, "one/a:r=30.00,b:p");
        (void)wants(s, WRITER_PATCH);
        assert_int_equal(writer_drop_annotation(&s->w), rows[i].drops);
        if (rows[i].drops)
            writes(s, PATCH_TOP);
    }
}

/* Where looking would have shown what else to write, there is something else.
 */
static void who_chooses_goes_on_without_the_annotation(void **state)
{
    struct server *s = *state;

    for (int i = 0; i < 2; i++) {
        server_close(s);
        server_open(s, &settings);
        s->w.settings.parts = PATCH_ANNOTATION;
        s->w.settings.choose = true;
        s->subresource = true;
        begins(s, &usual, "one/a:r=30.00,b:p");
        (void)wants(s, WRITER_PATCH);
        if (i > 0)
            say(s, "one/a:r=40.00,b:p"); /* meanwhile */
        assert_true(writer_give_up(&s->w));
        assert_int_equal(s->w.state, WRITER_WAITING);
        assert_true(writer_owes(&s->w));
        assert_int_equal(s->w.settings.parts & PATCH_ANNOTATION, 0);
    }
}

/* A look that is refused is no patch. */
static void a_look_that_is_refused_is_the_end(void **state)
{
    struct server *s = *state;

    server_has(s, &usual);
    say(s, "one/a:r=30.00,b:p");
    discovers(s);
    (void)wants(s, WRITER_LOOK);
    assert_false(writer_give_up(&s->w));
    assert_int_equal(s->w.state, WRITER_GIVEN_UP);
}

/* Its uid is as long as that of the one before. */
static void another_uid_is_another_actionset(void **state)
{
    static const char other[] = "0e5c2f64-7c0e-4f86-9d1c-3a1f0a2b6c12";
    struct server *s = *state;
    struct actionset a = usual;

    begins(s, &usual, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    pass(s, INTERVAL);
    a.uid = other;
    server_has(s, &a);
    say(s, "one/a:r=40.00,b:p");
    (void)wants(s, WRITER_PATCH);
    writer_failed(&s->w, true, s->now, 0);
    looks(s);
    assert_int_equal(s->w.state, WRITER_ANOTHER);
}

/* What a server without room for it drops is not taken for a reset. */
static void a_progress_that_is_dropped_is_seen(void **state)
{
    struct server *s = *state;
    struct actionset a = usual;

    begins(s, &usual, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    assert_false(s->w.pruned);
    pass(s, INTERVAL);
    a.no_progress = true;
    server_has(s, &a);
    say(s, "one/a:r=40.00,b:p");
    (void)wants(s, WRITER_PATCH);
    writer_failed(&s->w, true, s->now, 0);
    looks(s);
    assert_true(s->w.pruned);
}

/* More than an ActionSet can have; no memory was missing. */
static void a_line_of_too_many_phases_is_of_something_else(void **state)
{
    struct server *s = *state;
    struct buf b = BUF_INIT(65536);

    buf_str(&b, "{\"type\":\"status\",\"state\":\"running\",\"actions\":[{"
                "\"phases\":[{}");
    for (int i = 0; i < VIEW_PHASES_MAX; i++)
        buf_str(&b, ",{}");
    buf_str(&b, "]}]}");
    assert_false(b.failed);
    begins(s, &usual, "one/a:p,b:p");
    writer_sample(&s->w, b.bytes, b.len);
    waits(s, WRITER_NEVER);
    assert_int_equal(s->w.state, WRITER_MISFIT);
    assert_string_equal(s->w.why, "it has more phases than an ActionSet may "
                                  "have");
    buf_free(&b);
}

static void each_write_to_several_actions_is_behind_a_look(void **state)
{
    struct server *s = *state;

    begins(s,
           &(struct actionset){ .state = "running",
                                .actions = "one/a:r=0|two/b:r=0",
                                .percent = "0" },
           "one/a:r=30.00");
    writes(s, USUAL);
    for (int i = 1; i < 4; i++) {
        char line[32];

        snprintf(line, sizeof line, "one/a:r=3%d.00", i);
        pass(s, INTERVAL);
        say(s, line);
        looks(s);
        writes(s, USUAL);
    }
}

/* Also where it was looked at before the first sample came. */
static void a_look_without_samples_is_no_look_for_them(void **state)
{
    struct server *s = *state;

    server_has(s, &(struct actionset){ .state = "running",
                                       .actions = "one/a:r=0|two/b:r=0",
                                       .percent = "0" });
    discovers(s);
    looks(s);
    waits(s, WRITER_NEVER);
    pass(s, 60 * S);
    say(s, "one/a:r=30.00");
    looks(s);
    writes(s, USUAL);
}

static void where_asked_for_it_always_looks(void **state)
{
    struct server *s = *state;
    struct actionset reset = usual;

    s->w.settings.looks_always = true;
    reset.annotations = true;
    begins(s, &usual, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    waits(s, INTERVAL);
    pass(s, INTERVAL);
    looks(s); /* nothing is new, and it is all there */
    waits(s, INTERVAL);
    pass(s, S);
    say(s, "one/a:r=40.00,b:p");
    looks(s);
    writes(s, USUAL);
    pass(s, INTERVAL);
    server_has(s, &reset);
    looks(s);
    writes(s, USUAL); /* it was gone */
    assert_percent(s, "20");
}

static void without_an_interval_it_does_not_look_without_a_pause(void **state)
{
    struct server *s = *state;

    s->w.settings.looks_always = true;
    s->w.settings.interval = 0;
    begins(s, &usual, "one/a:r=30.00,b:p");
    writes(s, USUAL);
    waits(s, S);
    pass(s, S);
    looks(s);
    waits(s, S);
    say(s, "one/a:r=40.00,b:p");
    looks(s); /* but before each write */
    writes(s, USUAL);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, open_usual, close_usual)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_look_waits_for_no_sample),
        TEST(a_request_at_a_time),
        TEST(an_old_look_is_only_believed_where_it_says_yes),
        TEST(nothing_is_written_before_it_runs),
        TEST(a_phase_that_has_not_begun_is_waited_for),
        TEST(a_line_that_is_partly_early_is_not_done),
        TEST(what_is_partly_early_at_the_end_is_told),
        TEST(a_newer_sample_is_written_though_partly_early),
        TEST(looks_are_frequent_again_at_the_end),
        TEST(what_begins_within_the_budget_is_written),
        TEST(what_is_over_is_looked_at_no_more_than_written),
        TEST(nothing_is_written_after_the_end),
        TEST(what_has_not_begun_asks_for_nothing),
        TEST(what_has_not_begun_is_not_early),
        TEST(early_is_said_at_the_end_of_the_budget_too),
        TEST(what_does_not_fit_ends_it),
        TEST(an_old_look_is_no_misfit),
        TEST(an_object_that_was_made_anew_ends_it),
        TEST(what_is_refused_is_looked_at),
        TEST(behind_our_own_write_its_version_is_tested),
        TEST(behind_an_annotation_alone_its_version_says_too_little),
        TEST(what_failed_is_sent_again_without_a_look),
        TEST(another_writer_of_the_phase_is_seen),
        TEST(after_a_failure_what_was_written_before_goes_again),
        TEST(a_delay_holds_at_the_end_too),
        TEST(a_look_that_fails_is_tried_again),
        TEST(one_write_an_interval_and_the_latest_wins),
        TEST(the_rest_is_what_the_caller_says),
        TEST(a_sample_while_another_is_written_waits),
        TEST(what_has_not_changed_is_not_written),
        TEST(foreign_bytes_are_left_alone),
        TEST(the_last_is_written_at_once),
        TEST(the_end_has_its_budget),
        TEST(an_end_without_samples_is_one),
        TEST(an_end_before_all_asks_for_nothing),
        TEST(what_is_given_up_stays_so),
        TEST(an_annotation_that_is_all_there_is_is_not_left_out),
        TEST(the_annotation_is_dropped_where_a_status_is_left),
        TEST(who_chooses_goes_on_without_the_annotation),
        TEST(a_look_that_is_refused_is_the_end),
        TEST(another_uid_is_another_actionset),
        TEST(a_progress_that_is_dropped_is_seen),
        TEST(a_line_of_too_many_phases_is_of_something_else),
        TEST(each_write_to_several_actions_is_behind_a_look),
        TEST(a_look_without_samples_is_no_look_for_them),
        TEST(where_asked_for_it_always_looks),
        TEST(without_an_interval_it_does_not_look_without_a_pause),
    };

    return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
