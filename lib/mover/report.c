#include "mover/report.h"

#include <string.h>

#include "base/utf8.h"

/* A record holds a message or a source, each escaped: six bytes for one.  So
 * does it where text and path of a message are cut to the latter. */
enum { RECORD_CEILING = 64 * 1024, SHOWN_MAX = 5 * 1024 };

void report_init(struct report *r, const struct kopia_options *options)
{
    *r = (struct report){ .options = *options,
                          .record = BUF_INIT(RECORD_CEILING) };
    run_init(&r->run);
}

void report_free(struct report *r)
{
    run_free(&r->run);
    buf_free(&r->record);
}

/* Hands out what is in `record`, if that is whole. */
static void emit(struct report *r)
{
    if (!r->record.failed && r->record.len > 0)
        r->options.emit(r->options.arg, r->record.bytes, r->record.len);
    buf_clear(&r->record);
}

/* T, or as much of it as a record has room for, whatever it holds. */
static struct text shortened(struct text t)
{
    if (t.len > SHOWN_MAX)
        t.len = utf8_start(t.at, SHOWN_MAX);
    return t;
}

void report_message(struct report *r, const char *level, struct text path,
                    struct text text)
{
    record_message(&r->record, level, path, text);
    if (r->record.failed) { /* a failure text can fill a piece */
        buf_clear(&r->record);
        record_message(&r->record, level, shortened(path), shortened(text));
    }
    emit(r);
}

/* sync-to counts up to the total in part 2 and copies in part 5, where it
 * prints only what is done. */
static const char *settle_sync(struct run *run, enum meaning meaning,
                               struct values *v)
{
    if (meaning == LINE_TOTAL) {
        run->to_copy = values_number(v, F_totalBlobs);
        run->to_copy_bytes = values_number(v, F_estimatedUploadSizeB);
        return "source";
    }
    if (!values_has(v, F_processedBlobs))
        return "destination";
    if (run->to_copy >= 0)
        values_set(v, F_totalBlobs, run->to_copy);
    if (run->to_copy_bytes >= 0)
        values_set(v, F_estimatedUploadSizeB, run->to_copy_bytes);
    run->copied = values_number(v, F_processedBlobs);
    return "copy";
}

/* Percent of all sources, where their number is known. */
static int64_t overall(const struct report *r, int64_t percent)
{
    int64_t before = r->run.present > 0 ? r->run.present : 0;

    if (percent < 0 || r->options.sources <= before)
        return -1;
    return (before * 10000 + percent) / r->options.sources;
}

/* The snapshot that this progress belongs to. */
static void name_source(const struct report *r, struct progress *p)
{
    p->overall = overall(r, p->percent);
    if (r->run.present < 0)
        return;
    p->source =
        (struct text){ r->run.source_json.bytes, r->run.source_json.len };
    p->source_index = r->run.present;
}

static void on_progress(struct report *r, const struct form *form,
                        struct values *v)
{
    struct run *run = &r->run;
    struct progress p = { .operation = form->operation,
                          .source_index = -1,
                          .overall = -1,
                          .values = v };

    if (form->operation == OP_MAINTENANCE && run->operation != OP_MAINTENANCE)
        return; /* after a snapshot it is no progress of the snapshot */
    if (form->operation == OP_SNAPSHOT && run->operation == OP_MIGRATE)
        p.operation = OP_MIGRATE;
    if (form->operation == OP_SYNC)
        p.stage = settle_sync(run, form->meaning, v);
    r->progress++;
    tera_mend(&r->tera, v);
    run_errors(run, v);
    progress_settle(&p, v);
    if (p.operation == OP_SNAPSHOT)
        name_source(r, &p);
    record_progress(&r->record, &p);
    emit(r);
}

static void on_source(struct report *r, struct text name)
{
    if (run_source(&r->run, name, &r->record))
        r->tera = (struct tera){ 0 };
    emit(r);
}

void report_failed(struct report *r, struct text text, struct text source)
{
    report_message(r, "error", (struct text){ "", 0 }, text);
    run_failed(&r->run, text, source, &r->record);
    emit(r);
}

/* "TEXT on PATH", split at the last " on ": where TEXT names a longer PATH
 * that begins at an earlier one, that is the path.  Eight are tried. */
static void widen_path(struct text *text, struct text *path)
{
    static const char on[] = " on ";
    enum { ON_LEN = sizeof on - 1 };
    const char *end = path->at + path->len, *split = text->at;

    for (int tries = 0; tries < 8; tries++) {
        struct text name;

        split = memmem(split, (size_t)(end - split), on, ON_LEN);
        if (split == NULL)
            return;
        name.at = split + ON_LEN;
        name.len = (size_t)(end - name.at);
        if (memmem(text->at, (size_t)(split - text->at), name.at, name.len)) {
            text->len = (size_t)(split - text->at);
            *path = name;
            return;
        }
        split++;
    }
}

static void on_path_error(struct report *r, const struct match *match)
{
    bool ignored = match->form->meaning == LINE_IGNORED;
    struct text path = values_text(&match->values, F_path);
    struct text text = values_text(&match->values, F_text);

    if (!ignored && (match->form->operation == OP_VERIFY ||
                     match->form->operation == OP_CONTENT_VERIFY))
        r->run.errors = true;
    if (match->form->operation == OP_RESTORE && path.len > 0)
        widen_path(&text, &path);
    report_message(r, ignored ? "warning" : "error", path, text);
}

