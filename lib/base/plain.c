#include "base/plain.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"

/* A number that is longer stays a string. */
enum { NUMBER_MAX = 400 };

static const struct scan_word nulls[] = {
    SCAN_WORD(""),     SCAN_WORD("~"),    SCAN_WORD("null"),
    SCAN_WORD("Null"), SCAN_WORD("NULL"),
};
static const struct scan_word truths[] = {
    SCAN_WORD("true"), SCAN_WORD("True"), SCAN_WORD("TRUE"), SCAN_WORD("yes"),
    SCAN_WORD("Yes"),  SCAN_WORD("YES"),  SCAN_WORD("on"),   SCAN_WORD("On"),
    SCAN_WORD("ON"),   SCAN_WORD("y"),    SCAN_WORD("Y"),
};
static const struct scan_word lies[] = {
    SCAN_WORD("false"), SCAN_WORD("False"), SCAN_WORD("FALSE"),
    SCAN_WORD("no"),    SCAN_WORD("No"),    SCAN_WORD("NO"),
    SCAN_WORD("off"),   SCAN_WORD("Off"),   SCAN_WORD("OFF"),
    SCAN_WORD("n"),     SCAN_WORD("N"),
};
static const struct scan_word beyond[] = {
    /* each with a sign, or without */
    SCAN_WORD(".inf"),
    SCAN_WORD(".Inf"),
    SCAN_WORD(".INF"),
};
static const struct scan_word nans[] = {
    SCAN_WORD(".nan"),
    SCAN_WORD(".NaN"),
    SCAN_WORD(".NAN"),
};

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define IS(value, words)                                                       \
    (scan_find((value), (words), COUNT(words)) < COUNT(words))

static bool is_sign(char c)
{
    return c == '+' || c == '-';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes the base off the front of *DIGITS: 0x, 0o, 0b; a mere 0 is octal. */
static int base_of(const char **digits)
{
    const char *d = *digits;
    char letter = d[0] == '0' ? (char)(d[1] | 0x20) : '\0';
    int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;

    if (base != 0)
        *digits += 2;
    return base != 0 ? base : d[0] == '0' ? 8 : 10;
}

/* A whole number of 64 bits; TEXT is NUL-terminated. */
static bool whole(const char *text, double *value)
{
    bool negative = *text == '-';
    const char *digits = text + is_sign(*text);
    int base = base_of(&digits);
    unsigned long long n;
    char *end;

    if (strspn(digits, "0123456789abcdefABCDEF") != strlen(digits) || !*digits)
        return false; /* strtoull() would pass over space and another sign */
    errno = 0;
    n = strtoull(digits, &end, base);
    if (*end != '\0' || errno != 0 ||
        (is_sign(*text) && n > (1ULL << 63) - !negative))
        return false;
    *value = negative ? -(double)n : (double)n;
    return true;
}

static const char *skip_digits(const char *at)
{
    while (is_digit(*at))
        at++;
    return at;
}

/* A decimal number; TEXT is NUL-terminated. */
static bool decimal(const char *text, double *value)
{
    const char *first = text + is_sign(*text);
    const char *at = skip_digits(first), *after;

    if (*at == '.')
        at = skip_digits(at + 1);
    if (at - first == (*first == '.')) /* no digit at all */
        return false;
    if (*at == 'e' || *at == 'E') {
        at += 1 + is_sign(at[1]);
        after = skip_digits(at);
        if (after == at)
            return false;
        at = after;
    }
    if (*at != '\0')
        return false;
    *value = strtod(text, NULL);
    return !isinf(*value);
}

/* Underscores may stand anywhere but in front. */
static bool number(const char *text, size_t len, double *value)
{
    char kept[NUMBER_MAX + 1];
    size_t n = 0;

    if (len > NUMBER_MAX ||
        !(is_digit(text[0]) || is_sign(text[0]) || text[0] == '.'))
        return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\0')
            return false;
        else if (text[i] != '_')
            kept[n++] = text[i];
    kept[n] = '\0';
    return whole(kept, value) || decimal(kept, value);
}

jv plain_value(const char *text, size_t len)
{
    struct scan_value v = { .kind = SCAN_STRING, .text = text, .len = len };
    struct scan_value unsigned_ = v;
    double n;

    if (IS(&v, nulls))
        return jv_null();
    if (IS(&v, truths))
        return jv_true();
    if (IS(&v, lies))
        return jv_false();
    if (is_sign(text[0])) {
        unsigned_.text++;
        unsigned_.len--;
    }
    if (IS(&unsigned_, beyond) || IS(&v, nans))
        return jv_invalid();
    if (number(text, len, &n))
        return jv_number(n);
    return jv_string_sized(text, (int)len);
}
