/* The files that phase-agg keeps, and those that a person writes for it: what
 * is damaged is refused with a reason, what is taken over is kept the same. */
#include "../unit/rules.h"
#include "base/yaml.h"
#include "fuzz.h"
#include "phase/weights.h"

static void check_why(const char *why)
{
    MUST(strlen(why) < CLOCK_SECOND && why[0] != '\0');
}

/* The line that D begins with after the state in TEXT. */
static enum resume_result open_with(struct desk *d, struct input text)
{
    static struct seen first;
    char why[RESUME_WHY_MAX];
    enum resume_result result;

    desk_make(d);
    result = agg_resume(&d->agg, text.at, text.left, d->now, why);
    if (result == RESUME_OTHER || result == RESUME_DAMAGED)
        check_why(why);
    MUST(agg_open(&d->agg, d->now));
    rules_read(d, &first);
    return result;
}

static void check_state(struct input in)
{
    static struct desk d, other;
    struct buf state = BUF_INIT(RESUME_MAX);

    if (open_with(&d, in) == RESUME_TAKEN) {
        MUST(agg_save(&d.agg, d.now, &state));
        MUST(open_with(&other, (struct input){ state.bytes, state.len }) ==
             RESUME_TAKEN);
        must_be_same(&d.agg.status.line.text, &other.agg.status.line.text);
        agg_close(&other.agg);
    }
    agg_close(&d.agg);
    buf_free(&state);
}

static void check_history(struct input in)
{
    struct buf text = BUF_INIT(HISTORY_MAX), again = BUF_INIT(HISTORY_MAX);
    struct history h = { 0 }, other = { 0 };

    if (!history_read(&h, in.at, in.left)) {
        check_why(h.why);
    } else {
        MUST(history_write(&h, &text));
        MUST(history_read(&other, text.bytes, text.len));
        MUST(history_write(&other, &again));
        must_be_same(&text, &again);
    }
    history_free(&h);
    history_free(&other);
    buf_free(&text);
    buf_free(&again);
}

static void check_weights(struct input in)
{
    static struct desk d;
    static struct seen first;
    struct yaml yaml;
    jv root = jv_null();

    desk_make(&d);
    yaml_begin(&yaml, in.at, in.left);
    if (yaml_next(&yaml, &root)) {
        if (weights_read(&d.agg.plan, root)) {
            for (size_t i = 0; i < d.count; i++)
                d.weights[i] = d.agg.plan.phases[i].weight;
            MUST(agg_open(&d.agg, d.now));
            rules_read(&d, &first);
        } else {
            check_why(d.agg.plan.why);
        }
    }
    yaml_end(&yaml);
    jv_free(root);
    agg_close(&d.agg);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = input_of(bytes, len);
    unsigned how = input_byte(&in);

    seed = FIRST_SEED + how / 3;
    if (how % 3 == 0)
        check_state(in);
    else if (how % 3 == 1)
        check_history(in);
    else
        check_weights(in);
    return 0;
}
