#include "check.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/msg.h"
#include "check_parts.h"
#include "kube/reply.h"

enum { BODY_MAX = 4096 };

/* Whether the server answers at all. */
static bool check_server(struct checking *c)
{
    static const char *const version[] = { "gitVersion", NULL };
    char text[CHECK_TEXT_MAX];
    const struct http_reply *reply = check_ask(c, "GET", "/version", NULL);

    if (reply == NULL)
        return false;
    if (reply->status == 0 || reply->status == 401) {
        check_say_refused(c, "server", "get", reply);
        return false;
    }
    check_say(c, check_ok, "server", "%s answers%s%s", c->where.cluster.server,
              reply->status == 200 ? ", Kubernetes " : "",
              reply->status == 200 ? check_dig_text(reply, version, text) : "");
    if (c->where.cluster.insecure)
        check_say(c, check_neither, "server",
                  "its certificate is not looked at "
                  "(insecure-skip-tls-verify)");
    return true;
}

static void check_identity(struct checking *c)
{
    static const char *const user[] = { "status", "userInfo", "username",
                                        NULL };
    const struct http_reply *reply = check_ask(
        c, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        "{\"apiVersion\":\"authentication.k8s.io/v1\","
        "\"kind\":\"SelfSubjectReview\"}");

    if (reply != NULL && reply->status == 201)
        check_say(c, check_ok, "identity", "%s",
                  check_dig_text(reply, user, c->user));
    else if (reply != NULL) /* servers before 1.28 do not know it */
        check_say(c, check_neither, "identity", "the server does not tell");
}

/* What gives the rights that we need, once. */
static void say_right(struct checking *c, const char *verb, bool subresource)
{
    const struct reply_about about = { .verb = verb,
                                       .namespace_ = c->where.namespace_,
                                       .name = c->where.name,
                                       .server = c->where.cluster.server };
    struct reply_words words;

    if (c->mended)
        return;
    reply_words_of_right(c->user,
                         subresource ? "actionsets/status" : "actionsets",
                         &about, &words);
    check_say(c, check_neither, "", "%s", words.mend);
    c->mended = true;
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
    reply = check_ask(c, "POST",
                      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                      body);
    if (reply == NULL)
        return;
    answer = check_dig(reply, allowed);
    if (reply->status != 201 || !jv_is_valid(answer)) {
        check_say(c, check_neither, verb, "the server does not tell");
    } else if (jv_get_kind(answer) == JV_KIND_TRUE) {
        check_say(c, check_ok, verb, "actionsets%s/%s in namespace %s",
                  subresource ? "/status" : "", c->where.name,
                  c->where.namespace_);
    } else {
        check_say(c, check_no, verb,
                  "may not %s actionsets%s/%s in namespace %s", verb,
                  subresource ? "/status" : "", c->where.name,
                  c->where.namespace_);
        say_right(c, verb, subresource);
    }
    jv_free(answer);
}

/* Whether ActionSets are there, and have a status subresource. */
static bool check_resources(struct checking *c, bool *subresource)
{
    static const char name[] = "\"actionsets/status\"";
    const struct http_reply *reply = check_ask(c, "GET", WHERE_RESOURCES, NULL);

    if (reply == NULL || reply->status != 200) {
        if (reply != NULL)
            check_say_refused(c, "resource", "get", reply);
        return reply != NULL && reply->status == 403;
    }
    *subresource = memmem(reply->body.bytes, reply->body.len, name,
                          sizeof name - 1) != NULL;
    check_say(c, check_ok, "resource",
              "actionsets of cr.kanister.io/v1alpha1, %s",
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
    const struct http_reply *reply = check_ask(c, "GET", path, NULL);
    char missing[CHECK_TEXT_MAX] = "";
    jv fields;

    if (reply == NULL || reply->status != 200) {
        check_say(c, check_neither, "fields", "the server does not tell");
        return;
    }
    fields = check_dig(reply, top);
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
        check_say(c, check_neither, "fields",
                  "status.progress of this cluster's ActionSets has no %s: the "
                  "annotation has them",
                  missing);
    else
        check_say(c, check_ok, "fields",
                  "status.progress has all that is written");
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
    reply = check_ask(c, "GET", path, NULL);
    if (reply == NULL)
        return;
    if (reply->status != 200) {
        check_say_refused(c, "object", "get", reply);
        return;
    }
    if (object_read(&object, reply->body.bytes, reply->body.len) !=
        OBJECT_READ) {
        check_say(c, check_no, "object",
                  "the answer is no ActionSet that can be used");
    } else {
        check_say(
            c, object.view.state == STATE_RUNNING ? check_ok : check_neither,
            "object", "%s, actions: %zu, phases: %zu%s",
            states[object.view.state], object.view.action_count,
            object.view.phase_count,
            object.view.state == STATE_RUNNING
                ? ""
                : "; it is written while it runs, not before and not after");
        check_say(c, check_ok, "dialect", "percent are written as %s",
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

static int verdict(const struct checking *c)
{
    if (c->lost)
        return msg_fatal(EXIT_SYSTEM, "standard output is lost");
    if (c->starved)
        return msg_fatal(EXIT_SYSTEM, "unable to go on: no memory");
    return c->refused ? EXIT_DATA : EXIT_DONE;
}

int check(const struct actionset_settings *settings, struct clock *clock)
{
    struct checking c = { .settings = settings, .clock = clock };
    struct cluster_why why = { .errnum = 0 };
    int status = where_open(&c.where, &settings->cluster, settings->namespace_,
                            settings->name);

    if (status == EXIT_DONE &&
        !credentials_open(&c.credentials, &c.where.cluster))
        status = msg_fatal_sys("unable to start");
    if (status == EXIT_DONE) {
        c.http = http_open(&c.where.cluster, WHERE_AGENT, &why);
        if (c.http == NULL)
            status = msg_fatal(where_code(&why), "unable to use %s: %s",
                               c.where.cluster.server, why.text);
    }
    if (c.http != NULL) {
        check_all(&c);
        http_close(c.http);
        status = verdict(&c);
    }
    credentials_close(&c.credentials);
    where_close(&c.where);
    return status;
}
