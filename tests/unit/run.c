#include "run/codes.h"
#include "run/ending.h"
#include "run/event.h"
#include "run/journal.h"
#include "run/kind.h"
#include "run/pick.h"
#include "run/report.h"

#include "base/clock.h"
#include "base/rec.h"
#include "unit.h"

static void codes_are_a_list_of_numbers(void **state)
{
    static const char *const wrong[] = { "",    ",",  "0,",  ",0",  "256",
                                         "-1",  "a",  "0 3", "0;3", "0x1",
                                         "1-3", "+1", "0,,3" };
    struct codes c;

    (void)state;
    assert_true(codes_parse(&c, NULL));
    assert_true(codes_good(&c, 0) && !codes_good(&c, 1));
    assert_true(codes_parse(&c, "3,255,10"));
    assert_true(codes_good(&c, 3) && codes_good(&c, 10) && codes_good(&c, 255));
    assert_true(!codes_good(&c, 0) && !codes_good(&c, 256));
    assert_true(!codes_good(&c, -1));
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_row(!codes_parse(&c, wrong[i]), wrong[i]);
}

static void a_line_is_of_its_type(void **state)
{
    static const struct {
        const char *line;
        enum kind kind;
        bool owned;
    } rows[] = {
        { "{\"type\":\"progress\",\"progressPercent\":1.5}", KIND_PROGRESS,
          false },
        { "{\"type\":\"progress\",\"phase\":\"a\"}", KIND_PROGRESS, true },
        { "{\"type\":\"result\",\"action\":0}", KIND_RESULT, true },
        { "{\"phase\":null,\"action\":null,\"type\":\"phase\"}", KIND_PHASE,
          false },
        { "{\"phase\":1,\"type\":\"phase\",\"phase\":null}", KIND_PHASE,
          false },
        { "{\"type\":\"progress\",\"phase\":\"a\\n\"}", KIND_PROGRESS, true },
        { "{\"type\":\"progress\",\"a\":[],\"phase\":\"a\"}", KIND_PROGRESS,
          true },
        { "{\"type\":\"progress\",\"a\":{\"phase\":\"a\"}}", KIND_PROGRESS,
          false },
        { "{\"type\": \"result\", \"state\": \"complete\"}", KIND_RESULT,
          false },
        { "{\"type\":\"message\",\"text\":\"a\\\"b\"}", KIND_MESSAGE, false },
        { "{\"progressPercent\":-1e0,\"type\":\"phase\"}", KIND_PHASE, false },
        { "{\"type\":\"status\",\"actions\":[{}]}", KIND_OTHER, false },
        { "{\"type\":5}", KIND_NONE, false },
        { "{\"type\":\"progress\\n\"}", KIND_OTHER, false },
        { "{\"kind\":\"progress\"}", KIND_NONE, false },
        { "{\"type\":\"progress\"", KIND_NONE, false },
        { "[\"type\",\"progress\"]", KIND_NONE, false },
        { "type", KIND_NONE, false },
        { "", KIND_NONE, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool owned = !rows[i].owned;

        assert_row(kind_of(rows[i].line, strlen(rows[i].line), &owned) ==
                       rows[i].kind,
                   rows[i].line);
        assert_row(owned == rows[i].owned, rows[i].line);
    }
}

static void see(void *arg, const char *line, size_t len)
{
    struct buf *seen = arg;

    buf_add(seen, line, len);
    buf_char(seen, '|');
}

static void assert_text(struct buf *b, const char *text)
{
    assert_false(b->failed);
    assert_int_equal(b->len, strlen(text));
    assert_memory_equal(b->bytes, text, b->len);
    buf_clear(b);
}

static void records_are_picked_however_they_come(void **state)
{
    static const char stream[] = "{1}\n x{2}\r{3}\r\n\n{4}{5}\nab\n{6}";
    struct buf seen = BUF_INIT(100000);
    struct pick p;

    (void)state;
    for (size_t cut = 1; cut < sizeof stream; cut++) {
        pick_open(&p, see, &seen);
        for (size_t at = 0; at < sizeof stream - 1; at += cut)
            pick_bytes(&p, stream + at,
                       cut < sizeof stream - 1 - at ? cut
                                                    : sizeof stream - 1 - at);
        pick_end(&p);
        pick_close(&p);
        assert_text(&seen, "{1}|{3}|{4}{5}|{6}|");
    }
    buf_free(&seen);
}

static void a_line_that_is_too_long_is_passed_over(void **state)
{
    static char much[40000];
    struct buf seen = BUF_INIT(100);
    struct pick p;

    (void)state;
    memset(much, '{', sizeof much);
    pick_open(&p, see, &seen);
    pick_bytes(&p, much, sizeof much);
    pick_bytes(&p, much, sizeof much);
    pick_bytes(&p, "}\n{1}\n", 6);
    assert_text(&seen, "{1}|");
    pick_close(&p);
    buf_free(&seen);
}

/* What a progress file that holds TEXT says, or "" for nothing and "?" for
 * what is no progress. */
static void assert_report(const char *text, bool ended, const char *record)
{
    struct buf b = BUF_INIT(1000);
    const char *line;
    size_t n = report_last(text, strlen(text), ended, &line);

    if (n > 0 && !report_record(line, n, &b))
        buf_str(&b, "?");
    assert_text(&b, record);
    buf_free(&b);
}

#define PERCENT(p) "{\"type\":\"progress\",\"progressPercent\":" p "}"

static void a_progress_file_says_a_percentage(void **state)
{
    (void)state;
    assert_report("42\n", false, PERCENT("42"));
    assert_report("42%\n", false, PERCENT("42"));
    assert_report(" 42.567 \r\n", false, PERCENT("42.56"));
    assert_report("0\n", false, PERCENT("0"));
    assert_report("\t42\t\n", false, PERCENT("42"));
    assert_report("%\n", false, "?");
    assert_report("100%\n", false, PERCENT("100"));
    assert_report("3/7\n", false, PERCENT("42.85"));
    assert_report("9223372036854775806/9223372036854775807\n", false,
                  PERCENT("99.99"));
    assert_report("0/1\n", false, PERCENT("0"));
    assert_report(
        "{\"type\":\"progress\",\"progressPercent\":7,\"hashedB\":1}"
        "\n",
        false, "{\"type\":\"progress\",\"progressPercent\":7,\"hashedB\":1}");
}

static void the_last_whole_line_counts(void **state)
{
    (void)state;
    assert_report("1\n2\n\n  \n", false, PERCENT("2"));
    assert_report("1\n2", false, PERCENT("1"));
    assert_report("1\n2", true, PERCENT("2"));
    assert_report("4", false, "");
    assert_report("4", true, PERCENT("4"));
    assert_report("", true, "");
    assert_report("\n\n", true, "");
}

static void what_is_no_progress_is_none(void **state)
{
    static const char *const wrong[] = {
        "101",
        "100.01%",
        "-1",
        "4 2",
        "7/3",
        "1/0",
        "/",
        "1/",
        "%",
        "42%%",
        "abc",
        "1e1",
        "0x10",
        "1.5/3",
        "1/2/3",
        "{",
        "{\"type\":\"phase\",\"state\":\"complete\"}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_report(wrong[i], true, "?");
}

static const char *const counts[] = {
    "files",      "directories",  "symlinks",    "bytes",
    "readFiles",  "readB",        "errors",      "processedObjects",
    "processedB", "skippedItems", "fatalErrors", "ignoredErrors",
};

static void assert_ending(int code, bool good, const char *said,
                          const char *text)
{
    struct ending e = { .owner = { .phase = "dump" },
                        .code = code,
                        .good = good,
                        .took = 1239 * CLOCK_SECOND / 100,
                        .said = said,
                        .said_len = said != NULL ? strlen(said) : 0 };
    struct buf b = BUF_INIT(ENDING_MAX);

    ending_put(&e, &b);
    keep_records(b.bytes, b.len);
    assert_text(&b, text);
    buf_free(&b);
}

static void an_ending_is_what_the_exit_code_proves(void **state)
{
    (void)state;
    assert_ending(0, true, NULL,
                  "{\"type\":\"result\",\"phase\":\"dump\",\"state\":"
                  "\"complete\",\"exitStatus\":0,\"elapsedSeconds\":12}\n");
    assert_ending(143, false, "{\"type\":\"result\",\"state\":\"complete\"}",
                  "{\"type\":\"result\",\"phase\":\"dump\",\"state\":"
                  "\"failed\",\"exitStatus\":143,\"elapsedSeconds\":12}\n");
    assert_ending(0, true, "{\"type\":\"result\",\"state\":\"partial\"}",
                  "{\"type\":\"result\",\"phase\":\"dump\",\"state\":"
                  "\"partial\",\"exitStatus\":0,\"elapsedSeconds\":12}\n");
    assert_ending(0, true, "{\"type\":\"result\",\"state\":\"failed\"}",
                  "{\"type\":\"result\",\"phase\":\"dump\",\"state\":"
                  "\"complete\",\"exitStatus\":0,\"elapsedSeconds\":12}\n");
    assert_ending(1, false, "{\"type\":\"result\",\"state\":\"cancelled\"}",
                  "{\"type\":\"result\",\"phase\":\"dump\",\"state\":"
                  "\"cancelled\",\"exitStatus\":1,\"elapsedSeconds\":12}\n");
}

static void a_mover_may_doubt_an_exit_code_of_0(void **state)
{
    static const struct {
        int code;
        const char *said, *doubt;
    } rows[] = {
        { 0, NULL, NULL },
        { 0, "{\"type\":\"result\",\"state\":\"partial\"}", "partial" },
        { 0, "{\"state\":\"failed\",\"text\":\"secret\"}", "failed" },
        { 0, "{\"state\":\"cancelled\"}", "cancelled" },
        { 0, "{\"state\":\"complete\"}", NULL },
        { 0, "{\"state\":\"unchanged\"}", NULL },
        { 0, "{\"state\":\"unknown\"}", NULL },
        { 0, "{\"state\":\"secret\"}", NULL },
        { 0, "no JSON", NULL },
        { 3, "{\"state\":\"partial\"}", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *said = rows[i].said, *doubt;
        const struct ending e = { .code = rows[i].code,
                                  .good = true,
                                  .said = said,
                                  .said_len = said != NULL ? strlen(said) : 0 };

        doubt = ending_doubt(&e);
        if (rows[i].doubt == NULL)
            assert_row(doubt == NULL, said);
        else
            assert_string_equal(doubt, rows[i].doubt);
    }
}

static void an_ending_shows_counts_and_no_text(void **state)
{
    (void)state;
    assert_ending(
        0, true,
        "{\"type\":\"result\",\"operation\":\"snapshot\",\"source\":"
        "\"u:secret@h:/\",\"state\":\"complete\",\"snapshotID\":\"ab12\","
        "\"rootID\":\"k/secret\",\"files\":7,\"bytes\":9007199254740992,"
        "\"errors\":-1,\"text\":\"secret\"}",
        "{\"type\":\"result\",\"phase\":\"dump\",\"operation\":\"snapshot\","
        "\"state\":\"complete\",\"exitStatus\":0,\"snapshotID\":\"ab12\","
        "\"files\":7,\"bytes\":9007199254740992,\"elapsedSeconds\":12}\n");
    assert_ending(1, false, "{\"operation\":\"secret\",\"state\":\"secret\"}",
                  "{\"type\":\"result\",\"phase\":\"dump\",\"state\":"
                  "\"failed\",\"exitStatus\":1,\"elapsedSeconds\":12}\n");
    assert_ending(1, false, "no JSON",
                  "{\"type\":\"result\",\"phase\":\"dump\",\"state\":"
                  "\"failed\",\"exitStatus\":1,\"elapsedSeconds\":12}\n");
}

static void an_ending_with_all_that_it_can_have_fits(void **state)
{
    struct buf said = BUF_INIT(10000), b = BUF_INIT(ENDING_MAX);
    char name[257] = "";
    struct ending e = {
        .owner = { name, name }, .code = 255, .good = true, .took = INT64_MAX
    };

    (void)state;
    memset(name, 1, sizeof name - 1);
    buf_str(&said, "{\"operation\":\"content-verify\",\"state\":\"unchanged\"");
    for (int i = 0; i < 2; i++) {
        buf_str(&said, i == 0 ? ",\"snapshotID\":\"" : "\",\"rootID\":\"");
        for (int n = 0; n < 128; n++)
            buf_char(&said, 'a');
    }
    buf_str(&said, "\"");
    for (size_t i = 0; i < COUNT(counts); i++) {
        buf_str(&said, ",\"");
        buf_str(&said, counts[i]);
        buf_str(&said, "\":9007199254740992");
    }
    buf_str(&said, "}");
    e.said = said.bytes;
    e.said_len = said.len;
    ending_put(&e, &b);
    assert_true(!b.failed && b.len > 3800);
    keep_records(b.bytes, b.len);
    buf_free(&b);
    buf_free(&said);
}

/* An ID of more characters than any has, or with others, is none. */
static void an_id_that_is_none_is_not_shown(void **state)
{
    static const struct {
        int letters;
        const char *rest;
        bool shown;
    } rows[] = {
        { 0, "", false },   { 1, "", true },     { 128, "", true },
        { 129, "", false }, { 1000, "", false }, { 5, "-", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf said = BUF_INIT(4096), b = BUF_INIT(ENDING_MAX);
        struct ending e = { .code = 0, .good = true };

        buf_str(&said, "{\"snapshotID\":\"");
        for (int n = 0; n < rows[i].letters; n++)
            buf_char(&said, 'a');
        buf_str(&said, rows[i].rest);
        buf_str(&said, "\"}");
        e.said = said.bytes;
        e.said_len = said.len;
        ending_put(&e, &b);
        assert_int_equal(memmem(b.bytes, b.len, "snapshotID", 10) != NULL,
                         rows[i].shown);
        buf_free(&b);
        buf_free(&said);
    }
}

/* What is not a line of a file: NULs, as where a file was made longer, and a
 * record that is longer than one may be. */
static void what_no_record_can_have_is_no_report(void **state)
{
    static char much[REC_CEILING + 64] = "{\"type\":\"progress\",\"a\":\"";
    static const char holes[] = "42\n\0\0";
    struct buf b = BUF_INIT(1000);
    const char *line;

    (void)state;
    assert_int_equal(report_last(holes, sizeof holes - 1, true, &line), 2);
    assert_memory_equal(line, "42", 2);
    memset(much + strlen(much), 'x', sizeof much - strlen(much));
    memcpy(much + sizeof much - 2, "\"}", 2);
    assert_false(report_record(much, sizeof much, &b));
    assert_false(report_record("", 0, &b));
    assert_int_equal(b.len, 0);
    buf_free(&b);
}

/* An interval for ever is one that is never over. */
/* What it cannot keep is counted, and nothing older is said in its place. */
static void a_line_that_has_no_room_is_counted(void **state)
{
    struct buf due = BUF_INIT(64);
    struct journal j;

    (void)state;
    journal_open(&j, 10, &due);
    j.latest.ceiling = 4;
    journal_latest(&j, "old", 3, 0);
    buf_clear(&due);
    journal_latest(&j, "older", 5, 1);
    assert_int_equal(j.dropped, 1);
    assert_int_equal(journal_tick(&j, 100), JOURNAL_NEVER);
    assert_int_equal(due.len, 0);
    journal_latest(&j, "new", 3, 200);
    assert_int_equal(due.len, 4);
    assert_memory_equal(due.bytes, "new\n", 4);
    journal_close(&j);
    buf_free(&due);
}

static void a_journal_waits_for_ever_where_it_shall(void **state)
{
    struct buf due = BUF_INIT(1000);
    struct journal j;

    (void)state;
    journal_open(&j, INT64_MAX, &due);
    journal_latest(&j, "a", 1, 10);
    journal_flush(&j, 10);
    journal_latest(&j, "b", 1, 20);
    assert_true(journal_tick(&j, INT64_MAX - 1) == JOURNAL_NEVER);
    assert_true(due.len >= 2 && memmem(due.bytes, due.len, "b", 1) == NULL);
    journal_close(&j);
    buf_free(&due);
}

static void an_ending_without_room_for_the_name_has_none(void **state)
{
    char name[1000];
    struct ending e = { .owner = { .phase = name }, .code = 1 };
    struct buf b = BUF_INIT(ENDING_MAX);

    (void)state;
    memset(name, 1, sizeof name);
    name[256] = '\0'; /* each is six bytes of JSON */
    ending_put(&e, &b);
    assert_true(!b.failed && b.len > 1500);
    buf_clear(&b);
    name[256] = 1;
    name[sizeof name - 1] = '\0';
    ending_put(&e, &b);
    assert_text(&b, "{\"type\":\"result\",\"state\":\"failed\",\"exitStatus\":"
                    "1,\"elapsedSeconds\":0}\n");
    buf_free(&b);
}

#define SAY(what, line, now) what(&j, line, strlen(line), now)

static void of_lines_that_replace_one_another_the_latest_comes(void **state)
{
    struct buf due = BUF_INIT(1000);
    struct journal j;

    (void)state;
    journal_open(&j, 10, &due);
    assert_int_equal(journal_tick(&j, 3), JOURNAL_NEVER);
    SAY(journal_latest, "a", 5);
    assert_text(&due, "a\n"); /* the first at once */
    SAY(journal_latest, "b", 6);
    SAY(journal_latest, "c", 14);
    assert_text(&due, "");
    assert_int_equal(journal_tick(&j, 14), 15);
    assert_int_equal(journal_tick(&j, 15), JOURNAL_NEVER);
    assert_text(&due, "c\n");
    SAY(journal_latest, "d", 26);
    assert_text(&due, "d\n");
    journal_close(&j);
    buf_free(&due);
}

static void a_line_that_stands_for_itself_is_in_its_order(void **state)
{
    struct buf due = BUF_INIT(1000);
    struct journal j;

    (void)state;
    journal_open(&j, 10, &due);
    SAY(journal_line, "one", 0);
    SAY(journal_latest, "a", 0);
    SAY(journal_latest, "b", 1);
    SAY(journal_line, "two", 2);
    SAY(journal_latest, "c", 3);
    assert_text(&due, "one\na\nb\ntwo\n");
    assert_int_equal(journal_tick(&j, 3), 12);
    journal_flush(&j, 4);
    journal_flush(&j, 4);
    assert_text(&due, "c\n");
    journal_close(&j);
    buf_free(&due);
}

static void lines_without_room_are_counted(void **state)
{
    struct buf due = BUF_INIT(8);
    struct journal j;

    (void)state;
    journal_open(&j, 0, &due);
    SAY(journal_line, "one", 0);
    SAY(journal_line, "three", 0);
    SAY(journal_line, "two", 0);
    assert_int_equal(j.dropped, 1);
    assert_text(&due, "one\ntwo\n");
    journal_close(&j);
    buf_free(&due);
}

static void a_record_is_labelled_behind_its_own_members(void **state)
{
    const struct owner both = { "backup", "du\"mp" }, phase = { NULL, "a" };
    const struct owner action = { "0", NULL }, nobody = { NULL, NULL };
    struct buf b = BUF_INIT(48);

    (void)state;
    assert_true(owner_label(&b, &both, "{\"a\":1}", 7));
    assert_text(&b, "{\"a\":1,\"action\":\"backup\",\"phase\":\"du\\\"mp\"}");
    assert_true(owner_label(&b, &phase, "{\"a\":1} \t", 9));
    assert_text(&b, "{\"a\":1,\"phase\":\"a\"}");
    assert_true(owner_label(&b, &action, "{\"a\":1}", 7));
    assert_text(&b, "{\"a\":1,\"action\":\"0\"}");
    assert_true(owner_label(&b, &nobody, "{\"a\":1}", 7));
    assert_text(&b, "{\"a\":1}");
    buf_str(&b, "x");
    assert_false(owner_label(&b, &both, "{\"abcdefghi\":123456}", 20));
    assert_false(owner_label(&b, &both, "", 0));
    assert_text(&b, "x");
    buf_free(&b);
}

static void events_tell_begin_and_end(void **state)
{
    const struct owner one = { NULL, "du\"mp" }, nobody = { NULL, NULL };
    const struct owner other = { "backup", "dump" };
    struct buf b = BUF_INIT(1000);

    (void)state;
    event_begin(&b, &one, NULL);
    event_end(&b, &nobody, true);
    event_end(&b, &other, false);
    event_begin(&b, &nobody, "kopia");
    keep_records(b.bytes, b.len);
    assert_text(&b, "{\"type\":\"phase\",\"phase\":\"du\\\"mp\",\"state\":"
                    "\"running\"}\n"
                    "{\"type\":\"phase\",\"phase\":\"du\\\"mp\",\"step\":"
                    "\"prerequisites\",\"done\":true}\n"
                    "{\"type\":\"phase\",\"state\":\"complete\"}\n"
                    "{\"type\":\"phase\",\"action\":\"backup\",\"phase\":"
                    "\"dump\",\"state\":\"failed\"}\n"
                    "{\"type\":\"phase\",\"state\":\"running\",\"mover\":"
                    "\"kopia\"}\n"
                    "{\"type\":\"phase\",\"step\":\"prerequisites\","
                    "\"done\":true,\"mover\":\"kopia\"}\n");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_a_list_of_numbers),
        cmocka_unit_test(a_line_is_of_its_type),
        cmocka_unit_test(records_are_picked_however_they_come),
        cmocka_unit_test(a_line_that_is_too_long_is_passed_over),
        cmocka_unit_test(a_progress_file_says_a_percentage),
        cmocka_unit_test(the_last_whole_line_counts),
        cmocka_unit_test(what_is_no_progress_is_none),
        cmocka_unit_test(an_ending_is_what_the_exit_code_proves),
        cmocka_unit_test(a_mover_may_doubt_an_exit_code_of_0),
        cmocka_unit_test(an_ending_shows_counts_and_no_text),
        cmocka_unit_test(an_ending_with_all_that_it_can_have_fits),
        cmocka_unit_test(an_id_that_is_none_is_not_shown),
        cmocka_unit_test(a_line_that_has_no_room_is_counted),
        cmocka_unit_test(a_journal_waits_for_ever_where_it_shall),
        cmocka_unit_test(what_no_record_can_have_is_no_report),
        cmocka_unit_test(an_ending_without_room_for_the_name_has_none),
        cmocka_unit_test(of_lines_that_replace_one_another_the_latest_comes),
        cmocka_unit_test(a_line_that_stands_for_itself_is_in_its_order),
        cmocka_unit_test(lines_without_room_are_counted),
        cmocka_unit_test(a_record_is_labelled_behind_its_own_members),
        cmocka_unit_test(events_tell_begin_and_end),
    };

    return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
