#include "kube/status.h"

#include <string.h>

#include "base/json.h"
#include "base/num.h"

/* How phase-agg begins its lines. */
static const char usual[] = "{\"type\":\"status\"";
static const char key[] = "\"type\"";
static const char value[] = "\"status\"";

static size_t skip_space(const char *text, size_t len, size_t at)
{
    while (at < len && (text[at] == ' ' || text[at] == '\t'))
        at++;
    return at;
}

/* Whether ': "status"' stands at AT. */
static bool has_value(const char *text, size_t len, size_t at)
{
    at = skip_space(text, len, at);
    if (at == len || text[at] != ':')
        return false;
    at = skip_space(text, len, at + 1);
    return len - at >= sizeof value - 1 &&
           memcmp(text + at, value, sizeof value - 1) == 0;
}

bool status_maybe(const char *text, size_t len)
{
    size_t at = 0;

    if (len >= sizeof usual - 1 && memcmp(text, usual, sizeof usual - 1) == 0)
        return true;
    at = skip_space(text, len, at);
    if (at == len || text[at] != '{')
        return false;
    for (;;) {
        const char *found = memmem(text + at, len - at, key, sizeof key - 1);

        if (found == NULL)
            return false;
        at = (size_t)(found - text) + sizeof key - 1;
        if (has_value(text, len, at))
            return true;
    }
}

/* The length of a string, which may hold NUL; borrows it. */
static size_t length(jv string)
{
    return (size_t)jv_string_length_bytes(jv_copy(string));
}

/* libjq reads control characters within a string, and puts U+FFFD in the place
 * of bytes that are no UTF-8; other readers of JSON take neither. */
static bool is_clean(const char *text, size_t len)
{
    jv same;
    bool clean;

    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 && text[i] != '\t')
            return false;
    same = jv_string_sized(text, (int)len);
    clean =
        length(same) == len && memcmp(jv_string_value(same), text, len) == 0;
    jv_free(same);
    return clean;
}

static bool is_status(jv record)
{
    static const char name[] = "status";
    jv type;
    bool is;

    if (!json_get_string(record, "type", &type))
        return false;
    is = length(type) == sizeof name - 1 &&
         memcmp(jv_string_value(type), name, sizeof name - 1) == 0;
    jv_free(type);
    return is;
}

bool status_good(const char *text, size_t len)
{
    jv record;
    bool good;

    if (!status_maybe(text, len) || !is_clean(text, len))
        return false;
    record = json_parse(text, len);
    good = is_status(record);
    jv_free(record);
    return good;
}

bool status_percent(const char *text, size_t len,
                    char percent[static STATUS_PERCENT])
{
    jv record = json_parse(text, len);
    jv progress = json_get(record, "progress");
    jv completed;
    bool found = json_get_string(progress, "percentCompleted", &completed);

    if (found) {
        const char *digits = jv_string_value(completed);
        size_t n = length(completed);
        int64_t hundredths;

        found = n < STATUS_PERCENT && num_decimal(digits, n, 100, &hundredths);
        if (found)
            memcpy(percent, digits, n + 1);
        jv_free(completed);
    }
    jv_free(progress);
    jv_free(record);
    return found;
}
