/*
 * adapted.h: the records that come of what an adapter reads; and adapters that
 * ask for what there is not.
 */
#include "mover/adapted.h"

#include "mover/adapter.h"
#include "unit.h"

#define HUGE_NUMBER "9223372036854775807"

static struct buf records;

static void keep_record(void *arg, const char *record, size_t len)
{
    (void)arg;
    buf_add(&records, record, len);
}

/* What comes of LINES, of which each ends with '\n', by the adapter TEXT. */
static const char *records_of(const char *text, const char *lines,
                              int64_t total)
{
    struct adapter a;
    struct adapter_wrong wrong;
    struct adapted run;

    adapter_init(&a, OP_NONE);
    buf_str(&a.text, text);
    if (!adapter_parse(&a, &wrong))
        fail_msg("%d: %s", wrong.line, wrong.why);
    adapted_init(&run, OP_NONE);
    run.total = total;
    run.emit = keep_record;
    buf_clear(&records);
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");
        struct reading reading;
        const struct rule *by;

        assert_int_equal(adapter_match(&a, lines, len, &reading, &by),
                         ADAPTER_MATCHED);
        adapted_take(&run, &reading);
        lines += len + 1;
    }
    (void)adapted_end(&run);
    adapted_free(&run);
    adapter_free(&a);
    buf_char(&records, '\0');
    assert_false(records.failed);
    return records.bytes;
}

#define BACKUP                                                                 \
    "operation snapshot\n"                                                     \
    "progress h(?<hashedB>\\d+)( c(?<cachedB>\\d+))?( u(?<done>\\d+))?"        \
    "( t(?<total>\\d+))?( n(?<count>\\d+))?( o(?<of>\\d+))?"                   \
    "( p(?<progressPercent>\\d+))?\n"                                          \
    "progress u(?<done>\\d+) t(?<total>\\d+)\n"                                \
    "progress n(?<count>\\d+)( o(?<of>\\d+))?\n"

static void a_percent_is_computed_of_what_is_known(void **state)
{
    static const struct {
        const char *line;
        int64_t total; /* that was given */
        const char *has, *has_not;
    } rows[] = {
        /* a backup hashes what it reads */
        { "h50 t200\n", -1, "\"progressPercent\":25,", NULL },
        { "h50 c50 t200\n", -1, "\"progressPercent\":50,", NULL },
        { "h50 c50 u1 t200\n", -1, "\"progressPercent\":50,", NULL },
        { "u20 t200\n", -1, "\"progressPercent\":10,", NULL },
        { "h" HUGE_NUMBER " c1 t200\n", -1, "\"progressPercent\":null", NULL },
        { "h" HUGE_NUMBER " t1\n", -1, "\"progressPercent\":100,",
          "rawPercent\":100" },
        { "h50 t0\n", -1, "\"progressPercent\":null", NULL },
        { "h50\n", -1, "\"progressPercent\":null", NULL },
        /* the mover's own goes before */
        { "h50 t200 p7\n", -1, "\"progressPercent\":7,", "\"basis\":\"b" },
        { "h50 t200\n", 100, "\"progressPercent\":25,", NULL },
        { "h50\n", 100, "\"progressPercent\":50,", NULL },
        { "n5 o10\n", 100, "\"progressPercent\":50,", NULL },
        { "n5\n", 10, "\"progressPercent\":50,", NULL },
        { "h5 n5 o10\n", -1, "\"progressPercent\":50,", NULL },
        { "h5 n5\n", -1, "\"progressPercent\":null", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *got = records_of(BACKUP, rows[i].line, rows[i].total);

        if (strstr(got, rows[i].has) == NULL)
            fail_msg("%s gives %s and not %s", rows[i].line, got, rows[i].has);
        assert_true(rows[i].has_not == NULL ||
                    strstr(got, rows[i].has_not) == NULL);
    }
}

static void things_are_counted_where_there_is_a_counter(void **state)
{
    static const struct {
        const char *operation, *kind, *counter;
    } rows[] = {
        { "sync", "tally", "\"processedBlobs\":2" },
        { "sync", "begin", "\"processedBlobs\":1" }, /* of what has ended */
        { "estimate", "tally", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[256];
        const char *got;

        snprintf(text, sizeof text, "operation %s\n%s .*\n", rows[i].operation,
                 rows[i].kind);
        got = records_of(text, "a\nb\n", -1);
        if (rows[i].counter != NULL)
            assert_non_null(strstr(got, rows[i].counter));
        else
            assert_null(strstr(got, "rocessed"));
    }
}

/* Longer ones than a record may have. */
static void long_texts_are_cut(void **state)
{
    static char line[20000];

    (void)state;
    memset(line, 'x', sizeof line - 2);
    line[sizeof line - 2] = '\n';
    (void)records_of("error (?<text>.*)\n", line, -1);
    assert_true(records.len > 4000 && records.len < 10000);
    (void)records_of("failed (?<text>.*)\n", line, -1);
    assert_non_null(strstr(records.bytes, "\"state\":\"failed\""));
    (void)records_of("complete (?<snapshotID>.*)\n", line, -1);
    assert_non_null(strstr(records.bytes, "\"snapshotID\":\"xxx"));
    assert_true(records.len < 10000);
}

static void the_last_closing_word_counts(void **state)
{
    static const struct {
        const char *lines, *state;
    } rows[] = {
        { "c\n", "complete" },    { "e\nc\n", "partial" }, { "p\n", "partial" },
        { "u\n", "unchanged" },   { "x\n", "cancelled" },  { "f\n", "failed" },
        { "f\nc\n", "complete" }, { "c\nf\n", "failed" },  { "k\n", "unknown" },
    };
    char wanted[64];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *got = records_of(
            "complete c\npartial p\nunchanged u\ncancelled x\nfailed f\n"
            "error e\nknown k\n",
            rows[i].lines, -1);

        snprintf(wanted, sizeof wanted, "\"state\":\"%s\"", rows[i].state);
        if (strstr(got, wanted) == NULL)
            fail_msg("%s gives %s", rows[i].lines, got);
    }
}

/* --- adapters that ask for what there is not */

static const char *wrong_of(const char *text, enum operation fixed)
{
    static struct adapter_wrong wrong;
    struct adapter a;
    bool good;

    adapter_init(&a, fixed);
    buf_str(&a.text, text);
    good = adapter_parse(&a, &wrong);
    adapter_free(&a);
    return good ? NULL : wrong.why;
}

static void a_unit_fits_its_field(void **state)
{
    static const char *const units[] = {
        "count", "bytes",   "iec",   "si",   "seconds",
        "hms",   "percent", "ratio", "text", "x512",
    };
    static const struct {
        const char *field, *fits; /* as many as there are units */
    } rows[] = {
        { "hashedFiles", "y........y" },
        { "hashedB", "yyyy.....y" },
        { "speedBps", "yyyy.....y" },
        { "progressPercent", "......yy.." },
        { "estimatedTimeSeconds", "....yy...." },
        { "text", "........y." },
    };
    char text[256];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t j = 0; j < COUNT(units); j++) {
            const char *field = rows[i].field, *why;
            bool is_text = strcmp(field, "text") == 0;

            snprintf(text, sizeof text,
                     "operation %s\nunit %s %s\n%s (?<%s>a)\n",
                     strcmp(field, "speedBps") == 0 ? "restore" : "snapshot",
                     field, units[j], is_text ? "error" : "progress", field);
            why = wrong_of(text, OP_NONE);
            if (why != NULL && strstr(why, "unit") == NULL)
                fail_msg("%s: %s", text, why);
            assert_row((why == NULL) == (rows[i].fits[j] == 'y'), text);
        }
}

