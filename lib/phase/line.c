#include "phase/line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/rec.h"

/* The most that can stand around the names: for each phase, behind the phases
 * of an action, and for the rest.  9007199254740992 is COUNT_LARGEST. */
#define WIDEST_SIZES                                                           \
    ",\"sizeUploadedB\":9007199254740992"                                      \
    ",\"estimatedUploadSizeB\":9007199254740992"                               \
    ",\"sizeDownloadedB\":9007199254740992"                                    \
    ",\"estimatedDownloadSizeB\":9007199254740992"
#define WIDEST_SINCE   ",\"lastTransitionTime\":\"2023-02-20T12:49:55Z\""
#define WIDEST_SECONDS ",\"estimatedTimeSeconds\":9007199254740992"
#define WIDEST_PHASE                                                           \
    "{\"name\":,\"state\":\"complete\","                                       \
    "\"progress\":{\"progressPercent\":\"100.00\"" WIDEST_SINCE WIDEST_SIZES   \
        WIDEST_SECONDS "}},"                                                   \
    "," /* behind its name in runningPhases */
#define WIDEST_ACTION "],\"deferPhase\":},"
#define WIDEST_REST                                                            \
    "{\"type\":\"status\",\"state\":\"complete\",\"actions\":[],"              \
    "\"progress\":{\"percentCompleted\":\"100.00\","                           \
    "\"runningPhase\":" WIDEST_SINCE WIDEST_SIZES "},"                         \
    "\"detail\":{\"runningPhases\":[]" WIDEST_SECONDS                          \
    ",\"eta\":{\"seconds\":3153600000,\"lowSeconds\":3153600000,"              \
    "\"highSeconds\":3153600000},"                                             \
    "\"actionEta\":{\"seconds\":3153600000,\"lowSeconds\":3153600000,"         \
    "\"highSeconds\":3153600000},"                                             \
    "\"timePercent\":100.00"                                                   \
    ",\"rawPercent\":90071992547409.92"                                        \
    ",\"verdict\":\"running\",\"verdictSince\":\"2023-02-20T12:49:55Z\""       \
    ",\"result\":{\"state\":\"cancelled\"}}}"

/* No line of this plan can be longer. */
static size_t widest_line(const struct line *l)
{
    size_t sum = sizeof WIDEST_REST - 1, longest = 0;

    for (size_t i = 0; i < l->plan->action_count; i++)
        sum += sizeof WIDEST_ACTION - 1 + l->heads[i].len;
    for (size_t i = 0; i < l->plan->phase_count; i++) {
        size_t name = l->phases[i].name.len;

        sum += sizeof WIDEST_PHASE - 1 + 2 * name;
        if (name > longest)
            longest = name;
    }
    if (l->functions.failed)
        return REC_CEILING + 1;
    return sum + longest + l->functions.len;
}

static void put_buf(struct buf *b, const struct buf *part)
{
    buf_add(b, part->bytes, part->len);
    b->failed |= part->failed;
}

static void put_since(struct buf *b, const char since[static CLOCK_TEXT])
{
    if (since[0] == '\0')
        return;
    JSON_LIT(b, ",\"lastTransitionTime\":\"");
    buf_add(b, since, CLOCK_TEXT - 1);
    buf_char(b, '"');
}

void line_render_phase(struct shown *shown)
{
    struct buf *b = &shown->text;

    buf_clear(b);
    JSON_LIT(b, "{\"name\":");
    put_buf(b, &shown->name);
    JSON_LIT(b, ",\"state\":\"");
    buf_str(b, phase_state_name(shown->state));
    buf_char(b, '"');
    if (shown->progress.percent >= 0) {
        JSON_LIT(b, ",\"progress\":{\"progressPercent\":\"");
        percent_put(b, shown->progress.percent);
        buf_char(b, '"');
        put_since(b, shown->since);
        progress_put_sizes(b, shown->progress.sizes);
        progress_put_seconds(b, shown->progress.seconds);
        buf_char(b, '}');
    }
    buf_char(b, '}');
}

