/* reply.h: what a reply means.  The files of tests/data/kube are bodies that an
 * API server of v1.34.1 sent. */
#include "kube/reply.h"
#include "base/file.h"
#include "kube/reply_proto.h"
#include "unit.h"

#define DATA "tests/data/kube/"

static const struct reply_about about = { .verb = "patch",
                                          .namespace_ = "kanister",
                                          .name = "backup-9gtmp",
                                          .server = "https://10.0.0.1:443" };

/* Reads a reply whose body is BODY. */
static struct reply read_text(int status, bool json, const char *body)
{
    struct http_reply http = { .status = status,
                               .json = json,
                               .retry_after = -1,
                               .body = BUF_INIT(HTTP_REPLY_MAX) };
    struct reply r;

    buf_str(&http.body, body);
    reply_read(&r, &http);
    buf_free(&http.body);
    return r;
}

/* ... or what the file NAME holds, which begins with its status. */
static struct reply read_sample(const char *name)
{
    char path[128];
    struct buf body = BUF_INIT(65536);
    struct reply r;

    snprintf(path, sizeof path, DATA "%s", name);
    assert_true(file_read(path, &body));
    buf_char(&body, '\0');
    r = read_text((int)strtol(name, NULL, 10), body.bytes[0] == '{',
                  body.bytes);
    buf_free(&body);
    return r;
}

static struct reply_words words_of(const struct reply *r)
{
    struct reply_words words;

    reply_words(r, &about, &words);
    return words;
}

