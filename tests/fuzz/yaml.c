/* YAML, and JSON through it: what is read can be written as JSON and is then
 * the same; what cannot be read has a reason that can be shown.  (libjq reads
 * "inf", too, and writes the largest number for it.) */
#include "base/yaml.h"
#include "fuzz.h"

enum { JSON_MAX = 64 * 1024 * 1024 };
static const char largest[] = "1.7976931348623157e+308";

static void check_document(jv document)
{
    struct buf b = BUF_INIT(JSON_MAX);
    jv again;

    json_put_value(&b, document);
    if (!b.failed) { /* aliases may stand for much */
        again = json_parse(b.bytes, b.len);
        MUST(jv_is_valid(again));
        MUST(jv_equal(again, jv_copy(document)) ||
             memmem(b.bytes, b.len, largest, sizeof largest - 1) != NULL);
    }
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = input_of(bytes, len);
    struct yaml y;
    jv document = jv_null();
    bool good;

    yaml_begin(&y, in.at, in.left);
    while ((good = yaml_next(&y, &document)) && jv_is_valid(document)) {
        check_document(document);
        jv_free(document);
    }
    if (!good)
        MUST(y.why[0] != '\0' && is_harmless(y.why, strlen(y.why)));
    yaml_end(&y);
    return 0;
}