static void what_an_adapter_cannot_say_is_told(void **state)
{
    static const struct {
        const char *text;
        enum operation fixed;
        const char *why; /* the beginning of it; NULL: it is right */
    } rows[] = {
        { "unchanged (?<speed>a)\n", OP_NONE,
          "\"speed\" is no member of an unchanged line" },
        { "complete (?<level>a)\n", OP_NONE,
          "\"level\" is no member of a complete line" },
        { "known (?<text>a)\n", OP_NONE, "\"text\" is no member of a known" },
        { "complete (?<rootID>a)(?<snapshotID>b)(?<text>c)(?<files>d)\n",
          OP_NONE, NULL },
        { "error (?<path>a)(?<text>b)\n", OP_NONE, NULL },
        { "tally (?<path>a)\n", OP_SYNC, NULL },
        { "begin (?<done>a)\n", OP_SYNC, NULL },
        /* the choice of another operation leaves out what that has not */
        { "operation restore\nprogress (?<sizeDownloadedB>a)\n", OP_SYNC,
          NULL },
        { "operation restore\nprogress (?<nonsense>a)\n", OP_SYNC,
          "\"nonsense\" is no member of a progress line of sync" },
        /* the later of two units counts */
        { "unit done iec\nunit size iec\nunit done si\nprogress (?<done>a)"
          "(?<size>b)?\n",
          OP_NONE, "\"size\" is no member" },
        { "unit done iec\nunit done si\nprogress (?<done>a)\n", OP_NONE, NULL },
        { "unit none iec\nprogress (?<done>a)\n", OP_NONE,
          "no rule behind it has a \"none\"" },
        { "jq x\n", OP_NONE, "nothing is known that begins like this" },
        { "known a\nsample\n<\n<x\n! y\n> z\n", OP_NONE, NULL },
        { "known a\nsample\n\nknown b\n", OP_NONE, NULL },
        { "known a\r\nsample\r\n< a\r\n", OP_NONE, NULL },
        { "jq\n .\n\n\t.\n", OP_NONE, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *why = wrong_of(rows[i].text, rows[i].fixed);

        if (why == NULL || rows[i].why == NULL) {
            if (why != rows[i].why)
                fail_msg("%s: %s", rows[i].text, why != NULL ? why : "right");
        } else if (strncmp(why, rows[i].why, strlen(rows[i].why)) != 0) {
            assert_string_equal(why, rows[i].why);
        }
    }
}

/* As many units as there are fields, whatever they are called. */
static void there_is_an_end_of_units(void **state)
{
    char text[8192] = "";
    size_t n = 0;

    (void)state;
    for (int i = 0; i <= FIELD_COUNT; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "unit u%d iec\n", i);
    assert_string_equal(wrong_of(text, OP_NONE), "too many units");
}

/* A NUL is no kind of a line of a sample. */
static void a_nul_begins_nothing(void **state)
{
    struct adapter a;
    struct adapter_wrong wrong;

    (void)state;
    adapter_init(&a, OP_NONE);
    buf_add(&a.text, "known a\nsample\n\0\n", 17);
    assert_false(adapter_parse(&a, &wrong));
    assert_int_equal(wrong.line, 3);
    adapter_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_percent_is_computed_of_what_is_known),
        cmocka_unit_test(things_are_counted_where_there_is_a_counter),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(the_last_closing_word_counts),
        cmocka_unit_test(a_unit_fits_its_field),
        cmocka_unit_test(what_an_adapter_cannot_say_is_told),
        cmocka_unit_test(there_is_an_end_of_units),
        cmocka_unit_test(a_nul_begins_nothing),
    };
    int failed;

    records = BUF_INIT(1024 * 1024);
    failed = cmocka_run_group_tests_name("adapted", tests, NULL, NULL);
    buf_free(&records);
    return failed;
}
