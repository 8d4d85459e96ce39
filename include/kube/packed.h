/*
 * What was read, as bytes on their way from one process to another of the same
 * program.
 */
#ifndef KUBE_PACKED_H
#define KUBE_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "kube/cluster.h"

/* Bytes that are taken from their beginning; `wrong` where they were others
 * than those that are asked for, or there was no memory (errno). */
struct packed {
    const char *at;
    size_t left;
    bool wrong;
};

/* A number. */
void packed_put_int(struct buf *b, int64_t n);
int64_t packed_int(struct packed *p);

/* A string, or NULL; what is taken belongs to the caller. */
void packed_put_text(struct buf *b, const char *text);
char *packed_text(struct packed *p);

/* Bytes, which take the place of what TO holds, a secret buf. */
void packed_put_bytes(struct buf *b, const struct buf *from);
void packed_bytes(struct packed *p, struct buf *to);

/* A cluster with its plugin; after `wrong` cluster_free() is due too. */
void packed_put_cluster(struct buf *b, const struct cluster *c);
void packed_cluster(struct packed *p, struct cluster *c);

/* Why something cannot be used. */
void packed_put_why(struct buf *b, const struct cluster_why *why);
void packed_why(struct packed *p, struct cluster_why *why);

#endif
