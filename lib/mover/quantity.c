#include "mover/quantity.h"

#include <string.h>

#include "base/num.h"

static const struct {
    const char *name;
    enum quantity_kind kind;
} names[] = {
    { "count", QUANTITY_COUNT },     { "bytes", QUANTITY_BYTES },
    { "iec", QUANTITY_IEC },         { "si", QUANTITY_SI },
    { "seconds", QUANTITY_SECONDS }, { "hms", QUANTITY_HMS },
    { "percent", QUANTITY_PERCENT }, { "ratio", QUANTITY_RATIO },
    { "text", QUANTITY_TEXT },
};

bool quantity_find(struct quantity *q, const char *name, size_t len)
{
    *q = (struct quantity){ .times = 1 };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == len &&
            memcmp(names[i].name, name, len) == 0) {
            q->kind = names[i].kind;
            return true;
        }
    q->kind = QUANTITY_TIMES;
    return len > 1 && name[0] == 'x' && num_int(name + 1, len - 1, &q->times) &&
           q->times > 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "1,234,567": groups of three behind the first, and one separator. */
static bool read_groups(const char *text, size_t len, int64_t *value)
{
    char digits[NUM_DIGITS], separator;
    size_t n = 0, head = len % 4;

    if (len < 5 || head == 0 || len - len / 4 > sizeof digits)
        return false;
    separator = text[head];
    if (separator != ',' && separator != '.' && separator != '\'')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (i % 4 != head)
            digits[n++] = text[i];
        else if (text[i] != separator)
            return false;
    }
    return num_int(digits, n, value);
}

static bool read_count(const char *text, size_t len, int64_t *value)
{
    return num_int(text, len, value) || read_groups(text, len, value);
}

/* Takes WORD, which may stand at TEXT. */
static void skip(const char **text, size_t *len, const char *word)
{
    size_t n = strlen(word);

    if (*len >= n && memcmp(*text, word, n) == 0) {
        *text += n;
        *len -= n;
    }
}

/* The factor of the prefix that may stand at TEXT, which is taken. */
static int64_t take_prefix(const char **text, size_t *len, bool iec)
{
    static const char upper[] = "KMGTPE", lower[] = "kmgtpe";
    int64_t factor = 1, thousand = 1000;
    const char *letter;
    size_t power;

    if (*len == 0)
        return 1;
    letter = memchr(upper, **text, sizeof upper - 1);
    if (letter != NULL)
        power = (size_t)(letter - upper) + 1;
    else if ((letter = memchr(lower, **text, sizeof lower - 1)) != NULL)
        power = (size_t)(letter - lower) + 1;
    else
        return 1;
    ++*text;
    --*len;
    if (iec || (*len > 0 && **text == 'i'))
        thousand = 1024;
    skip(text, len, "i");
    while (power-- > 0)
        factor *= thousand;
    return factor;
}

/* "8.18 MiB", "0   B", "1.2M", "34kB/s", "12": in bytes. */
static bool read_size(const char *text, size_t len, bool iec, int64_t *value)
{
    enum { MILLI = 1000 };
    size_t digits = 0;
    int64_t number, factor;
    __int128 product;

    while (digits < len && (is_digit(text[digits]) || text[digits] == '.'))
        digits++;
    if (!num_decimal(text, digits, MILLI, &number))
        return false;
    text += digits;
    len -= digits;
    while (len > 0 && *text == ' ')
        skip(&text, &len, " ");
    factor = take_prefix(&text, &len, iec);
    skip(&text, &len, "B");
    skip(&text, &len, "/s");
    product = ((__int128)number * factor + MILLI / 2) / MILLI;
    if (len > 0 || product > INT64_MAX)
        return false;
    *value = (int64_t)product;
    return true;
}

/* "0:02:03": seconds, minutes, hours and days from its end. */
static bool read_clock(const char *text, size_t len, int64_t *value)
{
    static const int64_t worth[] = { 1, 60, 3600, 86400 };
    const char *end = text + len;
    int64_t sum = 0, number;
    size_t colons = 0;

    for (size_t i = 0; i < len; i++)
        colons += text[i] == ':';
    if (colons < 1 || colons > 3)
        return false;
    for (size_t place = colons + 1; place-- > 0;) {
        const char *stop = memchr(text, ':', (size_t)(end - text));
        size_t n = (size_t)((stop != NULL ? stop : end) - text);

        /* only the seconds may have a fraction, and none is that long */
        if (n > 9 || !(place == 0 ? num_decimal(text, n, 1, &number)
                                  : num_int(text, n, &number)))
            return false;
        sum += number * worth[place];
        text += n + 1;
    }
    *value = sum;
    return true;
}

/* "1d2h3m4s", any of them. */
static bool read_letters(const char *text, size_t len, int64_t *value)
{
    int64_t sum = 0, number;

    for (size_t at = 0; at < len;) {
        size_t digits = 0;

        while (at + digits < len &&
               (is_digit(text[at + digits]) || text[at + digits] == '.'))
            digits++;
        if (digits > 9 || at + digits == len ||
            !num_decimal(text + at, digits, 1, &number))
            return false;
        at += digits;
        switch (text[at++]) {
        case 's':
            sum += number;
            break;
        case 'm':
            sum += number * 60;
            break;
        case 'h':
            sum += number * 3600;
            break;
        case 'd':
            sum += number * 86400;
            break;
        case 'w':
            sum += number * 7 * 86400;
            break;
        default:
            return false;
        }
    }
    *value = sum;
    return len > 0;
}

bool quantity_read(struct quantity q, const char *text, size_t len,
                   int64_t *value)
{
    switch (q.kind) {
    case QUANTITY_COUNT:
    case QUANTITY_BYTES:
        return read_count(text, len, value);
    case QUANTITY_IEC:
    case QUANTITY_SI:
        return read_size(text, len, q.kind == QUANTITY_IEC, value);
    case QUANTITY_SECONDS:
        return num_decimal(text, len, 1, value);
    case QUANTITY_HMS:
        return read_clock(text, len, value) || read_letters(text, len, value);
    case QUANTITY_PERCENT:
        return num_decimal(
            text, len > 0 && text[len - 1] == '%' ? len - 1 : len, 100, value);
    case QUANTITY_RATIO:
        return num_decimal(text, len, 10000, value);
    case QUANTITY_TIMES:
        return read_count(text, len, value) &&
               !__builtin_mul_overflow(*value, q.times, value);
    case QUANTITY_TEXT:
        break;
    }
    return false;
}
