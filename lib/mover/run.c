#include "mover/run.h"

#include "base/json.h"

/* The JSON text of a name: six bytes for a control character. */
enum { JSON_CEILING = SOURCE_CEILING * 6 + 2 };

void run_init(struct run *r)
{
    *r = (struct run){
        .failure = BUF_INIT(FAILURE_CEILING),
        .source = BUF_INIT(SOURCE_CEILING),
        .source_json = BUF_INIT(JSON_CEILING),
        .root_id = BUF_INIT(ID_CEILING),
        .snapshot_id = BUF_INIT(ID_CEILING),
        .to_copy = -1,
        .copied = -1,
        .to_copy_bytes = -1,
        .worst = STATE_UNCHANGED,
    };
}

void run_free(struct run *r)
{
    buf_free(&r->failure);
    buf_free(&r->source);
    buf_free(&r->source_json);
    buf_free(&r->root_id);
    buf_free(&r->snapshot_id);
}

void run_operation(struct run *r, enum operation operation)
{
    bool replaces = r->operation == OP_NONE || r->operation == OP_MAINTENANCE ||
                    (r->operation == OP_SNAPSHOT && operation == OP_MIGRATE);
    bool within = r->operation == OP_MIGRATE && operation == OP_SNAPSHOT;

    if (operation != OP_NONE && replaces && !within)
        r->operation = operation;
}

static void set(struct buf *b, struct text text)
{
    buf_clear(b);
    buf_add(b, text.at, text.len < b->ceiling ? text.len : b->ceiling);
}

static struct text text_of(const struct buf *b)
{
    return (struct text){ b->bytes, b->failed ? 0 : b->len };
}

/* How the present source ended, as far as the text proves it. */
static enum state source_state(const struct run *r)
{
    bool saved = r->saved == STATE_COMPLETE || r->saved == STATE_PARTIAL;

    if (r->source_failed)
        return STATE_FAILED;
    /* Files are missing.  Up to 0.13.0 that fails the run only without --json
     * (cli/command_snapshot_create.go@v0.13.0). */
    if (saved && r->fatal > 0)
        return r->document ? STATE_PARTIAL : STATE_FAILED;
    if (!saved && r->saved == STATE_UNKNOWN && r->cancelled)
        return STATE_CANCELLED;
    return r->saved;
}

/* The worse of two; not to be known is worse than all but a failure. */
static enum state worse(enum state a, enum state b)
{
    static const int rank[] = {
        [STATE_UNCHANGED] = 0, [STATE_COMPLETE] = 1,  [STATE_PARTIAL] = 2,
        [STATE_UNKNOWN] = 3,   [STATE_CANCELLED] = 4, [STATE_FAILED] = 5,
    };

    return rank[a] > rank[b] ? a : b;
}

static void settle(struct run *r, enum state state)
{
    if (state == STATE_UNKNOWN)
        r->unknown++;
    else
        r->worst = worse(r->worst, state);
}

static void count_errors(struct run *r)
{
    if (r->fatal > 0)
        values_set(&r->counts, F_fatalErrors, r->fatal);
    if (r->ignored > 0)
        values_set(&r->counts, F_ignoredErrors, r->ignored);
}

/* The result of the present source as one of several. */
static void end_source(struct run *r, struct buf *b)
{
    enum state state = source_state(r);

    count_errors(r);
    settle(r, state);
    record_result(b, &(struct result){
                         .operation = r->operation,
                         .source = text_of(&r->source_json),
                         .source_index = r->sources - 1,
                         .sources = -1,
                         .state = state,
                         .snapshot_id = text_of(&r->snapshot_id),
                         .root_id = text_of(&r->root_id),
                         .counts = &r->counts,
                     });
}

void run_source(struct run *r, struct text name, struct buf *b)
{
    if (r->sources > 0)
        end_source(r, b);
    r->sources++;
    set(&r->source, name);
    buf_clear(&r->source_json);
    json_put_string(&r->source_json, r->source.bytes, r->source.len);
    buf_clear(&r->root_id);
    buf_clear(&r->snapshot_id);
    r->saved = STATE_UNKNOWN;
    r->source_failed = r->document = false;
    r->fatal = r->ignored = 0;
    r->counts.known = r->counts.printed = 0;
}