static void real_replies_mean_what_they_mean(void **state)
{
    static const struct {
        const char *name;
        enum reply_class class;
        const char *what;
    } rows[] = {
        { "400-json", REPLY_GIVE_UP,
          "the server refuses our request (400): error decoding patch: invalid "
          "character 'o' in literal null (expecting 'u')" },
        { "400-timeout", REPLY_GIVE_UP,
          "the server refuses our request (400): invalid timeout specified in "
          "the request URL - time: invalid duration \"abc\"" },
        { "400-plain", REPLY_GIVE_UP,
          "the server speaks https, and its URL says http" },
        { "401", REPLY_AGAIN_AS, "the server does not accept our credentials" },
        { "403-patch", REPLY_GIVE_UP,
          "system:serviceaccount:lab:nobody may not patch actionsets in "
          "namespace kanister" },
        { "403-status", REPLY_GIVE_UP,
          "system:serviceaccount:lab:patcher may not patch actionsets/status "
          "in namespace kanister" },
        { "404-name", REPLY_GIVE_UP,
          "there is no ActionSet backup-9gtmp in namespace kanister" },
        { "404-route", REPLY_GIVE_UP,
          "the cluster knows no ActionSets (cr.kanister.io/v1alpha1)" },
        { "406", REPLY_GIVE_UP,
          "the server refuses our request (406): only the following media "
          "types are accepted: application/json, application/yaml, "
          "application/vnd.kubernetes.protobuf" },
        { "409", REPLY_LOOK,
          "somebody else has changed ActionSet backup-9gtmp" },
        { "413-body", REPLY_GIVE_UP,
          "the server finds our request too large: Request entity too large: "
          "limit is 3145728" },
        { "413-operations", REPLY_GIVE_UP,
          "the server finds our request too large: Request entity too large: "
          "The allowed maximum operations in a JSON patch is 10000, got "
          "10001" },
        { "415-type", REPLY_GIVE_UP,
          "the server refuses our request (415): the body of the request was "
          "in an unknown format - accepted media types include: "
          "application/json-patch+json, application/merge-patch+json, "
          "application/apply-patch+yaml" },
        { "422-test", REPLY_LOOK,
          "ActionSet backup-9gtmp is no longer as it was" },
        { "422-type", REPLY_GIVE_UP,
          "the server refuses status.progress.percentCompleted: Invalid value: "
          "\"integer\": status.progress.percentCompleted in body must be of "
          "type string: \"integer\"" },
        { "422-long", REPLY_GIVE_UP,
          "the server refuses metadata.annotations: Too long: may not be more "
          "than 262144 bytes" },
        { "422-option", REPLY_GIVE_UP,
          "the server refuses dryRun: Unsupported value: [\"yes\"]: supported "
          "values: \"All\"" },
        { "422-uid", REPLY_GIVE_UP,
          "the server refuses metadata.uid: Invalid value: "
          "\"00000000-0000-0000-0000-000000000000\": field is immutable" },
        { "500-etcd", REPLY_GIVE_UP,
          "ActionSet backup-9gtmp has become too large for the cluster's "
          "storage" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reply r = read_sample(rows[i].name);
        struct reply_words words = words_of(&r);

        assert_row(r.class == rows[i].class, rows[i].name);
        assert_string_equal(words.what, rows[i].what);
    }
}

/* Where the server was asked beforehand, and has said nothing. */
static void a_right_that_is_missing_is_said_as_the_server_would(void **state)
{
    struct reply_words words;

    (void)state;
    reply_words_of_right("system:anonymous", "actionsets", &about, &words);
    assert_non_null(strstr(words.what, "without credentials nobody may"));
    reply_words_of_right("joe", "actionsets", &about, &words);
    assert_non_null(strstr(words.what, "joe may not"));
    assert_non_null(strstr(words.mend, "--user=joe"));
    reply_words_of_right("", "actionsets", &about, &words);
    assert_non_null(strstr(words.mend, "--serviceaccount=NAMESPACE:NAME"));
}

static void any_body_has_a_meaning(void **state)
{
    static const struct {
        int status;
        bool json;
        const char *body;
        enum reply_class class;
        const char *what;
    } rows[] = {
        { 200, true, "{\"kind\":\"ActionSet\"}", REPLY_APPLIED, "" },
        { 201, true, "{}", REPLY_APPLIED, "" },
        { 200, false, "<html>\n<b>Log in</b>", REPLY_GIVE_UP,
          "the answer (200) is not an API server's: <html> <b>Log in</b>" },
        { 200, true, "{\"cut", REPLY_GIVE_UP,
          "the answer (200) is not an API server's: {\"cut" },
        { 200, true, "[1]", REPLY_GIVE_UP,
          "the answer (200) is not an API server's: [1]" },
        { 200, true, "", REPLY_GIVE_UP,
          "the answer (200) is not an API server's" },
        { 307, false, "", REPLY_GIVE_UP,
          "the server answered 307, a redirect, which is not followed" },
        { 401, false, "", REPLY_AGAIN_AS,
          "the server does not accept our credentials" },
        { 403, false, "<h1>Blocked\x1b[2J</h1>", REPLY_GIVE_UP,
          "the answer was 403: <h1>Blocked?[2J</h1>" },
        { 403, true,
          "{\"kind\":\"Status\",\"message\":\"admission webhook \\\"x\\\" "
          "denied the request: no\"}",
          REPLY_GIVE_UP,
          "the cluster forbids it: admission webhook \"x\" denied the request: "
          "no" },
        { 403, true,
          "{\"kind\":\"Status\",\"message\":\"forbidden: User "
          "\\\"system:anonymous\\\" cannot patch resource "
          "\\\"actionsets\\\" in API group\"}",
          REPLY_GIVE_UP,
          "without credentials nobody may patch actionsets in namespace "
          "kanister" },
        { 404, false, "<h1>Not Found</h1>", REPLY_GIVE_UP,
          "the answer was 404: <h1>Not Found</h1>" },
        { 404, true, "{\"error\":1}", REPLY_GIVE_UP, "the answer was 404" },
        { 405, false, "no", REPLY_GIVE_UP, "the answer was 405: no" },
        { 407, false, "", REPLY_GIVE_UP, "the proxy asks for a password" },
        { 408, false, "", REPLY_AGAIN,
          "the server waited too long for our request" },
        { 409, false, "", REPLY_LOOK,
          "somebody else has changed ActionSet backup-9gtmp" },
        { 422, false, "no", REPLY_GIVE_UP, "the answer was 422: no" },
        { 422, true, "{\"kind\":\"Status\",\"details\":{\"causes\":[]}}",
          REPLY_LOOK, "ActionSet backup-9gtmp is no longer as it was" },
        { 422, true, "{\"kind\":\"Status\",\"details\":{\"causes\":[7]}}",
          REPLY_GIVE_UP, "the server refuses what was sent" },
        { 422, true, "{\"kind\":7,\"details\":[]}", REPLY_GIVE_UP,
          "the server refuses our request (422)" },
        { 425, false, "", REPLY_AGAIN, "the server is not ready (425)" },
        { 429, false, "Too many requests, please try again later.\n",
          REPLY_AGAIN, "the server has too much to do" },
        { 500, false, "", REPLY_AGAIN, "the server failed (500)" },
        { 502, false, "bad gateway", REPLY_AGAIN,
          "the server failed (502): bad gateway" },
        { 503, true,
          "{\"kind\":\"Status\",\"message\":\"apiserver is shutting down\"}",
          REPLY_AGAIN,
          "the server is not available: apiserver is shutting down" },
        { 504, true,
          "{\"kind\":\"Status\",\"reason\":\"Timeout\",\"message\":\"Timeout: "
          "request did not complete within requested timeout\"}",
          REPLY_AGAIN,
          "the server did not finish in time: Timeout: request did not "
          "complete within requested timeout" },
        { 999, false, "", REPLY_GIVE_UP, "the answer was 999" },
        { 101, false, "", REPLY_GIVE_UP, "the answer was 101" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reply r = read_text(rows[i].status, rows[i].json, rows[i].body);
        struct reply_words words = words_of(&r);

        assert_row(r.class == rows[i].class, rows[i].body);
        assert_string_equal(words.what, rows[i].what);
    }
}

static void what_is_for_good_has_what_mends_it(void **state)
{
    static const struct {
        const char *name, *mend;
    } rows[] = {
        { "403-patch",
          "kubectl create role phasepipe --verb=get,patch "
          "--resource=actionsets.cr.kanister.io --resource-name=backup-9gtmp "
          "-n kanister && kubectl create rolebinding phasepipe "
          "--role=phasepipe --serviceaccount=lab:nobody -n kanister" },
        { "403-status",
          "kubectl create role phasepipe --verb=get,patch "
          "--resource=actionsets.cr.kanister.io/status "
          "--resource-name=backup-9gtmp -n kanister && kubectl create "
          "rolebinding phasepipe --role=phasepipe "
          "--serviceaccount=lab:patcher -n kanister" },
        { "404-name", "kubectl get actionsets.cr.kanister.io -A" },
        { "400-plain", "server in the kubeconfig must begin with https://" },
    };
    struct reply r;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        r = read_sample(rows[i].name);
        assert_string_equal(words_of(&r).mend, rows[i].mend);
    }
    r = read_sample("404-route");
    assert_non_null(strstr(words_of(&r).mend, "helm install kanister"));
    r = read_text(302, false, "");
    assert_non_null(strstr(words_of(&r).mend, "https://10.0.0.1:443"));
}

static void a_person_is_bound_as_a_user(void **state)
{
    struct reply r = read_text(
        403, true,
        "{\"kind\":\"Status\",\"message\":\"User \\\"ann@example.org\\\" "
        "cannot get resource \\\"actionsets\\\" in\"}");

    (void)state;
    assert_non_null(strstr(words_of(&r).mend, " --user=ann@example.org "));
}

/* The command is there to be copied into a shell. */
static void a_user_that_is_no_name_is_in_no_command(void **state)
{
    static const char *const users[] = { "a; rm -rf ~", "$(x)", "a'b", "" };

    (void)state;
    for (size_t i = 0; i < COUNT(users); i++) {
        char body[256];
        struct reply r;

        snprintf(body, sizeof body,
                 "{\"kind\":\"Status\",\"message\":\"User \\\"%s\\\" cannot "
                 "patch resource \\\"actionsets\\\"\"}",
                 users[i]);
        r = read_text(403, true, body);
        assert_row(r.class == REPLY_GIVE_UP, users[i]);
        assert_string_equal(words_of(&r).mend, "");
    }
}

/* fieldValidation=Strict: the object stands in the message, and may have
 * anything in it. */
static void an_object_in_a_message_is_not_shown(void **state)
{
    static const char strict[] =
        "{\"kind\":\"Status\",\"message\":\" \\\"\\\" is invalid: patch: "
        "Invalid value: \\\"{\\\\\\\"spec\\\\\\\":\\\\\\\"secret\\\\\\\"}\\\": "
        "strict decoding error: unknown field \\\"status.progress.eta\\\"\","
        "\"reason\":\"Invalid\",\"details\":{\"causes\":[{\"reason\":"
        "\"FieldValueInvalid\",\"message\":\"Invalid value: "
        "\\\"{\\\\\\\"spec\\\\\\\":\\\\\\\"secret\\\\\\\"}\\\": strict "
        "decoding "
        "error: unknown field \\\"status.progress.eta\\\"\",\"field\":"
        "\"patch\"}]},\"code\":422}";
    static const char cut[] =
        "{\"kind\":\"Status\",\"message\":\"Invalid value: "
        "\\\"{\\\\\\\"secret\"}";
    struct reply r = read_text(422, true, strict);

    (void)state;
    assert_int_equal(r.class, REPLY_GIVE_UP);
    assert_string_equal(words_of(&r).what,
                        "the server refuses patch: strict decoding error: "
                        "unknown field \"status.progress.eta\"");
    assert_null(strstr(r.message, "secret"));
    r = read_text(400, true, cut);
    assert_string_equal(r.message, "");
}

static void a_long_message_is_cut(void **state)
{
    char body[4096];
    struct reply r;

    (void)state;
    memset(body, 'x', sizeof body);
    body[sizeof body - 1] = '\0';
    r = read_text(502, false, body);
    assert_int_equal(strlen(r.message), REPLY_SAID_MAX - 1);
    assert_string_equal(r.message + REPLY_SAID_MAX - 4, "...");
}

static void without_a_reply_the_reason_is_told(void **state)
{
    struct http_reply http = { .why = "no reply within 10 s",
                               .retry_after = -1 };
    struct reply r;

    (void)state;
    reply_read(&r, &http);
    assert_int_equal(r.class, REPLY_AGAIN);
    assert_string_equal(words_of(&r).what, "no reply within 10 s");
    http.untrusted = true;
    reply_read(&r, &http);
    assert_int_equal(r.class, REPLY_GIVE_UP);
    assert_non_null(strstr(words_of(&r).mend, "certificate-authority"));
    http.untrusted = false;
    http.too_large = true;
    reply_read(&r, &http);
    assert_int_equal(r.class, REPLY_GIVE_UP);
}

static void retry_after_counts_where_a_retry_does(void **state)
{
    struct http_reply http = { .status = 429, .retry_after = 32 };
    struct reply r;

    (void)state;
    reply_read(&r, &http);
    assert_int_equal(r.after, 32);
    http.status = 503;
    reply_read(&r, &http);
    assert_int_equal(r.after, 32);
    http.retry_after = -1;
    reply_read(&r, &http);
    assert_int_equal(r.after, 0);
    http = (struct http_reply){ .status = 404, .retry_after = 32 };
    reply_read(&r, &http);
    assert_int_equal(r.after, 0);
}

static bool object_of(const char *text, int status, struct reply_object *object)
{
    struct http_reply http = { .status = status,
                               .json = true,
                               .body = BUF_INIT(HTTP_REPLY_MAX) };
    bool good;

    buf_str(&http.body, text);
    good = reply_object(&http, object);
    buf_free(&http.body);
    return good;
}

static void the_metadata_of_an_object_is_read(void **state)
{
    static const char *const others[] = {
        "",
        "[]",
        "{\"metadata\":7}",
        "{\"metadata\":{\"uid\":\"u\"}}",
        "{\"metadata\":{\"uid\":\"\",\"resourceVersion\":\"2\"}}",
        "{\"metadata\":{\"uid\":\"a\\u0000b\",\"resourceVersion\":\"2\"}}",
        ("{\"metadata\":{\"uid\":\"0123456789012345678901234567890123456789"
         "012345678901234567890123456789\",\"resourceVersion\":\"2\"}}"),
    };
    struct reply_object o;

    (void)state;
    assert_true(object_of(
        "{\"kind\":\"PartialObjectMetadata\",\"metadata\":{\"uid\":"
        "\"9ecd69cf-6c61-4da3-8774-d5a5013015b6\",\"resourceVersion\":\"220\","
        "\"generation\":3}}",
        200, &o));
    assert_string_equal(o.uid, "9ecd69cf-6c61-4da3-8774-d5a5013015b6");
    assert_string_equal(o.resource_version, "220");
    assert_int_equal(o.generation, 3);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_row(!object_of(others[i], 200, &o), others[i]);
    assert_false(object_of(
        "{\"metadata\":{\"uid\":\"u\",\"resourceVersion\":\"2\"}}", 422, &o));
}

static bool proto_of(const char *bytes, size_t len, struct reply_object *object)
{
    struct http_reply http = { .status = 200,
                               .proto = true,
                               .body = BUF_INIT(HTTP_REPLY_MAX) };
    struct reply r;
    bool good;

    buf_add(&http.body, bytes, len);
    reply_read(&r, &http);
    assert_int_equal(r.class, REPLY_APPLIED);
    good = reply_object(&http, object);
    assert_int_equal(good, object->uid[0] != '\0');
    assert_int_equal(good, object->resource_version[0] != '\0');
    buf_free(&http.body);
    return good;
}

/* As a server sent it: the type; name, generateName, namespace, selfLink, uid,
 * resourceVersion, generation, creationTimestamp. */
static void the_metadata_of_protobuf_is_read(void **state)
{
    static const char whole[] =
        "k8s\0\n\x27\n\016meta.k8s.io/v1\022\025PartialObjectMetadata\022\x33"
        "\n\x31\n\005bench\022\0\032\007default\"\0*"
        "\0040075\x32\003153\x38\xac\002"
        "B\010\010\xf6\xce\xa2\xd8\006\020\0\x6d\1\2\3\4";
    struct reply_object o;
    size_t len = sizeof whole - 1;

    (void)state;
    assert_true(proto_of(whole, len, &o));
    assert_string_equal(o.uid, "0075");
    assert_string_equal(o.resource_version, "153");
    assert_int_equal(o.generation, 300);
    for (size_t i = 0; i < len; i++)
        assert_false(proto_of(whole, i, &o));
    for (size_t i = 0; i < len; i++) { /* whatever comes */
        char other[sizeof whole];

        memcpy(other, whole, sizeof whole);
        for (int byte = 0; byte < 256; byte++) {
            other[i] = (char)byte;
            (void)proto_of(other, len, &o);
        }
    }
}

/* Puts the field NUMBER of N bytes, fewer than 128. */
static void put_field(struct buf *b, int number, const char *bytes, size_t n)
{
    buf_char(b, (char)(number << 3 | 2));
    buf_char(b, (char)n);
    buf_add(b, bytes, n);
}

/* An object whose metadata has a version, and MORE; whether it is read. */
static bool metadata_of(const char *uid, size_t uid_len, const char *more,
                        size_t len, struct reply_object *o)
{
    struct buf inner = BUF_INIT(200), outer = BUF_INIT(200);
    struct buf whole = BUF_INIT(200);
    bool good;

    put_field(&inner, 5, uid, uid_len);
    put_field(&inner, 6, "153", 3);
    buf_add(&inner, more, len);
    put_field(&outer, 1, inner.bytes, inner.len);
    buf_add(&whole, "k8s", 4);
    put_field(&whole, 2, outer.bytes, outer.len);
    *o = (struct reply_object){ 0 };
    good = reply_proto(&whole, o);
    buf_free(&inner);
    buf_free(&outer);
    buf_free(&whole);
    return good;
}

static void numbers_and_names_that_cannot_be_are_not_taken(void **state)
{
    static const char most[] = "\x38\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
    static const char negative[] =
        "\x38\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    static const char endless[] =
        "\x38\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    char uid[64];
    struct reply_object o;

    (void)state;
    memset(uid, 'u', sizeof uid);
    assert_true(metadata_of(uid, sizeof uid - 1, most, sizeof most - 1, &o));
    assert_true(o.generation == INT64_MAX);
    assert_int_equal(strlen(o.uid), sizeof uid - 1);
    assert_true(metadata_of("u", 1, negative, sizeof negative - 1, &o));
    assert_true(o.generation == 0);
    assert_false(metadata_of("u", 1, endless, sizeof endless - 1, &o));
    assert_false(metadata_of(uid, sizeof uid, "", 0, &o));
    assert_false(metadata_of("u\0u", 3, "", 0, &o));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_replies_mean_what_they_mean),
        cmocka_unit_test(a_right_that_is_missing_is_said_as_the_server_would),
        cmocka_unit_test(numbers_and_names_that_cannot_be_are_not_taken),
        cmocka_unit_test(any_body_has_a_meaning),
        cmocka_unit_test(what_is_for_good_has_what_mends_it),
        cmocka_unit_test(a_person_is_bound_as_a_user),
        cmocka_unit_test(a_user_that_is_no_name_is_in_no_command),
        cmocka_unit_test(an_object_in_a_message_is_not_shown),
        cmocka_unit_test(a_long_message_is_cut),
        cmocka_unit_test(without_a_reply_the_reason_is_told),
        cmocka_unit_test(retry_after_counts_where_a_retry_does),
        cmocka_unit_test(the_metadata_of_protobuf_is_read),
        cmocka_unit_test(the_metadata_of_an_object_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
