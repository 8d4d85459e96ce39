#include "phase/note.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "phase/percent.h"
#include "phase/plan.h"
#include "phase/progress.h"
#include "phase/whole.h"
#include "unit.h"

static void a_percentage_is_cut_to_hundredths(void **state)
{
    static const struct {
        double percent;
        int64_t hundredths;
    } rows[] = {
        { 0, 0 },
        { 0.004, 0 },
        { 0.009, 0 },
        { 0.01, 1 },
        { 0.29, 29 }, /* 0.29 * 100 is 28.999999999999996 */
        { 1.15, 115 },
        { 4.35, 435 },
        { 12.1, 1210 },
        { 16.08, 1608 },
        { 30, 3000 },
        { 33.339999, 3333 },
        { 64.1, 6410 },
        { 99.99, 9999 },
        { 99.999, 9999 },
        { 100, 10000 },
        { 340, 34000 },
        { 1e15, PERCENT_LARGEST },
        { 1e300, PERCENT_LARGEST },
        { DBL_MAX, PERCENT_LARGEST },
        { (double)INFINITY, PERCENT_LARGEST },
        { -0.0, 0 },
        { -0.001, PERCENT_UNKNOWN },
        { -5, PERCENT_UNKNOWN },
        { (double)-INFINITY, PERCENT_UNKNOWN },
        { (double)NAN, PERCENT_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(percent_of_double(rows[i].percent),
                         rows[i].hundredths);
}

static void no_hundredth_is_lost_between_text_and_number(void **state)
{
    (void)state;
    for (int h = 0; h <= 34000; h++) {
        char text[16];
        int len = snprintf(text, sizeof text, "%d.%02d", h / 100, h % 100);
        jv number = json_parse(text, (size_t)len);
        struct buf b = BUF_INIT(32);

        assert_int_equal(percent_of_double(jv_number_value(number)), h);
        assert_int_equal(percent_of_text(text, (size_t)len), h);
        percent_put(&b, h);
        assert_int_equal(b.len, len);
        assert_memory_equal(b.bytes, text, b.len);
        buf_free(&b);
        jv_free(number);
    }
}

static void a_percentage_in_a_string_is_as_kanister_writes_it(void **state)
{
    static const struct {
        const char *text;
        int64_t hundredths;
    } rows[] = {
        { "0", 0 },
        { "43", 4300 },
        { "43.3", 4330 },
        { "43.339", 4333 },
        { "100.00", 10000 },
        { "99999999999999", PERCENT_LARGEST },
        { "99999999999999999", PERCENT_UNKNOWN },
        { "999999999999999999999999", PERCENT_UNKNOWN },
        { "", PERCENT_UNKNOWN },
        { "-5", PERCENT_UNKNOWN },
        { "30%", PERCENT_UNKNOWN },
        { "nan", PERCENT_UNKNOWN },
        { ".5", PERCENT_UNKNOWN },
        { "5.", PERCENT_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(percent_of_text(rows[i].text, strlen(rows[i].text)) ==
                       rows[i].hundredths,
                   rows[i].text);
}

/* Reads TEXT; the note stays until the next is read. */
static const struct note *read_note(const char *text)
{
    static struct note note;

    note_read(&note, text, strlen(text));
    return &note;
}

static void a_count_is_a_whole_number_that_every_reader_keeps(void **state)
{
    static const struct {
        const char *value;
        int64_t count;
    } rows[] = {
        { "0", 0 },
        { "4500000000", 4500000000 },
        { "9007199254740992", COUNT_LARGEST },
        { "9007199254740994", COUNT_UNKNOWN },
        { "1e3", 1000 },
        { "1e400", COUNT_UNKNOWN },
        { "-1", COUNT_UNKNOWN },
        { "1.5", COUNT_UNKNOWN },
        { "null", COUNT_UNKNOWN },
        { "true", COUNT_UNKNOWN },
        { "[1]", COUNT_UNKNOWN },
        { "\"50000\"", 50000 },
        { "\"9007199254740993\"", COUNT_UNKNOWN },
        { "\"-1\"", COUNT_UNKNOWN },
        { "\"1 GB\"", COUNT_UNKNOWN },
        { "\"\"", COUNT_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[128];

        snprintf(text, sizeof text,
                 "{\"type\":\"progress\",\"sizeUploadedB\":%s}", rows[i].value);
        assert_row(read_note(text)->progress.sizes[SIZE_UPLOADED] ==
                       rows[i].count,
                   rows[i].value);
    }
}

static void a_line_is_one_of_five_kinds(void **state)
{
    static const struct {
        const char *text;
        enum note_kind kind;
    } rows[] = {
        { "{\"type\":\"progress\"}", NOTE_PROGRESS },
        { "{\"type\":\"result\"}", NOTE_RESULT },
        { "{\"type\":\"phase\"}", NOTE_EVENT },
        { "{\"type\":\"message\"}", NOTE_OTHER },
        { "{\"type\":\"status\"}", NOTE_OTHER },
        { "{\"type\":\"\"}", NOTE_OTHER },
        { " \t{\"type\": \"progress\"}\r", NOTE_PROGRESS },
        { "{\"t\\u0079pe\":\"prog\\u0072ess\"}", NOTE_PROGRESS },
        { "{\"type\":\"prog\\u0072ess\"}", NOTE_PROGRESS },
        { "{\"type\":\"\\n\",\"type\":\"progress\"}", NOTE_PROGRESS },
        { "{\"type\":\"progress\",\"type\":\"\\n\"}", NOTE_OTHER },
        { "{\"type\":\"progress\",\"a\":\"\\ud800\"}", NOTE_NO_RECORD },
        { "{\"type\":\"progress\",\"type\":\"phase\"}", NOTE_EVENT },
        { "{\"a\":[{}],\"type\":\"phase\"}", NOTE_EVENT },
        { "{\"a\":[{}],\"type\":\"phase\",\"type\":1}", NOTE_NO_RECORD },
        { "{\"type\":\"progress\",\"type\":null}", NOTE_NO_RECORD },
        { "", NOTE_NO_RECORD },
        { "{}", NOTE_NO_RECORD },
        { "{\"type\":1}", NOTE_NO_RECORD },
        { "{\"type\":[\"progress\"]}", NOTE_NO_RECORD },
        { "{\"level\":\"info\"}", NOTE_NO_RECORD },
        { "[{\"type\":\"progress\"}]", NOTE_NO_RECORD },
        { "\"progress\"", NOTE_NO_RECORD },
        { "{\"type\":\"progress\"", NOTE_NO_RECORD },
        { "{\"type\":\"progress\"}x", NOTE_NO_RECORD },
        { "{\"type\":\"progress\"}{\"type\":\"progress\"}", NOTE_NO_RECORD },
        { "x{\"type\":\"progress\"}", NOTE_NO_RECORD },
        { "{\"type\" \"progress\"}", NOTE_NO_RECORD },
        { "{\"type\":\"progress\",\"a\":01e}", NOTE_NO_RECORD },
        { " / 1 hashing, 118 hashed (546.9 MB)", NOTE_NO_RECORD },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(read_note(rows[i].text)->kind == rows[i].kind, rows[i].text);
}

static void a_name_of_any_spelling_is_read(void **state)
{
    char text[2000] = "{ \"type\":\"phase\",\"phase\":\"";
    size_t head = strlen(text);
    const struct note *n = read_note("{\"phase\":\"d\\u0075mp\"}");

    (void)state;
    assert_int_equal(n->name_len, 4);
    assert_memory_equal(n->name, "dump", 4);
    read_note("{\"phase\":\"dump\"}");
    assert_int_equal(n->name_len, 4);
    assert_memory_equal(n->name, "dump", 4);
    memset(text + head, 'x', PLAN_NAME_MAX);
    memcpy(text + head + PLAN_NAME_MAX, "\"}", 3);
    read_note(text);
    assert_int_equal(n->name_len, PLAN_NAME_MAX);
    assert_memory_equal(n->name, text + head, PLAN_NAME_MAX);
    memcpy(text + head + PLAN_NAME_MAX, "x\"}", 4);
    read_note(text);
    assert_null(n->name);
    assert_int_equal(n->phase, NOTE_NO_INDEX);
}

/* libjq reads a line that the scanner reads when there is a space in it. */
static void both_ways_of_reading_say_the_same(void **state)
{
    static const char *const rows[] = {
        "\"type\":\"progress\",\"progressPercent\":12.1,\"action\":1",
        "\"type\":\"phase\",\"phase\":\"dump\",\"state\":\"failed\"",
        "\"type\":\"phase\",\"phase\":2,\"step\":\"cleanup\",\"done\":true",
        "\"type\":\"phase\",\"phase\":true,\"action\":null,\"step\":null",
        "\"type\":\"phase\",\"phase\":2,\"phase\":\"a\",\"phase\":null",
        "\"type\":\"result\",\"state\":\"partial\"",
        "\"type\":\"progress\",\"source\":\"app@host:/d\xC3\xA4ta\","
        "\"progressPercent\":12,\"b\":\"d\\u00e4ta \\\"x\\\"\"",
        "\"type\":\"progress\",\"progressPercent\":\"12\\u002e5\"",
        "\"type\":\"phase\",\"phase\":\"d\xC3\xA4mp\"",
        "\"type\":\"p\\u0068ase\",\"phase\":\"d\\u00e4mp\","
        "\"state\":\"f\\u0061iled\"",
        "\"type\":\"progress\",\"sizeUploadedB\":\"7\",\"sizeUploadedB\":8,"
        "\"estimatedTimeSeconds\":35,\"estimatedTimeSeconds\":0.5,"
        "\"progressPercent\":\"33.33\",\"sizeDownloadedB\":true",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        static struct note a, b;
        char plain[512], text[512];

        snprintf(plain, sizeof plain, "{%s}", rows[i]);
        note_read(&a, plain, strlen(plain));
        assert_row(a.kind < NOTE_OTHER, plain);
        snprintf(text, sizeof text, "{%s }", rows[i]);
        note_read(&b, text, strlen(text));
        assert_row(a.kind == b.kind && a.action == b.action &&
                       a.phase == b.phase && a.state == b.state &&
                       a.result == b.result && a.step == b.step &&
                       a.done == b.done &&
                       progress_equal(&a.progress, &b.progress),
                   text);
        assert_row((a.name == NULL) == (b.name == NULL), text);
        if (b.name != NULL)
            assert_row(a.name_len == b.name_len &&
                           memcmp(a.name, b.name, b.name_len) == 0,
                       text);
    }
}

/* The whole of one action whose phases are at these percentages; -1: pending,
 * 10000: complete, others run. */
static struct whole whole_at(const int64_t *percents, size_t count)
{
    struct plan plan = { 0 };
    struct whole w;

    assert_true(plan_add_action(&plan, NULL, 0));
    for (size_t i = 0; i < count; i++) {
        char name[] = { (char)('a' + i), '\0' };
        struct phase *phase = plan_add_phase(&plan, name, 1, false);

        assert_non_null(phase);
        phase->progress.percent = percents[i];
        phase->state = percents[i] < 0                ? PHASE_PENDING
                       : percents[i] == PERCENT_WHOLE ? PHASE_COMPLETE
                                                      : PHASE_RUNNING;
    }
    w = whole_of(&plan);
    w.running = NULL; /* it goes with the plan */
    plan_free(&plan);
    return w;
}

static void the_whole_is_the_truncated_mean(void **state)
{
    static const struct {
        const char *name;
        int64_t percents[7], mean;
        size_t count;
        enum phase_state state;
    } rows[] = {
        { "the example", { 10000, 3000, -1 }, 4333, 3, PHASE_RUNNING },
        { "a third", { 10000, -1, -1 }, 3333, 3, PHASE_RUNNING },
        { "two thirds", { 10000, 10000, -1 }, 6666, 3, PHASE_RUNNING },
        { "all", { 10000, 10000, 10000 }, 10000, 3, PHASE_COMPLETE },
        { "none", { -1, -1, -1 }, 0, 3, PHASE_PENDING },
        { "begun", { 0, -1, -1 }, 0, 3, PHASE_RUNNING },
        { "one", { 9900 }, 9900, 1, PHASE_RUNNING },
        { "a hundredth is lost", { 1, -1 }, 0, 2, PHASE_RUNNING },
        { "sevenths",
          { 10000, -1, -1, -1, -1, -1, -1 },
          1428,
          7,
          PHASE_RUNNING },
        { "a step and a mover", { 3333, 1210 }, 2271, 2, PHASE_RUNNING },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct whole w = whole_at(rows[i].percents, rows[i].count);

        assert_row(w.percent == rows[i].mean, rows[i].name);
        assert_row(w.state == rows[i].state, rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_percentage_is_cut_to_hundredths),
        cmocka_unit_test(no_hundredth_is_lost_between_text_and_number),
        cmocka_unit_test(a_percentage_in_a_string_is_as_kanister_writes_it),
        cmocka_unit_test(a_count_is_a_whole_number_that_every_reader_keeps),
        cmocka_unit_test(a_line_is_one_of_five_kinds),
        cmocka_unit_test(a_name_of_any_spelling_is_read),
        cmocka_unit_test(both_ways_of_reading_say_the_same),
        cmocka_unit_test(the_whole_is_the_truncated_mean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
