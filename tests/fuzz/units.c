/* Numbers that kopia printed for people: what is read is the number that was
 * printed, and of no text a number that cannot be. */
#include <math.h>

#include "base/num.h"
#include "fuzz.h"
#include "mover/units.h"

static const char *const base10[] = { "", "K", "M", "G", "T", "P", "E" };
static const char *const base2[] = { "", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei" };

/* As kopia prints BYTES with PREFIXES, of which it knows COUNT
 * (internal/units/units.go@v0.23.1); the size of the unit that it chose. */
static double print_size(double bytes, bool binary, size_t count, char *text,
                         size_t room)
{
    double thousand = binary ? 1024 : 1000, unit = 1;
    char number[64];
    size_t i = 0, len;

    while (i + 1 < count && bytes >= 0.9 * thousand) {
        bytes /= thousand;
        unit *= thousand;
        i++;
    }
    len = (size_t)snprintf(number, sizeof number, "%.1f", bytes);
    if (number[len - 1] == '0')
        number[len - 2] = '\0';
    snprintf(text, room, "%s %sB", number, binary ? base2[i] : base10[i]);
    return unit;
}

/* Every count of bytes that kopia prints comes back as near as it was
 * printed. */
static void check_inverse(uint64_t bits, bool binary, bool old)
{
    int64_t bytes = (int64_t)(bits >> 1 >> (bits & 63)), back = -1;
    char text[96];
    double unit, off;

    if (old && bytes > INT64_C(900000000000000))
        return; /* "0.9 TB" may then be thousands of them */
    unit = print_size((double)bytes, binary, old ? 5 : 7, text, sizeof text);
    MUST(units_size(text, strlen(text), &back));
    off = fabs((double)back - (double)bytes);
    MUST(off <= unit * 0.05 + 1 + (double)bytes * 1e-15);
    MUST(unit > 1 || back == bytes);
}

static int64_t number_of(const char *digits, size_t len)
{
    int64_t value = -1;

    MUST(num_int(digits, len, &value));
    return value;
}

static void check_text(struct input in)
{
    int64_t value = -1;
    char digits[16];

    if (units_is_plain_size(in.at, in.left)) {
        size_t n = units_put_size(in.at, in.left, digits);

        MUST(units_size(in.at, in.left, &value));
        MUST(n <= sizeof digits && number_of(digits, n) == value);
        MUST(digits[0] != '0' || n == 1);
    }
    value = -1;
    MUST(units_size(in.at, in.left, &value) == (value >= 0));
    value = -1;
    MUST(units_speed(in.at, in.left, &value) == (value >= 0));
    value = -1;
    MUST(units_percent(in.at, in.left, &value) == (value >= 0));
    value = -1;
    if (units_seconds(in.at, in.left, &value))
        MUST(value >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = input_of(bytes, len);
    unsigned how = input_byte(&in);
    uint64_t bits;

    if (how & 1) {
        check_text(in);
    } else if (in.left >= sizeof bits) {
        memcpy(&bits, in.at, sizeof bits);
        check_inverse(bits, how & 2, how & 4);
    }
    return 0;
}
