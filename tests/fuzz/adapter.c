/* Adapters: whatever a mover prints, the records that come of it by the rules
 * of any adapter of ours are good ones, and no rule passes its limit; so they
 * are whatever a jq program gives for a mover's lines; and whatever stands in
 * the file of an adapter, it is read or refused with a reason. */
#include <glob.h>

#include "base/file.h"
#include "fuzz.h"
#include "mover/adapted.h"
#include "mover/adapter.h"

enum { OUTPUT_MAX = 16 * 1024 * 1024 };

static struct adapter *adapters; /* those of filters/any-progress/adapters */
static size_t adapter_count;

static void load_all(void)
{
    struct adapter_wrong wrong;
    glob_t files;

    MUST(glob("filters/any-progress/adapters/*.adapter", 0, NULL, &files) == 0);
    adapters = calloc(files.gl_pathc, sizeof *adapters);
    MUST(adapters != NULL);
    for (; adapter_count < files.gl_pathc; adapter_count++) {
        struct adapter *a = &adapters[adapter_count];

        adapter_init(a, OP_NONE);
        MUST(file_read(files.gl_pathv[adapter_count], &a->text));
        MUST(adapter_parse(a, &wrong));
    }
    globfree(&files);
}

static void on_record(void *arg, const char *text, size_t len)
{
    struct buf *records = arg;
    jv record = must_be_record(text, len);

    must_be_percent(record, "progressPercent");
    jv_free(record);
    buf_add(records, text, len);
}

/* The records of the console IN by A, which may be anybody's. */
static void run(struct adapter *a, struct input in, int64_t total, size_t most,
                struct buf *records, bool ours)
{
    struct pieces pieces = { in.at, in.left, most, 1 };
    struct adapted adapted;
    struct record piece;
    struct rec r;

    adapted_init(&adapted, a->operation);
    adapted.total = total;
    adapted.emit = on_record;
    adapted.arg = records;
    MUST(rec_open(&r, -1, CUT_CR_LF));
    r.read = pieces_read;
    r.read_arg = &pieces;
    while (rec_next(&r, &piece, -1) == REC_OK) {
        struct reading reading;
        const struct rule *by = NULL;
        enum adapter_match match =
            adapter_match(a, piece.text, piece.len, &reading, &by);

        MUST(!ours || match != ADAPTER_LIMIT);
        if (match == ADAPTER_MATCHED)
            adapted_take(&adapted, &reading);
    }
    (void)adapted_end(&adapted);
    rec_close(&r);
    adapted_free(&adapted);
}

static void check_console(struct adapter *a, struct input in, unsigned how)
{
    struct buf whole = BUF_INIT(OUTPUT_MAX), parts = BUF_INIT(OUTPUT_MAX);
    int64_t total = how & 1 ? -1 : 1000;

    run(a, in, total, 1 << 20, &whole, true);
    run(a, in, total, 1 + how, &parts, true);
    must_be_same(&whole, &parts);
    buf_free(&whole);
    buf_free(&parts);
}

/* Each line is what a jq program gave for one. */
static void check_answers(struct input in, unsigned how)
{
    struct buf records = BUF_INIT(OUTPUT_MAX);
    enum operation operation = how % (OP_ESTIMATE + 1);
    struct adapted adapted;

    adapted_init(&adapted, operation);
    adapted.total = how & 0x40 ? -1 : 1000;
    adapted.emit = on_record;
    adapted.arg = &records;
    while (in.left > 0) {
        struct input line = input_until(&in, '\n');
        jv answer = json_parse(line.at, line.left);
        struct reading reading;

        if (reading_of_json(&reading, answer, operation, (how & 0x80) != 0))
            adapted_take(&adapted, &reading);
        jv_free(answer);
    }
    (void)adapted_end(&adapted);
    adapted_free(&adapted);
    buf_free(&records);
}

static void check_file(struct input in)
{
    struct input text = input_until(&in, '\x01');
    struct buf records = BUF_INIT(OUTPUT_MAX);
    struct adapter_wrong wrong = { .why = "" };
    struct adapter a;

    adapter_init(&a, OP_NONE);
    buf_add(&a.text, text.at, text.left);
    if (adapter_parse(&a, &wrong))
        run(&a, in, -1, 1 << 20, &records, false);
    else
        MUST(wrong.why[0] != '\0' && wrong.line >= 0);
    adapter_free(&a);
    buf_free(&records);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = input_of(bytes, len);
    unsigned which = input_byte(&in), how = input_byte(&in);

    if (adapters == NULL)
        load_all();
    if (which < 0x20)
        check_file(in);
    else if (which < 0x40)
        check_answers(in, how);
    else
        check_console(&adapters[which % adapter_count], in, how);
    return 0;
}
