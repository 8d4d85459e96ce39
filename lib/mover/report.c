#include "mover/report.h"

#include <string.h>

/* A record holds a message or a source, each escaped: six bytes for one. */
enum { RECORD_CEILING = 64 * 1024 };

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

void report_message(struct report *r, const char *level, struct text path,
                    struct text text)
{
    record_message(&r->record, level, path, text);
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
    int64_t before = r->run.sources > 0 ? r->run.sources - 1 : 0;

    if (percent < 0 || r->options.sources <= before)
        return -1;
    return (before * 10000 + percent) / r->options.sources;
}

/* The snapshot that this progress belongs to. */
static void name_source(const struct report *r, struct progress *p)
{
    p->overall = overall(r, p->percent);
    if (r->run.sources == 0)
        return;
    p->source =
        (struct text){ r->run.source_json.bytes, r->run.source_json.len };
    p->source_index = r->run.sources - 1;
}

static void on_progress(struct report *r, const struct form *form,
                        struct values *v)
{
    struct run *run = &r->run;
    struct progress p = { .operation = form->operation,
                          .source_index = -1,
                          .overall = -1,
                          .values = v };

    run_operation(run, form->operation);
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
    run_operation(&r->run, OP_SNAPSHOT);
    run_source(&r->run, name, &r->record);
    emit(r);
    r->tera = (struct tera){ 0 };
}

void report_failed(struct report *r, struct text text, struct text source)
{
    report_message(r, "error", (struct text){ "", 0 }, text);
    run_failed(&r->run, text, source, &r->record);
    emit(r);
}

static void on_path_error(struct report *r, const struct match *match)
{
    bool ignored = match->form->meaning == LINE_IGNORED;

    if (!ignored && (match->form->operation == OP_VERIFY ||
                     match->form->operation == OP_CONTENT_VERIFY))
        r->run.errors = true;
    report_message(r, ignored ? "warning" : "error",
                   values_text(&match->values, F_path),
                   values_text(&match->values, F_text));
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

    run_operation(&r->run, OP_SNAPSHOT);
    if (!run_is_present(&r->run, source)) {
        if (run_late(&r->run, source, &result, &r->record)) {
            emit(r);
            return;
        }
        on_source(r, source);
    }
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
    run_operation(&r->run, OP_VERIFY);
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
}

void report_match(struct report *r, struct match *match, const char *line)
{
    const struct form *form = match->form;
    struct text whole = { line, match->len };

    switch (form->meaning) {
    case LINE_PROGRESS:
    case LINE_TOTAL:
        on_progress(r, form, &match->values);
        return;
    case LINE_SOURCE:
        on_source(r, values_text(&match->values, F_source));
        return;
    case LINE_KNOWN:
        return;
    default:
        run_operation(&r->run, form->operation);
    }
    switch (form->meaning) {
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
        report_failed(r, whole, values_text(&match->values, F_source));
        break;
    default:
        on_close(r, match);
        break;
    }
}

bool report_end(struct report *r)
{
    run_end(&r->run, &r->record);
    emit(r);
    return r->run.failed;
}
