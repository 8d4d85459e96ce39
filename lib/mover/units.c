#include "mover/units.h"

#include <string.h>

#include "base/clock.h"
#include "base/num.h"

/* A decimal number as digits and a power of ten: 546.9 is 5469 / 10. */
struct decimal {
    int64_t digits, divisor;
    size_t len;
};

/* Reads the decimal number at TEXT.  Decimals beyond what an int64_t holds do
 * not change anything that can be printed, so they are passed over. */
static bool read_decimal(const char *text, size_t len, struct decimal *d)
{
    bool dot = false;

    *d = (struct decimal){ .divisor = 1 };
    for (; d->len < len; d->len++) {
        char c = text[d->len];

        if (c == '.' && !dot && d->len > 0) {
            dot = true;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        if (dot && d->divisor >= INT64_C(1000000000))
            continue;
        if (d->digits > (INT64_MAX - 9) / 10)
            return false;
        d->digits = d->digits * 10 + (c - '0');
        if (dot)
            d->divisor *= 10;
    }
    return d->len > 0 && text[d->len - 1] != '.';
}

/* D times UNIT, rounded to the nearest. */
static bool scale(const struct decimal *d, int64_t unit, int64_t *value)
{
    __int128 product = (__int128)d->digits * unit;

    product = (product + d->divisor / 2) / d->divisor;
    if (product > INT64_MAX)
        return false;
    *value = (int64_t)product;
    return true;
}

/* The factor of a prefix "", K, M, G, T, P, E, each perhaps with "i"; *USED is
 * how many bytes it has. */
static int64_t prefix(const char *text, size_t len, size_t *used)
{
    static const char letters[] = "KMGTPE";
    const char *letter = len > 0 ? memchr(letters, text[0], 6) : NULL;
    int64_t thousand, factor = 1;

    *used = 0;
    if (letter == NULL)
        return 1;
    *used = len > 1 && text[1] == 'i' ? 2 : 1;
    thousand = *used == 2 ? 1024 : 1000;
    for (const char *l = letters; l <= letter; l++)
        factor *= thousand;
    return factor;
}

/* A number, perhaps a blank, a prefix, then SUFFIX to the end. */
static bool read_quantity(const char *text, size_t len, const char *suffix,
                          struct decimal *d, int64_t *unit)
{
    size_t at, used;

    if (!read_decimal(text, len, d))
        return false;
    at = d->len;
    if (at < len && text[at] == ' ')
        at++;
    *unit = prefix(text + at, len - at, &used);
    at += used;
    return len - at == strlen(suffix) &&
           memcmp(text + at, suffix, len - at) == 0;
}

/* The power of ten of a plain size's prefix, or -1. */
static int plain_exponent(const char *text, size_t len)
{
    switch (text[len - 2]) {
    case ' ':
        return 0;
    case 'K':
        return 3;
    case 'M':
        return 6;
    case 'G':
        return 9;
    default:
        return -1;
    }
}

bool units_is_plain_size(const char *text, size_t len)
{
    size_t digits = 0, number;

    if (len < 3 || len > 9 || text[len - 1] != 'B' ||
        plain_exponent(text, len) < 0)
        return false;
    number = text[len - 2] == ' ' ? len - 2 : len - 3;
    while (digits < number && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    if (digits == 0 || digits > 4 || text[number] != ' ' ||
        (text[0] == '0' && digits > 1))
        return false;
    if (digits == number)
        return true;
    return text[len - 2] != ' ' && text[digits] == '.' &&
           number == digits + 2 && text[digits + 1] <= '9' &&
           text[digits + 1] >= (text[0] == '0' ? '1' : '0');
}

size_t units_put_size(const char *text, size_t len, char *out)
{
    int zeros = plain_exponent(text, len);
    size_t n = 0;

    for (; *text >= '0' && *text <= '9'; text++)
        out[n++] = *text;
    if (n == 1 && out[0] == '0') { /* "0.9 KB", "0 B": no leading zero */
        n = 0;
        zeros = *text == '.' ? zeros : 1;
    }
    if (*text == '.') {
        out[n++] = text[1];
        zeros--;
    }
    memcpy(out + n, "000000000", 9); /* a block, of which zeros count */
    return n + (size_t)zeros;
}

bool units_size(const char *text, size_t len, int64_t *bytes)
{
    const int64_t tera = INT64_C(1000000000000), tebi = INT64_C(1) << 40;
    struct decimal d;
    int64_t unit;

    if (num_int(text,
                len > 2 && memcmp(text + len - 2, " B", 2) == 0 ? len - 2 : len,
                bytes))
        return true;
    if (!read_quantity(text, len, "B", &d, &unit))
        return false;
    /* Up to 0.20.1 the prefixes end at T, but the division does not: a text
     * above "900 TB" ("921.6 TiB") counts thousands of them, and the largest
     * int64_t is printed rounded up (internal/units/units.go@v0.20.1). */
    if (unit == tera && d.digits > 900 * d.divisor)
        unit *= 1000;
    else if (unit == tebi && d.digits > 922 * d.divisor)
        unit *= 1024;
    if (!scale(&d, unit, bytes)) {
        if (unit <= tebi || d.digits / d.divisor >= 10000)
            return false;
        *bytes = INT64_MAX;
    }
    return true;
}

bool units_speed(const char *text, size_t len, int64_t *bytes_per_second)
{
    struct decimal d;
    int64_t unit;

    if (read_quantity(text, len, "bit/s", &d, &unit))
        d.divisor *= 8;
    else if (!read_quantity(text, len, "B/s", &d, &unit))
        return false;
    if ((__int128)d.digits * unit / d.divisor > INT64_MAX)
        return false;
    *bytes_per_second = (int64_t)((__int128)d.digits * unit / d.divisor);
    return true;
}

bool units_percent(const char *text, size_t len, int64_t *hundredths)
{
    /* "12.1" */
    if (len > 2 && len < 16 && text[len - 2] == '.' && text[len - 1] >= '0' &&
        text[len - 1] <= '9' && num_int(text, len - 2, hundredths)) {
        *hundredths = *hundredths * 100 + (text[len - 1] - '0') * 10;
        return true;
    }
    return num_decimal(text, len, 100, hundredths);
}

/* "35s", "2m30s", "1h0m0s": whole numbers, the largest unit first or not. */
static bool common_seconds(const char *text, size_t len, int64_t *seconds)
{
    int64_t sum = 0, number = 0;
    size_t digits = 0;

    if (len > 12)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c >= '0' && c <= '9') {
            number = number * 10 + (c - '0');
            digits++;
            continue;
        }
        if (digits == 0 || digits > 7 ||
            (c == 'm' && i + 1 < len && text[i + 1] == 's'))
            return false;
        if (c == 's')
            sum += number;
        else if (c == 'm')
            sum += number * 60;
        else if (c == 'h')
            sum += number * 3600;
        else
            return false;
        number = 0;
        digits = 0;
    }
    *seconds = sum;
    return len > 0 && digits == 0;
}

bool units_seconds(const char *text, size_t len, int64_t *seconds)
{
    int64_t ns;

    if (common_seconds(text, len, seconds))
        return true;
    if (!num_duration(text, len, &ns))
        return false;
    *seconds = ns / CLOCK_SECOND;
    return true;
}
