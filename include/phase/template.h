/*
 * The templates of a Helm chart, which are not YAML: `name: {{ .Values.x }}`.
 *
 * Kanister's own templates stand in strings and need none of this.
 */
#ifndef PHASE_TEMPLATE_H
#define PHASE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Whether the LEN bytes of TEXT have a template in them, or had one before it
 * was hidden. */
bool template_is_in(const char *text, size_t len);

/* Appends TEXT to OUT with a sign of one character, which YAML takes for any
 * letter, in the place of each character of its templates, so that lines and
 * columns stay what they are.
 *
 * A template alone on its lines, such as `{{- if .Values.x }}`, becomes space:
 * what it decides is not known.  Not so below `actions:`, where it might decide
 * which phases there are; only an `end` in the first column ends there what
 * began further up. */
void template_hide(struct buf *out, const char *text, size_t len);

#endif