static void on_snapshot_document(struct report *r,
                                 const struct document_facts *f)
{
    struct text source = { f->source.bytes, f->source.len };
    struct result result = {
        .state = f->incomplete ? STATE_PARTIAL : STATE_COMPLETE,
        .root_id = { f->root_id.bytes, f->root_id.len },
        .snapshot_id = { f->snapshot_id.bytes, f->snapshot_id.len },
        .counts = &f->values,
    };
    bool present;

    /* the files that failed are missing in it */
    if (values_number(&f->values, F_fatalErrors) > 0)
        result.state = STATE_PARTIAL;
    run_operation(&r->run, OP_SNAPSHOT, PROOF_SURE, &r->record);
    present = run_document(&r->run, source, &result, &r->record);
    emit(r);
    if (!present)
        return;
    r->run.document = true;
    run_count(&r->run, &f->values);
    run_errors(&r->run, &f->values);
    run_saved(&r->run, result.state, result.root_id, result.snapshot_id);
}

void report_document(struct report *r, enum document_kind kind,
                     const struct document_facts *f)
{
    if (kind == DOCUMENT_SNAPSHOT) {
        on_snapshot_document(r, f);
        return;
    }
    run_operation(&r->run, OP_VERIFY, PROOF_SURE, &r->record);
    emit(r);
    run_count(&r->run, &f->values);
    r->run.ended = true;
    r->run.errors = r->run.errors || f->error_count > 0;
}

static void on_close(struct report *r, const struct match *match)
{
    const struct values *v = &match->values;

    switch (match->form->meaning) {
    case LINE_SAVED:
        run_saved(&r->run,
                  values_has(v, F_partial) ? STATE_PARTIAL : STATE_COMPLETE,
                  values_text(v, F_rootID), values_text(v, F_snapshotID));
        break;
    case LINE_UNCHANGED:
        r->run.saved = STATE_UNCHANGED;
        break;
    case LINE_DONE:
        r->run.done = true;
        break;
    case LINE_ENDED:
        r->run.ended = true;
        break;
    case LINE_PARTIAL:
        r->run.in_part = true;
        break;
    default: /* LINE_START: the operation is all it tells */
        break;
    }
    run_count(&r->run, v);
    /* its last line counts the contents that are bad; where the log is cut off
     * there is no failure text behind it */
    if (r->run.operation == OP_CONTENT_VERIFY && values_number(v, F_errors) > 0)
        r->run.errors = true;
}

/* A text alone may be anybody's; numbers in their places are kopia's. */
static enum proof proof_of(const struct match *match)
{
    uint64_t numbers = match->values.known & (FIELD_BIT(F_spinner) - 1);

    switch (match->form->meaning) {
    case LINE_START:
    case LINE_SOURCE:
        return PROOF_SAID;
    case LINE_TOTAL:
    case LINE_SAVED:
    case LINE_UNCHANGED:
    case LINE_DONE:
        return PROOF_SURE;
    case LINE_PROGRESS:
    case LINE_ENDED:
        return (numbers & (numbers - 1)) != 0 ? PROOF_SURE : PROOF_NUMBER;
    case LINE_FAILED: /* not of the command before, which ended well */
        return PROOF_NUMBER;
    default:
        return PROOF_WORD;
    }
}

/* Whether the line belongs to this run, or may begin another. */
static bool is_believed(const struct report *r, const struct form *form,
                        bool rest)
{
    if (rest && form->meaning >= LINE_START && form->meaning <= LINE_ENDED)
        return form->meaning == LINE_ERROR || form->meaning == LINE_IGNORED;
    switch (form->meaning) {
    case LINE_KNOWN:
    case LINE_START:
    case LINE_MAYBE:
    case LINE_SOURCE:
        return true;
    case LINE_ERROR:
    case LINE_IGNORED:
    case LINE_COPYING:
    case LINE_PARTIAL:
    case LINE_CANCELLED:
        return run_believes(&r->run, form->operation, false);
    default:
        return run_believes(&r->run, form->operation, true);
    }
}

static void on_word(struct report *r, const struct match *match,
                    const char *line)
{
    struct text whole = { line, match->len };

    switch (match->form->meaning) {
    case LINE_IGNORED:
    case LINE_ERROR:
        on_path_error(r, match);
        break;
    case LINE_COPYING:
        r->run.copying = true;
        r->run.copied = 0;
        break;
    case LINE_CANCELLED:
        r->run.cancelled = true;
        break;
    case LINE_ABORTED:
        r->run.cancelled = true;
        report_failed(r, whole, (struct text){ "", 0 });
        break;
    case LINE_FAILED:
        run_errors(&r->run, &match->values);
        report_failed(r, whole, values_text(&match->values, F_source));
        break;
    default:
        on_close(r, match);
        break;
    }
}

bool report_match(struct report *r, struct match *match, const char *line,
                  bool rest)
{
    const struct form *form = match->form;

    if (!is_believed(r, form, rest))
        return false;
    if (form->meaning == LINE_KNOWN) {
        run_errors(&r->run, &match->values);
        return true;
    }
    run_operation(&r->run, form->operation, proof_of(match), &r->record);
    emit(r);
    if (form->meaning == LINE_PROGRESS || form->meaning == LINE_TOTAL)
        on_progress(r, form, &match->values);
    else if (form->meaning == LINE_SOURCE)
        on_source(r, values_text(&match->values, F_source));
    else
        on_word(r, match, line);
    return true;
}

bool report_end(struct report *r)
{
    run_end(&r->run, &r->record);
    emit(r);
    return r->run.failed || r->run.any_failed;
}
