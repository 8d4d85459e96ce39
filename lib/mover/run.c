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
        .sources = SOURCES_INIT,
        .present = -1,
    };
}

void run_free(struct run *r)
{
    sources_free(&r->sources);
    buf_free(&r->failure);
    buf_free(&r->source);
    buf_free(&r->source_json);
    buf_free(&r->root_id);
    buf_free(&r->snapshot_id);
}

static unsigned bit(enum operation operation)
{
    return 1U << operation;
}

/* Snapshots are made within a migration, and maintenance follows anything. */
static bool goes_with(enum operation operation, enum operation with)
{
    return operation == with || operation == OP_NONE ||
           operation == OP_MAINTENANCE ||
           (operation == OP_SNAPSHOT && with == OP_MIGRATE) ||
           (operation == OP_MIGRATE && with == OP_SNAPSHOT);
}

/* How the run ended, where it is not about sources. */
static enum state plain_state(const struct run *r)
{
    if (r->operation == OP_SYNC)
        return r->copying && r->to_copy >= 0 && r->copied == r->to_copy
                   ? STATE_COMPLETE
                   : STATE_UNKNOWN;
    if (r->done)
        return r->in_part || r->fatal > 0 ? STATE_PARTIAL : STATE_COMPLETE;
    return r->ended ? STATE_COMPLETE : STATE_UNKNOWN;
}

/* Whether the command has said its last word, but for a failure. */
static bool is_over(const struct run *r)
{
    return r->failed || r->cancelled || r->saved != STATE_UNKNOWN || r->done ||
           r->ended || plain_state(r) != STATE_UNKNOWN;
}

/* Whether enough is known of the command before another one for a result. */
static bool is_worth_telling(const struct run *r)
{
    return r->failed || r->proof >= PROOF_SURE ||
           (r->proof >= PROOF_NUMBER && (r->errors || is_over(r)));
}

/* The results of this command are written; what was announced stays, since the
 * announcement of the other may have been a name. */
static void begin_command(struct run *r, struct buf *b)
{
    unsigned said = r->said;
    bool failed = r->any_failed;

    if (is_worth_telling(r)) {
        run_end(r, b);
        failed = failed || r->failed;
    }
    run_free(r);
    run_init(r);
    r->said = said;
    r->any_failed = failed;
}

/* Whether lines of this run may hold names of files, which can look like the
 * words of another command. */
static bool has_names(const struct run *r)
{
    return r->operation != OP_SYNC && r->operation != OP_CONTENT_VERIFY &&
           r->operation != OP_INDEX_RECOVER;
}

/* A migration makes snapshots, but does not announce their sources. */
static bool is_within(const struct run *r, enum operation operation,
                      enum proof proof)
{
    if (proof == PROOF_SAID && r->operation == OP_MIGRATE)
        return operation != OP_SNAPSHOT && goes_with(operation, OP_MIGRATE);
    if (operation == OP_MIGRATE && r->operation == OP_SNAPSHOT)
        return (r->said & bit(OP_SNAPSHOT)) == 0;
    return goes_with(operation, r->operation);
}

static bool is_another(const struct run *r, enum operation operation,
                       enum proof proof)
{
    return r->operation != OP_NONE && r->operation != OP_MAINTENANCE &&
           !is_within(r, operation, proof) &&
           (proof == PROOF_SAID || proof > r->proof ||
            (proof >= PROOF_NUMBER && is_over(r)) ||
            (proof == PROOF_SURE &&
             (!has_names(r) || (r->said & bit(operation)) != 0)));
}

void run_operation(struct run *r, enum operation operation, enum proof proof,
                   struct buf *b)
{
    if (operation == OP_NONE)
        return;
    if (proof == PROOF_SAID)
        r->said |= bit(operation);
    if (is_another(r, operation, proof))
        begin_command(r, b);
    if (r->operation == OP_NONE || r->operation == OP_MAINTENANCE ||
        (r->operation == OP_SNAPSHOT && operation == OP_MIGRATE)) {
        if (r->operation != operation)
            r->proof = PROOF_NONE;
        r->operation = operation;
    }
    if (goes_with(operation, r->operation) && proof > r->proof)
        r->proof = proof;
}

bool run_believes(const struct run *r, enum operation operation, bool begins)
{
    return r->proof < PROOF_SURE || r->operation == OP_MAINTENANCE ||
           goes_with(operation, r->operation) ||
           (r->said & bit(operation)) != 0 ||
           (begins && (is_over(r) || !has_names(r)));
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

    sources_settle(&r->sources, r->present, state);
    if (r->told && state != STATE_FAILED)
        return;
    count_errors(r);
    record_result(b, &(struct result){
                         .operation = r->operation,
                         .source = text_of(&r->source_json),
                         .source_index = r->present,
                         .sources = -1,
                         .state = state,
                         .snapshot_id = text_of(&r->snapshot_id),
                         .root_id = text_of(&r->root_id),
                         .counts = &r->counts,
                     });
}

