/* merge.h and annotation.h: what an ActionSet shall say, computed by hand. */
#include "kube/merge.h"

#include "actionset.h"
#include "kube/annotation.h"

#define U VIEW_UNKNOWN

/* The object and the line of one merge, and what came of it. */
struct desk {
    struct object object;
    struct view line;
    struct merged merged;
    enum merge_outcome outcome;
};

static void desk_open(struct desk *d, const struct actionset *a,
                      const char *line)
{
    read_actionset(&d->object, a);
    read_line(&d->line, line, "");
    d->outcome = merge(&d->merged, &d->object, &d->line);
}

static void desk_close(struct desk *d)
{
    merge_free(&d->merged);
    view_free(&d->line);
    object_free(&d->object);
}

static void every_rule_holds_by_hand(void **state)
{
    static const struct {
        const char *object, *line;
        enum merge_outcome outcome;
        int64_t percent, whole; /* the controller's, and hundredths */
        int64_t phases[4];
        const char *running; /* runningPhase */
        const char *annotation;
    } rows[] = {
        /* the usual: complete, running, pending */
        { "one/a:c=100,b:r=0,c:p",
          "one/a:c=100.00,b:r=30.00,c:p",
          MERGE_OURS,
          43,
          4333,
          { 10000, 3000, U },
          NULL,
          NULL },
        /* thirds are cut off phase by phase */
        { "one/a:r=0,b:p",
          "one/a:r=43.99,b:p",
          MERGE_OURS,
          21,
          2199,
          { 4399, U },
          NULL,
          NULL },
        { "one/a:r|two/b:r",
          "one/a:r=10.90|two/b:r=11.90",
          MERGE_OURS,
          10,
          1140,
          { 1090, 1190 },
          NULL,
          NULL },
        /* the document's dialect */
        { "one/a:c=100.00,b:r=0.00,c:p",
          "one/a:c=100.00,b:r=30.00,c:p",
          MERGE_OURS,
          4333,
          4333,
          { 10000, 3000, U },
          NULL,
          NULL },
        { "one/a:r=0.00|two/b:r",
          "one/a:r=10.90|two/b:r=11.90",
          MERGE_OURS,
          1140,
          1140,
          { 1090, 1190 },
          NULL,
          NULL },
        /* what is complete there counts 100 whatever stands there or is said */
        { "one/a:c,b:r",
          "one/a:r=5.00,b:r=50.00",
          MERGE_OURS,
          75,
          7500,
          { 10000, 5000 },
          NULL,
          NULL },
        { "one/a:c=0,b:r",
          "one/a:p,b:r=50.00",
          MERGE_OURS,
          75,
          7500,
          { 10000, 5000 },
          NULL,
          NULL },
        /* what has not begun counts 0 */
        { "one/a:r,b:p=70",
          "one/a:r=50.00,b:p",
          MERGE_OURS,
          25,
          2500,
          { 5000, U },
          NULL,
          NULL },
        /* what failed keeps what it had, a 100 too */
        { "one/a:r|two/b:f=45",
          "one/a:r=50.00|two/b:r=80.00",
          MERGE_OURS,
          47,
          4750,
          { 5000, 4500 },
          NULL,
          NULL },
        { "one/a:r|two/b:f=100",
          "one/a:r=50.00|two/b:f",
          MERGE_OURS,
          75,
          7500,
          { 5000, 10000 },
          NULL,
          NULL },
        { "one/a:r|two/b:f",
          "one/a:r=50.00|two/b:f=45.00",
          MERGE_OURS,
          25,
          2500,
          { 5000, U },
          NULL,
          NULL },
        /* 99 is the most until the line says complete */
        { "one/a:r",
          "one/a:r=99.99",
          MERGE_OURS,
          99,
          9900,
          { 9900 },
          NULL,
          NULL },
        { "one/a:r",
          "one/a:r=340",
          MERGE_OURS,
          99,
          9900,
          { 9900 },
          NULL,
          NULL },
        { "one/a:r",
          "one/a:f=100.00",
          MERGE_OURS,
          99,
          9900,
          { 9900 },
          NULL,
          NULL },
        { "one/a:r=0,b:p",
          "one/a:c=100.00,b:p",
          MERGE_OURS,
          50,
          5000,
          { 10000, U },
          NULL,
          NULL },
        { "one/a:r=0,b:p",
          "one/a:c,b:p",
          MERGE_OURS,
          50,
          5000,
          { 10000, U },
          NULL,
          NULL },
        /* what the line does not know yet */
        { "one/a:r,b:p",
          "one/a:r,b:p",
          MERGE_OURS,
          0,
          0,
          { U, U },
          NULL,
          NULL },
        /* never back: not behind the phase, nor behind the annotation */
        { "one/a:r=40",
          "one/a:r=30.00",
          MERGE_OURS,
          40,
          4000,
          { 4000 },
          NULL,
          NULL },
        { "one/a:r=0",
          "one/a:r=30.00",
          MERGE_OURS,
          35,
          3550,
          { 3550 },
          NULL,
          "\"{\\\"phases\\\":[{\\\"action\\\":0,\\\"phase\\\":\\\"a\\\","
          "\\\"progressPercent\\\":\\\"35.50\\\"}]}\"" },
        { "one/a:r=0",
          "one/a:r=36.00",
          MERGE_OURS,
          36,
          3600,
          { 3600 },
          NULL,
          "\"{\\\"phases\\\":[{\\\"action\\\":0,\\\"phase\\\":\\\"a\\\","
          "\\\"progressPercent\\\":\\\"35.50\\\"}]}\"" },
        /* but behind a 100 that turned up there */
        { "one/a:r=100",
          "one/a:r=30.00",
          MERGE_OURS,
          30,
          3000,
          { 3000 },
          NULL,
          NULL },
        { "one/a:r|two/b:r=100",
          "one/a:r=30.00",
          MERGE_OURS,
          15,
          1500,
          { 3000, U },
          NULL,
          NULL },
        { "one/a:r",
          "one/a:r=30.00",
          MERGE_OURS,
          100,
          10000,
          { 10000 },
          NULL,
          "\"{\\\"phases\\\":[{\\\"action\\\":0,\\\"phase\\\":\\\"a\\\","
          "\\\"progressPercent\\\":\\\"100.00\\\"}]}\"" },
        /* another writer's phase: what it left in the phase or elsewhere */
        { "one/a:r|two/b:r=60",
          "one/a:r=30.00|two/b:p",
          MERGE_OURS,
          45,
          4500,
          { 3000, 6000 },
          NULL,
          NULL },
        { "one/a:r|two/b:r=0",
          "one/a:r=30.00",
          MERGE_OURS,
          45,
          4525,
          { 3000, 6050 },
          NULL,
          "\"{\\\"phases\\\":[{\\\"action\\\":1,\\\"phase\\\":\\\"b\\\","
          "\\\"progressPercent\\\":\\\"60.50\\\"}]}\"" },
        /* an annotation does not count for what does not run */
        { "one/a:r|two/b:c",
          "one/a:r=30.00",
          MERGE_OURS,
          65,
          6500,
          { 3000, 10000 },
          NULL,
          "\"{\\\"phases\\\":[{\\\"action\\\":1,\\\"phase\\\":\\\"b\\\","
          "\\\"progressPercent\\\":\\\"60.50\\\"}]}\"" },
        { "one/a:r|two/b:p",
          "one/a:r=30.00",
          MERGE_OURS,
          15,
          1500,
          { 3000, U },
          NULL,
          "\"{\\\"phases\\\":[{\\\"action\\\":1,\\\"phase\\\":\\\"b\\\","
          "\\\"progressPercent\\\":\\\"60.50\\\"}]}\"" },
        /* equal names: by the index of their action */
        { "one/a:r|two/a:r=20",
          "one/a:r=10.00|two/a:p",
          MERGE_OURS,
          15,
          1500,
          { 1000, 2000 },
          NULL,
          NULL },
        { "one/a:c|one/a:r",
          "one/a:c=100.00|one/a:r=10.00",
          MERGE_OURS,
          55,
          5500,
          { 10000, 1000 },
          NULL,
          NULL },
        { "one/a:r|two/a:r",
          "one/a:r=10.00|two/a:p",
          MERGE_OURS,
          35,
          3500,
          { 1000, 6000 },
          NULL,
          "\"{\\\"phases\\\":[{\\\"action\\\":1,\\\"phase\\\":\\\"a\\\","
          "\\\"progressPercent\\\":\\\"60.00\\\"}]}\"" },
        /* and within one: the first is the first */
        { "one/a:c,a:r",
          "one/a:c=100.00,a:r=10.00",
          MERGE_OURS,
          55,
          5500,
          { 10000, 1000 },
          NULL,
          NULL },
        { "one/a:r,a:r",
          "one/a:r=10.00,a:p",
          MERGE_OURS,
          35,
          3500,
          { 1000, 6000 },
          NULL,
          "\"{\\\"phases\\\":[{\\\"action\\\":0,\\\"phase\\\":\\\"a\\\","
          "\\\"progressPercent\\\":\\\"5.00\\\"},{\\\"action\\\":0,"
          "\\\"phase\\\":\\\"a\\\",\\\"progressPercent\\\":\\\"60.00\\\"}]}"
          "\"" },
        /* a line of one action among several */
        { "one/a:r|two/b:r=0",
          "two/b:r=50.00",
          MERGE_OURS,
          25,
          2500,
          { U, 5000 },
          NULL,
          NULL },
        { "one/a:r|two/b:r=0",
          "/a:r=50.00",
          MERGE_OURS,
          25,
          2500,
          { 5000, 0 },
          NULL,
          NULL },
        { "one/a:r|two/b:r",
          "three/b:r=50.00",
          MERGE_MISFIT,
          0,
          0,
          { 0 },
          NULL,
          NULL },
        { "one/a:r|two/b:r|two/b:r",
          "two/b:r=50.00",
          MERGE_MISFIT,
          0,
          0,
          { 0 },
          NULL,
          NULL },
        { "one/a:r",
          "one/a:r=1.00|two/b:p",
          MERGE_MISFIT,
          0,
          0,
          { 0 },
          NULL,
          NULL },
        { "one/a:r|two/b:r",
          "two/b:r=1.00|one/a:r",
          MERGE_MISFIT,
          0,
          0,
          { 0 },
          NULL,
          NULL },
        /* a line of some phases */
        { "one/a:r,b:p,c:p,d:p",
          "one/a:r=40.00",
          MERGE_OURS,
          10,
          1000,
          { 4000, U, U, U },
          NULL,
          NULL },
        { "one/a:c,b:r,c:p,d:p",
          "one/b:r=40.00,d:p",
          MERGE_OURS,
          35,
          3500,
          { 10000, 4000, U, U },
          NULL,
          NULL },
        { "one/a:r",
          "one/a:r=1.00,b:p",
          MERGE_MISFIT,
          0,
          0,
          { 0 },
          NULL,
          NULL },
        { "one/a:r", "one/x:r=1.00", MERGE_MISFIT, 0, 0, { 0 }, NULL, NULL },
        { "one/a:r", "one/a:r,a:p", MERGE_MISFIT, 0, 0, { 0 }, NULL, NULL },
        { "one/a:r,~b:p",
          "one/a:r,b:p",
          MERGE_MISFIT,
          0,
          0,
          { 0 },
          NULL,
          NULL },
        { "one/a:r,b:p",
          "one/a:r,~b:p",
          MERGE_MISFIT,
          0,
          0,
          { 0 },
          NULL,
          NULL },
        /* the defer phase is shown, not counted, and runs where it is named */
        { "one/a:c,~z:p",
          "one/a:c=100.00,~z:r=50.00",
          MERGE_OURS,
          100,
          10000,
          { 10000, 5000 },
          "z",
          NULL },
        { "one/a:c,~z:p",
          "one/a:c=100.00,~z:r=50.00",
          MERGE_EARLY,
          0,
          0,
          { 0 },
          "a",
          NULL },
        { "one/a:r,~z:p",
          "one/a:c=100.00,~z:r=50.00",
          MERGE_OURS,
          100,
          10000,
          { 10000, U },
          "z",
          NULL },
        { "one/a:c,~z:c",
          "one/a:c=100.00,~z:r=50.00",
          MERGE_OVER,
          0,
          0,
          { 0 },
          "z",
          NULL },
        { "one/a:c,~z:f",
          "one/a:c=100.00,~z:r=50.00",
          MERGE_OVER,
          0,
          0,
          { 0 },
          "z",
          NULL },
        /* nothing, early, over */
        { "one/a:r,b:p",
          "one/a:p,b:p",
          MERGE_NOTHING,
          0,
          0,
          { 0 },
          NULL,
          NULL },
        { "one/a:r,b:p", "", MERGE_MISFIT, 0, 0, { 0 }, NULL, NULL },
        { "one/a:p,b:p", "one/a:r,b:p", MERGE_EARLY, 0, 0, { 0 }, NULL, NULL },
        { "one/a:c,b:p", "one/a:c,b:r", MERGE_EARLY, 0, 0, { 0 }, NULL, NULL },
        { "one/a:c,b:r",
          "one/a:r=99.00,b:p",
          MERGE_OVER,
          0,
          0,
          { 0 },
          NULL,
          NULL },
        { "one/a:f,b:p",
          "one/a:r=99.00,b:p",
          MERGE_OVER,
          0,
          0,
          { 0 },
          NULL,
          NULL },
        { "one/a:c,b:c", "one/a:c,b:c", MERGE_OVER, 0, 0, { 0 }, NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct desk d;

        desk_open(&d,
                  &(struct actionset){ .state = "running",
                                       .actions = rows[i].object,
                                       .running = rows[i].running,
                                       .annotation = rows[i].annotation },
                  rows[i].line);
        if (d.outcome != rows[i].outcome)
            fail_msg("row %zu, %s with %s: %d", i, rows[i].object, rows[i].line,
                     (int)d.outcome);
        if (d.outcome == MERGE_OURS) {
            if (d.merged.percent != rows[i].percent ||
                d.merged.whole.percent != rows[i].whole)
                fail_msg("row %zu, %s with %s: %d, %d", i, rows[i].object,
                         rows[i].line, (int)d.merged.percent,
                         (int)d.merged.whole.percent);
            for (size_t p = 0; p < d.object.view.phase_count; p++)
                if (d.merged.phases[p].progress.percent != rows[i].phases[p])
                    fail_msg("row %zu, %s with %s: phase %zu is at %d", i,
                             rows[i].object, rows[i].line, p,
                             (int)d.merged.phases[p].progress.percent);
        }
        desk_close(&d);
    }
}

static void why_names_what_does_not_fit(void **state)
{
    static const struct {
        const char *object, *line, *why;
    } rows[] = {
        { "one/a:r", "two/a:r", "its action 0 is not \"two\"" },
        { "one/a:r|two/b:r", "one/a:r|six/b:p", "its action 1 is not \"six\"" },
        { "one/a:r", "one/b:r", "its action \"one\" has no phase \"b\"" },
        { "one/a:r", "one/a:r,~z:p",
          "its action \"one\" has no defer phase \"z\"" },
        { "one/a:p", "one/a:r", "its phase \"a\" has not begun" },
        { "one/a:r", "", "the status has no phases" },
    };
    struct desk d;
    char line[400], why[MERGE_WHY_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        desk_open(&d,
                  &(struct actionset){ .state = "running",
                                       .actions = rows[i].object },
                  rows[i].line);
        assert_string_equal(d.merged.why, rows[i].why);
        desk_close(&d);
    }
    snprintf(line, sizeof line, "one/%0300d:r", 0);
    snprintf(why, sizeof why, "its action \"one\" has no phase \"%0100d\"", 0);
    desk_open(&d,
              &(struct actionset){ .state = "running", .actions = "one/a:r" },
              line);
    assert_string_equal(d.merged.why, why);
    desk_close(&d);
}

/* What is ours is marked, and so is what runs. */
static void what_is_ours_runs_and_has_begun_in_the_line(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d,
              &(struct actionset){
                  .state = "running",
                  .actions = "one/a:c,b:r,c:p|two/a:r|six/a:f|ten/a:r" },
              "one/a:c,b:r=1.00,c:r|two/a:p|six/a:r=7.00");
    assert_int_equal(d.outcome, MERGE_OURS);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(d.merged.phases[i].running,
                         i == 1 || i == 3 || i == 5);
        assert_int_equal(d.merged.phases[i].ours, i == 1);
    }
    assert_true(d.merged.early); /* one/c */
    assert_string_equal(d.merged.why, "its phase \"c\" has not begun");
    desk_close(&d);
}

