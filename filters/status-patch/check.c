#include "check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/msg.h"
#include "base/out.h"
#include "base/shown.h"
#include "kube/credentials.h"
#include "kube/reply.h"
#include "where.h"

enum { LINE_MAX_BYTES = 4096, BODY_MAX = 4096, TEXT_MAX = 300 };

struct checking {
    const struct actionset_settings *settings;
    struct clock *clock;
    struct where where;
    struct credentials credentials;
    struct http *http;
    bool refused; /* something will not work */
    bool lost;    /* standard output is */
};

static const char ok[] = "ok", no[] = "no", neither[] = "--";

/* Prints a line: whether it will work, what, and why. */
__attribute__((format(printf, 4, 5))) static void say(struct checking *c,
                                                      const char *verdict,
                                                      const char *what,
                                                      const char *format, ...)
{
    char text[LINE_MAX_BYTES];
    struct buf line = BUF_INIT(2 * LINE_MAX_BYTES);
    char safe[LINE_MAX_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)shown(safe, sizeof safe, text, strlen(text));
    buf_str(&line, verdict);
    buf_char(&line, ' ');
    buf_str(&line, what);
    do
        buf_char(&line, ' ');
    while (line.len < sizeof "ok permission ");
    buf_str(&line, safe);
    buf_char(&line, '\n');
    c->lost |= line.failed || !write_all(STDOUT_FILENO, line.bytes, line.len);
    c->refused |= verdict == no;
    buf_free(&line);
}

/* --- asking */

static bool have_credentials(struct checking *c)
{
    struct instant now = clock_now(c->clock);
    enum credentials_status status = credentials_begin(&c->credentials, now);

    while (status == CREDENTIALS_WAITING) {
        struct pollfd ready = { .fd = credentials_fd(&c->credentials),
                                .events = POLLIN };
        int64_t wait = credentials_deadline(&c->credentials) - now.steady;

        (void)poll(&ready, 1, wait > 0 ? (int)(wait / 1000000) + 1 : 0);
        now = clock_now(c->clock);
        status = credentials_poll(&c->credentials, now);
    }
    if (status == CREDENTIALS_FAILED)
        say(c, no, "identity", "%s", c->credentials.why.text);
    return status == CREDENTIALS_READY;
}

/* Asks with METHOD for PATH; BODY may be NULL.  The answer, or NULL where it
 * could not even be asked, which is said. */
static const struct http_reply *ask(struct checking *c, const char *method,
                                    const char *path, const char *body)
{
    const struct http_request request = {
        .method = method,
        .path = path,
        .accept = "application/json",
        .content_type = body != NULL ? "application/json" : NULL,
        .body = body,
        .len = body != NULL ? strlen(body) : 0,
        .connect_timeout = c->settings->connect_timeout,
        .timeout = c->settings->request_timeout,
    };
    const struct http_reply *reply = NULL;

    if (!have_credentials(c) || !http_begin(c->http, &request, &c->credentials))
        return NULL;
    while ((reply = http_reply(c->http)) == NULL)
        (void)http_wait(c->http, NULL, 0, -1);
    return reply;
}

/* Says why a reply is of no use to VERB. */
static void say_refused(struct checking *c, const char *what, const char *verb,
                        const struct http_reply *http)
{
    const struct reply_about about = { .verb = verb,
                                       .namespace_ = c->where.namespace_,
                                       .name = c->where.name,
                                       .server = c->where.cluster.server };
    struct reply_words words;
    struct reply r;

    reply_read(&r, http);
    reply_words(&r, &about, &words);
    say(c, no, what, "%s", words.what);
    if (words.mend[0] != '\0')
        say(c, neither, "", "%s", words.mend);
}

/* What stands at the end of KEYS (NULL-terminated) in the answer's JSON. */
static jv dig(const struct http_reply *reply, const char *const *keys)
{
    jv at = json_parse(reply->body.bytes, reply->body.len);

    for (; *keys != NULL; keys++) {
        jv next = json_get(at, *keys);

        jv_free(at);
        at = next;
    }
    return at;
}

