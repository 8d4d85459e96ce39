#include "sample.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "labels.h"

/* Begins a sample, with one more label where NAME is not NULL. */
static void begin(const struct sink *s, const char *name, const char *value)
{
    buf_str(s->out, s->name);
    buf_char(s->out, '{');
    buf_add(s->out, s->labels, s->len);
    if (name != NULL) {
        buf_char(s->out, ',');
        label_put(s->out, name, value, strlen(value));
    }
    buf_str(s->out, "} ");
}

void sample_put(const struct sink *s, int64_t value)
{
    if (value < 0)
        return;
    begin(s, NULL, NULL);
    json_put_int(s->out, value);
    buf_char(s->out, '\n');
}

void sample_put_time(const struct sink *s, int64_t ns)
{
    sample_put(s, ns < 0 ? -1 : ns / CLOCK_SECOND);
}

void sample_put_ratio(const struct sink *s, int64_t hundredths)
{
    int64_t rest = hundredths % VIEWED_COMPLETE;

    if (hundredths < 0)
        return;
    begin(s, NULL, NULL);
    json_put_int(s->out, hundredths / VIEWED_COMPLETE);
    if (rest > 0)
        buf_char(s->out, '.');
    for (int64_t place = 1000; rest > 0; place /= 10) {
        buf_char(s->out, (char)('0' + rest / place));
        rest %= place;
    }
    buf_char(s->out, '\n');
}

void sample_put_with(const struct sink *s, const char *label, const char *value,
                     int64_t number)
{
    if (number < 0)
        return;
    begin(s, label, value);
    json_put_int(s->out, number);
    buf_char(s->out, '\n');
}

void sample_put_set(const struct sink *s, const char *label,
                    const char *const *words, const char *is, size_t len)
{
    for (; *words != NULL; words++)
        sample_put_with(s, label, *words,
                        strlen(*words) == len && memcmp(*words, is, len) == 0);
}
