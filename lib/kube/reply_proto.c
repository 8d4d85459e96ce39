#include "kube/reply_proto.h"

#include <string.h>

/* What is left of a message. */
struct span {
    const unsigned char *at, *end;
};

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

static bool take_varint(struct span *s, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && s->at < s->end; shift += 7) {
        unsigned char byte = *s->at++;

        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* Takes the next field: its number, and its value or its bytes; what it has
 * not is 0. */
static bool take_field(struct span *s, uint64_t *number, uint64_t *value,
                       struct span *bytes)
{
    uint64_t key, size = 0;

    *bytes = (struct span){ NULL, NULL };
    *value = 0;
    if (!take_varint(s, &key))
        return false;
    *number = key >> 3;
    switch (key & 7) {
    case VARINT:
        return take_varint(s, value);
    case BYTES:
        if (!take_varint(s, &size))
            return false;
        break;
    case FIXED64:
        size = 8;
        break;
    case FIXED32:
        size = 4;
        break;
    default:
        return false;
    }
    if (size > (uint64_t)(s->end - s->at))
        return false;
    *bytes = (struct span){ s->at, s->at + size };
    s->at += size;
    return true;
}

/* The message that is field NUMBER of another. */
static bool find_message(struct span in, uint64_t number, struct span *found)
{
    uint64_t at, value;

    while (take_field(&in, &at, &value, found))
        if (at == number && found->at != NULL)
            return true;
    return false;
}

static bool take_name(struct span text, char *out, size_t room)
{
    size_t len = (size_t)(text.end - text.at);

    if (text.at == NULL || len == 0 || len >= room ||
        memchr(text.at, '\0', len) != NULL)
        return false;
    memcpy(out, text.at, len);
    out[len] = '\0';
    return true;
}

/* A prefix; in it a message Unknown, whose field 2 is the object; its field 1
 * is the metadata, of which 5 is the uid, 6 the resourceVersion and 7 the
 * generation (apimachinery pkg/runtime/serializer/protobuf/protobuf.go,
 * pkg/runtime/generated.proto, pkg/apis/meta/v1/generated.proto@v0.34.1). */
bool reply_proto(const struct buf *body, struct reply_object *object)
{
    static const char prefix[4] = "k8s";
    struct span in, bytes;
    uint64_t number, value;
    bool uid = false, version = false;

    if (body->len < sizeof prefix ||
        memcmp(body->bytes, prefix, sizeof prefix) != 0)
        return false;
    in.at = (const unsigned char *)body->bytes + sizeof prefix;
    in.end = (const unsigned char *)body->bytes + body->len;
    if (!find_message(in, 2, &in) || !find_message(in, 1, &in))
        return false;
    while (take_field(&in, &number, &value, &bytes)) {
        if (number == 5)
            uid = take_name(bytes, object->uid, sizeof object->uid);
        else if (number == 6)
            version = take_name(bytes, object->resource_version,
                                sizeof object->resource_version);
        else if (number == 7 && bytes.at == NULL && value <= INT64_MAX)
            object->generation = (int64_t)value;
    }
    return in.at == in.end && uid && version;
}
