/*
 * kubeconfig.h where something is wrong, or somebody means ill.
 */
#include "kubeconfigs.h"

#include <inttypes.h>

#include "random.h"

#define EXEC(rest)                                                             \
    "exec: {apiVersion: client.authentication.k8s.io/v1, command: hunter2,"    \
    "interactiveMode: Never" rest "}"

/* `WHAT of user "u" in config` and the like. */
#define USER(key)    "\"" key "\" of user \"u\" in config "
#define CLUSTER(key) "\"" key "\" of cluster \"c\" in config "

static void assert_wrong(const char *why)
{
    struct cluster_why said;
    struct cluster c;

    assert_row(read_config("config", &c, &said) == KUBECONFIG_WRONG, why);
    assert_string_equal(said.text, why);
    assert_true(is_nothing(&c));
}

static void what_cannot_be_used_is_refused_by_its_name(void **state)
{
    static const struct {
        const char *cluster, *user, *context, *why;
    } rows[] = {
        /* who we would not be */
        { SERVER, "username: hunter2", "",
          USER("username") "is not supported" },
        { SERVER, "password: hunter2", "",
          USER("password") "is not supported" },
        { SERVER, "auth-provider: {name: gcp}", "",
          USER("auth-provider") "is not supported" },
        { SERVER, "auth-provider: {}", "",
          USER("auth-provider") "is not supported" },
        { SERVER, "token: t, as: joe", "", USER("as") "is not supported" },
        { SERVER, "as-uid: '7'", "", USER("as-uid") "is not supported" },
        { SERVER, "as-groups: [a]", "", USER("as-groups") "is not supported" },
        { SERVER, "as-user-extra: {a: [b]}", "",
          USER("as-user-extra") "is not supported" },
        /* tokens */
        { SERVER, "token: 12345", "", USER("token") "is not a string" },
        { SERVER, "token: \"hunter2\\0\"", "",
          USER("token") "has a NUL in it" },
        { SERVER, "token: \"hunter2\\nX: y\"", "",
          USER("token") "has a control character in it" },
        { SERVER, "token: \"hunter2\\r\\n \\rx\"", "",
          USER("token") "has a control character in it" },
        { SERVER, "token: ' '", "", USER("token") "is empty" },
        { SERVER, "token: \"hunter2\\x7F\"", "",
          USER("token") "has a control character in it" },
        { SERVER, "tokenFile: nothing", "",
          "\"tokenFile\" of user \"u\" in config: nothing: No such file or "
          "directory" },
        { SERVER, "tokenFile: empty", "",
          "\"tokenFile\" of user \"u\" in config: empty is empty" },
        { SERVER, "tokenFile: .", "",
          "\"tokenFile\" of user \"u\" in config: .: Is a directory" },
        /* certificates and keys */
        { SERVER, "client-certificate-data: \"" CERT_BASE64 "\"", "",
          USER("client-certificate") "has no client-key" },
        { SERVER, "client-key-data: \"" KEY_BASE64 "\"", "",
          USER("client-key") "has no client-certificate" },
        { SERVER, "client-certificate-data: hunter2", "",
          USER("client-certificate-data") "is not base64" },
        { SERVER, "client-certificate-data: 'aGk= '", "",
          USER("client-certificate-data") "is not base64" },
        { SERVER, "client-certificate: cert, client-key: nothing", "",
          "\"client-key\" of user \"u\" in config: nothing: No such file or "
          "directory" },
        { SERVER, "client-certificate: cert, client-key: cert", "",
          USER("client-key") "has no private key in PEM" },
        { SERVER, "client-certificate: key, client-key: key", "",
          USER("client-certificate") "has no certificate in PEM" },
        /* a file that is empty is there all the same */
        { SERVER, "client-certificate: cert, client-key: nil", "",
          USER("client-key") "has no private key in PEM" },
        { SERVER, "client-certificate: nil, client-key: key", "",
          USER("client-certificate") "has no certificate in PEM" },
        { SERVER, "client-certificate: cert, client-key: locked", "",
          USER("client-key") "is encrypted with a passphrase" },
        { SERVER,
          "client-certificate: cert, client-certificate-data: aGk=,"
          "client-key: key",
          "",
          USER("client-certificate-data") "stands beside a file for the same" },
        /* authorities */
        { SERVER ", certificate-authority: nothing", "token: t", "",
          "\"certificate-authority\" of cluster \"c\" in config: nothing: No "
          "such file or directory" },
        { SERVER ", certificate-authority: empty", "token: t", "",
          CLUSTER("certificate-authority") "has no certificate in PEM" },
        { SERVER ", certificate-authority-data: aGk=", "token: t", "",
          CLUSTER("certificate-authority") "has no certificate in PEM" },
        { SERVER ", certificate-authority-data: aGk", "token: t", "",
          CLUSTER("certificate-authority-data") "is not base64" },
        { SERVER
          ", certificate-authority: cert, insecure-skip-tls-verify: true",
          "token: t", "",
          CLUSTER("insecure-skip-tls-verify") "is true, and there is a "
                                              "certificate-authority too" },
        { SERVER ", certificate-authority: cert, certificate-authority-data: "
                 "aGk=",
          "token: t", "",
          CLUSTER("certificate-authority-data") "stands beside a file for the "
                                                "same" },
        { SERVER ", certificate-authority-data: [a]", "token: t", "",
          CLUSTER("certificate-authority-data") "is not a string" },
        { SERVER ", certificate-authority: [a]", "token: t", "",
          CLUSTER("certificate-authority") "is not a string" },
        /* the rest of a cluster */
        { SERVER ", proxy-url: [a]", "token: t", "",
          CLUSTER("proxy-url") "is not a string" },
        { SERVER, "token: t", "namespace: [a]",
          "\"namespace\" of context \"x\" in config is not a string" },
        { "", "token: t", "", CLUSTER("server") "is missing" },
        { "server: [x]", "token: t", "", CLUSTER("server") "is not a string" },
        { "server: 'ftp://x'", "token: t", "",
          CLUSTER("server") "is neither an https nor an http URL" },
        { "server: 'https://u:hunter2@x'", "token: t", "",
          CLUSTER("server") "has a user in its URL" },
        { SERVER ", insecure-skip-tls-verify: 'true'", "token: t", "",
          CLUSTER("insecure-skip-tls-verify") "is neither true nor false" },
        { SERVER ", tls-server-name: 'a b'", "token: t", "",
          CLUSTER("tls-server-name") "is no name of a host" },
        { SERVER ", proxy-url: 'proxy:3128'", "token: t", "",
          CLUSTER("proxy-url") "is no URL of an http, https or socks5 proxy" },
        { SERVER ", proxy-url: 'socks4://u:hunter2@p'", "token: t", "",
          CLUSTER("proxy-url") "is no URL of an http, https or socks5 proxy" },
        { SERVER, "token: t", "namespace: ../kube-system",
          "\"namespace\" of context \"x\" in config is no name of a "
          "namespace" },
        /* what is secret, for all to read */
        { "server: 'http://h:8080/p'", "token: hunter2", "",
          "user \"u\" in config has a token, and http://h:8080/p is not https: "
          "whatever is secret would be sent in the clear" },
        { "server: h", "tokenFile: token", "",
          "user \"u\" in config has a token, and http://h is not https: "
          "whatever is secret would be sent in the clear" },
        { "server: 'http://h'", "client-certificate: cert, client-key: key", "",
          "user \"u\" in config has a client certificate, and http://h is not "
          "https: whatever is secret would be sent in the clear" },
        { "server: 'http://h'", EXEC(""), "",
          "user \"u\" in config has an exec plugin, and http://h is not https: "
          "whatever is secret would be sent in the clear" },
        /* plugins */
        { SERVER, "exec: x", "", USER("exec") "is not a mapping" },
        { SERVER, "exec: {}", "", USER("exec.apiVersion") "is missing" },
        { SERVER,
          "exec: {apiVersion: client.authentication.k8s.io/v1alpha1,"
          "command: x}",
          "",
          USER("exec.apiVersion") "is neither client.authentication.k8s.io/v1 "
                                  "nor v1beta1" },
        { SERVER,
          "exec: {apiVersion: client.authentication.k8s.io/v1, command: x}", "",
          USER("exec.interactiveMode") "is missing" },
        { SERVER,
          "exec: {apiVersion: client.authentication.k8s.io/v1, command: x,"
          "interactiveMode: Always}",
          "",
          USER("exec.interactiveMode") "is Always, and here nobody can be "
                                       "asked" },
        { SERVER,
          "exec: {apiVersion: client.authentication.k8s.io/v1, command: x,"
          "interactiveMode: always}",
          "",
          USER("exec.interactiveMode") "is none of Never, IfAvailable and "
                                       "Always" },
        { SERVER,
          "exec: {apiVersion: client.authentication.k8s.io/v1,"
          "interactiveMode: Never}",
          "", USER("exec.command") "is missing" },
        { SERVER,
          "exec: {apiVersion: client.authentication.k8s.io/v1, command: [x],"
          "interactiveMode: Never}",
          "", USER("exec.command") "is not a string" },
        { SERVER, "exec: {apiVersion: [x], command: x}", "",
          USER("exec.apiVersion") "is not a string" },
        { SERVER,
          "exec: {apiVersion: client.authentication.k8s.io/v1, command: x,"
          "interactiveMode: [Never]}",
          "", USER("exec.interactiveMode") "is not a string" },
        { SERVER, EXEC(", installHint: [x]"), "",
          USER("exec.installHint") "is not a string" },
        { SERVER, EXEC(", env: [{name: '', value: hunter2}]"), "",
          USER("exec.env") "has what is no variable" },
        { SERVER, EXEC(", args: a"), "", USER("exec.args") "is not a list" },
        { SERVER, EXEC(", args: [1]"), "",
          USER("exec.args") "has what is no string" },
        { SERVER, EXEC(", args: [\"a\\0b\"]"), "",
          USER("exec.args") "has what is no string" },
        { SERVER, EXEC(", env: {A: b}"), "", USER("exec.env") "is not a list" },
        { SERVER, EXEC(", env: [{name: hunter2, value: 1}]"), "",
          USER("exec.env") "has what is no variable" },
        { SERVER, EXEC(", env: [{value: hunter2}]"), "",
          USER("exec.env") "has what is no variable" },
        { SERVER, EXEC(", env: [{name: 'A=B', value: hunter2}]"), "",
          USER("exec.env") "has what is no variable" },
        { SERVER, EXEC(", env: [hunter2]"), "",
          USER("exec.env") "has what is no variable" },
        { SERVER, EXEC(", provideClusterInfo: 1"), "",
          USER("exec.provideClusterInfo") "is neither true nor false" },
        { SERVER ", extensions: x", EXEC(", provideClusterInfo: true"), "",
          CLUSTER("extensions") "is not a list" },
    };

    (void)state;
    put("empty", " \n", 0644);
    put("nil", "", 0644);
    put("token", "hunter2", 0600);
    put("cert", CERT, 0644);
    put("key", KEY, 0600);
    put("locked",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nTUlJ\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n",
        0600);
    for (size_t i = 0; i < COUNT(rows); i++) {
        put_config("config", rows[i].cluster, rows[i].user, rows[i].context);
        assert_wrong(rows[i].why);
        assert_null(strstr(rows[i].why, "hunter2"));
    }
}

