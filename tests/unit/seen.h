/*
 * A status line as a reader sees it who knows nothing of lib/: every byte of it
 * must stand where it is expected.  For lines whose names need no escapes.
 */
#ifndef UNIT_SEEN_H
#define UNIT_SEEN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { SEEN_PHASES = 192, SEEN_WORD = 24, SEEN_SIZES = 4 };

#define SEEN_NOTHING INT64_C(-1)

struct seen_progress {
    int64_t percent; /* hundredths */
    char since[SEEN_WORD];
    int64_t sizes[SEEN_SIZES];
    int64_t seconds;
};

struct seen_phase {
    int action;
    bool deferred;
    char name[SEEN_WORD], state[SEEN_WORD];
    struct seen_progress progress;
};

struct seen {
    char state[SEEN_WORD];
    size_t count;
    struct seen_phase phases[SEEN_PHASES];
    struct seen_progress whole; /* seconds: of detail */
    char running[SEEN_WORD];
    size_t running_count;
    char all_running[SEEN_PHASES][SEEN_WORD];
    int64_t eta[3], action_eta[3]; /* expected, low, high */
    int64_t time_percent, raw;     /* hundredths */
    char verdict[SEEN_WORD], verdict_since[SEEN_WORD], result[SEEN_WORD];
};

/* Goes behind TEXT; false, and nowhere, where it does not stand there. */
static inline bool seen_skip(const char **at, const char *text)
{
    size_t len = strlen(text);

    if (strncmp(*at, text, len) != 0)
        return false;
    *at += len;
    return true;
}

/* What stands before the next '"', which is skipped. */
static inline bool seen_word(const char **at, char word[SEEN_WORD])
{
    size_t len = strcspn(*at, "\"\\\n");

    if (len >= SEEN_WORD || (*at)[len] != '"')
        return false;
    memset(word, 0, SEEN_WORD);
    memcpy(word, *at, len);
    *at += len + 1;
    return true;
}

/* A whole number. */
static inline bool seen_int(const char **at, int64_t *value)
{
    const char *from = *at;

    for (*value = 0; **at >= '0' && **at <= '9'; ++*at)
        *value = *value * 10 + (**at - '0');
    return *at > from && *at - from <= 16 && (*from != '0' || *at == from + 1);
}

/* A number with two decimals. */
static inline bool seen_percent(const char **at, int64_t *hundredths)
{
    const char *d;

    if (!seen_int(at, hundredths) || !seen_skip(at, "."))
        return false;
    d = *at;
    if (d[0] < '0' || d[0] > '9' || d[1] < '0' || d[1] > '9')
        return false;
    *hundredths = *hundredths * 100 + (d[0] - '0') * 10 + (d[1] - '0');
    *at += 2;
    return true;
}

/* A number with two decimals at most, and none that is 0 at its end. */
static inline bool seen_hundredths(const char **at, int64_t *hundredths)
{
    if (!seen_int(at, hundredths))
        return false;
    *hundredths *= 100;
    if (!seen_skip(at, "."))
        return true;
    if (**at < '0' || **at > '9')
        return false;
    *hundredths += (*(*at)++ - '0') * 10;
    if (**at > '0' && **at <= '9')
        *hundredths += *(*at)++ - '0';
    return (*at)[-1] != '0';
}

/* A number behind KEY, if that stands there. */
static inline bool seen_member(const char **at, const char *key, int64_t *value)
{
    *value = SEEN_NOTHING;
    return !seen_skip(at, key) || seen_int(at, value);
}

static inline bool seen_since(const char **at, const char *key,
                              char word[SEEN_WORD])
{
    memset(word, 0, SEEN_WORD);
    return !seen_skip(at, key) || (seen_word(at, word) && strlen(word) == 20);
}

/* What stands behind a percentage, but for the brace. */
static inline bool seen_rest(const char **at, struct seen_progress *p)
{
    return seen_since(at, ",\"lastTransitionTime\":\"", p->since) &&
           seen_member(at, ",\"sizeUploadedB\":", &p->sizes[0]) &&
           seen_member(at, ",\"estimatedUploadSizeB\":", &p->sizes[1]) &&
           seen_member(at, ",\"sizeDownloadedB\":", &p->sizes[2]) &&
           seen_member(at, ",\"estimatedDownloadSizeB\":", &p->sizes[3]);
}

static inline bool seen_phase_object(const char **at, struct seen *s,
                                     int action, bool deferred)
{
    struct seen_phase *phase = &s->phases[s->count++];
    struct seen_progress *p = &phase->progress;

    memset(phase, 0, sizeof *phase);
    phase->action = action;
    phase->deferred = deferred;
    p->percent = p->seconds = SEEN_NOTHING;
    memset(p->sizes, 0xff, sizeof p->sizes); /* SEEN_NOTHING */
    if (s->count == SEEN_PHASES || !seen_skip(at, "{\"name\":\"") ||
        !seen_word(at, phase->name) || !seen_skip(at, ",\"state\":\"") ||
        !seen_word(at, phase->state))
        return false;
    if (seen_skip(at, ",\"progress\":{\"progressPercent\":\"") &&
        !(seen_percent(at, &p->percent) && seen_skip(at, "\"") &&
          seen_rest(at, p) &&
          seen_member(at, ",\"estimatedTimeSeconds\":", &p->seconds) &&
          seen_skip(at, "}")))
        return false;
    return seen_skip(at, "}");
}

