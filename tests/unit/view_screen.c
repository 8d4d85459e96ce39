/* view/screen.h: a board as lines of a terminal. */
#include <locale.h>
#include <wchar.h>

#include "base/clock.h"
#include "unit.h"
#include "view/screen.h"

static struct board b;
static struct screen s;

static bool take(void *arg, struct viewed *v)
{
    (void)arg;
    return board_take(&b, v) != NULL;
}

static void read_text(const char *text)
{
    assert_true(viewed_read(text, strlen(text), take, NULL) > 0);
}

/* The columns of LEN bytes without colours, as the C library sees them. */
static size_t columns_of(const char *text, size_t len)
{
    wchar_t wide[1024];
    char copy[4096];
    size_t n;

    assert_true(len < sizeof copy);
    memcpy(copy, text, len);
    copy[len] = '\0';
    n = mbstowcs(wide, copy, COUNT(wide));
    assert_true(n < COUNT(wide));
    return (size_t)wcswidth(wide, n);
}

/* The lines for a terminal are TEXT, and none is wider than it. */
static void lay(struct pen_style style, size_t width, size_t height,
                const char *text)
{
    struct buf out = BUF_INIT(1 << 16);
    int64_t now;

    assert_true(clock_parse("2023-02-20T12:52:05Z", 20, &now));
    assert_true(screen_lay(&s, &b, style, width, height, now));
    for (size_t i = 0; i < s.count; i++) {
        const char *line = s.text.bytes + s.lines[i].start;

        buf_add(&out, line, s.lines[i].len);
        buf_char(&out, '\n');
        assert_true(s.lines[i].columns < width);
        if (!style.colour)
            assert_int_equal(columns_of(line, s.lines[i].len),
                             s.lines[i].columns);
    }
    if (out.len != strlen(text) || memcmp(out.bytes, text, out.len) != 0)
        fail_msg("width %zu:\n%.*s", width, (int)out.len, out.bytes);
    assert_true(height == 0 || s.count <= height);
    buf_free(&out);
}

static const struct pen_style ascii,
    unicode = { .unicode = true },
    colour = { .unicode = true, .colour = true, .rich = true };

#define PHASE(name, state) "{\"name\":\"" name "\",\"state\":\"" state "\"}"
#define STATUS(state, phases, percent, more)                                   \
    "{\"type\":\"status\",\"state\":\"" state "\",\"actions\":[{\"name\":"     \
    "\"backup\",\"phases\":[" phases "]}],\"progress\":{"                      \
    "\"percentCompleted\":\"" percent "\",\"sizeUploadedB\":30900000,"         \
    "\"estimatedUploadSizeB\":103000000},\"detail\":{\"runningPhases\":[],"    \
    "\"actionEta\":{\"seconds\":310,\"lowSeconds\":9}" more "}}"
#define DUMP                                                                   \
    "{\"name\":\"dumpToObjectStore\",\"state\":\"running\",\"progress\":{"     \
    "\"progressPercent\":\"30.00\",\"lastTransitionTime\":"                    \
    "\"2023-02-20T12:49:55Z\",\"sizeUploadedB\":30900000,"                     \
    "\"estimatedUploadSizeB\":103000000,\"estimatedTimeSeconds\":120}}"
#define PHASES                                                                 \
    PHASE("updatePermissions", "complete")                                     \
    "," DUMP "," PHASE("cleanup", "pending")

