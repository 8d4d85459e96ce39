/* What others say an action's status is, as Prometheus' text: lines that it can
 * read, no ratio beyond 1, no series twice, and what the next run reads of it
 * is what was put there. */
#include "../../filters/phase-metrics/metrics.h"
#include "../../filters/phase-metrics/follow.h"
#include "fuzz.h"

/* Behind the name of a metric and its labels, whose values are in quotes. */
static const char *behind_labels(const char *at, const char *end)
{
    bool quoted = false;

    while (at < end && (quoted || *at != ' ')) {
        if (quoted && *at == '\\') {
            at++;
            MUST(at < end && strchr("\\\"n", *at) != NULL);
        } else if (*at == '"') {
            quoted = !quoted;
        }
        at++;
    }
    MUST(at < end && !quoted);
    return at;
}

static void check_line(struct input line, jv *seen)
{
    static const char ratio[] = "_ratio";
    const char *behind, *brace;
    char value[64], *end;
    double number;
    size_t len;
    jv series;

    if (line.left > 0 && line.at[0] == '#')
        return;
    MUST(line.left > 0 && line.at[0] == 'p');
    behind = behind_labels(line.at, line.at + line.left);
    len = (size_t)(line.at + line.left - behind - 1);
    MUST(len > 0 && len < sizeof value);
    memcpy(value, behind + 1, len);
    value[len] = '\0';
    number = strtod(value, &end);
    MUST(*end == '\0' && number >= 0);
    brace = memchr(line.at, '{', line.left);
    if (brace != NULL &&
        memcmp(brace - (sizeof ratio - 1), ratio, sizeof ratio - 1) == 0)
        MUST(number <= 1);
    series = jv_string_sized(line.at, (int)(behind - line.at));
    MUST(!jv_object_has(jv_copy(*seen), jv_copy(series)));
    *seen = jv_object_set(*seen, series, jv_true());
}

static void check_text(const struct buf *text)
{
    struct input in = { text->bytes, text->len };
    jv seen = jv_object();

    MUST(are_harmless_lines(text->bytes, text->len));
    while (in.left > 0)
        check_line(input_until(&in, '\n'), &seen);
    jv_free(seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = input_of(bytes, len);
    struct buf text = BUF_INIT(METRICS_MAX);
    struct clock clock;
    struct follow f;
    struct metrics m = { .task = "a \"task\"" };

    m.following = input_byte(&in) & 1;
    MUST(clock_open(&clock, "2026-01-01T00:00:00Z"));
    follow_open(&f, &clock);
    follow_take(&f, in.at, in.left);
    follow_end(&f);
    follow_read(&f);
    m.board = &f.board;
    m.success = f.success;
    MUST(metrics_put(&text, &m) && !text.failed);
    check_text(&text);
    MUST(metrics_success(text.bytes, text.len, m.task) == f.success);
    buf_free(&text);
    follow_close(&f);
    return 0;
}
