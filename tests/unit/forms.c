/*
 * The grammar: each row has a sample, and what a generator makes by kopia's
 * own rounding comes back within the exact inverse interval.  Run from the
 * root of the tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "mover/grammar.h"

enum { FILE_CEILING = 256 * 1024, LINES = 1000000, SLOW_LINES = 5000 };
enum { SEED = 20230220, LINE_ROOM = 1024 };

static struct matcher *matcher;

static void every_row_compiles(void **state)
{
    const char *why = NULL;
    const char *row = matcher_check(matcher, &why);

    (void)state;
    if (row != NULL)
        fail_msg("%s: %s", row, why);
}

static void every_row_has_a_sample(void **state)
{
    struct buf file = BUF_INIT(FILE_CEILING);
    struct buf seen = BUF_INIT(FILE_CEILING);

    (void)state;
    assert_true(file_read("tests/data/forms.tsv", &file));
    buf_char(&seen, '\n');
    for (char *line = file.bytes; line < file.bytes + file.len;) {
        size_t len = strcspn(line, "\n"), name = strcspn(line, "\t");
        struct match match;

        if (!matcher_match(matcher, line + name + 1, len - name - 1, &match))
            fail_msg("no row matches %.*s", (int)len, line);
        if (strlen(match.form->name) != name ||
            memcmp(match.form->name, line, name) != 0)
            fail_msg("%s matches %.*s", match.form->name, (int)len, line);
        buf_add(&seen, line, name);
        buf_char(&seen, '\n');
        line += len + 1;
    }
    buf_char(&seen, '\0');
    for (const struct form *form = grammar; form->name != NULL; form++) {
        char wanted[128];

        snprintf(wanted, sizeof wanted, "\n%s\n", form->name);
        if (strstr(seen.bytes, wanted) == NULL)
            fail_msg("%s has no sample in tests/data/forms.tsv", form->name);
    }
    buf_free(&file);
    buf_free(&seen);
}

/*
 * How kopia formats the rows with counters.  {x} is a field; what stands in
 * [ ] is there or not.
 */
static const struct template
{
    const char *name, *text;
}
templates[] = {
    { "snapshot-f4",
      "{spinner} {hashingFiles} hashing, {hashedFiles} hashed ({hashedB}), "
      "{cachedFiles} cached ({cachedB}), uploaded {sizeUploadedB}"
      "[ ({fatalErrors} fatal errors)][ ({ignoredErrors} errors ignored)]"
      ", estimated {estimatedUploadSizeB} ({progressPercent}%) "
      "{estimatedTimeSeconds} left" },
    { "snapshot-f3",
      "{spinner} {hashingFiles} hashing, {hashedFiles} hashed ({hashedB}), "
      "{cachedFiles} cached ({cachedB}), {uploadedBlobs} uploaded "
      "({sizeUploadedB}), {ignoredErrors} errors, estimated "
      "{estimatedUploadSizeB} ({progressPercent}%) {estimatedTimeSeconds} "
      "left" },
    { "snapshot-f2",
      "{spinner} {hashingFiles} hashing, {hashedFiles} hashed ({hashedB}), "
      "{cachedFiles} cached ({cachedB}), {uploadedBlobs} uploaded "
      "({sizeUploadedB}), {ignoredErrors} errors[ {progressPercent}%]" },
    { "snapshot-f1",
      "{spinner} {hashedFiles} hashed ({hashedB}), {cachedFiles} cached "
      "({cachedB}), {uploadedBlobs} uploaded ({sizeUploadedB})"
      "[ {progressPercent}%]" },
    { "snapshot-f0", "processing directory 'a' (12 files) 1 KB of 2 KB (50%)" },
    { "restore-progress",
      "Processed {processedItems} ({sizeDownloadedB}) of {totalItems} "
      "({estimatedDownloadSizeB})[, skipped {skippedItems} ({skippedB})]"
      "[, ignored {ignoredErrors} errors]"
      "[ {speedBps} ({progressPercent}%) remaining {estimatedTimeSeconds}]." },
    { "verify-found",
      "Found {totalObjects} objects, verifying 3, completed "
      "{processedObjects} objects[, {progressPercent}% complete, remaining "
      "{estimatedTimeSeconds} (ETA 2026-11-23 09:33:19 UTC)]." },
    { "verify-processed", "Processed {processedObjects} objects." },
    { "verify-bytes",
      "Processed {processedObjects} objects ({processedB}). Read {readFiles} "
      "files ({readB})." },
    { "verify-json",
      "{\"processedObjectCount\":{processedObjects},\"processedBytes\":12,"
      "\"readFileCount\":{readFiles},\"readBytes\":0,"
      "\"expectedTotalObjectCount\":{totalObjects},"
      "\"expectedTotalFileCount\":1,\"expectedTotalBytes\":7}" },
    { "content-verify-progress",
      "Verified {processedObjects} of {totalObjects} contents "
      "({progressPercent}%), {errors} errors, remaining "
      "{estimatedTimeSeconds}, ETA 2026-11-23 09:33:19 UTC" },
    { "content-verify-estimating",
      "Verified {processedObjects} contents, {errors} errors, estimating..." },
    { "content-verify-old", "{processedObjects} contents, {errors} errors..." },
    { "index-recover-progress",
      "Recovered 7 index entries from {processedBlobs}/{totalBlobs} blobs "
      "({progressPercent} %) {estimatedTimeSeconds} remaining 2026-11-23 "
      "09:33:19 UTC ETA" },
    { "index-recover-estimating",
      "Recovered 7 index entries from {processedBlobs} blobs, estimating time "
      "remaining... (found {totalBlobs} blobs)" },
    { "sync-listed-destination",
      "Found 12 BLOBs in the destination repository (1.2 MB)" },
    { "sync-listed-source",
      "Found 12 BLOBs (1.2 MB) in the source repository, {totalBlobs} "
      "({estimatedUploadSizeB}) to copy" },
    { "sync-progress",
      "Copied {processedBlobs} blobs ({sizeUploadedB}), Speed: {speedBps}, "
      "ETA: {estimatedTimeSeconds} (2026-11-23 09:33:19 UTC)" },
    { "maintenance-progress",
      "Processed {processedObjects} contents, discovered {totalObjects}..." },
};