static void columns_go_where_there_is_no_room(void **state)
{
    (void)state;
    read_text(STATUS("running", PHASES, "43.33", ""));
    lay(ascii, 200, 0,
        "+ updatePermissions  complete  "
        "[######################################]  100.00%\n"
        "> dumpToObjectStore  running   [###########                           "
        "]   30.00%   30.9 MB of 103.0 MB              2m0s left\n"
        "- cleanup            pending   [                                      "
        "]\n"
        "> backup             running   [################                      "
        "]   43.33%   30.9 MB of 103.0 MB             5m10s left\n");
    lay(ascii, 120, 0,
        "+ updatePermissions  complete  [################################]  "
        "100.00%\n"
        "> dumpToObjectStore  running   [#########                       ]   "
        "30.00%   30.9 MB of 103.0 MB              2m0s left\n"
        "- cleanup            pending   [                                ]\n"
        "> backup             running   [#############                   ]   "
        "43.33%   30.9 MB of 103.0 MB             5m10s left\n");
    lay(unicode, 80, 0,
        "✓ updatePermissions  ▕█████████████▏  100.00%\n"
        "• dumpToObjectStore  ▕███▉         ▏   30.00%   30.9 MB of 103.0 MB   "
        "2m0s left\n"
        "· cleanup            ▕             ▏\n"
        "• backup             ▕█████▋       ▏   43.33%   30.9 MB of 103.0 MB  "
        "5m10s left\n");
    lay(ascii, 60, 0,
        "+ updatePermissions  [###############]  100.00%\n"
        "> dumpToObjectStore  [####           ]   30.00%   2m0s left\n"
        "- cleanup            [               ]\n"
        "> backup             [######         ]   43.33%  5m10s left\n");
    lay(unicode, 40, 0,
        "✓ updatePermissions  ▕███████▏  100.00%\n"
        "• dumpToObjectStore  ▕██     ▏   30.00%\n"
        "· cleanup            ▕       ▏\n"
        "• backup             ▕███    ▏   43.33%\n");
    lay(ascii, 24, 0,
        "+ updatePermi~  100.00%\n"
        "> dumpToObjec~   30.00%\n"
        "- cleanup\n"
        "> backup         43.33%\n");
    lay(ascii, 12, 0,
        "+ updatePe~\n"
        "> dumpToOb~\n"
        "- cleanup\n"
        "> backup\n");
    lay(ascii, 2, 0,
        "\n"
        "\n"
        "\n"
        "\n");
    for (size_t width = 1; width < 200; width++)
        assert_true(screen_lay(&s, &b, unicode, width, 0, 0));
}

static void functions_stand_where_there_is_room(void **state)
{
    (void)state;
    read_text(STATUS("running", PHASES, "43.33",
                     ",\"functions\":[[\"ScaleWorkload\",\"KubeTask\"]]"));
    lay(ascii, 120, 0,
        "+ updatePermissions  ScaleWorkload  complete  "
        "[#################]  100.00%\n"
        "> dumpToObjectStore  KubeTask       running   "
        "[#####            ]   30.00%   30.9 MB of 103.0 MB              "
        "2m0s left\n"
        "- cleanup                           pending   "
        "[                 ]\n"
        "> backup                            running   "
        "[#######          ]   43.33%   30.9 MB of 103.0 MB             "
        "5m10s left\n");
    lay(ascii, 60, 0,
        "+ updatePermissions  [###############]  100.00%\n"
        "> dumpToObjectStore  [####           ]   30.00%   2m0s left\n"
        "- cleanup            [               ]\n"
        "> backup             [######         ]   43.33%  5m10s left\n");
}

static void colours_say_what_runs_and_what_is_done(void **state)
{
    (void)state;
    read_text(STATUS("running", PHASES, "43.33", ""));
    lay(colour, 50, 0,
        "\33[32m✓\33[0m updatePermissions  "
        "\33[32m\33[48;5;238m███████████████████\33[0m  100.00%\n"
        "\33[36m•\33[0m dumpToObjectStore  \33[36m\33[48;5;238m█████▋          "
        "   \33[0m   30.00%\n"
        "\33[2m·\33[0m \33[2mcleanup\33[0m            \33[2m\33[48;5;238m      "
        "             \33[0m\n"
        "\33[36m•\33[0m \33[1mbackup\33[0m             "
        "\33[36m\33[48;5;238m████████▏          \33[0m  \33[1m 43.33%\33[0m\n");
}

static void what_matters_stays_where_lines_are_few(void **state)
{
    (void)state;
    read_text(STATUS(
        "running",
        PHASE("a", "complete") "," PHASE("b", "complete") "," DUMP "," PHASE(
            "d", "running") "," PHASE("e", "pending"),
        "43.33",
        ",\"verdict\":\"stalled\",\"verdictSince\":"
        "\"2023-02-20T12:49:55Z\""));
    lay(ascii, 50, 7,
        "+ a                  [#######]  100.00%\n"
        "+ b                  [#######]  100.00%\n"
        "> dumpToObjectStore  [##     ]   30.00%\n"
        "> d                  [       ]\n"
        "- e                  [       ]\n"
        "> backup             [###    ]   43.33%\n"
        "  stalled for 2m10s\n");
    lay(ascii, 50, 6,
        "> dumpToObjectStore  [##     ]   30.00%\n"
        "> d                  [       ]\n"
        "- e                  [       ]\n"
        "> backup             [###    ]   43.33%\n"
        "  stalled for 2m10s\n"
        "  and 2 more lines\n");
    lay(ascii, 50, 4,
        "> dumpToObjectStore  [##     ]   30.00%\n"
        "> d                  [       ]\n"
        "> backup             [###    ]   43.33%\n"
        "  and 4 more lines\n");
    lay(ascii, 50, 3,
        "> dumpToObjectStore  [##     ]   30.00%\n"
        "> backup             [###    ]   43.33%\n"
        "  and 5 more lines\n");
    lay(ascii, 50, 2,
        "> dumpToObjectStore  [##     ]   30.00%\n"
        "> backup             [###    ]   43.33%\n");
    lay(ascii, 50, 1, "> backup             [###    ]   43.33%\n");
}

