/* The scanner for plain JSON: whatever it accepts libjq reads the same. */
#include "base/scan.h"
#include "fuzz.h"

enum { MEMBERS_MAX = 64 };

struct member {
    struct scan_value key, value;
};

/* The members, the last of each key; -1 where they are refused. */
static int scan_all(struct input in, struct member *members)
{
    struct member one;
    struct scan s;
    enum scan_status status;
    int count = 0, i;

    if (!scan_begin(&s, in.at, in.left))
        return -1;
    while ((status = scan_next(&s, &one.key, &one.value)) == SCAN_MEMBER) {
        for (i = 0; i < count; i++)
            if (members[i].key.len == one.key.len &&
                memcmp(members[i].key.text, one.key.text, one.key.len) == 0)
                break;
        if (i == MEMBERS_MAX)
            return -1;
        members[i] = one;
        count += i == count;
    }
    return status == SCAN_END ? count : -1;
}

static void check_value(const struct scan_value *ours, jv value)
{
    struct scan_value theirs = scan_value_of(value);

    if (ours->kind == SCAN_ESCAPED) {
        MUST(theirs.kind == SCAN_STRING && theirs.len < ours->len);
        MUST(memchr(ours->text, '\\', ours->len) != NULL);
        return;
    }
    MUST(ours->kind == theirs.kind);
    if (ours->kind == SCAN_BOOL)
        MUST(ours->truth == theirs.truth);
    if (ours->kind == SCAN_NUMBER)
        MUST(memcmp(&ours->number, &theirs.number, sizeof ours->number) == 0);
    if (ours->kind == SCAN_STRING)
        MUST(ours->len == theirs.len &&
             memcmp(ours->text, theirs.text, ours->len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct member members[MEMBERS_MAX];
    struct input in = input_of(bytes, len);
    int count = scan_all(in, members);
    jv object;

    if (count < 0)
        return 0;
    object = json_parse(in.at, in.left);
    MUST(jv_get_kind(object) == JV_KIND_OBJECT);
    MUST(jv_object_length(jv_copy(object)) == count);
    for (int i = 0; i < count; i++) {
        jv value = jv_object_get(
            jv_copy(object),
            jv_string_sized(members[i].key.text, (int)members[i].key.len));

        check_value(&members[i].value, value);
        jv_free(value);
    }
    jv_free(object);
    return 0;
}
