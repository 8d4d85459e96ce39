/*
 * An object in the form that Kubernetes gives to protobuf, as far as reply.c
 * needs it.
 */
#ifndef KUBE_REPLY_PROTO_H
#define KUBE_REPLY_PROTO_H

#include "kube/reply.h"

/* Reads the metadata of BODY, a PartialObjectMetadata, into OBJECT, which is
 * all zeros; false where it is none with a uid and a resourceVersion, and then
 * OBJECT may have some of it. */
bool reply_proto(const struct buf *body, struct reply_object *object);

#endif
