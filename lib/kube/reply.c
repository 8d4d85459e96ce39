#include "kube/reply.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/shown.h"
#include "kube/reply_proto.h"
#include "kube/reply_rows.h"

/* Where what may be shown of TEXT begins: a message of fieldValidation=Strict
 * quotes the whole object (apiserver pkg/endpoints/handlers/patch.go@v0.34.1),
 * and what was wrong stands behind it. */
static const char *behind_object(const char *text, size_t *len)
{
    static const char begin[] = "Invalid value: \"{", end[] = "}\": ";
    const char *at = memmem(text, *len, begin, sizeof begin - 1), *found;

    if (at == NULL)
        return text;
    *len -= (size_t)(at - text);
    text = NULL;
    while ((found = memmem(at, *len, end, sizeof end - 1)) != NULL) {
        *len -= (size_t)(found - at) + sizeof end - 1;
        at = text = found + sizeof end - 1;
    }
    if (text == NULL)
        *len = 0;
    return text != NULL ? text : at;
}

static void take(jv object, const char *key, char *out, size_t room)
{
    size_t len;
    const char *text;
    jv value;

    if (!json_get_string(object, key, &value))
        return;
    len = (size_t)jv_string_length_bytes(jv_copy(value));
    text = behind_object(jv_string_value(value), &len);
    shown(out, room, text, len);
    jv_free(value);
}

static void take_cause(struct reply *r, jv status)
{
    jv details = json_get(status, "details");
    jv causes = json_get(details, "causes");

    if (jv_get_kind(causes) == JV_KIND_ARRAY &&
        jv_array_length(jv_copy(causes)) > 0) {
        jv first = jv_array_get(jv_copy(causes), 0);

        snprintf(r->field, sizeof r->field, "what was sent");
        take(first, "field", r->field, sizeof r->field);
        take(first, "message", r->cause, sizeof r->cause);
        jv_free(first);
    }
    jv_free(causes);
    jv_free(details);
}

/* The next word in quotes behind WORD; names only, since it may become a part
 * of a command. */
static const char *quoted(const char *text, const char *word, char *out,
                          size_t room)
{
    const char *at = text != NULL ? strstr(text, word) : NULL;
    size_t len;

    if (at == NULL)
        return NULL;
    at += strlen(word);
    len = strcspn(at, "\"");
    if (at[len] != '"' || len == 0 || len >= room)
        return NULL;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)at[i]) && strchr(":._@/-", at[i]) == NULL)
            return NULL;
    memcpy(out, at, len);
    out[len] = '\0';
    return at + len;
}

/* `User "system:serviceaccount:lab:patcher" cannot patch resource "actionsets"
 * in API group ...` (apiserver pkg/endpoints/handlers/responsewriters/errors.go
 * @v0.34.1, forbiddenMessage()). */
static void take_right(struct reply *r, jv status)
{
    const char *at;
    jv message;

    if (!json_get_string(status, "message", &message))
        return;
    at = quoted(jv_string_value(message), "User \"", r->user, sizeof r->user);
    if (quoted(at, " resource \"", r->resource, sizeof r->resource) == NULL)
        r->user[0] = r->resource[0] = '\0';
    jv_free(message);
}

static bool is_kind(jv object, const char *name)
{
    jv kind;
    bool is;

    if (!json_get_string(object, "kind", &kind))
        return false;
    is = strcmp(jv_string_value(kind), name) == 0;
    jv_free(kind);
    return is;
}

/* Reads the body as far as the table needs it. */
static enum reply_form read_body(struct reply *r, const struct http_reply *http)
{
    jv body = http->json ? json_parse(http->body.bytes, http->body.len)
                         : jv_invalid();
    enum reply_form form = FORM_OTHER;

    if (http->proto && http_done(http)) {
        form = FORM_ANY; /* only an object comes in that form: where.h */
    } else if (jv_get_kind(body) != JV_KIND_OBJECT) {
        shown(r->message, sizeof r->message, http->body.bytes, http->body.len);
    } else if (!is_kind(body, "Status")) {
        form = FORM_ANY;
    } else {
        take(body, "message", r->message, sizeof r->message);
        take(body, "reason", r->reason, sizeof r->reason);
        take_cause(r, body);
        if (http->status == 403)
            take_right(r, body);
        form = r->field[0] != '\0'  ? FORM_CAUSES
               : r->user[0] != '\0' ? FORM_NO_RIGHT
                                    : FORM_STATUS;
    }
    jv_free(body);
    return form;
}

void reply_read(struct reply *r, const struct http_reply *http)
{
    enum reply_form form = FORM_ANY;

    *r = (struct reply){ .status = http->status };
    shown(r->why, sizeof r->why, http->why, strlen(http->why));
    if (http->status != 0)
        form = read_body(r, http);
    r->row = reply_row(r, form, http);
    r->class = r->row->class;
    if (r->class == REPLY_AGAIN && http->retry_after > 0)
        r->after = http->retry_after;
}

/* --- an object */

static bool take_name(jv object, const char *key, char *out, size_t room)
{
    size_t len = 0;
    jv value;

    if (!json_get_string(object, key, &value))
        return false;
    len = (size_t)jv_string_length_bytes(jv_copy(value));
    if (len < room)
        memcpy(out, jv_string_value(value), len + 1);
    jv_free(value);
    return len > 0 && len < room && strlen(out) == len;
}

bool reply_object(const struct http_reply *http, struct reply_object *object)
{
    jv body, metadata;
    bool good;

    *object = (struct reply_object){ 0 };
    if (!http_done(http))
        return false;
    if (http->proto) {
        good = reply_proto(&http->body, object);
        if (!good)
            *object = (struct reply_object){ 0 };
        return good;
    }
    if (!http->json)
        return false;
    body = json_parse(http->body.bytes, http->body.len);
    metadata = json_get(body, "metadata");
    good = take_name(metadata, "uid", object->uid, sizeof object->uid) &&
           take_name(metadata, "resourceVersion", object->resource_version,
                     sizeof object->resource_version);
    (void)json_get_int(metadata, "generation", &object->generation);
    jv_free(metadata);
    jv_free(body);
    return good;
}

void reply_words_of_right(const char *user, const char *resource,
                          const struct reply_about *about,
                          struct reply_words *words)
{
    const struct http_reply http = { .status = 403 };
    struct reply r = { .status = 403 };

    snprintf(r.user, sizeof r.user, "%s", user);
    snprintf(r.resource, sizeof r.resource, "%s", resource);
    r.row = reply_row(&r, FORM_NO_RIGHT, &http);
    reply_words(&r, about, words);
}