static inline bool seen_action(const char **at, struct seen *s, int action)
{
    char name[SEEN_WORD];

    if (!seen_skip(at, "{") || (seen_skip(at, "\"name\":\"") &&
                                !(seen_word(at, name) && seen_skip(at, ","))))
        return false;
    if (!seen_skip(at, "\"phases\":["))
        return false;
    if (!seen_skip(at, "]")) {
        do
            if (!seen_phase_object(at, s, action, false))
                return false;
        while (seen_skip(at, ","));
        if (!seen_skip(at, "]"))
            return false;
    }
    if (seen_skip(at, ",\"deferPhase\":") &&
        !seen_phase_object(at, s, action, true))
        return false;
    return seen_skip(at, "}");
}

static inline bool seen_all_running(const char **at, struct seen *s)
{
    s->running_count = 0;
    if (!seen_skip(at, "\"detail\":{\"runningPhases\":["))
        return false;
    while (seen_skip(at, s->running_count > 0 ? ",\"" : "\""))
        if (s->running_count == SEEN_PHASES ||
            !seen_word(at, s->all_running[s->running_count++]))
            return false;
    return seen_skip(at, "]");
}

static inline bool seen_left(const char **at, const char *key, int64_t left[3])
{
    left[0] = left[1] = left[2] = SEEN_NOTHING;
    return !seen_skip(at, key) ||
           (seen_skip(at, "\"seconds\":") && seen_int(at, &left[0]) &&
            seen_skip(at, ",\"lowSeconds\":") && seen_int(at, &left[1]) &&
            seen_member(at, ",\"highSeconds\":", &left[2]) &&
            seen_skip(at, "}"));
}

/* The functions of the phases of ACTION, the first of which is *I. */
static inline bool seen_run(const char **at, const struct seen *s, int action,
                            size_t *i)
{
    char word[SEEN_WORD];
    bool more = false;

    if (!seen_skip(at, "["))
        return false;
    for (; *i < s->count && s->phases[*i].action == action; ++*i) {
        if (more && !seen_skip(at, ","))
            return false;
        if (!seen_skip(at, "null") &&
            !(seen_skip(at, "\"") && seen_word(at, word)))
            return false;
        more = true;
    }
    return seen_skip(at, "]");
}

static inline bool seen_functions(const char **at, const struct seen *s,
                                  int actions)
{
    size_t i = 0;

    if (!seen_skip(at, ",\"functions\":["))
        return true;
    for (int action = 0; action < actions; action++)
        if ((action > 0 && !seen_skip(at, ",")) || !seen_run(at, s, action, &i))
            return false;
    return seen_skip(at, "]");
}

static inline bool seen_detail(const char **at, struct seen *s, int actions)
{
    s->time_percent = s->raw = SEEN_NOTHING;
    memset(s->verdict, 0, sizeof s->verdict);
    memset(s->result, 0, sizeof s->result);
    return seen_all_running(at, s) &&
           seen_member(at, ",\"estimatedTimeSeconds\":", &s->whole.seconds) &&
           seen_left(at, ",\"eta\":{", s->eta) &&
           seen_left(at, ",\"actionEta\":{", s->action_eta) &&
           seen_skip(at, ",\"timePercent\":") &&
           seen_hundredths(at, &s->time_percent) &&
           (!seen_skip(at, ",\"rawPercent\":") ||
            seen_hundredths(at, &s->raw)) &&
           (!seen_skip(at, ",\"verdict\":\"") || seen_word(at, s->verdict)) &&
           seen_since(at, ",\"verdictSince\":\"", s->verdict_since) &&
           (!seen_skip(at, ",\"result\":{\"state\":\"") ||
            (seen_word(at, s->result) && seen_skip(at, "}"))) &&
           seen_functions(at, s, actions);
}

/* Reads the LINE; false where it is any other than what there can be. */
static inline bool seen_line(struct seen *s, const char *line)
{
    int action = 0;

    s->count = 0;
    if (!seen_skip(&line, "{\"type\":\"status\",\"state\":\"") ||
        !seen_word(&line, s->state) || !seen_skip(&line, ",\"actions\":["))
        return false;
    do
        if (!seen_action(&line, s, action++))
            return false;
    while (seen_skip(&line, ","));
    memset(s->running, 0, sizeof s->running);
    return seen_skip(&line, "],\"progress\":{\"percentCompleted\":\"") &&
           seen_percent(&line, &s->whole.percent) && seen_skip(&line, "\"") &&
           (!seen_skip(&line, ",\"runningPhase\":\"") ||
            seen_word(&line, s->running)) &&
           seen_rest(&line, &s->whole) && seen_skip(&line, "},") &&
           seen_detail(&line, s, action) && seen_skip(&line, "}}\n") &&
           *line == '\0';
}

#endif
