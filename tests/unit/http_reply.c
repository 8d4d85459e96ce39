/*
 * http.h: what becomes of the bytes that a server sends, from a server that
 * sends what the test says; the rest is in tests/http.bats.
 */
#include "kube/http.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>

#include "unit.h"

#define OK(headers) "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" headers "\r\n{}"
#define TEN         "0123456789"
#define FIFTY       TEN TEN TEN TEN TEN
#define QUOTED      "Warning: 299 - "

static char url[64];
static pid_t server;

/* Answers one request after the other: with what stands behind its path, two
 * digits for each byte. */
static void serve(int fd)
{
    for (;;) {
        int c = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        char text[8192], reply[4096];
        size_t len = 0, n = 0;
        ssize_t got = 1;
        const char *at;

        while (got > 0 &&
               (len < 4 || memmem(text, len, "\r\n\r\n", 4) == NULL)) {
            got = read(c, text + len, sizeof text - 1 - len);
            len += got > 0 ? (size_t)got : 0;
        }
        text[len] = '\0';
        at = strchr(text, '/');
        while (at != NULL && sscanf(at + 1 + 2 * n, "%2hhx", &reply[n]) == 1)
            n++;
        if (write(c, reply, n) != (ssize_t)n)
            _exit(1);
        close(c);
    }
}

static int open_server(void **state)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 ||
        listen(fd, 8) < 0 || getsockname(fd, (struct sockaddr *)&at, &n) < 0)
        return -1;
    snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    server = fork();
    if (server == 0)
        serve(fd);
    close(fd);
    return server > 0 ? 0 : -1;
}

static int close_server(void **state)
{
    (void)state;
    return kill(server, SIGKILL) == 0 && waitpid(server, NULL, 0) == server
               ? 0
               : -1;
}

static struct http *open_client(void)
{
    static char none[] = "";
    static struct cluster cluster = { .server = url, .proxy = none };
    struct cluster_why why;
    struct http *h = http_open(&cluster, "test", &why);

    if (h == NULL)
        fail_msg("%s", why.text);
    return h;
}

/* What comes of a request whose whole reply is RAW. */
static const struct http_reply *reply_of(struct http *h, const char *raw)
{
    static char path[8192];
    struct http_request request = { .method = "GET",
                                    .path = path,
                                    .accept = "application/json",
                                    .connect_timeout = INT64_C(60000000000),
                                    .timeout = INT64_C(60000000000) };

    path[0] = '/';
    for (size_t i = 0; i <= strlen(raw); i++)
        snprintf(path + 1 + 2 * i, 3, "%02x", (unsigned char)raw[i]);
    path[1 + 2 * strlen(raw)] = '\0';
    assert_true(http_begin(h, &request, NULL));
    while (http_reply(h) == NULL)
        assert_true(http_wait(h, NULL, 0, -1));
    return http_reply(h);
}

static void the_first_warning_is_kept_as_it_was_meant(void **state)
{
    static const struct {
        const char *raw, *warning;
    } rows[] = {
        { OK(""), "" },
        { OK(QUOTED "\"unknown field \\\"a\\\"\"\r\n"), "unknown field \"a\"" },
        { OK(QUOTED "\"a\\\\b\"\r\n"), "a\\b" },
        { OK("warning: 299 - \"small\"\r\n"), "small" },
        { OK(QUOTED "\"first\"\r\n" QUOTED "\"second\"\r\n"), "first" },
        { OK(QUOTED "\"\"\r\n" QUOTED "\"second\"\r\n"), "second" },
        { OK(QUOTED "none\r\n"), "" },
        { OK(QUOTED "\"one\r\n"), "" },
        { OK("X-Warning: \"other\"\r\n"), "" },
        { OK("Warnings: \"other\"\r\n"), "" },
        { OK(QUOTED "\"" FIFTY FIFTY FIFTY FIFTY FIFTY "012345678\"\r\n"),
          NULL },
    };
    struct http *h = open_client();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct http_reply *r = reply_of(h, rows[i].raw);

        assert_row(r->status == 200, rows[i].raw);
        assert_int_equal(r->body.len, 2);
        if (rows[i].warning != NULL)
            assert_string_equal(r->warning, rows[i].warning);
        else /* as much as there is room for */
            assert_true(strlen(r->warning) > HTTP_WHY_MAX - 8 &&
                        strncmp(r->warning, FIFTY FIFTY, 100) == 0);
    }
    http_close(h);
}

static void a_reply_is_what_it_says(void **state)
{
    static const struct {
        const char *raw;
        int status;
        bool json;
        int64_t after;
    } rows[] = {
        { OK(""), 200, false, -1 },
        { OK("Content-Type: application/json\r\n"), 200, true, -1 },
        { OK("Content-Type: application/json; charset=u\r\n"), 200, true, -1 },
        { OK("Content-Type: application/json\tx\r\n"), 200, true, -1 },
        { OK("Content-Type: application/jsonl\r\n"), 200, false, -1 },
        { OK("Content-Type: text/html\r\n"), 200, false, -1 },
        { OK("Retry-After: 7\r\n"), 200, false, 7 },
        { OK("Retry-After: 100000\r\n"), 200, false, 3600 },
        { OK("Retry-After: soon\r\n"), 200, false, -1 },
        { "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\n{}", 503, false, -1 },
        { "HTTP/1.1 100 Go on\r\n\r\n" OK(""), 200, false, -1 },
    };
    struct http *h = open_client();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct http_reply *r = reply_of(h, rows[i].raw);

        assert_row(r->status == rows[i].status, rows[i].raw);
        assert_int_equal(r->json, rows[i].json);
        assert_int_equal(r->retry_after, rows[i].after);
        assert_string_equal(r->why, "");
    }
    http_close(h);
}