static void trouble_is_said(void **state)
{
    (void)state;
    read_text(STATUS("running", PHASES, "43.33",
                     ",\"verdict\":\"stalled\",\"verdictSince\":"
                     "\"2023-02-20T12:49:55Z\""));
    lay(ascii, 80, 0,
        "+ updatePermissions  [###############]  100.00%\n"
        "> dumpToObjectStore  [####           ]   30.00%   30.9 MB of 103.0 "
        "MB\n"
        "- cleanup            [               ]\n"
        "> backup             [######         ]   43.33%   30.9 MB of 103.0 "
        "MB\n"
        "  stalled for 2m10s\n");
    read_text(STATUS("failed", PHASE("dump", "failed"), "12.00",
                     ",\"result\":{\"state\":\"partial\"}"));
    lay(unicode, 80, 0,
        "✗ dump               ▕               ▏\n"
        "✗ backup             ▕█▊             ▏   12.00%   30.9 MB of 103.0 "
        "MB\n"
        "  the mover says: partial\n");
}

/* What has been so since before our clock, or slow, or deleted; and what else
 * there is to say. */
static void notes_stand_below(void **state)
{
    (void)state;
    read_text(STATUS("running", DUMP, "43.33",
                     ",\"verdict\":\"slow\",\"verdictSince\":"
                     "\"2030-02-20T12:49:55Z\""));
    lay(ascii, 40, 0,
        "> dumpToObjectStore  [##     ]   30.00%\n"
        "> backup             [###    ]   43.33%\n"
        "  slow for 0s\n");
    read_text(STATUS("running", DUMP, "43.33", ",\"verdict\":\"slow\""));
    (void)snprintf(b.remark, sizeof b.remark, "so much for that");
    lay(ascii, 40, 0,
        "> dumpToObjectStore  [##     ]   30.00%\n"
        "> backup             [###    ]   43.33%\n"
        "  slow\n"
        "  so much for that\n");
    lay(ascii, 40, 3,
        "> dumpToObjectStore  [##     ]   30.00%\n"
        "> backup             [###    ]   43.33%\n"
        "  and 2 more lines\n");
    b.remark[0] = '\0';
    board_free(&b);
    read_text("{\"type\":\"DELETED\",\"object\":{\"kind\":\"ActionSet\","
              "\"metadata\":{\"name\":\"a-long-name\",\"namespace\":\"n\","
              "\"uid\":\"u\"},\"status\":{\"state\":\"running\","
              "\"error\":{\"message\":\"no\"}}}}");
    lay(ascii, 40, 0,
        "a-long-name  n\n"
        "> total              [       ]\n"
        "  error: no\n"
        "  deleted\n");
    lay(ascii, 12, 0,
        "a-long-name\n"
        "> total\n"
        "  error: no\n"
        "  deleted\n");
    lay(ascii, 9, 0,
        "a-long-~\n"
        "> total\n"
        "  error:\n"
        "  delet~\n");
}

/* More than there was room for at first. */
static void many_phases_have_a_line_each(void **state)
{
    struct buf text = BUF_INIT(1 << 16);

    (void)state;
    buf_str(&text, "{\"type\":\"status\",\"actions\":[{\"phases\":[{}");
    for (int i = 0; i < 99; i++)
        buf_str(&text, ",{}");
    buf_str(&text, "]}]}");
    buf_char(&text, '\0');
    read_text(text.bytes);
    assert_true(screen_lay(&s, &b, ascii, 80, 0, 0));
    assert_int_equal(s.count, 101);
    buf_free(&text);
}