static void a_file_of_another_kind_is_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        { "[]", "config is no kubeconfig" },
        { "hunter2", "config is no kubeconfig" },
        { "kind: Secret\napiVersion: v1\n", "config is no kubeconfig" },
        { "kind: Config\napiVersion: v2\n", "config is no kubeconfig" },
        { "kind: [Config]\n", "config is no kubeconfig" },
        { "clusters: {}\n", "config: clusters is not a list" },
        { "users: hunter2\n", "config: users is not a list" },
        { "users: [hunter2]\n", "config: an entry of users has no name" },
        { "users: [{name: 1}]\n", "config: an entry of users has no name" },
        { "users: [{name: a}, {name: a}]\n",
          "config: user \"a\" is there twice" },
        { "current-context: [a]\n", "config: current-context is not a string" },
        { "current-context: a\n", "context \"a\" is not in config" },
        { "current-context: \"a\\e[2J\\n\\x9Bb\"\n",
          "context \"a?[2J ?\?b\" is not in config" },
        { "current-context: a\ncontexts: [{name: a}]\n",
          "\"cluster\" of context \"a\" in config is missing" },
        { "current-context: a\ncontexts: [{name: a, context: x}]\n",
          "\"cluster\" of context \"a\" in config is missing" },
        { "current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\n",
          "cluster \"b\" of context \"a\" is not in config" },
        { "current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\n"
          "clusters: [{name: b, cluster: x}]\n",
          "cluster \"b\" in config is not a mapping" },
        { "current-context: a\ncontexts: [{name: a, context: {cluster: b,"
          " user: u}}]\nclusters: [{name: b}]\n",
          "user \"u\" of context \"a\" is not in config" },
        { "kind: Config\n",
          "config has no current-context, and no context was asked for" },
        { "", "config has no current-context, and no context was asked for" },
        /* what libyaml says, but not the words of the file */
        { "users:\n- {name: u, user: {token: *hunter2}}\n",
          "config: line 2, column 27: an alias has no anchor before it" },
        { "users:\n- {hunter2: 1, hunter2: 2}\n",
          "config: line 2, column 16: a key is there twice" },
        { "a: b\n\tc: hunter2\n",
          "config: line 2, column 1: a tab where only spaces may be" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        put("config", rows[i].text, 0644);
        assert_wrong(rows[i].why);
    }
}