/* That as a text, made fit to be shown; "" where it is none. */
static const char *dig_text(const struct http_reply *reply,
                            const char *const *keys, char text[static TEXT_MAX])
{
    jv value = dig(reply, keys);

    text[0] = '\0';
    if (jv_get_kind(value) == JV_KIND_STRING)
        (void)shown(text, TEXT_MAX, jv_string_value(value),
                    (size_t)jv_string_length_bytes(jv_copy(value)));
    jv_free(value);
    return text;
}

/* --- what is asked */

/* Whether the server answers at all. */
static bool check_server(struct checking *c)
{
    static const char *const version[] = { "gitVersion", NULL };
    char text[TEXT_MAX];
    const struct http_reply *reply = ask(c, "GET", "/version", NULL);

    if (reply == NULL)
        return false;
    if (reply->status == 0 || reply->status == 401) {
        say_refused(c, "server", "get", reply);
        return false;
    }
    say(c, ok, "server", "%s answers%s%s", c->where.cluster.server,
        reply->status == 200 ? ", Kubernetes " : "",
        reply->status == 200 ? dig_text(reply, version, text) : "");
    if (c->where.cluster.insecure)
        say(c, neither, "server",
            "its certificate is not looked at "
            "(insecure-skip-tls-verify)");
    return true;
}

static void check_identity(struct checking *c)
{
    static const char *const user[] = { "status", "userInfo", "username",
                                        NULL };
    char text[TEXT_MAX];
    const struct http_reply *reply =
        ask(c, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            "{\"apiVersion\":\"authentication.k8s.io/v1\","
            "\"kind\":\"SelfSubjectReview\"}");

    if (reply != NULL && reply->status == 201)
        say(c, ok, "identity", "%s", dig_text(reply, user, text));
    else if (reply != NULL) /* servers before 1.28 do not know it */
        say(c, neither, "identity", "the server does not tell");
}

/* Whether we may do VERB to RESOURCE, "actionsets" or its subresource. */
static void check_right(struct checking *c, const char *verb, bool subresource)
{
    static const char *const allowed[] = { "status", "allowed", NULL };
    const struct http_reply *reply;
    char body[BODY_MAX];
    jv answer;

    snprintf(body, sizeof body,
             "{\"apiVersion\":\"authorization.k8s.io/v1\","
             "\"kind\":\"SelfSubjectAccessReview\",\"spec\":{"
             "\"resourceAttributes\":{\"group\":\"cr.kanister.io\","
             "\"resource\":\"actionsets\",%s\"namespace\":\"%s\","
             "\"name\":\"%s\",\"verb\":\"%s\"}}}",
             subresource ? "\"subresource\":\"status\"," : "",
             c->where.namespace_, c->where.name, verb);
    reply = ask(c, "POST",
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body);
    if (reply == NULL)
        return;
    answer = dig(reply, allowed);
    if (reply->status != 201 || !jv_is_valid(answer)) {
        say(c, neither, verb, "the server does not tell");
    } else if (jv_get_kind(answer) == JV_KIND_TRUE) {
        say(c, ok, verb, "actionsets%s/%s in namespace %s",
            subresource ? "/status" : "", c->where.name, c->where.namespace_);
    } else {
        say(c, no, verb, "may not %s actionsets%s/%s in namespace %s", verb,
            subresource ? "/status" : "", c->where.name, c->where.namespace_);
        say(c, neither, "",
            "kubectl create role phasepipe --verb=get,patch "
            "--resource=actionsets.cr.kanister.io%s --resource-name=%s -n %s, "
            "and a rolebinding",
            subresource ? "/status" : "", c->where.name, c->where.namespace_);
    }
    jv_free(answer);
}

/* Whether ActionSets are there, and have a status subresource. */
static bool check_resources(struct checking *c, bool *subresource)
{
    static const char name[] = "\"actionsets/status\"";
    const struct http_reply *reply = ask(c, "GET", WHERE_RESOURCES, NULL);

    if (reply == NULL || reply->status != 200) {
        if (reply != NULL)
            say_refused(c, "resource", "get", reply);
        return reply != NULL && reply->status == 403;
    }
    *subresource = memmem(reply->body.bytes, reply->body.len, name,
                          sizeof name - 1) != NULL;
    say(c, ok, "resource", "actionsets of cr.kanister.io/v1alpha1, %s",
        *subresource ? "with a status subresource, which is written to"
                     : "without a status subresource");
    return true;
}

