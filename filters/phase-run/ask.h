/*
 * What an adapter says of its mover: which stream tells how far it is.
 */
#ifndef PHASE_RUN_ASK_H
#define PHASE_RUN_ASK_H

/* Asks any-progress which stream ADAPTER reads: "stderr", "stdout" or "both".
 * NULL where it does not say within some seconds; why will be said when it is
 * to read. */
const char *ask_stream(const char *adapter);

#endif
