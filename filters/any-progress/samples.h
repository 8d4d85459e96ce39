/*
 * An adapter's samples: whether its lines give the records that it says.
 */
#ifndef ANY_PROGRESS_SAMPLES_H
#define ANY_PROGRESS_SAMPLES_H

#include "box.h"
#include "mover/adapter.h"

/* Runs the samples of ADAPTER, called NAME in messages, and says on standard
 * output how many there were, or in messages what was not as it should be.
 * Returns the exit code. */
int samples_run(const char *name, struct adapter *adapter, struct box *box);

#endif