static void bytes_are_those_of_the_line_and_of_the_others(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d,
              &(struct actionset){ .state = "running",
                                   .actions = "one/a:c=100,b:r=0|two/c:f=5/7/9"
                                              "|ten/d:r=9/70/90|six/e:r" },
              "one/a:c=100.00/1000/2000,b:r=30.00/500/1000/1/2");
    assert_int_equal(d.outcome, MERGE_OURS);
    assert_int_equal(d.merged.whole.sizes[VIEW_UPLOADED], 1000 + 500 + 7 + 70);
    assert_int_equal(d.merged.whole.sizes[VIEW_UPLOAD_ESTIMATE],
                     2000 + 1000 + 9 + 90);
    assert_int_equal(d.merged.whole.sizes[VIEW_DOWNLOADED], 1);
    assert_int_equal(d.merged.whole.sizes[VIEW_DOWNLOAD_ESTIMATE], 2);
    assert_int_equal(d.merged.phases[0].progress.sizes[VIEW_UPLOADED], 1000);
    assert_int_equal(d.merged.phases[1].progress.sizes[VIEW_UPLOADED], 500);
    assert_string_equal(d.merged.whole.since, TIME);
    desk_close(&d);

    /* those of a phase that has ended only once both agree that it has */
    desk_open(&d,
              &(struct actionset){ .state = "running",
                                   .actions = "one/a:c=100|two/b:r" },
              "one/a:r=99.00/1000|two/b:r=1.00");
    assert_int_equal(d.merged.whole.sizes[VIEW_UPLOADED], VIEW_UNKNOWN);
    desk_close(&d);

    /* as much as a reader can have */
    desk_open(
        &d,
        &(struct actionset){ .state = "running", .actions = "one/a:r,b:r,c:r" },
        "one/a:r=1.00/9007199254740992,b:r=1.00/9007199254740992,"
        "c:r=1.00/9007199254740992");
    assert_int_equal(d.merged.whole.sizes[VIEW_UPLOADED], INT64_C(1) << 53);
    desk_close(&d);
}

