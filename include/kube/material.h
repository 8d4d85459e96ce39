/*
 * Material: tokens, certificates and keys, as they come from files, from a
 * kubeconfig, from a plugin.
 *
 * WHAT names a thing and where it came from, to begin a sentence.  All bufs
 * are secret ones (base/secret.h).
 */
#ifndef KUBE_MATERIAL_H
#define KUBE_MATERIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "kube/cluster.h"

/* Puts the file PATH in the place of what B holds.  False with WHY set, and
 * then B is empty. */
bool material_read(struct buf *b, const char *path, const char *what,
                   struct cluster_why *why);

/* Puts what LEN characters of base64 stand for in the place of what B holds;
 * newlines within are passed over, as Go does (encoding/base64@go1.24).  False
 * with WHY set, and then B is empty. */
bool material_decode(struct buf *b, const char *text, size_t len,
                     const char *what, struct cluster_why *why);

/* Puts TEXT without white space around it, LEN bytes of which nothing is left
 * that could end a line of HTTP, in the place of what B holds.  False with WHY
 * set, also where there is nothing left, and then B is as it was. */
bool material_token(struct buf *b, const char *text, size_t len,
                    const char *what, struct cluster_why *why);

/* The token in the file PATH, by the same rules. */
bool material_token_file(struct buf *b, const char *path, const char *what,
                         struct cluster_why *why);

/* Whether B has certificates in PEM; false with WHY set. */
bool material_certificates(const struct buf *b, const char *what,
                           struct cluster_why *why);

/* Whether B has a private key in PEM, and one that asks nobody for a
 * passphrase; false with WHY set. */
bool material_key(const struct buf *b, const char *what,
                  struct cluster_why *why);

#endif