static void files_that_cannot_be_read_are_told(void **state)
{
    const struct kubeconfig_options none = { 0 }, asked = { .context = "x" };
    struct cluster_why why;
    struct cluster c;

    (void)state;
    assert_int_equal(read_config("nothing", &c, &why), KUBECONFIG_WRONG);
    assert_string_equal(why.text, "nothing: No such file or directory");
    assert_int_equal(mkdir("dir", 0777), 0);
    setenv("KUBECONFIG", "nothing:dir", 1);
    assert_int_equal(kubeconfig_read(&none, &c, &why), KUBECONFIG_WRONG);
    assert_string_equal(why.text, "dir: Is a directory");
    put("wrong", "a: b: c", 0644);
    setenv("KUBECONFIG", "nothing:wrong", 1);
    assert_int_equal(kubeconfig_read(&none, &c, &why), KUBECONFIG_WRONG);
    assert_memory_equal(why.text, "wrong: line 1, column 5: ", 25);
    setenv("KUBECONFIG", "nothing", 1);
    assert_int_equal(kubeconfig_read(&asked, &c, &why), KUBECONFIG_WRONG);
    assert_string_equal(
        why.text, "context \"x\" is not in any kubeconfig (there is none)");
    put("one", "", 0644);
    put("two", "", 0644);
    setenv("KUBECONFIG", "one:two", 1);
    assert_int_equal(kubeconfig_read(&asked, &c, &why), KUBECONFIG_WRONG);
    assert_string_equal(
        why.text, "context \"x\" is not in any of the files of KUBECONFIG");
    unsetenv("KUBECONFIG");
}

