#include "phase/functions.h"

#include <string.h>

#define P       STEPS_PREREQUISITES
#define E       STEPS_EXECUTION
#define C       STEPS_CLEANUP
#define FAN_OUT true

/* What Kanister has, in the order of its names, and then what it had. */
static const struct function functions[] = {
    { "BackupData", P | E | C, "restic", false, NULL,
      "backs up a path of a pod" },
    { "BackupDataAll", P | E | C, "restic", FAN_OUT, NULL,
      "backs up a path of each of several pods" },
    { "BackupDataStats", P | E, NULL, false, NULL,
      "reads the size of a backup" },
    { "CheckRepository", P | E, NULL, false, NULL,
      "looks whether a repository can be reached" },
    { "CopyVolumeData", P | E, "restic", false, NULL,
      "copies a volume to object storage" },
    { "CreateCSISnapshot", E, NULL, false, NULL,
      "makes a volume snapshot and waits for it" },
    { "CreateCSISnapshotStatic", E, NULL, false, NULL,
      "makes a volume snapshot of an existing one" },
    { "CreateRDSSnapshot", E, "aws", false, NULL,
      "makes a snapshot of an RDS database" },
    { "DeleteCSISnapshot", E, NULL, false, NULL,
      "deletes a volume snapshot and waits" },
    { "DeleteCSISnapshotContent", E, NULL, false, NULL,
      "deletes the content of a volume snapshot" },
    { "DeleteData", P | E, NULL, FAN_OUT, NULL,
      "deletes backups, one after the other" },
    { "DeleteDataAll", P | E, NULL, FAN_OUT, NULL,
      "deletes the backups of several pods" },
    { "DeleteRDSSnapshot", E, NULL, false, NULL,
      "deletes a snapshot of an RDS database" },
    { "ExportRDSSnapshotToLocation", P | E | C, "dump", false, NULL,
      "dumps an RDS snapshot to object storage" },
    { "KubeExec", E, NULL, false, NULL, "runs a command in a pod" },
    { "KubeExecAll", E, NULL, FAN_OUT, NULL,
      "runs a command in each of several pods" },
    { "KubeOps", E, NULL, false, NULL,
      "creates, patches or deletes a resource" },
    { "KubeTask", P | E, NULL, false, NULL, "runs a command in a new pod" },
    { "LocationDelete", E, NULL, false, NULL, "deletes from object storage" },
    { "MultiContainerRun", P | E, NULL, false, NULL,
      "runs two containers that share a volume" },
    { "PrepareData", P | E, NULL, false, NULL,
      "runs a command on mounted volumes" },
    { "RestoreCSISnapshot", E, NULL, false, NULL,
      "makes a volume of a volume snapshot" },
    { "RestoreData", P | E, "restic", false, NULL,
      "restores a backup into volumes" },
    { "RestoreDataAll", P | E, "restic", FAN_OUT, NULL,
      "restores a backup into the volumes of several pods" },
    { "RestoreRDSSnapshot", P | E | C, "dump", false, NULL,
      "restores an RDS database" },
    { "ScaleWorkload", E, NULL, false, NULL,
      "scales a workload and waits for it" },
    { "Wait", E, NULL, false, NULL, "waits for conditions" },
    { "WaitV2", E, NULL, false, NULL, "waits for conditions" },

    { "BackupDataUsingKopiaServer", P | E, "kopia", false, "0.119.0",
      "backs up a path of a pod" },
    { "CreateVolumeFromSnapshot", E, NULL, false, "2025-08",
      "makes volumes of cloud snapshots" },
    { "CreateVolumeSnapshot", E, NULL, false, "2025-08",
      "makes cloud snapshots of volumes" },
    { "DeleteDataUsingKopiaServer", P | E, NULL, false, "0.119.0",
      "deletes a backup" },
    { "DeleteVolumeSnapshot", E, NULL, false, "2025-08",
      "deletes cloud snapshots" },
    { "DescribeBackups", P | E, NULL, false, "earlier",
      "reads the size of backups" },
    { "RestoreDataUsingKopiaServer", P | E, "kopia", false, "0.119.0",
      "restores a backup into volumes" },
    { "WaitForSnapshotCompletion", E, NULL, false, "2025-08",
      "waits for cloud snapshots" },
};

enum { COUNT = sizeof functions / sizeof *functions };

const struct function *functions_find(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT; i++)
        if (strlen(functions[i].name) == len &&
            memcmp(functions[i].name, name, len) == 0)
            return &functions[i];
    return NULL;
}

unsigned functions_steps(const struct function *known)
{
    return known != NULL ? known->steps : P | E | C;
}

static void put_steps(struct buf *b, unsigned steps)
{
    const char *between = "";

    for (enum step step = 0; step < STEPS; step++) {
        if ((steps >> step & 1) == 0)
            continue;
        buf_str(b, between);
        buf_str(b, steps_name(step));
        between = ",";
    }
}

void functions_put(struct buf *b)
{
    buf_str(b, "function\tsteps\tmover\titems\tuntil\twhat it does\n");
    for (const struct function *f = functions; f < functions + COUNT; f++) {
        buf_str(b, f->name);
        buf_char(b, '\t');
        put_steps(b, f->steps);
        buf_char(b, '\t');
        buf_str(b, f->mover != NULL ? f->mover : "-");
        buf_str(b, f->fan_out ? "\tk of n\t" : "\t-\t");
        buf_str(b, f->until != NULL ? f->until : "-");
        buf_char(b, '\t');
        buf_str(b, f->says);
        buf_char(b, '\n');
    }
}
