/* http.h: what it leaves in memory, and what it refuses; the rest is in
 * tests/http.bats. */
#include "wiped.h"

#include "kube/http_parts.h"

#define TOKEN "needle-in-a-token"
enum { LINE = sizeof "Authorization: Bearer " TOKEN };

static const struct http_request request = { .method = "GET",
                                             .path = "/x",
                                             .accept = "application/json",
                                             .connect_timeout = 5000000000,
                                             .timeout = 5000000000 };

static void what_libcurl_frees_is_zeroed(void **state)
{
    char *text;

    (void)state;
    assert_true(http_begin_libcurl());
    wiped_needle = TOKEN;
    wiped_count = 0;
    text = curl_easy_escape(NULL, TOKEN, 0);
    assert_string_equal(text, TOKEN);
    curl_free(text);
    assert_true(wiped_count > 0);
    wiped_needle = NULL;
    curl_global_cleanup();
}

static void a_block_that_grows_leaves_nothing(void **state)
{
    char text[40000];
    char *escaped;

    (void)state;
    memset(text, 'x', sizeof text);
    memcpy(text, TOKEN, sizeof TOKEN - 1);
    assert_true(http_begin_libcurl());
    wiped_needle = TOKEN;
    wiped_count = 0;
    escaped = curl_easy_escape(NULL, text, sizeof text);
    assert_true(wiped_count > 0); /* the smaller ones */
    curl_free(escaped);
    wiped_needle = NULL;
    curl_global_cleanup();
}

static void the_token_is_gone_with_its_request(void **state)
{
    struct cluster cluster = { .server = (char[]){ "https://127.0.0.1:1" },
                               .proxy = (char[]){ "" } };
    struct credentials credentials = { .token = BUF_INIT(64) };
    struct cluster_why why;
    struct http *h = http_open(&cluster, "test", &why);

    (void)state;
    assert_non_null(h);
    buf_str(&credentials.token, TOKEN);
    wiped_needle = TOKEN;
    wiped_count = 0;
    assert_true(http_begin(h, &request, &credentials));
    while (http_reply(h) == NULL)
        assert_true(http_wait(h, NULL, 0, -1));
    assert_true(wiped_count > 0);
    assert_int_equal(h->line[HTTP_AUTHORIZATION].len, 0);
    assert_null(memmem(h->line[HTTP_AUTHORIZATION].bytes, LINE, TOKEN,
                       sizeof TOKEN - 1));
    assert_int_equal(http_reply(h)->status, 0);
    wiped_needle = NULL;
    http_close(h);
    buf_free(&credentials.token);
}

static void more_descriptors_than_there_is_room_for_are_refused(void **state)
{
    struct cluster cluster = { .server = (char[]){ "https://127.0.0.1:1" } };
    struct pollfd extra[HTTP_EXTRA_MAX + 1];
    struct cluster_why why;
    struct http *h = http_open(&cluster, "test", &why);

    (void)state;
    for (int i = 0; i <= HTTP_EXTRA_MAX; i++)
        extra[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
    assert_true(http_wait(h, extra, HTTP_EXTRA_MAX, 0));
    errno = 0;
    assert_false(http_wait(h, extra, HTTP_EXTRA_MAX + 1, 0));
    assert_int_equal(errno, EINVAL);
    http_close(h);
}

/* The end of a pipe has no POLLIN. */
static void the_end_of_the_input_is_seen(void **state)
{
    struct cluster cluster = { .server = (char[]){ "https://127.0.0.1:1" } };
    struct pollfd extra = { .events = POLLIN };
    struct cluster_why why;
    struct http *h = http_open(&cluster, "test", &why);
    int ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[1]);
    extra.fd = ends[0];
    assert_true(http_wait(h, &extra, 1, -1));
    assert_int_equal(extra.revents & (POLLIN | POLLHUP), POLLHUP);
    close(ends[0]);
    http_close(h);
}

