/* What a server sends, byte by byte as it comes from the network: status lines,
 * headers, bodies, in pieces, too much of it, or not all.  Each request comes
 * to an end, and its reply is one that can be read and told. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "kube/http.h"
#include "replies.h"

enum {
    REPLIES_MAX = 4,
    TURNS_MAX = 100000,
    TAIL = 64,          /* bytes that are said again and again */
    REPEATED = 4500000, /* above HTTP_REPLY_MAX, all together */
    BLOCK = 64 * TAIL,
    NEXT_REPLY = '\x1d', /* between two of them */
};

static int server = -1; /* our end of the connection that libcurl has made */

/* In front of the C library's: what connects is connected to us. */
int socket(int domain, int type, int protocol)
{
    int ends[2];

    (void)domain;
    (void)protocol;
    if (socketpair(AF_UNIX, type, 0, ends) != 0)
        return -1;
    if (server >= 0)
        close(server);
    server = ends[1];
    MUST(fcntl(server, F_SETFL, O_NONBLOCK) == 0);
    return ends[0];
}

int connect(int fd, const struct sockaddr *to, socklen_t len)
{
    (void)fd;
    (void)to;
    (void)len;
    return 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t n)
{
    (void)fd;
    (void)level;
    (void)name;
    (void)value;
    (void)n;
    return 0;
}

/* What is to be sent: some bytes, then their tail again and again. */
struct saying {
    struct input bytes;
    char tail[BLOCK];
    size_t tail_len, repeated, most;
};

/* Sends the next piece; false where there is none, or nobody to take it. */
static bool say_piece(struct saying *s)
{
    size_t n = s->bytes.left < s->most ? s->bytes.left : s->most;
    ssize_t sent;

    if (server < 0)
        return false;
    if (n > 0) {
        sent = send(server, s->bytes.at, n, MSG_NOSIGNAL);
        if (sent > 0) {
            s->bytes.at += sent;
            s->bytes.left -= (size_t)sent;
        }
    } else if (s->repeated > 0) {
        n = s->repeated < s->tail_len ? s->repeated : s->tail_len;
        sent = send(server, s->tail, n, MSG_NOSIGNAL);
        if (sent > 0)
            s->repeated -= (size_t)sent;
    } else {
        return false;
    }
    return sent > 0 || errno == EAGAIN;
}

static void hear(void)
{
    char heard[4096];

    while (server >= 0 && recv(server, heard, sizeof heard, 0) > 0)
        ;
}

static void end_connection(void)
{
    if (server >= 0)
        close(server);
    server = -1;
}

static void check_reply(const struct http_reply *reply)
{
    MUST(reply->body.len <= HTTP_REPLY_MAX);
    MUST(reply->body.room <= HTTP_REPLY_MAX);
    MUST(reply->retry_after == -1 ||
         (reply->retry_after > 0 && reply->retry_after <= 3600));
    MUST(reply->status >= 0 && reply->status <= 999);
    MUST((reply->status == 0) == (reply->why[0] != '\0'));
    MUST(reply->status != 0 || reply->body.len == 0);
    must_be_shown(reply->why, sizeof reply->why);
    must_be_shown(reply->warning, sizeof reply->warning);
    must_be_readable(reply);
}

/* One request, which SAYING answers; whether there was a reply. */
static bool ask(struct http *h, unsigned how, struct saying *saying)
{
    const struct http_request request = {
        .method = how & 1 ? "PATCH" : "GET",
        .path = "/apis/cr.kanister.io/v1alpha1",
        .accept = "application/json",
        .content_type = how & 1 ? "application/json-patch+json" : NULL,
        .body = "[]",
        .len = how & 1 ? 2 : 0,
        .connect_timeout = 10 * CLOCK_SECOND,
        .timeout = 10 * CLOCK_SECOND,
    };
    const struct http_reply *reply;
    int turns = 0, idle = 0;

    MUST(http_begin(h, &request, NULL));
    while ((reply = http_reply(h)) == NULL && turns++ < TURNS_MAX) {
        hear();
        for (int i = 0; i < 64 && say_piece(saying); i++)
            if (saying->most < TAIL)
                break; /* each piece is read by itself */
        MUST(http_wait(h, NULL, 0, 0));
        if (saying->bytes.left == 0 && saying->repeated == 0 && ++idle > 3)
            end_connection(); /* it may not wait for more */
    }
    MUST(reply != NULL);
    check_reply(reply);
    return reply->status != 0;
}

static struct saying saying_of(struct input bytes, unsigned how, bool last)
{
    struct saying s = { .bytes = bytes };

    s.most = how & 2 ? 1 + (how >> 4) : 4096;
    if (how & 4 && last && bytes.left > 0) {
        size_t n = bytes.left < TAIL ? bytes.left : TAIL;

        for (; s.tail_len + n <= sizeof s.tail; s.tail_len += n)
            memcpy(s.tail + s.tail_len, bytes.at + bytes.left - n, n);
        s.repeated = REPEATED;
    }
    return s;
}

/* A client; the first one stays, so that libcurl begins only once. */
static struct http *open_client(void)
{
    static char name[] = "http://10.0.0.1:8001";
    static struct cluster cluster;
    static struct http *first;
    struct cluster_why why;

    if (first == NULL) {
        cluster_init(&cluster);
        cluster.server = name;
        cluster.proxy = name + sizeof name - 1; /* none */
        first = http_open(&cluster, "status-patch/0", &why);
        MUST(first != NULL);
    }
    return http_open(&cluster, "status-patch/0", &why);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = input_of(bytes, len);
    unsigned how = input_byte(&in);
    struct http *h = open_client();

    MUST(h != NULL);
    for (int i = 0; i < REPLIES_MAX && (i == 0 || in.left > 0); i++) {
        struct input one = input_until(&in, NEXT_REPLY);
        struct saying saying = saying_of(one, how, in.left == 0);

        if (!ask(h, how, &saying))
            break;
    }
    http_close(h);
    end_connection();
    return 0;
}
