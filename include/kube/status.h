/*
 * Status lines: the records of type "status" that phase-agg writes.
 */
#ifndef KUBE_STATUS_H
#define KUBE_STATUS_H

#include <stdbool.h>
#include <stddef.h>

enum { STATUS_PERCENT = sizeof "100.00" };

/* A quick look: false where LEN bytes are surely no status record. */
bool status_maybe(const char *text, size_t len);

/* The full look at what the quick one lets through: UTF-8 without control
 * characters, and one JSON object whose type is "status".  A byte order mark
 * before it, which libjq skips, and "type" or "status" with escapes are not
 * for the quick look, and so for neither. */
bool status_good(const char *text, size_t len);

/* Copies the record's progress.percentCompleted to PERCENT (a string such as
 * "43.33", kanister pkg/apis/cr/v1alpha1/types.go@0.119.0); false where it has
 * none, or one that is no number of percent. */
bool status_percent(const char *text, size_t len,
                    char percent[static STATUS_PERCENT]);

#endif