/* A line has the phases of other actions too, as a plan tells of them; so bytes
 * are those of the writer that has moved them. */
static void bytes_of_a_phase_are_those_of_its_own_writer(void **state)
{
#define ENTRY(rest)                                                            \
    "\"{\\\"phases\\\":[{\\\"action\\\":0,\\\"phase\\\":\\\"a\\\","            \
    "\\\"progressPercent\\\":\\\"20.00\\\"" rest "}]}\""
#define BYTES(n)    ",\\\"sizeUploadedB\\\":" #n
#define SINCE(when) ",\\\"lastTransitionTime\\\":\\\"" when "\\\""
    static const struct {
        const char *line, *annotation;
        int64_t percent, uploaded;
    } rows[] = {
        /* the line says nothing but a percentage, or not even that */
        { "one/a:r", ENTRY(BYTES(500)), 2000, 500 },
        { "one/a:r=0.00", ENTRY(BYTES(500)), 2000, 500 },
        { "one/a:r=30.00", ENTRY(BYTES(500)), 3000, 500 },
        /* the other does */
        { "one/a:r=30.00/700", ENTRY(""), 3000, 700 },
        { "one/a:r=30.00/700", ENTRY(SINCE("2023-02-20T12:49:01Z")), 3000,
          700 },
        /* both do: the newer one */
        { "one/a:r=30.00/700", ENTRY(BYTES(500)), 3000, 700 },
        { "one/a:r=10.00/700", ENTRY(BYTES(500) SINCE(TIME)), 2000, 700 },
        { "one/a:r=30.00/700", ENTRY(BYTES(500) SINCE("2023-02-20T12:49:01Z")),
          3000, 500 },
        { "one/a:r=10.00/700", ENTRY(BYTES(500) SINCE("2023-02-20T12:48:59Z")),
          2000, 700 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct actionset a = { .state = "running",
                                     .actions = "one/a:r=0",
                                     .annotation = rows[i].annotation };
        struct desk d;

        desk_open(&d, &a, rows[i].line);
        assert_int_equal(d.outcome, MERGE_OURS);
        if (d.merged.phases[0].progress.percent != rows[i].percent ||
            d.merged.whole.sizes[VIEW_UPLOADED] != rows[i].uploaded)
            fail_msg("row %zu: %d, %d", i,
                     (int)d.merged.phases[0].progress.percent,
                     (int)d.merged.whole.sizes[VIEW_UPLOADED]);
        desk_close(&d);
    }
#undef ENTRY
#undef BYTES
#undef SINCE
}

/* What the annotation of D's merge is, as a JSON string. */
static void put_annotation(struct buf *b, const struct desk *d)
{
    struct buf text = BUF_INIT(ANNOTATION_MAX);

    annotation_put(&text, &d->merged, &d->object, &d->line);
    assert_false(text.failed);
    buf_clear(b);
    json_put_string(b, text.bytes, text.len);
    buf_char(b, '\0');
    buf_free(&text);
}

/* Two writers, each with its own action, in any order: the sum never goes
 * back, and ends as if one had written. */
static void two_writers_agree_in_any_order(void **state)
{
    static const char *const lines[2][4] = {
        { "one/a:r=10.00", "one/a:r=20.50/5/9", "one/a:r=80.00", "one/a:c" },
        { "two/b:r=5.00", "two/b:r=40.00", "two/b:r=40.00", "two/b:r=97.00" },
    };

    (void)state;
    for (unsigned order = 0; order < 256; order++) {
        struct buf annotation = BUF_INIT(1 << 16);
        int at[2] = { 0, 0 };
        int64_t before = 0;

        for (int i = 0; i < 8; i++) {
            int who = order >> i & 1;
            struct desk d;

            if (at[who] == 4)
                who = !who;
            desk_open(&d,
                      &(struct actionset){ .state = "running",
                                           .actions = "one/a:r=0|two/b:r=0",
                                           .annotation = annotation.bytes },
                      lines[who][at[who]++]);
            assert_int_equal(d.outcome, MERGE_OURS);
            assert_true(d.merged.whole.percent >= before);
            before = d.merged.whole.percent;
            put_annotation(&annotation, &d);
            desk_close(&d);
        }
        assert_int_equal(before, (10000 + 9700) / 2);
        buf_free(&annotation);
    }
}

static void what_is_no_annotation_says_nothing(void **state)
{
    static const char *const texts[] = {
        "\"\"",
        "\"x\"",
        "\"null\"",
        "\"[]\"",
        "\"{\\\"phases\\\":7}\"",
        "\"{\\\"phases\\\":{\\\"action\\\":0}}\"",
        "\"{\\\"phases\\\":[null,7,[],\\\"a\\\",{}]}\"",
        "\"{\\\"phases\\\":[{\\\"action\\\":\\\"0\\\",\\\"phase\\\":\\\"a\\\","
        "\\\"progressPercent\\\":\\\"90\\\"}]}\"",
        "\"{\\\"phases\\\":[{\\\"action\\\":0,\\\"phase\\\":7,"
        "\\\"progressPercent\\\":\\\"90\\\"}]}\"",
        "\"{\\\"phases\\\":[{\\\"action\\\":0,\\\"phase\\\":\\\"a\\\","
        "\\\"progressPercent\\\":90}]}\"",
        "\"{\\\"phases\\\":[{\\\"action\\\":-1,\\\"phase\\\":\\\"a\\\","
        "\\\"progressPercent\\\":\\\"90\\\"}]}\"",
        "\"{\\\"phases\\\":[{\\\"action\\\":1e18,\\\"phase\\\":\\\"a\\\","
        "\\\"progressPercent\\\":\\\"90\\\"}]}\"",
        "\"{\\\"phases\\\":[{\\\"action\\\":0,\\\"phase\\\":\\\"a\\\","
        "\\\"progressPercent\\\":\\\"90\\\"}]\"",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct desk d;

        desk_open(&d,
                  &(struct actionset){ .state = "running",
                                       .actions = "one/a:r=0",
                                       .annotation = texts[i] },
                  "one/a:r=30.00");
        assert_row(d.outcome == MERGE_OURS && d.merged.percent == 30, texts[i]);
        desk_close(&d);
    }
}

/* A copy of an ActionSet has the annotation of that one, and begins at 0. */
static void an_annotation_of_another_actionset_says_nothing(void **state)
{
#define OF(uid)                                                                \
    "\"{\\\"uid\\\":\\\"" uid "\\\",\\\"phases\\\":[{\\\"action\\\":0,"        \
    "\\\"phase\\\":\\\"a\\\",\\\"progressPercent\\\":\\\"80.00\\\"}]}\""
    static const struct {
        const char *annotation;
        int64_t percent;
    } rows[] = { { OF(UID), 8000 }, { OF("another"), 1000 } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct desk d;

        desk_open(&d,
                  &(struct actionset){ .state = "running",
                                       .actions = "one/a:r=0",
                                       .annotation = rows[i].annotation },
                  "one/a:r=10.00");
        assert_int_equal(d.merged.phases[0].progress.percent, rows[i].percent);
        desk_close(&d);
    }
#undef OF
}

/* An annotation that is longer than ours can be says nothing either. */
static void a_long_annotation_says_nothing(void **state)
{
    struct buf text = BUF_INIT(1 << 16);
    struct desk d;

    (void)state;
    buf_str(&text, "\"{\\\"phases\\\":[{\\\"action\\\":0,\\\"phase\\\":"
                   "\\\"a\\\",\\\"progressPercent\\\":\\\"90\\\"}],\\\"x\\\":"
                   "\\\"");
    for (int i = 0; i < ANNOTATION_MAX; i++)
        buf_char(&text, 'x');
    buf_add(&text, "\\\"}\"", 5);
    desk_open(&d,
              &(struct actionset){ .state = "running",
                                   .actions = "one/a:r=0",
                                   .annotation = text.bytes },
              "one/a:r=30.00");
    assert_int_equal(d.merged.percent, 30);
    desk_close(&d);
    buf_free(&text);
}

static void an_annotation_holds_what_runs(void **state)
{
    struct buf b = BUF_INIT(ANNOTATION_MAX);
    struct desk d;

    (void)state;
    read_actionset(
        &d.object,
        &(struct actionset){ .state = "running",
                             .actions = "one/a:c,b:r,c:p|two/d:r=60|six/e:r" });
    read_line(&d.line, "one/a:c=100.00,b:r=30.00/500/1000,c:p",
              ",\"detail\":{\"estimatedTimeSeconds\":120,\"verdict\":"
              "\"running\",\"functions\":[[\"KubeTask\"]]}");
    assert_int_equal(merge(&d.merged, &d.object, &d.line), MERGE_OURS);
    annotation_put(&b, &d.merged, &d.object, &d.line);
    buf_char(&b, '\0');
    assert_string_equal(
        b.bytes,
        "{\"uid\":\"" UID "\",\"percentCompleted\":\"38.00\","
        "\"lastTransitionTime\":\"" TIME "\","
        "\"phases\":[{\"action\":0,\"phase\":\"b\",\"progressPercent\":"
        "\"30.00\",\"sizeUploadedB\":500,\"estimatedUploadSizeB\":1000},"
        "{\"action\":1,\"phase\":\"d\",\"progressPercent\":\"60.00\"}],"
        "\"detail\":{\"estimatedTimeSeconds\":120,\"verdict\":\"running\"}}");
    desk_close(&d);
    buf_free(&b);
}

/* Whatever is long goes: the detail, then phases. */
static void an_annotation_keeps_to_its_size(void **state)
{
    (void)state;
    for (int phases = 1; phases <= 200; phases += phases < 45 ? 1 : 31) {
        struct buf b = BUF_INIT(16 + ANNOTATION_MAX);
        struct buf actions = BUF_INIT(1 << 16), rest = BUF_INIT(1 << 16);
        struct desk d;
        jv back, entries;

        buf_str(&actions, "one/");
        for (int i = 0; i < phases; i++)
            put_text(&actions, "%sphase-number-%d:r=30.00", i > 0 ? "," : "",
                     i);
        buf_char(&actions, '\0');
        put_text(&rest, ",\"detail\":{\"x\":\"%0*d\"}", 30 * phases, 0);
        buf_char(&rest, '\0');
        read_actionset(&d.object,
                       &(struct actionset){ .state = "running",
                                            .actions = actions.bytes });
        read_line(&d.line, actions.bytes, rest.bytes);
        assert_int_equal(merge(&d.merged, &d.object, &d.line), MERGE_OURS);
        buf_str(&b, "0123456789abcdef"); /* it goes behind what is there */
        annotation_put(&b, &d.merged, &d.object, &d.line);
        assert_false(b.failed);
        assert_in_range(b.len, 16, 16 + ANNOTATION_MAX);
        back = json_parse(b.bytes + 16, b.len - 16);
        entries = json_get(back, "phases");
        assert_int_equal(jv_get_kind(entries), JV_KIND_ARRAY);
        assert_in_range(jv_array_length(entries), phases < 30 ? phases : 30,
                        phases);
        entries = json_get(back, "detail");
        assert_int_equal(jv_get_kind(entries), phases < 20 ? JV_KIND_OBJECT
                                               : phases > 45
                                                   ? JV_KIND_INVALID
                                                   : jv_get_kind(entries));
        jv_free(entries);
        jv_free(back);
        desk_close(&d);
        buf_free(&actions);
        buf_free(&rest);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_holds_by_hand),
        cmocka_unit_test(why_names_what_does_not_fit),
        cmocka_unit_test(what_is_ours_runs_and_has_begun_in_the_line),
        cmocka_unit_test(bytes_are_those_of_the_line_and_of_the_others),
        cmocka_unit_test(bytes_of_a_phase_are_those_of_its_own_writer),
        cmocka_unit_test(two_writers_agree_in_any_order),
        cmocka_unit_test(what_is_no_annotation_says_nothing),
        cmocka_unit_test(an_annotation_of_another_actionset_says_nothing),
        cmocka_unit_test(a_long_annotation_says_nothing),
        cmocka_unit_test(an_annotation_holds_what_runs),
        cmocka_unit_test(an_annotation_keeps_to_its_size),
    };

    return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