static void bytes_stand_where_any_moved_or_will(void **state)
{
    static const struct {
        int64_t moved, total;
        const char *text;
    } rows[] = {
        { 0, 0, "" },
        { 0, 10, "0 B of 10 B" },
        { 5, -1, "5 B" },
        { -1, 10, "" },
    };
    char text[64];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct viewed_progress p = { .uploaded = rows[i].moved,
                                           .upload_total = rows[i].total,
                                           .downloaded = -1,
                                           .download_total = -1 };

        rows_bytes(&p, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void actionsets_have_their_names(void **state)
{
    (void)state;
    read_text(
        "{\"kind\":\"List\",\"items\":[{\"kind\":\"ActionSet\","
        "\"metadata\":{\"uid\":\"u1\",\"name\":\"backup-9gtmp\","
        "\"namespace\":\"kanister\"},\"status\":{\"state\":\"failed\","
        "\"error\":{\"message\":\"no space\\n\\u001b[2Jleft\"},"
        "\"actions\":[{\"name\":\"x\",\"phases\":[" PHASE(
            "dump",
            "failed") "]}]}},"
                      "{\"kind\":\"ActionSet\",\"metadata\":{\"uid\":\"u2\","
                      "\"name\":\"two\"},\"status\":{\"state\":\"running\","
                      "\"actions\":"
                      "[{\"name\":\"x\",\"phases\":[" PHASE(
                          "dump",
                          "complete") "]},"
                                      "{\"name\":\"y\",\"phases\":[" PHASE(
                                          "dump", "odd") "]}]}}]}");
    lay(ascii, 60, 0,
        "backup-9gtmp  kanister\n"
        "x dump   failed    [                             ]\n"
        "x x      failed    [                             ]    0.00%\n"
        "  error: no space \?[2Jleft\n"
        "two\n"
        "x\n"
        "+ dump   complete  [#############################]  100.00%\n"
        "y\n"
        "\? dump   odd       [                             ]\n"
        "> total  running   [##############               ]   50.00%\n");
}

#define FAILED(name, error)                                                    \
    "{\"kind\":\"ActionSet\",\"metadata\":{\"uid\":\"" name                    \
    "\",\"name\":\"" name "\"},\"status\":{\"state\":\"failed\","              \
    "\"error\":{\"message\":\"" error "\"},\"progress\":{"                     \
    "\"percentCompleted\":\"10\"},\"actions\":[{\"name\":\"x\","               \
    "\"phases\":[" PHASE("dump", "failed") "]}]}}"

static void an_error_can_be_read_whole(void **state)
{
    (void)state;
    read_text(FAILED("one", "Failed while waiting for Pod kanister-job-8zb4w "
                            "to be ready: \u5099\u4EFD-bucket-eu-central-1-"
                            "prod-0123456789012345678901234567890 is full"));
    lay(ascii, 40, 0,
        "one\n"
        "x dump  failed    [          ]\n"
        "x x     failed    [#         ]   10.00%\n"
        "  error: Failed while waiting for Pod\n"
        "    kanister-job-8zb4w to be ready:\n"
        "    \u5099\u4EFD-bucket-eu-central-1-prod-01234\n"
        "    56789012345678901234567890 is full\n");
    /* as far as there is room for it */
    lay(ascii, 40, 5,
        "one\n"
        "x dump  failed    [          ]\n"
        "x x     failed    [#         ]   10.00%\n"
        "  error: Failed while waiting for Pod\n"
        "    kanister-job-8zb4w to be ready: \u5099~\n");
    lay(ascii, 40, 3,
        "x dump  failed    [          ]\n"
        "  error: Failed while waiting for Pod ~\n"
        "  and 2 more lines\n");
    for (size_t width = 1; width < 30; width++)
        assert_true(screen_lay(&s, &b, ascii, width, 0, 0));
}

/* What is too long for its place is cut within it. */
static void a_number_stays_within_its_place(void **state)
{
    char text[17] = "................";

    (void)state;
    rows_percent(12345678901234, text);
    assert_string_equal(text, "123456789012.34");
    assert_int_equal(text[16], '\0');
}

static void rows_that_were_cut_say_whose_they_are(void **state)
{
    (void)state;
    read_text(FAILED("backup-9gtmp", "no space left"));
    read_text(FAILED("other", "no space, too"));
    lay(ascii, 60, 6,
        "x backup-9gtmp dump  failed    [                 ]\n"
        "x backup-9gtmp       failed    [#                ]   10.00%\n"
        "  backup-9gtmp: error: no space left\n"
        "x other dump         failed    [                 ]\n"
        "x other              failed    [#                ]   10.00%\n"
        "  other: error: no space, too\n");
    lay(ascii, 60, 4,
        "x backup-9gtmp dump  failed    [                 ]\n"
        "  backup-9gtmp: error: no space left\n"
        "x other dump         failed    [                 ]\n"
        "  and 3 more lines\n");
    /* of what is long, each has a part */
    lay(ascii, 34, 4,
        "x backup~ dump  [      ]\n"
        "  backup-9gtmp: error: no space ~\n"
        "x other dump    [      ]\n"
        "  and 3 more lines\n");
}

/* However narrow it is, nothing is wider, and no more is written. */
static void a_terminal_may_be_as_narrow_as_it_likes(void **state)
{
    (void)state;
    read_text(FAILED("backup-9gtmp", "no space left"));
    read_text(FAILED("other", "no space, too"));
    for (size_t width = 1; width < 20; width++)
        for (size_t height = 0; height < 7; height++) {
            assert_true(screen_lay(&s, &b, ascii, width, height, 0));
            assert_true(s.count > 0);
            assert_true(height == 0 || s.count <= height);
            for (size_t i = 0; i < s.count; i++) {
                const struct screen_line *line = &s.lines[i];

                assert_true(line->columns < width);
                if (line->len > 0)
                    assert_int_equal(
                        columns_of(s.text.bytes + line->start, line->len),
                        line->columns);
            }
        }
}

static void so_do_those_of_an_action(void **state)
{
    (void)state;
    read_text("{\"type\":\"status\",\"state\":\"running\",\"actions\":["
              "{\"name\":\"db\",\"phases\":[" PHASE(
                  "dump", "running") "]},"
                                     "{\"name\":\"files\",\"phases\":[" PHASE(
                                         "dump", "running") "]}]}");
    lay(ascii, 40, 3,
        "> db dump     [              ]\n"
        "> files dump  [              ]\n"
        "> total       [              ]    0.00%\n");
}

static void names_are_measured_and_harmless(void **state)
{
    (void)state;
    read_text(STATUS(
        "running",
        PHASE(
            "\u5099\u4EFD\u5099\u4EFD\u5099\u4EFD\u5099\u4EFD",
            "complet"
            "e") "," PHASE("cafe\u0301",
                           "running") "," PHASE("a\\u001b[31m\\u009b2J\\nb",
                                                "running") "," PHASE("\u202Etxt"
                                                                     ".\u2066",
                                                                     "pending"),
        "25.00", ""));
    lay(unicode, 60, 0,
        "✓ 備份備份備份備份  ▕████████████████▏  100.00%\n"
        "• café              ▕                ▏\n"
        "• a\?[31m\?2J b       ▕                ▏\n"
        "· \?txt.\?            ▕                ▏\n"
        "• backup            ▕████            ▏   25.00%  5m10s left\n");
    lay(unicode, 30, 0,
        "✓ 備份備份備份備份  100.00%\n"
        "• café\n"
        "• a\?[31m\?2J b\n"
        "· \?txt.\?\n"
        "• backup             25.00%\n");
}

static void columns_never_become_narrower(void **state)
{
    (void)state;
    read_text(STATUS("running", PHASES, "43.33", ""));
    assert_true(screen_lay(&s, &b, ascii, 80, 0, 0));
    read_text("{\"type\":\"status\",\"state\":\"complete\",\"actions\":[{"
              "\"phases\":[" PHASE("a", "complete") "]}]}");
    lay(ascii, 80, 0,
        "+ a                  [#############]  100.00%\n"
        "+ total              [#############]  100.00%\n");
}

static int fresh(void **state)
{
    (void)state;
    screen_open(&s);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    board_free(&b);
    screen_close(&s);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(columns_go_where_there_is_no_room),
        TEST(functions_stand_where_there_is_room),
        TEST(colours_say_what_runs_and_what_is_done),
        TEST(what_matters_stays_where_lines_are_few),
        TEST(trouble_is_said),
        TEST(notes_stand_below),
        TEST(many_phases_have_a_line_each),
        TEST(bytes_stand_where_any_moved_or_will),
        TEST(actionsets_have_their_names),
        TEST(an_error_can_be_read_whole),
        TEST(a_number_stays_within_its_place),
        TEST(rows_that_were_cut_say_whose_they_are),
        TEST(a_terminal_may_be_as_narrow_as_it_likes),
        TEST(so_do_those_of_an_action),
        TEST(names_are_measured_and_harmless),
        TEST(columns_never_become_narrower),
    };

    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        return 1;
    return cmocka_run_group_tests_name("view_screen", tests, NULL, NULL);
}