static void what_is_no_reply_says_why(void **state)
{
    static const struct {
        const char *raw, *why; /* the beginning of it */
    } rows[] = {
        { "", "the server closed the connection without a reply" },
        { "nonsense\r\n\r\n", "the answer is not HTTP" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",
          "the connection ended within the reply" },
        { "HTTP/1.1 200 OK\r\n", "the connection ended within the reply" },
        { "HTTP/1.1 200 OK\r\nContent-Encoding: x\r\nContent-Length: -5\r\n"
          "\r\n{}",
          "the answer is not HTTP" },
    };
    struct http *h = open_client();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct http_reply *r = reply_of(h, rows[i].raw);

        assert_row(r->status == 0 && r->body.len == 0, rows[i].raw);
        if (strncmp(r->why, rows[i].why, strlen(rows[i].why)) != 0)
            assert_string_equal(r->why, rows[i].why);
    }
    http_close(h);
}

/* A caller's events are those of poll(2). */
static void each_event_of_a_caller_wakes_it(void **state)
{
    struct http *h = open_client();
    struct pollfd extra = { .events = POLLOUT };
    int ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    extra.fd = ends[1];
    assert_true(http_wait(h, &extra, 1, -1));
    assert_int_equal(extra.revents, POLLOUT);
    extra = (struct pollfd){ .fd = ends[0], .events = POLLIN | POLLPRI };
    assert_true(http_wait(h, &extra, 1, 0));
    assert_int_equal(extra.revents, 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_true(http_wait(h, &extra, 1, -1));
    assert_int_equal(extra.revents, POLLIN);
    close(ends[0]);
    close(ends[1]);
    http_close(h);
}

/* Less than a millisecond is one, and more than libcurl can count its most. */
static void any_timeout_is_one(void **state)
{
    static const int64_t most[] = { 1, INT64_MAX };
    struct http *h = open_client();

    (void)state;
    for (size_t i = 0; i < COUNT(most); i++) {
        struct http_request request = { .method = "GET",
                                        .path = "/",
                                        .accept = "application/json",
                                        .connect_timeout = most[i],
                                        .timeout = most[i] };

        assert_true(http_begin(h, &request, NULL));
        while (http_reply(h) == NULL)
            assert_true(http_wait(h, NULL, 0, -1));
        assert_int_equal(http_reply(h)->status, 0);
        assert_true(i == 0 || strncmp(http_reply(h)->why, "no ", 3) != 0);
    }
    http_close(h);
}

/* A variable that is empty names no proxy. */
static void a_proxy_is_named_where_there_is_one(void **state)
{
    static const struct {
        const char *value;
        bool named;
    } rows[] = { { "", false }, { "http://127.0.0.1:1", true } };
    const struct http_request request = { .method = "GET",
                                          .path = "/",
                                          .accept = "application/json",
                                          .connect_timeout = 5000000000,
                                          .timeout = 5000000000 };
    struct cluster cluster = { .server = (char[]){ "https://127.0.0.1:1" } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct cluster_why why;
        struct http *h = http_open(&cluster, "test", &why);

        assert_non_null(h);
        setenv("HTTPS_PROXY", rows[i].value, 1);
        assert_true(http_begin(h, &request, NULL));
        while (http_reply(h) == NULL)
            assert_true(http_wait(h, NULL, 0, -1));
        assert_int_equal(strstr(http_reply(h)->why, "proxy of HTTPS_PROXY") !=
                             NULL,
                         rows[i].named);
        http_close(h);
    }
    unsetenv("HTTPS_PROXY");
}

static void a_token_that_would_be_more_than_one_is_not_sent(void **state)
{
    static const char *const tokens[] = { "a b", "a\n", "\x7F", "a\x01" };
    const struct http_request request = { .method = "GET",
                                          .path = "/",
                                          .accept = "application/json" };
    struct http *h = open_client();
    struct credentials credentials = { .token = BUF_INIT(64) };

    (void)state;
    for (size_t i = 0; i < COUNT(tokens); i++) {
        buf_clear(&credentials.token);
        buf_str(&credentials.token, tokens[i]);
        assert_true(http_begin(h, &request, &credentials));
        assert_non_null(http_reply(h));
        assert_int_equal(http_reply(h)->status, 0);
        assert_string_equal(
            http_reply(h)->why,
            "the token has a space or a control character in it");
    }
    buf_free(&credentials.token);
    http_close(h);
    http_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_warning_is_kept_as_it_was_meant),
        cmocka_unit_test(a_reply_is_what_it_says),
        cmocka_unit_test(what_is_no_reply_says_why),
        cmocka_unit_test(each_event_of_a_caller_wakes_it),
        cmocka_unit_test(any_timeout_is_one),
        cmocka_unit_test(a_proxy_is_named_where_there_is_one),
        cmocka_unit_test(a_token_that_would_be_more_than_one_is_not_sent),
    };

    return cmocka_run_group_tests_name("http reply", tests, open_server,
                                       close_server);
}
