#include "base/clock.h"

#include <limits.h>
#include <string.h>
#include <time.h>

#include "base/num.h"

/* The end of the last year that clock_parse() reads, some months before that
 * of all numbers; a clock that is set goes no further. */
#define LAST (INT64_C(9214646400) * CLOCK_SECOND - 1)

static int64_t look(struct clock *c, clockid_t id)
{
    struct timespec now = { 0 };
    int64_t fixed = c->fixed;

    if (c->set) {
        if (fixed < LAST) /* a zone may have brought it beyond */
            c->fixed = c->step < LAST - fixed ? fixed + c->step : LAST;
        return fixed;
    }
    clock_gettime(id, &now); /* cannot fail for these two clocks */
    return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

int64_t clock_wall(struct clock *c)
{
    return look(c, CLOCK_REALTIME);
}

int64_t clock_steady(struct clock *c)
{
    return look(c, CLOCK_MONOTONIC);
}

bool clock_open(struct clock *c, const char *text)
{
    const char *step = text != NULL ? strchr(text, '+') : NULL;
    size_t len;

    *c = (struct clock){ 0 };
    if (text == NULL)
        return true;
    len = step != NULL ? (size_t)(step - text) : strlen(text);
    c->set = true;
    return clock_parse(text, len, &c->fixed) &&
           (step == NULL || num_duration(step + 1, strlen(step + 1), &c->step));
}

struct instant clock_now(struct clock *c)
{
    struct instant now = { .wall = clock_wall(c) };

    now.steady = c->set ? now.wall : clock_steady(c);
    return now;
}

int clock_poll(int64_t ns)
{
    const int64_t ms = CLOCK_SECOND / 1000;

    if (ns <= 0)
        return 0;
    return (ns - 1) / ms < INT_MAX ? (int)((ns - 1) / ms + 1) : INT_MAX;
}

size_t clock_format(int64_t wall, char text[static CLOCK_TEXT])
{
    time_t t = (time_t)(wall > 0 ? wall / CLOCK_SECOND : 0);
    struct tm utc;

    gmtime_r(&t, &utc);
    return strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

/* Two digits at TEXT, 0 to MAX. */
static bool two(const char *text, int max, int *value)
{
    int64_t n;

    if (!num_int(text, 2, &n) || n > max)
        return false;
    *value = (int)n;
    return true;
}

static int days_of(int year, int month)
{
    static const int days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap);
}

/* "Z" or "+hh:mm" or "-hh:mm", in seconds east of UTC. */
static bool parse_zone(const char *text, size_t len, int *east)
{
    int hours, minutes;

    *east = 0;
    if (len == 1)
        return text[0] == 'Z';
    if (len != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
        !two(text + 1, 23, &hours) || !two(text + 4, 59, &minutes))
        return false;
    *east = (hours * 60 + minutes) * 60;
    if (text[0] == '-')
        *east = -*east;
    return true;
}

/* ".123" at TEXT (perhaps something else), in ns; returns its length, 0 for
 * none.  There is one byte at least. */
static size_t parse_fraction(const char *text, size_t len, int64_t *ns)
{
    size_t digits = 0;
    int64_t unit = CLOCK_SECOND;

    *ns = 0;
    if (text[0] != '.')
        return 0;
    while (digits + 1 < len && text[digits + 1] >= '0' &&
           text[digits + 1] <= '9') {
        unit /= 10;
        *ns += unit * (text[++digits] - '0');
    }
    return digits > 0 ? digits + 1 : 0;
}

bool clock_parse(const char *text, size_t len, int64_t *wall)
{
    static const char shape[] = "0000-00-00T00:00:00";
    struct tm utc = { 0 };
    size_t at = sizeof shape - 1;
    int64_t year, fraction;
    int month, east;
    time_t seconds;

    if (len <= at || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':' || !num_int(text, 4, &year) ||
        year < 1970 || year > 2261 || !two(text + 5, 12, &month) ||
        month == 0 || !two(text + 8, days_of((int)year, month), &utc.tm_mday) ||
        utc.tm_mday == 0 || !two(text + 11, 23, &utc.tm_hour) ||
        !two(text + 14, 59, &utc.tm_min) || !two(text + 17, 59, &utc.tm_sec))
        return false;
    at += parse_fraction(text + at, len - at, &fraction);
    if (!parse_zone(text + at, len - at, &east))
        return false;
    utc.tm_year = (int)year - 1900;
    utc.tm_mon = month - 1;
    seconds = timegm(&utc) - east;
    if (seconds < 0)
        return false;
    *wall = (int64_t)seconds * CLOCK_SECOND + fraction;
    return true;
}