static void make_present(struct run *r, int64_t index, struct text name)
{
    r->present = index;
    set(&r->source, name);
    buf_clear(&r->source_json);
    json_put_string(&r->source_json, r->source.bytes, r->source.len);
    buf_clear(&r->root_id);
    buf_clear(&r->snapshot_id);
    r->saved = STATE_UNKNOWN;
    r->source_failed = r->document = r->told = false;
    r->fatal = r->ignored = 0;
    r->counts.known = r->counts.printed = 0;
}

static void begin_source(struct run *r, struct text name, bool announced,
                         struct buf *b)
{
    if (r->present >= 0)
        end_source(r, b);
    make_present(r, sources_add(&r->sources, name, announced), name);
}

bool run_source(struct run *r, struct text name, struct buf *b)
{
    int64_t index = sources_find(&r->sources, name);
    struct source_end *end = sources_at(&r->sources, index);

    if (end == NULL || end->announced) {
        begin_source(r, name, true, b);
        return true;
    }
    end->announced = true;
    if (index == r->present)
        return false;
    end_source(r, b);
    make_present(r, index, name);
    r->saved = end->state;
    r->document = r->told = true;
    return true;
}

void run_saved(struct run *r, enum state state, struct text root_id,
               struct text snapshot_id)
{
    r->saved = state;
    set(&r->root_id, root_id);
    set(&r->snapshot_id, snapshot_id);
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

/* Writes the result of a source that is not the present one. */
static void end_other(struct run *r, int64_t index, struct text name,
                      const struct result *result, struct buf *b)
{
    struct buf json = BUF_INIT(JSON_CEILING);
    struct result other = *result;

    sources_settle(&r->sources, index, result->state);
    json_put_string(&json, name.at, name.len);
    other.operation = r->operation;
    other.source = text_of(&json);
    other.source_index = index;
    other.sources = -1;
    record_result(b, &other);
    buf_free(&json);
}

bool run_document(struct run *r, struct text name, const struct result *result,
                  struct buf *b)
{
    int64_t index = sources_find(&r->sources, name);
    bool waits = r->present >= 0 && r->saved == STATE_UNKNOWN;

    if (index >= 0 && index == r->present)
        return true;
    if (index < 0 && !waits) {
        begin_source(r, name, false, b);
        return true;
    }
    if (index < 0)
        index = sources_add(&r->sources, name, false);
    end_other(r, index, name, result, b);
    return false;
}

void run_failed(struct run *r, struct text text, struct text source,
                struct buf *b)
{
    int64_t index = source.len > 0 ? sources_find(&r->sources, source) : -1;

    r->failed = true;
    set(&r->failure, text);
    if (index >= 0 && index != r->present)
        end_other(r, index, source, &(struct result){ .state = STATE_FAILED },
                  b);
    else if (index >= 0 || r->saved == STATE_UNKNOWN)
        r->source_failed = r->present >= 0;
}

static enum state run_state(const struct run *r)
{
    bool of_sources = r->operation == OP_SNAPSHOT || r->operation == OP_NONE;
    enum state state;

    if (r->failed || r->errors)
        return r->cancelled ? STATE_CANCELLED : STATE_FAILED;
    if (!of_sources)
        state = plain_state(r);
    else if (r->sources.count > 1)
        state = sources_worst(&r->sources);
    else
        state = source_state(r);
    return r->cancelled ? state_worse(STATE_CANCELLED, state) : state;
}

bool run_is_open(const struct run *r)
{
    bool ended_anyhow =
        r->operation == OP_MAINTENANCE || r->operation == OP_INDEX_RECOVER;
    enum state state = run_state(r);

    if (r->sources.count > 1)
        state = state_worse(sources_worst(&r->sources), source_state(r));
    return r->operation != OP_NONE &&
           (state == STATE_UNKNOWN || state == STATE_FAILED || ended_anyhow);
}

void run_end(struct run *r, struct buf *b)
{
    bool several = r->sources.count > 1;
    struct result result = {
        .operation = r->operation,
        .source_index = -1,
        .sources = several ? r->sources.count : -1,
        .text = text_of(&r->failure),
    };

    count_errors(r);
    if (several)
        end_source(r, b);
    result.state = run_state(r);
    if (!several) {
        result.source = text_of(&r->source_json);
        result.source_index = r->present;
        result.snapshot_id = text_of(&r->snapshot_id);
        result.root_id = text_of(&r->root_id);
        result.counts = &r->counts;
    }
    r->failed = r->failed || r->errors || result.state == STATE_FAILED;
    record_result(b, &result);
}
