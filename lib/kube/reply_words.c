#include <stdio.h>
#include <string.h>

#include "base/shown.h"
#include "kube/reply_rows.h"

/* The user as an option of kubectl create rolebinding. */
static void add_grantee(struct buf *b, const char *user)
{
    static const char account[] = "system:serviceaccount:";
    size_t n = sizeof account - 1;
    bool is_account = strncmp(user, account, n) == 0;

    if (user[0] == '\0') {
        buf_str(b, "--serviceaccount=NAMESPACE:NAME");
        return;
    }
    buf_str(b, is_account ? "--serviceaccount=" : "--user=");
    buf_str(b, is_account ? user + n : user);
}

static void add_value(struct buf *b, const char *key, size_t len,
                      const struct reply *r, const struct reply_about *about)
{
    const char *subresource = strchr(r->resource, '/');
    char status[16];
    const struct {
        const char *key, *value;
    } values[] = {
        { "verb", about->verb }, { "namespace", about->namespace_ },
        { "name", about->name }, { "server", about->server },
        { "status", status },    { "message", r->message },
        { "field", r->field },   { "cause", r->cause },
        { "user", r->user },     { "resource", r->resource },
        { "why", r->why },       { "subresource", subresource },
    };

    snprintf(status, sizeof status, "%d", r->status);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (strlen(values[i].key) == len &&
            memcmp(values[i].key, key, len) == 0 && values[i].value != NULL)
            buf_str(b, values[i].value);
    if (len == sizeof "grantee" - 1 && memcmp(key, "grantee", len) == 0)
        add_grantee(b, r->user);
}

static void fill_in(char *out, const char *text, const struct reply *r,
                    const struct reply_about *about)
{
    struct buf b = BUF_INIT(16 * 1024);

    while (*text != '\0') {
        size_t plain = strcspn(text, "{"), key;

        buf_add(&b, text, plain);
        text += plain;
        if (*text == '\0')
            break;
        key = strcspn(text, "}") - 1;
        add_value(&b, text + 1, key, r, about);
        text += key + 2;
    }
    while (b.len > 0 && strchr(" :", b.bytes[b.len - 1]) != NULL)
        b.len--; /* the server said nothing */
    shown(out, REPLY_WORDS_MAX, b.bytes, b.len);
    buf_free(&b);
}

void reply_words(const struct reply *r, const struct reply_about *about,
                 struct reply_words *words)
{
    fill_in(words->what, r->row->what, r, about);
    fill_in(words->mend, r->row->mend, r, about);
}
