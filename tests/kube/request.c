/*
 * request URL [KEY=VALUE ...]: makes requests as lines of standard input say,
 * and prints a JSON object for each reply.
 *
 *   ca, cert, key, token   a file that holds it; the last three are read for
 *                          each request
 *   name                   tls-server-name
 *   proxy                  its URL, or empty
 *   insecure               1: the certificate is not looked at
 *   connect, timeout       ms
 *   memory                 1: at the end, the peak of resident memory
 *
 * A line is METHOD PATH [BODY].  A line that comes while a request is under way
 * is printed and does nothing else, but for "cancel", which gives it up.
 * SIGTERM, by way of a pipe, ends the program.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/secret.h"
#include "kube/http.h"
#include "kube/reply.h"

static struct {
    const char *ca, *cert, *key, *token, *name, *proxy, *insecure, *connect,
        *timeout, *memory;
} given = { .connect = "30000", .timeout = "120000" };

static const struct {
    const char *name;
    const char **value;
} keys[] = {
    { "ca", &given.ca },
    { "cert", &given.cert },
    { "key", &given.key },
    { "token", &given.token },
    { "name", &given.name },
    { "proxy", &given.proxy },
    { "insecure", &given.insecure },
    { "connect", &given.connect },
    { "timeout", &given.timeout },
    { "memory", &given.memory },
};

static int pipe_of_signals[2];
static struct credentials credentials;
static char method[16], path[4096], body[65536];
static struct http_request request;
static bool under_way;

static void on_signal(int number)
{
    (void)number;
    (void)!write(pipe_of_signals[1], "", 1);
}

static bool take_arguments(int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        size_t len = strcspn(argv[i], "="), k = 0;

        while (k < sizeof keys / sizeof *keys &&
               (strlen(keys[k].name) != len ||
                strncmp(keys[k].name, argv[i], len) != 0))
            k++;
        if (k == sizeof keys / sizeof *keys || argv[i][len] == '\0')
            return false;
        *keys[k].value = argv[i] + len + 1;
    }
    return argc > 1;
}

/* Reads PATH into B; true where that is another than before. */
static bool read_new(struct buf *b, const char *from)
{
    struct buf was = *b;
    bool changed;

    *b = BUF_INIT(CLUSTER_PEM_MAX);
    if (from != NULL && !file_read(from, b))
        perror(from);
    while (b->len > 0 && b->bytes[b->len - 1] == '\n')
        b->len--;
    changed = b->len != was.len ||
              (b->len > 0 && memcmp(b->bytes, was.bytes, b->len) != 0);
    secret_free(&was);
    return changed;
}

static bool begin(struct http *h, const char *line)
{
    body[0] = '\0';
    if (sscanf(line, "%15s %4095s %65535[^\n]", method, path, body) < 2)
        return false;
    credentials.changed = read_new(&credentials.cert, given.cert);
    credentials.changed |= read_new(&credentials.key, given.key);
    read_new(&credentials.token, given.token);
    request = (struct http_request){
        .method = method,
        .path = path,
        .accept = "application/json",
        .content_type = body[0] != '\0' ? "application/json-patch+json" : NULL,
        .body = body,
        .len = strlen(body),
        .connect_timeout =
            strtoll(given.connect, NULL, 10) * (CLOCK_SECOND / 1000),
        .timeout = strtoll(given.timeout, NULL, 10) * (CLOCK_SECOND / 1000),
    };
    under_way = http_begin(h, &request, &credentials);
    return under_way;
}

static void put_text(struct buf *b, const char *key, const char *text)
{
    buf_str(b, key);
    json_put_string(b, text, strlen(text));
}