/* What a field was, and how much of it the printed number keeps. */
struct truth {
    int known;
    double value, tolerance;
};

static unsigned seed = SEED;

static uint64_t random64(void)
{
    return (uint64_t)rand_r(&seed) << 42 ^ (uint64_t)rand_r(&seed) << 21 ^
           (uint64_t)rand_r(&seed);
}

/* 0 .. 2^63-1, all magnitudes alike. */
static int64_t random_number(void)
{
    return (int64_t)(random64() >> (1 + rand_r(&seed) % 63));
}

/* internal/units/units.go@v0.21.0: SUFFIX "B" or "B/s", BINARY for base 2.
 * *UNIT gets the unit of the printed number. */
static void kopia_size(double f, int binary, const char *suffix, char *out,
                       double *unit)
{
    static const char *const base10[] = { "", "K", "M", "G", "T", "P", "E" };
    static const char *const base2[] = {
        "", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"
    };
    double thousand = binary ? 1024 : 1000;
    char number[64];
    size_t i = 0, len;

    for (*unit = 1; i < 6 && f >= 0.9 * thousand; i++) {
        f /= thousand;
        *unit *= thousand;
    }
    len = (size_t)snprintf(number, sizeof number, "%.1f", f);
    if (number[len - 1] == '0') {
        number[len - 2] = '\0';
    }
    snprintf(out, 80, "%s %s%s", number, (binary ? base2 : base10)[i], suffix);
}

/* time.Duration.String() of whole seconds. */
static void go_duration(int64_t seconds, char *out)
{
    if (seconds >= 3600)
        snprintf(out, 64, "%lldh%lldm%llds", (long long)seconds / 3600,
                 (long long)seconds / 60 % 60, (long long)seconds % 60);
    else if (seconds >= 60)
        snprintf(out, 64, "%lldm%llds", (long long)seconds / 60,
                 (long long)seconds % 60);
    else
        snprintf(out, 64, "%llds", (long long)seconds);
}

/* Prints a random value of F at OUT. */
static void generate_field(enum field f, int binary, char *out,
                           struct truth *truth)
{
    int64_t n = random_number();
    double unit = 1;