static void a_wrong_server_that_is_asked_for_is_told(void **state)
{
    const struct kubeconfig_options options = { .server = "ftp://x" };
    const struct kubeconfig_options plain = { .path = "config",
                                              .server = "http://x" };
    struct cluster_why why;
    struct cluster c;

    (void)state;
    assert_int_equal(kubeconfig_read(&options, &c, &why), KUBECONFIG_WRONG);
    assert_string_equal(why.text, "the server that was asked for is neither an "
                                  "https nor an http URL");
    put_config("config", SERVER, "token: hunter2", "");
    assert_int_equal(kubeconfig_read(&plain, &c, &why), KUBECONFIG_WRONG);
    assert_string_equal(why.text,
                        "user \"u\" in config has a token, and http://x is not "
                        "https: whatever is secret would be sent in the clear");
}

static void too_many_files_are_refused(void **state)
{
    const struct kubeconfig_options none = { 0 };
    static char list[64 * 16];
    struct cluster_why why;
    struct cluster c;

    (void)state;
    for (int i = 0; i <= KUBECONFIG_FILES_MAX; i++) {
        char name[16];

        snprintf(name, sizeof name, "f%d", i);
        put(name, "", 0644);
        snprintf(list + strlen(list), sizeof list - strlen(list), ":%s", name);
    }
    setenv("KUBECONFIG", list, 1);
    assert_int_equal(kubeconfig_read(&none, &c, &why), KUBECONFIG_WRONG);
    assert_string_equal(why.text, "KUBECONFIG names more than 64 files");
    unsetenv("KUBECONFIG");
}

/* --- hostile files */