static void put_action(struct line *l, size_t index)
{
    const struct action *a = &l->plan->actions[index];
    const struct shown *shown = &l->phases[a->first];
    struct buf *b = &l->text;

    put_buf(b, &l->heads[index]);
    for (size_t i = 0; i < a->count; i++) {
        if (i > 0)
            buf_char(b, ',');
        put_buf(b, &shown[i].text);
    }
    buf_char(b, ']');
    if (a->has_defer) {
        JSON_LIT(b, ",\"deferPhase\":");
        put_buf(b, &shown[a->count].text);
    }
    buf_char(b, '}');
}

static void put_progress(struct line *l)
{
    const struct phase *running = l->whole.running;
    struct buf *b = &l->text;

    JSON_LIT(b, "\"progress\":{\"percentCompleted\":\"");
    percent_put(b, l->whole.percent);
    buf_char(b, '"');
    if (running != NULL) {
        JSON_LIT(b, ",\"runningPhase\":");
        put_buf(b, &l->phases[running - l->plan->phases].name);
    }
    put_since(b, l->since);
    progress_put_sizes(b, l->whole.sizes);
    buf_char(b, '}');
}

static void put_running(struct line *l)
{
    struct buf *b = &l->text;
    bool more = false;

    JSON_LIT(b, "\"runningPhases\":[");
    for (size_t i = 0; i < l->plan->phase_count; i++) {
        if (l->phases[i].state != PHASE_RUNNING)
            continue;
        if (more)
            buf_char(b, ',');
        put_buf(b, &l->phases[i].name);
        more = true;
    }
    buf_char(b, ']');
}

static void put_left(struct buf *b, const char *key, const struct left *left)
{
    if (left->expected < 0)
        return;
    JSON_LIT(b, ",\"");
    buf_str(b, key);
    JSON_LIT(b, "\":{\"seconds\":");
    json_put_int(b, left->expected);
    JSON_LIT(b, ",\"lowSeconds\":");
    json_put_int(b, left->low);
    if (left->high >= 0) {
        JSON_LIT(b, ",\"highSeconds\":");
        json_put_int(b, left->high);
    }
    buf_char(b, '}');
}

static void put_verdict(struct buf *b, const struct judged *judged)
{
    if (judged->verdict == VERDICT_NONE)
        return;
    JSON_LIT(b, ",\"verdict\":\"");
    buf_str(b, verdict_name(judged->verdict));
    JSON_LIT(b, "\",\"verdictSince\":\"");
    buf_add(b, judged->since, CLOCK_TEXT - 1);
    buf_char(b, '"');
}

static void put_detail(struct line *l)
{
    struct buf *b = &l->text;

    JSON_LIT(b, "\"detail\":{");
    put_running(l);
    progress_put_seconds(b, l->seconds);
    put_left(b, "eta", &l->eta);
    put_left(b, "actionEta", &l->action_eta);
    JSON_LIT(b, ",\"timePercent\":");
    json_put_hundredths(b, l->whole.by_time);
    if (l->raw >= 0) {
        JSON_LIT(b, ",\"rawPercent\":");
        json_put_hundredths(b, l->raw);
    }
    put_verdict(b, &l->judged);
    if (l->result != RESULT_NOT_SAID) {
        JSON_LIT(b, ",\"result\":{\"state\":\"");
        buf_str(b, result_name(l->result));
        JSON_LIT(b, "\"}");
    }
    put_buf(b, &l->functions);
    buf_char(b, '}');
}

void line_render(struct line *l)
{
    struct buf *b = &l->text;

    buf_clear(b);
    JSON_LIT(b, "{\"type\":\"status\",\"state\":\"");
    buf_str(b, phase_state_name(l->whole.state));
    JSON_LIT(b, "\",\"actions\":[");
    for (size_t i = 0; i < l->plan->action_count; i++) {
        if (i > 0)
            buf_char(b, ',');
        put_action(l, i);
    }
    JSON_LIT(b, "],");
    put_progress(l);
    buf_char(b, ',');
    put_detail(l);
    JSON_LIT(b, "}\n");
}