    truth->known = 1;
    truth->tolerance = 0;
    switch (field_types[f].unit) {
    case UNIT_COUNT:
        snprintf(out, 64, "%lld", (long long)n);
        break;
    case UNIT_SIZE:
        if (n > INT64_C(9100000000000000000))
            n -= INT64_C(9000000000000000000);
        kopia_size((double)n, binary, "B", out, &unit);
        /* the printed half, and what a double cannot hold of the number */
        truth->tolerance = unit > 1 ? unit * 0.05 + (double)n / 1e15 + 1 : 0;
        break;
    case UNIT_SPEED:
        n %= INT64_C(1000000000000);
        kopia_size((double)n, 0, "B/s", out, &unit);
        truth->tolerance = unit > 1 ? unit * 0.05 + 1 : 0;
        break;
    case UNIT_PERCENT:
        n = n % 1001 * 10;
        snprintf(out, 64, "%lld.%lld", (long long)n / 100,
                 (long long)n / 10 % 10);
        break;
    case UNIT_SECONDS:
        n %= INT64_C(1000000000);
        go_duration(n, out);
        break;
    case UNIT_TEXT:
        snprintf(out, 64, "%c", "|/-\\*"[n % 5]);
        truth->known = 0;
        break;
    }
    truth->value = (double)n;
}

/* Writes a line by TEMPLATE; the truths of its fields. */
static size_t generate(const char *template, char *line, struct truth *truths)
{
    int binary = rand_r(&seed) % 4 == 0;
    char *out = line;

    memset(truths, 0, sizeof *truths * FIELD_COUNT);
    for (const char *at = template; *at != '\0'; at++) {
        char name[64];
        size_t len = strcspn(at, "}");
        enum field f;

        if (*at == '[' && rand_r(&seed) % 2 == 0)
            at = strchr(at, ']');
        if (strchr("[]", *at) != NULL)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)len - 1, at + 1);
        if (*at != '{' || (f = field_find(name)) == FIELD_COUNT) {
            *out++ = *at;
            continue;
        }
        generate_field(f, binary, out, &truths[f]);
        out += strlen(out);
        at += len;
    }
    *out = '\0';
    return (size_t)(out - line);
}

static void check_line(const struct template *t)
{
    struct truth truths[FIELD_COUNT];
    char line[LINE_ROOM];
    size_t len = generate(t->text, line, truths);
    struct match match;

    if (!matcher_match(matcher, line, len, &match) ||
        strcmp(match.form->name, t->name) != 0 || match.len != len)
        fail_msg("%s does not match all of: %s", t->name, line);
    for (enum field f = 0; f < FIELD_COUNT; f++) {
        double got = (double)values_number(&match.values, f);
        double off = got - truths[f].value;

        if (!truths[f].known)
            continue;
        if (got < 0 || off > truths[f].tolerance || -off > truths[f].tolerance)
            fail_msg("%s is %.0f, not %.0f, in: %s", field_types[f].name, got,
                     truths[f].value, line);
    }
}

static void an_empty_line_is_none(void **state)
{
    struct match match;

    (void)state;
    assert_false(matcher_match(matcher, "", 0, &match));
}

static void generated_lines_come_back(void **state)
{
    size_t kinds = sizeof templates / sizeof *templates;
    int lines = getenv("PHASEPIPE_WRAP") != NULL ? SLOW_LINES : LINES;

    (void)state;
    for (int i = 0; i < lines; i++)
        check_line(&templates[(size_t)i % kinds]);
    assert_int_equal(matcher_gave_up(matcher), 0);
}

static void every_row_with_counters_is_generated(void **state)
{
    (void)state;
    for (const struct form *form = grammar; form->name != NULL; form++) {
        size_t i = 0, kinds = sizeof templates / sizeof *templates;

        if (form->meaning != LINE_PROGRESS && form->meaning != LINE_TOTAL)
            continue;
        while (i < kinds && strcmp(templates[i].name, form->name) != 0)
            i++;
        if (i == kinds)
            fail_msg("%s has no template", form->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_compiles),
        cmocka_unit_test(every_row_has_a_sample),
        cmocka_unit_test(every_row_with_counters_is_generated),
        cmocka_unit_test(an_empty_line_is_none),
        cmocka_unit_test(generated_lines_come_back),
    };
    int failed;

    matcher = matcher_new();
    if (matcher == NULL)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    matcher_free(matcher);
    return failed;
}
