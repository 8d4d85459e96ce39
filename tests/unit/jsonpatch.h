/*
 * A JSON Patch interpreter for the tests, of "test" and "add" only, and at
 * least as strict as the API server's (evanphx/json-patch patch.go@v4.12.0): a
 * parent must be there, a test of null passes where nothing is, all or nothing.
 * It never inserts into an array, and a test must be spelled as Go would.
 */
#ifndef UNIT_JSONPATCH_H
#define UNIT_JSONPATCH_H

#include "base/json.h"
#include "kube/gostring.h"
#include "unit.h"

/* What is at KEY of PARENT (both borrowed); invalid: nothing. */
static inline jv jsonpatch_step(jv parent, const char *key)
{
    int index;

    if (jv_get_kind(parent) == JV_KIND_OBJECT)
        return json_get(parent, key);
    if (jv_get_kind(parent) != JV_KIND_ARRAY)
        return jv_invalid();
    index = (int)strtol(key, NULL, 10);
    return index < jv_array_length(jv_copy(parent))
               ? jv_array_get(jv_copy(parent), index)
               : jv_invalid();
}

/* The keys of PATH, ~1 and ~0 undone; indices are numbers, by what they are in
 * DOC (borrowed).  *PARENT is what the last is in, *AT what is there. */
static inline jv jsonpatch_keys(jv doc, const char *path, jv *parent, jv *at)
{
    jv keys = jv_array();

    *parent = jv_invalid();
    *at = jv_copy(doc);
    while (*path == '/') {
        struct buf key = BUF_INIT(128);

        for (path++; *path != '\0' && *path != '/'; path++) {
            bool escape = *path == '~';

            path += escape;
            assert_true(!escape || *path == '0' || *path == '1');
            buf_char(&key, !escape ? *path : *path == '1' ? '/' : '~');
        }
        buf_char(&key, '\0');
        jv_free(*parent);
        *parent = *at;
        *at = jsonpatch_step(*parent, key.bytes);
        if (jv_get_kind(*parent) == JV_KIND_ARRAY)
            keys =
                jv_array_append(keys, jv_number(strtol(key.bytes, NULL, 10)));
        else
            keys = jv_array_append(keys, jv_string(key.bytes));
        buf_free(&key);
    }
    assert_int_equal(*path, '\0');
    return keys;
}

/* Whether AT is VALUE, and the patch has it as Go spells it. */
static inline bool jsonpatch_test(jv at, jv value, const char *path,
                                  const struct buf *patch)
{
    struct buf b = BUF_INIT(1 << 20);
    bool same;

    if (jv_get_kind(value) == JV_KIND_NULL)
        return jv_get_kind(at) == JV_KIND_INVALID ||
               jv_get_kind(at) == JV_KIND_NULL;
    assert_int_equal(jv_get_kind(value), JV_KIND_STRING);
    JSON_LIT(&b, "{\"op\":\"test\",\"path\":\"");
    buf_str(&b, path);
    JSON_LIT(&b, "\",\"value\":");
    gostring_put(&b, jv_string_value(value),
                 (size_t)jv_string_length_bytes(jv_copy(value)));
    buf_char(&b, '}');
    assert_false(b.failed);
    assert_non_null(memmem(patch->bytes, patch->len, b.bytes, b.len));
    buf_free(&b);
    same = jv_get_kind(at) == JV_KIND_STRING &&
           jv_equal(jv_copy(at), jv_copy(value));
    return same;
}

/* One operation on *DOC; false where it cannot be. */
static inline bool jsonpatch_one(jv *doc, jv op, const struct buf *patch)
{
    jv name = json_get(op, "op"), path = json_get(op, "path");
    jv value = json_get(op, "value"), parent, at, keys;
    bool good;

    assert_int_equal(jv_object_length(jv_copy(op)), 3);
    keys = jsonpatch_keys(*doc, jv_string_value(path), &parent, &at);
    good = jv_get_kind(parent) == JV_KIND_OBJECT; /* never in an array */
    if (strcmp(jv_string_value(name), "test") == 0) {
        good = good && jsonpatch_test(at, value, jv_string_value(path), patch);
        jv_free(keys);
    } else {
        assert_string_equal(jv_string_value(name), "add");
        jv_free(parent);
        jv_free(at);
        parent = at = jv_invalid();
        if (good)
            *doc = jv_setpath(*doc, keys, jv_copy(value));
        else
            jv_free(keys);
    }
    jv_free(parent);
    jv_free(at);
    jv_free(name);
    jv_free(path);
    jv_free(value);
    return good;
}

/* Applies PATCH to *DOC; false, and *DOC is as it was, where an operation
 * cannot be done.  Calls SEE, if any, for each, with its op and its path. */
static inline bool jsonpatch_apply(jv *doc, const struct buf *patch,
                                   void (*see)(void *arg, const char *op,
                                               const char *path),
                                   void *arg)
{
    jv ops = json_parse(patch->bytes, patch->len);
    jv work = jv_copy(*doc);
    bool good = true;

    assert_int_equal(jv_get_kind(ops), JV_KIND_ARRAY);
    for (int i = 0; good && i < jv_array_length(jv_copy(ops)); i++) {
        jv op = jv_array_get(jv_copy(ops), i);

        if (see != NULL) {
            jv name = json_get(op, "op"), path = json_get(op, "path");

            see(arg, jv_string_value(name), jv_string_value(path));
            jv_free(name);
            jv_free(path);
        }
        good = jsonpatch_one(&work, op, patch);
        jv_free(op);
    }
    jv_free(ops);
    if (good) {
        jv_free(*doc);
        *doc = work;
    } else {
        jv_free(work);
    }
    return good;
}

#endif
