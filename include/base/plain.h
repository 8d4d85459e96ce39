/*
 * What a plain YAML scalar, one without quotes, means.
 *
 * The rules are those by which kubectl reads a manifest: YAML 1.1 as
 * sigs.k8s.io/yaml's goyaml.v2/resolve.go@v1.4.0 has it, so `no` is false and
 * 010 is 8, but 1:30 is a string, and so is a date.
 */
#ifndef BASE_PLAIN_H
#define BASE_PLAIN_H

#include <jv.h>
#include <stddef.h>

/* null, true or false, a number, or else the LEN bytes at TEXT as a string;
 * invalid for .inf and .nan, which JSON does not have and kubectl refuses. */
jv plain_value(const char *text, size_t len);

#endif