/* Writes LEN bytes, of which some may be NULs. */
static void put_bytes(const char *bytes, size_t len)
{
    int fd = open("config", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

/* Whatever comes out of it, it is all or nothing. */
static enum kubeconfig_result read_bytes(const char *bytes, size_t len)
{
    struct cluster_why why;
    struct cluster c;
    enum kubeconfig_result result;

    put_bytes(bytes, len);
    result = read_config("config", &c, &why);
    if (result == KUBECONFIG_DONE)
        assert_non_null(c.server);
    else
        assert_true(is_nothing(&c));
    if (result == KUBECONFIG_WRONG) {
        assert_true(strlen(why.text) > 0);
        assert_null(strpbrk(why.text, "\n\x1B"));
        assert_null(strstr(why.text, "hunter2"));
    }
    cluster_free(&c);
    return result;
}

static const char whole[] =
    "apiVersion: v1\nkind: Config\ncurrent-context: x\nclusters:\n- name: c\n"
    "  cluster:\n    server: https://h\n    certificate-authority-data: "
    "" CERT_BASE64 "\nusers:\n- name: u\n  user: {token: \"hunter2\", exec: "
    "{command: x, args: ['a'], apiVersion: "
    "client.authentication.k8s.io/v1beta1}}\ncontexts: [{name: x, context: "
    "{cluster: c, user: u, namespace: ns}}]\n";

static void every_beginning_of_a_file_is_survived(void **state)
{
    (void)state;
    assert_int_equal(read_bytes(whole, sizeof whole - 1), KUBECONFIG_DONE);
    for (size_t len = 0; len < sizeof whole - 3; len++)
        assert_int_equal(read_bytes(whole, len), KUBECONFIG_WRONG);
}

static void one_case_of_garbage(void)
{
    char text[sizeof whole];
    size_t len = sizeof whole - 1;

    memcpy(text, whole, sizeof whole);
    for (int i = 1 + any(4); i > 0; i--) {
        static const char marks[] = "\n\t :-{}[]\"'&*!|>%@#,?\0\xFF";

        text[any((int)len)] =
            any(4) ? marks[any((int)sizeof marks)] : (char)any(256);
    }
    read_bytes(text, len);
}

static void garbage_is_survived(void **state)
{
    (void)state;
    random_cases(2000, one_case_of_garbage);
}

/* A file of COUNT times PART between BEGIN and END. */
static enum kubeconfig_result read_many(const char *begin, const char *part,
                                        size_t count, const char *end)
{
    struct buf b = BUF_INIT(64 * 1024 * 1024);
    enum kubeconfig_result result;

    buf_str(&b, begin);
    for (size_t i = 0; i < count; i++)
        buf_str(&b, part);
    buf_str(&b, end);
    assert_false(b.failed);
    result = read_bytes(b.bytes, b.len);
    buf_free(&b);
    return result;
}

static void what_is_too_much_is_refused(void **state)
{
    (void)state;
    /* larger than any, and just large */
    assert_int_equal(
        read_many(whole, "# comment comment comment\n", 400000, ""),
        KUBECONFIG_WRONG);
    assert_int_equal(
        read_many(whole, "# comment comment comment\n", 100000, ""),
        KUBECONFIG_DONE);
    /* a token that no server takes */
    assert_int_equal(
        read_many("current-context: x\nclusters: [{name: c, cluster: {server: "
                  "'https://h'}}]\ncontexts: [{name: x, context: {cluster: c, "
                  "user: u}}]\nusers: [{name: u, user: {token: '",
                  "hunter2", 10000, "'}}]\n"),
        KUBECONFIG_WRONG);
    /* more authorities than there are */
    assert_int_equal(
        read_many("current-context: x\ncontexts: [{name: x, context: {cluster: "
                  "c}}]\nclusters: [{name: c, cluster: {server: 'https://h',"
                  "certificate-authority-data: '",
                  "AAAA", 400000, "'}}]\n"),
        KUBECONFIG_WRONG);
    /* deep, in either language */
    assert_int_equal(read_many("a: ", "[", 100000, ""), KUBECONFIG_WRONG);
    assert_int_equal(read_many("", "{\"a\":", 100000, ""), KUBECONFIG_WRONG);
    assert_int_equal(read_many("a: ", "- ", 1000, "x"), KUBECONFIG_WRONG);
}

static void aliases_stand_for_no_billion(void **state)
{
    static const char laughs[] =
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
        "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
        "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
        "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n"
        "clusters: [*e, *e, *e, *e, *e, *e, *e, *e, *e]\n";

    (void)state;
    assert_int_equal(read_bytes(laughs, sizeof laughs - 1), KUBECONFIG_WRONG);
}

static void anchors_that_mean_well_are_followed(void **state)
{
    struct cluster c;

    (void)state;
    put("config",
        "current-context: x\n"
        "clusters: [{name: c, cluster: &c {server: 'https://h'}}]\n"
        "users: [{name: u, user: {<<: {token: t}}}]\n"
        "contexts: [{name: x, context: {cluster: &n c, user: u}}]\n",
        0644);
    take_config("config", &c);
    assert_buf(&c.token, "t");
    cluster_free(&c);
}

static int before(void **state)
{
    unsetenv("KUBECONFIG");
    unsetenv("HOME");
    return scratch_before(state);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, before, scratch_after)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(what_cannot_be_used_is_refused_by_its_name),
        TEST(a_file_of_another_kind_is_refused),
        TEST(files_that_cannot_be_read_are_told),
        TEST(a_wrong_server_that_is_asked_for_is_told),
        TEST(too_many_files_are_refused),
        TEST(every_beginning_of_a_file_is_survived),
        TEST(garbage_is_survived),
        TEST(what_is_too_much_is_refused),
        TEST(aliases_stand_for_no_billion),
        TEST(anchors_that_mean_well_are_followed),
    };

    if (!random_arguments(argc, argv))
        return 100;
    return cmocka_run_group_tests_name("kubeconfig_wrong", tests, scratch_open,
                                       scratch_close);
}
