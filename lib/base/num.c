#include "base/num.h"

#include <string.h>

#include "base/clock.h"

/* So many digits always fit into an int64_t. */
enum { SAFE_DIGITS = 18 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* *VALUE * 10 + the digit C; false on overflow. */
static bool push_digit(int64_t *value, char c)
{
    return !__builtin_mul_overflow(*value, INT64_C(10), value) &&
           !__builtin_add_overflow(*value, (int64_t)(c - '0'), value);
}

bool num_int(const char *text, size_t len, int64_t *value)
{
    int64_t sum = 0;
    size_t at = 0;

    for (; at < len && at < SAFE_DIGITS; at++) {
        if (!is_digit(text[at]))
            return false;
        sum = sum * 10 + (text[at] - '0');
    }
    for (; at < len; at++)
        if (!is_digit(text[at]) || !push_digit(&sum, text[at]))
            return false;
    if (len > 0)
        *value = sum;
    return len > 0;
}

bool num_decimal(const char *text, size_t len, int64_t scale, int64_t *value)
{
    const char *dot = memchr(text, '.', len);
    size_t whole = dot != NULL ? (size_t)(dot - text) : len;
    int64_t sum;

    if (!num_int(text, whole, &sum) || whole + 1 == len ||
        __builtin_mul_overflow(sum, scale, &sum))
        return false;
    for (size_t i = whole + 1; i < len; i++) {
        if (!is_digit(text[i]))
            return false;
        scale /= 10;
        if (__builtin_add_overflow(sum, scale * (text[i] - '0'), &sum))
            return false;
    }
    *value = sum;
    return true;
}

static const struct unit {
    const char *name;
    int64_t ns;
} units[] = {
    { "ns", 1 },
    { "us", 1000 },
    { "\xC2\xB5s", 1000 }, /* U+00B5, micro sign */
    { "\xCE\xBCs", 1000 }, /* U+03BC, Greek mu */
    { "ms", 1000 * 1000 },
    { "s", CLOCK_SECOND },
    { "m", 60 * CLOCK_SECOND },
    { "h", 3600 * CLOCK_SECOND },
};

static const struct unit *find_unit(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i].name) == len &&
            memcmp(units[i].name, name, len) == 0)
            return &units[i];
    return NULL;
}

bool num_duration(const char *text, size_t len, int64_t *ns)
{
    int64_t sum = 0;
    size_t at = 0;

    if (len == 1 && text[0] == '0') {
        *ns = 0;
        return true;
    }
    while (at < len) {
        size_t number = at, name;
        const struct unit *unit;
        int64_t part;

        while (at < len && (is_digit(text[at]) || text[at] == '.'))
            at++;
        name = at;
        while (at < len && !is_digit(text[at]) && text[at] != '.')
            at++;
        unit = find_unit(text + name, at - name);
        if (unit == NULL ||
            !num_decimal(text + number, name - number, unit->ns, &part) ||
            __builtin_add_overflow(sum, part, &sum))
            return false;
    }
    if (len == 0)
        return false;
    *ns = sum;
    return true;
}

static size_t count_digits(uint64_t value)
{
    size_t n = 1;

    for (; value >= 10000; value /= 10000)
        n += 4;
    return n + (value >= 10) + (value >= 100) + (value >= 1000);
}

size_t num_format(uint64_t value, char *out)
{
    static const char pairs[] = "00010203040506070809"
                                "10111213141516171819"
                                "20212223242526272829"
                                "30313233343536373839"
                                "40414243444546474849"
                                "50515253545556575859"
                                "60616263646566676869"
                                "70717273747576777879"
                                "80818283848586878889"
                                "90919293949596979899";
    size_t n;
    char *at;

    if (value < 10) {
        *out = (char)('0' + value);
        return 1;
    }
    n = count_digits(value);
    for (at = out + n; value >= 100; value /= 100) {
        at -= 2;
        memcpy(at, pairs + value % 100 * 2, 2);
    }
    if (value >= 10)
        memcpy(out, pairs + value * 2, 2);
    else
        *out = (char)('0' + value);
    return n;
}