/* Whether the CRD has room for what we write: what it has not is dropped. */
static void check_fields(struct checking *c)
{
    static const char *const top[] = {
        "components", "schemas",    "io.kanister.cr.v1alpha1.ActionSet",
        "properties", "status",     "properties",
        "progress",   "properties", NULL
    };
    static const char path[] = "/openapi/v3" WHERE_RESOURCES;
    const struct http_reply *reply = ask(c, "GET", path, NULL);
    char missing[TEXT_MAX] = "";
    jv fields;

    if (reply == NULL || reply->status != 200) {
        say(c, neither, "fields", "the server does not tell");
        return;
    }
    fields = dig(reply, top);
    for (int i = -1; i < VIEW_SIZES; i++) {
        const char *name = i < 0 ? "percentCompleted" : view_size_names[i];
        jv field = json_get(fields, name);
        size_t used = strlen(missing);

        if (!jv_is_valid(field))
            snprintf(missing + used, sizeof missing - used, "%s%s",
                     used > 0 ? ", " : "", name);
        jv_free(field);
    }
    jv_free(fields);
    if (missing[0] != '\0')
        say(c, neither, "fields",
            "status.progress of this cluster's ActionSets has no %s: the "
            "annotation has them",
            missing);
    else
        say(c, ok, "fields", "status.progress has all that is written");
}

/* The ActionSet itself. */
static void check_object(struct checking *c)
{
    static const char *const states[] = { "pending", "running", "failed",
                                          "complete", "in no state we know" };
    const struct http_reply *reply;
    struct object object;
    char path[WHERE_PATH_MAX];

    snprintf(path, sizeof path, "%s/namespaces/%s/actionsets/%s",
             WHERE_RESOURCES, c->where.namespace_, c->where.name);
    reply = ask(c, "GET", path, NULL);
    if (reply == NULL)
        return;
    if (reply->status != 200) {
        say_refused(c, "object", "get", reply);
        return;
    }
    if (object_read(&object, reply->body.bytes, reply->body.len) !=
        OBJECT_READ) {
        say(c, no, "object", "the answer is no ActionSet that can be used");
    } else {
        say(c, object.view.state == STATE_RUNNING ? ok : neither, "object",
            "%s, actions: %zu, phases: %zu%s", states[object.view.state],
            object.view.action_count, object.view.phase_count,
            object.view.state == STATE_RUNNING
                ? ""
                : "; it is written while it runs, not before and not after");
        say(c, ok, "dialect", "percent are written as %s",
            object_dialect(&object) == KANISTER_WHOLE
                ? "\"43\", as released controllers do"
                : "\"43.33\", as this controller does");
    }
    object_free(&object);
}

static void check_all(struct checking *c)
{
    bool subresource = false;

    if (!check_server(c))
        return;
    check_identity(c);
    if (!check_resources(c, &subresource))
        return;
    check_right(c, "get", false);
    check_right(c, "patch", subresource);
    check_fields(c);
    check_object(c);
}

int check(const struct actionset_settings *settings, struct clock *clock)
{
    struct checking c = { .settings = settings, .clock = clock };
    struct cluster_why why = { "" };
    int status = where_open(&c.where, &settings->cluster, settings->namespace_,
                            settings->name);

    if (status == EXIT_DONE &&
        !credentials_open(&c.credentials, &c.where.cluster))
        status = msg_fatal_sys("unable to start");
    if (status == EXIT_DONE) {
        c.http = http_open(&c.where.cluster, WHERE_AGENT, &why);
        if (c.http == NULL)
            status = msg_fatal(EXIT_USAGE, "unable to use %s: %s",
                               c.where.cluster.server, why.text);
    }
    if (c.http != NULL) {
        check_all(&c);
        http_close(c.http);
        status = c.lost      ? msg_fatal(EXIT_SYSTEM, "standard output is lost")
                 : c.refused ? EXIT_DATA
                             : EXIT_DONE;
    }
    credentials_close(&c.credentials);
    where_close(&c.where);
    return status;
}