/* Behind a SOCKS proxy it is the proxy that resolves names. */
static void a_socks_proxy_resolves_names(void **state)
{
    static const struct {
        const char *proxy, *is; /* where it is another one */
    } rows[] = {
        { "socks5://127.0.0.1:1", "socks5h://127.0.0.1:1" },
        { "SOCKS5://127.0.0.1:1", "socks5h://127.0.0.1:1" },
        { "http://127.0.0.1:1", "" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct cluster cluster = { .server = (char[]){ "https://127.0.0.1:1" },
                                   .proxy = strdup(rows[i].proxy) };
        struct cluster_why why;
        struct http *h = http_open(&cluster, "test", &why);

        assert_non_null(h);
        assert_string_equal(h->proxy.len > 0 ? h->proxy.bytes : "", rows[i].is);
        assert_true(http_begin(h, &request, NULL));
        while (http_reply(h) == NULL)
            assert_true(http_wait(h, NULL, 0, -1));
        assert_int_equal(strstr(http_reply(h)->why, "through its proxy-url") !=
                             NULL,
                         rows[i].proxy[0] != '\0');
        http_close(h);
        free(cluster.proxy);
    }
}

/* Wherever it stands, and however it goes on; what an object says is its own
 * affair. */
static void the_token_is_hidden_in_what_comes_back(void **state)
{
    static const struct {
        int status;
        bool json;
        const char *body, *is;
    } rows[] = {
        { 500, false, "a " TOKEN, "a *****************" },
        { 500, false, TOKEN "-._~+/=9z b", "************************** b" },
        { 500, false, TOKEN "\"" TOKEN,
          "*****************\"*****************" },
        { 500, false, "needle-in-a-toke cut", "**************** cut" },
        { 500, false, "needle-in-a", "needle-in-a" },
        { 404, true, "a " TOKEN, "a *****************" },
        { 302, true, "a " TOKEN, "a *****************" },
        { 103, true, "a " TOKEN, "a *****************" },
        { 200, false, "a " TOKEN, "a *****************" },
        { 200, true, "a " TOKEN, "a " TOKEN },
        { 299, true, "a " TOKEN, "a " TOKEN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http h = { .reply = { .status = rows[i].status,
                                     .json = rows[i].json,
                                     .body = BUF_INIT(200) } };

        h.line[HTTP_AUTHORIZATION] = BUF_INIT(200);
        buf_str(&h.line[HTTP_AUTHORIZATION], "Authorization: Bearer " TOKEN);
        buf_str(&h.reply.body, rows[i].body);
        snprintf(h.reply.why, sizeof h.reply.why, "why %s", TOKEN);
        http_hide_token(&h);
        assert_int_equal(h.reply.body.len, strlen(rows[i].is));
        assert_memory_equal(h.reply.body.bytes, rows[i].is, h.reply.body.len);
        assert_string_equal(h.reply.why, "why *****************");
        buf_free(&h.reply.body);
        buf_free(&h.line[HTTP_AUTHORIZATION]);
    }
}

static void a_proxy_has_a_ceiling(void **state)
{
    static char proxy[HTTP_URL_MAX + 1] = "socks5://";
    struct cluster cluster = { .server = (char[]){ "https://127.0.0.1:1" },
                               .proxy = proxy };
    struct cluster_why why = { .errnum = ENOMEM };

    (void)state;
    memset(proxy + 9, 'p', sizeof proxy - 10);
    assert_null(http_open(&cluster, "test", &why));
    assert_string_equal(why.text, "the URL of the proxy is too long");
    assert_false(cluster_may_pass(&why));
}

/* A name for TLS is none for a server without it, nor is an empty one. */
static void a_name_for_tls_is_for_tls(void **state)
{
    static const struct {
        char server[24], name[8];
        bool taken;
    } rows[] = {
        { "https://127.0.0.1:1", "host", true },
        { "http://127.0.0.1:1", "host", false },
        { "https://127.0.0.1:1", "", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char server[24], name[8];
        struct cluster cluster = { .server = memcpy(server, rows[i].server, 24),
                                   .tls_server_name =
                                       memcpy(name, rows[i].name, 8) };
        struct cluster_why why;
        struct http *h = http_open(&cluster, "test", &why);

        assert_non_null(h);
        assert_int_equal(h->connect_to.data != NULL, rows[i].taken);
        http_close(h);
    }
}

#define PEM(n) "-----BEGIN CERTIFICATE-----\n" n "\n-----END CERTIFICATE-----\n"

/* Only a file that has other certificates makes a difference. */
static void only_other_authorities_are_new(void **state)
{
    static const struct {
        const char *text;
        bool changed;
    } rows[] = {
        { PEM("A"), false },
        { PEM("B"), true }, /* as long as the other */
        { PEM("B"), false },
        { "", false },
        { "-----BEGIN CERTIFICATE-----\nC\n", false },
        { "C\n-----END CERTIFICATE-----\n", false },
        { PEM("B") PEM("C"), true },
    };
    char path[] = "/tmp/phasepipe-ca.XXXXXX";
    struct cluster cluster = { .server = (char[]){ "https://127.0.0.1:1" },
                               .ca_file = path };
    struct cluster_why why;
    struct http *h;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    cluster.ca = BUF_INIT(CLUSTER_PEM_MAX);
    buf_str(&cluster.ca, PEM("A"));
    h = http_open(&cluster, "test", &why);
    assert_non_null(h);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, rows[i].text, strlen(rows[i].text), 0),
                         strlen(rows[i].text));
        h->ca_watch = (struct watch){ 0 };
        assert_row(http_ca_changed(h) == rows[i].changed, rows[i].text);
    }
    assert_int_equal(unlink(path), 0);
    close(fd);
    http_close(h);
    buf_free(&cluster.ca);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_libcurl_frees_is_zeroed),
        cmocka_unit_test(a_block_that_grows_leaves_nothing),
        cmocka_unit_test(the_token_is_gone_with_its_request),
        cmocka_unit_test(more_descriptors_than_there_is_room_for_are_refused),
        cmocka_unit_test(the_end_of_the_input_is_seen),
        cmocka_unit_test(only_other_authorities_are_new),
        cmocka_unit_test(a_socks_proxy_resolves_names),
        cmocka_unit_test(the_token_is_hidden_in_what_comes_back),
        cmocka_unit_test(a_proxy_has_a_ceiling),
        cmocka_unit_test(a_name_for_tls_is_for_tls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