static void open_phase(struct shown *shown, const struct phase *phase)
{
    *shown = (struct shown){ .state = phase->state,
                             .progress = phase->progress,
                             .name = BUF_INIT(REC_CEILING),
                             .text = BUF_INIT(REC_CEILING) };
    memcpy(shown->since, phase->since, CLOCK_TEXT);
    json_put_string(&shown->name, phase->name, phase->name_len);
    line_render_phase(shown);
}

/* The object of an action, up to its first phase. */
static void open_action(struct buf *head, const struct action *action)
{
    *head = BUF_INIT(REC_CEILING);
    buf_char(head, '{');
    if (action->name != NULL) {
        JSON_LIT(head, "\"name\":");
        json_put_string(head, action->name, action->name_len);
        buf_char(head, ',');
    }
    JSON_LIT(head, "\"phases\":[");
}

/* Appends the functions of an action's phases, its defer phase's last. */
static void put_functions(struct buf *b, const struct plan *plan,
                          const struct action *a)
{
    buf_char(b, '[');
    for (size_t i = 0; i < a->count + a->has_defer; i++) {
        const char *function = plan->phases[a->first + i].function;

        if (i > 0)
            buf_char(b, ',');
        if (function != NULL)
            json_put_string(b, function, strlen(function));
        else
            JSON_LIT(b, "null");
    }
    buf_char(b, ']');
}

/* What the phases run, where that is known of any. */
static void open_functions(struct buf *b, const struct plan *plan)
{
    bool known = false;

    *b = BUF_INIT(REC_CEILING);
    for (size_t i = 0; i < plan->phase_count; i++)
        known |= plan->phases[i].function != NULL;
    if (!known)
        return;
    JSON_LIT(b, ",\"functions\":[");
    for (size_t i = 0; i < plan->action_count; i++) {
        if (i > 0)
            buf_char(b, ',');
        put_functions(b, plan, &plan->actions[i]);
    }
    buf_char(b, ']');
}

bool line_open(struct line *l, const struct plan *plan)
{
    *l = (struct line){ .text = BUF_INIT(REC_CEILING + 1),
                        .whole = whole_of(plan),
                        .seconds = COUNT_UNKNOWN,
                        .eta = left_unknown,
                        .action_eta = left_unknown,
                        .raw = PERCENT_UNKNOWN,
                        .result = RESULT_NOT_SAID,
                        .plan = plan };
    memcpy(l->since, plan->since, CLOCK_TEXT);
    l->phases = calloc(plan->phase_count, sizeof *l->phases);
    l->heads = calloc(plan->action_count, sizeof *l->heads);
    if (l->phases == NULL || l->heads == NULL) {
        errno = ENOMEM;
        return false;
    }
    for (size_t i = 0; i < plan->phase_count; i++)
        open_phase(&l->phases[i], &plan->phases[i]);
    for (size_t i = 0; i < plan->action_count; i++)
        open_action(&l->heads[i], &plan->actions[i]);
    open_functions(&l->functions, plan);
    /* no memory for the functions looks as if they had no room */
    errno = l->functions.failed && memory_missed() ? ENOMEM : EMSGSIZE;
    return widest_line(l) <= REC_CEILING;
}

void line_close(struct line *l)
{
    for (size_t i = 0; l->phases != NULL && i < l->plan->phase_count; i++) {
        buf_free(&l->phases[i].name);
        buf_free(&l->phases[i].text);
    }
    for (size_t i = 0; l->heads != NULL && i < l->plan->action_count; i++)
        buf_free(&l->heads[i]);
    free(l->phases);
    free(l->heads);
    buf_free(&l->functions);
    buf_free(&l->text);
    *l = (struct line){ 0 };
}