void run_saved(struct run *r, enum state state, struct text root_id,
               struct text snapshot_id)
{
    r->saved = state;
    set(&r->root_id, root_id);
    set(&r->snapshot_id, snapshot_id);
}

bool run_is_present(const struct run *r, struct text name)
{
    return r->sources > 0 && name.len == r->source.len &&
           (name.len == 0 || memcmp(name.at, r->source.bytes, name.len) == 0);
}

void run_errors(struct run *r, const struct values *v)
{
    if (values_has(v, F_fatalErrors))
        r->fatal = values_number(v, F_fatalErrors);
    if (values_has(v, F_ignoredErrors))
        r->ignored = values_number(v, F_ignoredErrors);
}

void run_count(struct run *r, const struct values *v)
{
    for (enum field f = 0; f < FIELD_COUNT; f++)
        if (values_has(v, f) && field_types[f].unit != UNIT_TEXT)
            values_set(&r->counts, f, values_number(v, f));
}

/* Writes the result of a source that was before. */
static void correct(const struct run *r, struct text name,
                    const struct result *result, struct buf *b)
{
    struct buf json = BUF_INIT(JSON_CEILING);
    struct result corrected = *result;

    json_put_string(&json, name.at, name.len);
    corrected.operation = r->operation;
    corrected.source = text_of(&json);
    corrected.source_index = corrected.sources = -1;
    record_result(b, &corrected);
    buf_free(&json);
}

bool run_late(struct run *r, struct text name, const struct result *result,
              struct buf *b)
{
    if (r->unknown == 0)
        return false;
    r->unknown--;
    settle(r, result->state);
    correct(r, name, result, b);
    return true;
}

void run_failed(struct run *r, struct text text, struct text source,
                struct buf *b)
{
    r->failed = true;
    set(&r->failure, text);
    if (source.len > 0 && r->sources > 0 && !run_is_present(r, source))
        correct(r, source, &(struct result){ .state = STATE_FAILED }, b);
    else if (source.len > 0 || r->saved == STATE_UNKNOWN)
        r->source_failed = r->sources > 0;
}

/* How the run ended, where it is not about sources. */
static enum state plain_state(const struct run *r)
{
    if (r->operation == OP_SYNC)
        return r->copying && r->to_copy >= 0 && r->copied == r->to_copy
                   ? STATE_COMPLETE
                   : STATE_UNKNOWN;
    if (r->done)
        return r->in_part ? STATE_PARTIAL : STATE_COMPLETE;
    return r->ended ? STATE_COMPLETE : STATE_UNKNOWN;
}

static enum state run_state(const struct run *r)
{
    bool of_sources = r->operation == OP_SNAPSHOT || r->operation == OP_NONE;
    enum state state = r->sources > 0 || r->saved != STATE_UNKNOWN
                           ? source_state(r)
                           : STATE_UNKNOWN;

    if (r->failed || r->errors)
        return r->cancelled ? STATE_CANCELLED : STATE_FAILED;
    if (!of_sources)
        return plain_state(r);
    if (r->sources > 1)
        state = worse(r->worst, state);
    if (r->unknown > 0)
        state = worse(STATE_UNKNOWN, state);
    return r->cancelled ? worse(STATE_CANCELLED, state) : state;
}

void run_end(struct run *r, struct buf *b)
{
    bool several = r->sources > 1;
    struct result result = {
        .operation = r->operation,
        .source_index = -1,
        .sources = several ? r->sources : -1,
        .text = text_of(&r->failure),
    };

    count_errors(r);
    result.state = run_state(r);
    if (several)
        end_source(r, b);
    if (!several) {
        result.source = text_of(&r->source_json);
        result.source_index = r->sources - 1;
        result.snapshot_id = text_of(&r->snapshot_id);
        result.root_id = text_of(&r->root_id);
        result.counts = &r->counts;
    }
    r->failed = r->failed || r->errors || result.state == STATE_FAILED;
    record_result(b, &result);
}