static void print(const struct http_reply *http, const char *server)
{
    static const char *const classes[] = { "applied", "again", "again-as",
                                           "look", "give-up" };
    const struct reply_about about = {
        .verb = "patch", .namespace_ = "lab", .name = "bk", .server = server
    };
    struct buf b = BUF_INIT(65536);
    struct reply_words words;
    struct reply reply;

    reply_read(&reply, http);
    reply_words(&reply, &about, &words);
    JSON_LIT(&b, "{\"status\":");
    json_put_int(&b, http->status);
    JSON_LIT(&b, ",\"length\":");
    json_put_int(&b, (int64_t)http->body.len);
    JSON_LIT(&b, ",\"retryAfter\":");
    json_put_int(&b, http->retry_after);
    buf_str(&b, http->json ? ",\"json\":true" : ",\"json\":false");
    buf_str(&b, http->untrusted ? ",\"untrusted\":true" : "");
    buf_str(&b, http->too_large ? ",\"tooLarge\":true" : "");
    put_text(&b, ",\"why\":", http->why);
    put_text(&b, ",\"class\":", classes[reply.class]);
    put_text(&b, ",\"what\":", words.what);
    put_text(&b, ",\"mend\":", words.mend);
    printf("%.*s}\n", (int)b.len, b.bytes);
    fflush(stdout);
    buf_free(&b);
}

/* A line of standard input; false at its end. */
static bool take_line(struct http *h)
{
    static char line[70000];
    size_t len = 0;

    while (len < sizeof line - 1 && read(STDIN_FILENO, line + len, 1) == 1 &&
           line[len] != '\n')
        len++;
    if (len == 0)
        return false;
    line[len] = '\0';
    if (under_way && strcmp(line, "cancel") == 0) {
        http_cancel(h);
        under_way = false;
        puts("{\"cancelled\":true}");
    } else if (under_way) {
        printf("{\"meanwhile\":\"%s\"}\n", line);
    } else if (!begin(h, line)) {
        puts("{\"begun\":false}");
    }
    fflush(stdout);
    return true;
}

static void follow(struct http *h, const char *server)
{
    struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                            { .fd = pipe_of_signals[0], .events = POLLIN } };

    while (fds[0].fd >= 0 || under_way) {
        const struct http_reply *reply;

        if (!http_wait(h, fds, 2, -1))
            return perror("http_wait");
        reply = under_way ? http_reply(h) : NULL;
        if (reply != NULL) {
            under_way = false;
            print(reply, server);
        }
        if (fds[1].revents != 0)
            return (void)puts("{\"stopped\":true}");
        if (fds[0].revents != 0 && !take_line(h))
            fds[0].fd = -1;
    }
}

/* The lines of /proc/self/status that tell the memory. */
static void print_memory(void)
{
    char line[256];
    FILE *f = fopen("/proc/self/status", "re");

    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "VmHWM", 5) == 0 || strncmp(line, "VmRSS", 5) == 0)
            fputs(line, stdout);
    if (f != NULL)
        fclose(f);
}

int main(int argc, char **argv)
{
    struct cluster cluster = { .ca = BUF_INIT(CLUSTER_PEM_MAX) };
    struct cluster_why why;
    struct http *h;

    if (!take_arguments(argc, argv) || pipe2(pipe_of_signals, O_CLOEXEC) != 0)
        return 100;
    signal(SIGTERM, on_signal);
    cluster.server = argv[1];
    cluster.tls_server_name = (char *)(uintptr_t)given.name;
    cluster.proxy = (char *)(uintptr_t)given.proxy;
    cluster.ca_file = (char *)(uintptr_t)given.ca;
    cluster.insecure = given.insecure != NULL;
    read_new(&cluster.ca, given.ca);
    h = http_open(&cluster, "phasepipe-test/1", &why);
    if (h == NULL) {
        fprintf(stderr, "%s\n", why.text);
        return 100;
    }
    follow(h, argv[1]);
    if (given.memory != NULL)
        print_memory();
    http_close(h);
    buf_free(&cluster.ca);
    secret_free(&credentials.cert);
    secret_free(&credentials.key);
    secret_free(&credentials.token);
    return 0;
}
