#include "mover/grammar.h"

/*
 * Patterns are written with the words below, so that a row reads like kopia's
 * own format: N(x) a whole number, SIZE(x) "546.9 MB", SPEED(x) "14.8 MB/s",
 * PERCENT "12.1%", LEFT "1m35s", TEXT(x) anything up to what follows.
 * Counters that wrapped carry a minus sign: they match, and stay unknown.
 */
#define GROUP(name, pattern) "(?<" #name ">" pattern ")"
#define N(name)              GROUP(name, "-?\\d{1,20}")
#define SIZE(name)           GROUP(name, "-?\\d[\\d.]{0,24} ?[KMGTPE]?i?B")
#define SPEED(name)                                                            \
    GROUP(name, "(?:-?\\d[\\d.]{0,24}|[+-]?Inf|NaN) ?[KMGTPE]?i?(?:B|bit)/s")
#define PERCENT              GROUP(progressPercent, "-?\\d[\\d.]{0,24}|[+-]?Inf|NaN") " ?%"
#define DURATION             "-?(?:[\\d.]{1,24}(?:h|ms|m|s|us|ns|\xC2\xB5s|\xCE\xBCs)){1,6}"
#define LEFT                 GROUP(estimatedTimeSeconds, DURATION)
#define TEXT(name)           GROUP(name, ".*")
#define TEXT_UPTO(name, end) GROUP(name, ".*?") end
#define ID(name)             GROUP(name, "[0-9A-Za-z]{1,256}")
#define END                  "$"

#define SPINNER_BYTES "|/-\\*"
#define SPIN          GROUP(spinner, "[-|/\\\\*]") " "
#define DIGITS        "0123456789"

/* F4's tail; F3 has it too. */
#define ESTIMATE                                                               \
    ", (?:estimating\\.\\.\\.|estimated " SIZE(                                \
        estimatedUploadSizeB) " \\(" PERCENT "\\) " LEFT " left)"
#define HASHING N(hashingFiles) " hashing, "
#define HASHED  N(hashedFiles) " hashed \\(" SIZE(hashedB) "\\), "
#define CACHED  N(cachedFiles) " cached \\(" SIZE(cachedB) "\\), "
#define UPLOADED_BLOBS                                                         \
    N(uploadedBlobs) " uploaded \\(" SIZE(sizeUploadedB) "\\)"
/* "PATH": TEXT, where nothing in PATH is escaped: message.h takes it apart */
#define QUOTED_PATH "\"" TEXT(text) END

#define FILE_ERRORS (FIELD_BIT(F_fatalErrors) | FIELD_BIT(F_ignoredErrors))
#define RESTORE_EXTRAS                                                         \
    (FIELD_BIT(F_skippedItems) | FIELD_BIT(F_skippedB) |                       \
     FIELD_BIT(F_ignoredErrors))

#define DRESS     OP_NONE, LINE_DRESS
#define KNOWN(op) op, LINE_KNOWN

/*
 * name, first and last release, operation, meaning, first bytes or literal,
 * pattern, fields that are 0 when left out, what it says.
 */
const struct form
    grammar[] = {
        /* snapshot create, migrate: cli/cli_progress.go */
        { "snapshot-f4", "0.8.0", "", OP_SNAPSHOT, LINE_PROGRESS, SPINNER_BYTES,
          NULL,
          SPIN HASHING HASHED CACHED
          "uploaded " SIZE(sizeUploadedB) "(?: \\(" N(
              fatalErrors) " fatal errors?\\))?"
                           "(?: \\(" N(
                               ignoredErrors) " errors? ignored\\))?" ESTIMATE,
          FILE_ERRORS, "progress of one source" },
        { "snapshot-f3", "0.7.0-rc2", "0.7.3", OP_SNAPSHOT, LINE_PROGRESS,
          SPINNER_BYTES, NULL,
          SPIN HASHING HASHED CACHED UPLOADED_BLOBS
          ", " N(ignoredErrors) " errors?" ESTIMATE,
          0, "progress of one source" },
        { "snapshot-f2", "0.6.0-rc1", "0.7.0-rc1", OP_SNAPSHOT, LINE_PROGRESS,
          SPINNER_BYTES, NULL,
          SPIN HASHING HASHED CACHED UPLOADED_BLOBS
          ", " N(ignoredErrors) " errors?(?!,)(?: " PERCENT ")?",
          0, "progress; percent of the previous snapshot's size" },
        { "snapshot-f1", "0.5.0-rc1", "0.5.2", OP_SNAPSHOT, LINE_PROGRESS,
          SPINNER_BYTES, NULL,
          SPIN "(?:" HASHING ")?" HASHED CACHED UPLOADED_BLOBS
               "(?!,)(?: " PERCENT ")?",
          0, "progress; percent of the previous snapshot's size" },
        { "snapshot-f0", "0.3.0-pre2", "0.4.0", OP_SNAPSHOT, LINE_PROGRESS,
          NULL, "processing ",
          "(?:directory|upload) '.*' .* of .* \\(\\d+%\\)(?: .*/s)?" END, 0,
          "progress of one directory or blob: no share of the whole" },
        { "snapshot-f0-completed", "0.3.0-pre2", "0.4.0", KNOWN(OP_SNAPSHOT),
          NULL, "completed ", "(?:directory|upload) '.*'.*", 0,
          "one directory or blob" },
        { "snapshot-f0-empty", "0.3.0-pre2", "0.4.0", KNOWN(OP_SNAPSHOT), NULL,
          "empty directory", NULL, 0, "one directory" },
        { "snapshot-f0-start", "0.3.0-pre2", "0.4.0", OP_SNAPSHOT, LINE_SOURCE,
          NULL, "snapshotting ", TEXT(source) END, 0, "a source begins" },
        { "snapshot-f0-uploading", "0.3.0-pre10", "", KNOWN(OP_SNAPSHOT), NULL,
          "uploading ", ".* using \\d+ previous manifests", 0,
          "the source again" },
        { "snapshot-source", "0.5.0-rc1", "", OP_SNAPSHOT, LINE_SOURCE, NULL,
          "Snapshotting ", TEXT_UPTO(source, " \\.\\.\\."), 0,
          "a source begins" },
        { "snapshot-ignored-error", "0.6.0-rc1", "", OP_NONE, LINE_IGNORED,
          NULL, "! Ignored error when processing ", QUOTED_PATH, 0,
          "a file or directory that the policy lets fail" },
        { "snapshot-fatal-error", "0.8.0", "", OP_NONE, LINE_ERROR, NULL,
          "! Error when processing ", QUOTED_PATH, 0,
          "a file or directory that fails the snapshot" },
        { "snapshot-ignored-error-no-progress", "0.6.0-rc1", "", OP_NONE,
          LINE_IGNORED, NULL, "Ignored error when processing ", QUOTED_PATH, 0,
          "the same with --no-progress" },
        { "snapshot-fatal-error-no-progress", "0.8.0", "", OP_NONE, LINE_ERROR,
          NULL, "Error when processing ", QUOTED_PATH, 0,
          "the same with --no-progress" },
        { "snapshot-hash-error", "0.5.0-rc1", "0.5.2", OP_SNAPSHOT,
          LINE_IGNORED, NULL, "unable to hash file ",
          "\"" TEXT_UPTO(path, "\": ") TEXT_UPTO(text, ", ignoring") END, 0,
          "a file that the policy lets fail" },
        { "snapshot-checkpoint", "0.6.0-rc1", "0.6.4", KNOWN(OP_SNAPSHOT), NULL,
          "! Saving a checkpoint...", NULL, 0, "the counters restart" },
        { "snapshot-checkpoint-no-progress", "0.6.0-rc1", "0.6.4",
          KNOWN(OP_SNAPSHOT), NULL, "Saving a checkpoint...", NULL, 0,
          "the counters restart" },
        { "snapshot-saved", "0.5.0-rc1", "", OP_SNAPSHOT, LINE_SAVED, NULL,
          "Created",
          GROUP(partial, " partial") "? snapshot with root " ID(
              rootID) " and ID " ID(snapshotID) " in " GROUP(elapsedSeconds,
                                                             DURATION) END,
          0, "the snapshot is saved" },
        { "snapshot-f0-saved", "0.3.0-pre2", "0.4.0", OP_SNAPSHOT, LINE_SAVED,
          NULL, "uploaded snapshot ",
          ID(snapshotID) " \\(root " ID(rootID) "\\) in " GROUP(elapsedSeconds,
                                                                DURATION) END,
          0, "the snapshot is saved" },
        { "snapshot-unchanged", "0.11.0", "", OP_SNAPSHOT, LINE_UNCHANGED, NULL,
          "Not saving snapshot because no files have been changed", NULL, 0,
          "identical to the previous one" },
        { "snapshot-ignored-count", "0.6.0-rc1", "", KNOWN(OP_SNAPSHOT), NULL,
          "Ignored ", "\\d+ error(?:s|\\(s\\)) while snapshotting.*", 0,
          "how many errors were ignored" },
        { "snapshot-fatal-count", "0.8.0", "", OP_SNAPSHOT, LINE_FAILED, NULL,
          "Found ",
          N(fatalErrors) " fatal error\\(s\\) while snapshotting " TEXT_UPTO(
              source, "\\.") END,
          0, "saved, but files are missing: exit status 1" },
        { "snapshot-cancelled", "0.5.0-rc1", "", OP_SNAPSHOT, LINE_CANCELLED,
          NULL, "Upload canceled", NULL, 0,
          "the sources that follow are not saved" },
        { "snapshot-upload-cancelled", "0.8.0", "", OP_SNAPSHOT, LINE_ABORTED,
          NULL, "upload error: canceled", NULL, 0, "a single file, not saved" },
        { "snapshot-upload-error", "0.8.0", "", OP_SNAPSHOT, LINE_FAILED, NULL,
          "upload error: ", TEXT(text) END, 0, "the source is not saved" },
        { "snapshot-flush-error", "0.5.0-rc1", "", OP_SNAPSHOT, LINE_FAILED,
          NULL, "flush error: ", TEXT(text) END, 0, "the source is not saved" },
        { "snapshot-prepare-error", "0.14.0", "", OP_SNAPSHOT, LINE_FAILED,
          NULL, "failed to prepare source: ", TEXT(text) END, 0,
          "no such source" },
        { "snapshot-entry-error", "0.5.0-rc1", "", OP_SNAPSHOT, LINE_FAILED,
          NULL, "unable to get local filesystem entry: ", TEXT(text) END, 0,
          "no such source" },
        { "snapshot-write-error", "0.8.0", "", KNOWN(OP_SNAPSHOT), NULL,
          "async write error: ", NULL, 0,
          "storage trouble; a failure may follow" },
        { "snapshot-no-estimate", "0.18.0", "", KNOWN(OP_SNAPSHOT), NULL,
          "Unable to estimate", NULL, 0, "the percent stays unknown" },
        { "snapshot-checkpoint-error", "0.7.0", "", KNOWN(OP_SNAPSHOT), NULL,
          "error checkpointing: ", NULL, 0,
          "the upload is cancelled: partial" },
        { "snapshot-resolved", "0.8.0", "", KNOWN(OP_SNAPSHOT), "/", NULL,
          "/.* resolved to /.*", 0, "a symbolic link was followed" },
        { "snapshot-action", "0.8.0", "", KNOWN(OP_SNAPSHOT), NULL,
          "Not executing ", ".* action on .*", 0, "actions are off" },
        { "snapshot-action-error", "0.8.0", "", KNOWN(OP_SNAPSHOT), NULL,
          "error running '", ".*' action: .*", 0, "an action failed" },
        { "snapshot-previous-error", "0.5.0-rc1", "0.10.7", KNOWN(OP_SNAPSHOT),
          NULL, "unable to read previous directory entries: ", NULL, 0,
          "hashed again" },
        { "snapshot-debug", "0.7.3", "", KNOWN(OP_SNAPSHOT), NULL, "Uploading ",
          ".* with parallelism \\d+", 0, "at --log-level=debug" },

        /* migrate: cli/command_snapshot_migrate.go */
        { "migrate-snapshot", "0.3.0", "", OP_MIGRATE, LINE_START, NULL,
          "migrating snapshot of ", NULL, 0, "one snapshot begins" },
        { "migrate-already", "0.5.0", "", OP_MIGRATE, LINE_START, NULL,
          "already migrated ", NULL, 0, "one snapshot is there" },
        { "migrate-policy", "0.5.0", "", OP_MIGRATE, LINE_START, NULL,
          "migrating policy for ", NULL, 0, "one policy" },
        { "migrate-policy-set", "0.5.0", "", OP_MIGRATE, LINE_START, NULL,
          "policy already set for ", NULL, 0, "one policy is there" },
        { "migrate-cancel", "0.5.0", "", KNOWN(OP_MIGRATE), NULL,
          "canceling active uploader for ", NULL, 0, "told to stop" },
        { "migrate-error", "0.5.0", "", OP_MIGRATE, LINE_PARTIAL, NULL,
          "unable to migrate source: ", TEXT(text) END, 0,
          "one source is missing; exit status 0 all the same" },
        { "migrate-done", "0.5.0", "", OP_MIGRATE, LINE_DONE, NULL,
          "Migration finished.", NULL, 0, "all sources are through" },

        /* restore: cli/command_restore.go, cli/restore_progress.go */
        { "restore-start", "0.6.0-rc1", "", OP_RESTORE, LINE_START, NULL,
          "Restoring to ", NULL, 0, "begins" },
        { "restore-from", "0.12.0", "", OP_RESTORE, LINE_START, NULL,
          "Restoring from", NULL, 0, "begins, from a path" },
        { "restore-from-source", "0.12.0", "", KNOWN(OP_RESTORE), NULL,
          "Snapshot source: ", NULL, 0, "" },
        { "restore-from-time", "0.12.0", "", KNOWN(OP_RESTORE), NULL,
          "Snapshot time: ", NULL, 0, "" },
        { "restore-from-path", "0.12.0", "", KNOWN(OP_RESTORE), NULL,
          "Relative path:", NULL, 0, "" },
        { "restore-from-object", "0.12.0", "", KNOWN(OP_RESTORE), NULL,
          "Object ID: ", NULL, 0, "" },
        { "restore-file", "0.6.0-rc1", "0.7.2", OP_RESTORE, LINE_START, NULL,
          "WriteFile ", NULL, 0, "one file; no counters" },
        { "restore-symlink", "0.7.0-rc2", "0.7.2", OP_RESTORE, LINE_START, NULL,
          "CreateSymlink ", NULL, 0, "one symbolic link; no counters" },
        { "restore-progress", "0.7.3", "", OP_RESTORE, LINE_PROGRESS, NULL,
          "Processed ",
          N(processedItems) " \\(" SIZE(sizeDownloadedB) "\\) of " N(totalItems) " \\(" SIZE(
              estimatedDownloadSizeB) "\\)"
                                      "(?:, skipped " N(
                                          skippedItems) " \\(" SIZE(skippedB) "\\"
                                                                              "))"
                                                                              "?"
                                                                              "(?"
                                                                              ":,"
                                                                              " i"
                                                                              "gn"
                                                                              "or"
                                                                              "ed"
                                                                              " " N(
                                                                                  ignoredErrors) " errors)?"
                                                                                                 "(?: " SPEED(
                                                                                                     speedBps) " \\(" PERCENT
                                                                                                               "\\) remaining " LEFT
                                                                                                               ")?\\.",
          RESTORE_EXTRAS, "progress; the totals grow" },
        { "restore-done", "0.6.0-rc1", "", OP_RESTORE, LINE_DONE, NULL,
          "Restored ",
          N(files) " files(?:,| and) " N(
              directories) " directories"
                           "(?: and " N(symlinks) " symbolic links)? \\(" SIZE(
                               bytes) "\\)"
                                      "(?:, skipped " N(
                                          skippedItems) " \\(" SIZE(skippedB) "\\))?"
                                                                              "(?:, deleted directories \\d+)?(?:, deleted files \\d+)?"
                                                                              "(?:, deleted symbolic links \\d+)?"
                                                                              "(?:, ignored " N(
                                                                                  ignoredErrors) " errors)?\\.?",
          0, "all is restored" },
        { "restore-ignored-error", "0.8.0", "", OP_RESTORE, LINE_IGNORED, NULL,
          "ignored error ", GROUP(text, ".*") " on " GROUP(path, ".*?") END, 0,
          "an item that --ignore-errors lets fail" },
        { "restore-error", "0.8.0", "", OP_RESTORE, LINE_FAILED, NULL,
          "error restoring: ", TEXT(text) END, 0, "" },
        { "restore-error-old", "0.6.0-rc1", "", OP_RESTORE, LINE_FAILED, NULL,
          "restore error: ", TEXT(text) END, 0, "" },

        /* snapshot verify: cli/command_snapshot_verify.go */
        { "verify-found", "0.3.0-pre2", "0.10.5", OP_VERIFY, LINE_PROGRESS,
          NULL, "Found ",
          N(totalObjects) " objects, verifying \\d+, completed " N(
              processedObjects) " objects(?:, " PERCENT
                                " complete, remaining " LEFT
                                " \\(ETA [^)]*\\)| remaining " DURATION
                                " \\(ETA [^)]*\\))?\\.",
          0, "progress; the total grows" },
        { "verify-processed", "0.10.6", "0.20.1", OP_VERIFY, LINE_PROGRESS,
          NULL, "Processed ", N(processedObjects) " objects\\.", 0,
          "progress without a total" },
        { "verify-bytes", "0.21.0", "", OP_VERIFY, LINE_PROGRESS, NULL,
          "Processed ",
          N(processedObjects) " objects \\(" SIZE(processedB) "\\)\\. Read " N(
              readFiles) " files \\(" SIZE(readB) "\\)\\.",
          0, "progress without a total" },
        { "verify-finished", "0.14.0", "", OP_VERIFY, LINE_ENDED, NULL,
          "Finished processing ",
          N(processedObjects) " objects(?: \\(" SIZE(
              processedB) "\\)\\. Read " N(readFiles) " files \\(" SIZE(readB) "\\))?\\.",
          0, "printed on failure too" },
        { "verify-json", "0.21.0", "", OP_VERIFY, LINE_PROGRESS, NULL,
          "{\"processedObjectCount\":",
          N(processedObjects) ",\"processedBytes\":" GROUP(processedB, "\\d+") ",\"readFileCount\":" N(readFiles) ",\"readBytes\":" GROUP(
              readB,
              "\\d+") ",\"expectedTotalObjectCount\":" N(totalObjects) ",\"expe"
                                                                       "ctedTot"
                                                                       "alFileC"
                                                                       "ount\":"
                                                                       "\\d+,"
                                                                       "\"expec"
                                                                       "tedTota"
                                                                       "lBytes"
                                                                       "\""
                                                                       ":" GROUP(
                                                                           totalB,
                                                                           "\\d"
                                                                           "+") "\\}",
          0, "progress with --json; totals without deduplication" },
        { "verify-error", "0.10.6", "", OP_VERIFY, LINE_ERROR, NULL,
          "error processing ", TEXT_UPTO(path, ": ") TEXT(text) END, 0,
          "an object that fails the verification" },
        { "verify-error-old", "0.3.0-pre2", "0.10.5", OP_VERIFY, LINE_ERROR,
          NULL, "failed on ", TEXT_UPTO(path, ": ") TEXT(text) END, 0,
          "an object that fails the verification" },
        { "listing-blobs", "0.5.0-rc1", "", KNOWN(OP_NONE), NULL,
          "Listing blobs...", NULL, 0, "before a verification" },
        { "listed-blobs", "0.5.0-rc1", "", KNOWN(OP_NONE), NULL, "Listed ",
          "\\d+ blobs\\.", 0, "before a verification" },
        { "counted-blobs", "0.5.0-rc1", "", KNOWN(OP_NONE), DIGITS, NULL,
          "\\d{1,20} blobs\\.\\.\\.", 0, "before a verification" },

        /* content verify: cli/command_content_verify.go */
        { "content-verify-start", "0.5.0-rc1", "0.21.1", OP_CONTENT_VERIFY,
          LINE_START, NULL, "Verifying all contents...", NULL, 0, "begins" },
        { "content-verify-start-new", "0.22.0", "", OP_CONTENT_VERIFY,
          LINE_START, NULL, "Verifying contents...", NULL, 0, "begins" },
        { "content-verify-progress", "0.9.0-rc1", "", OP_CONTENT_VERIFY,
          LINE_PROGRESS, NULL, "Verified ",
          N(processedObjects) " of " N(
              totalObjects) " contents \\(" PERCENT
                            "\\), " N(errors) " errors, remaining " LEFT
                                              ", ETA .*",
          0, "progress" },
        { "content-verify-estimating", "0.9.0-rc1", "", OP_CONTENT_VERIFY,
          LINE_PROGRESS, NULL, "Verified ",
          N(processedObjects) " contents, " N(
              errors) " errors, estimating\\.\\.\\.",
          0, "progress; not counted yet" },
        { "content-verify-old", "0.5.0-rc1", "0.8.4", OP_CONTENT_VERIFY,
          LINE_PROGRESS, DIGITS, NULL,
          N(processedObjects) " contents, " N(errors) " errors\\.\\.\\.", 0,
          "progress without a total" },
        { "content-verify-end", "0.5.0-rc1", "0.21.1", OP_CONTENT_VERIFY,
          LINE_ENDED, NULL, "Finished verifying ",
          N(processedObjects) " contents, found " N(errors) " errors\\.", 0,
          "printed on failure too" },
        { "content-verify-end-new", "0.22.0", "", OP_CONTENT_VERIFY, LINE_ENDED,
          NULL, "Finished verifying contents", NULL, 0,
          "printed on failure too" },
        { "content-verify-counters", "0.22.0", "", KNOWN(OP_NONE), NULL,
          "verifyCounters:", NULL, 0, "also within a full maintenance" },
        { "content-verify-error", "0.9.0-rc1", "0.21.1", OP_CONTENT_VERIFY,
          LINE_ERROR, NULL, "error content ", "(?<path>\\S+) " TEXT(text) END,
          0, "a content that fails" },
        { "content-verify-error-new", "0.22.0", "", OP_CONTENT_VERIFY,
          LINE_ERROR, NULL, "content ",
          "(?<path>\\S+) (?!is ok)" TEXT(text) END, 0, "a content that fails" },
        { "content-verify-ok", "0.3.0-pre2", "0.4.0", KNOWN(OP_CONTENT_VERIFY),
          NULL, "content ", "\\S+ is ok", 0, "one content" },
        { "content-verify-missing-pack", "0.22.0", "", KNOWN(OP_CONTENT_VERIFY),
          NULL, "missingPack", NULL, 0, "a pack that contents need" },
        { "content-verify-truncated-pack", "0.22.0", "",
          KNOWN(OP_CONTENT_VERIFY), NULL, "truncatedPack", NULL, 0,
          "a pack that contents need" },
        { "content-verify-corrupted-pack", "0.22.0", "",
          KNOWN(OP_CONTENT_VERIFY), NULL, "corruptedPack", NULL, 0,
          "a pack that contents need" },
        { "content-verify-failed", "0.22.0", "", OP_CONTENT_VERIFY, LINE_FAILED,
          NULL, "verify contents: ", TEXT(text) END, 0, "" },

        /* index recover: cli/command_index_recover.go */
        { "index-recover-progress", "0.9.0-rc1", "", OP_INDEX_RECOVER,
          LINE_PROGRESS, NULL, "Recovered ",
          "\\d+ index entries from " N(processedBlobs) "/" N(
              totalBlobs) " blobs \\(" PERCENT "\\) " LEFT " remaining .* ETA",
          0, "progress" },
        { "index-recover-estimating", "0.9.0-rc1", "", OP_INDEX_RECOVER,
          LINE_PROGRESS, NULL, "Recovered ",
          "\\d+ index entries from " N(
              processedBlobs) " blobs, estimating time "
                              "remaining\\.\\.\\. \\(found " N(
                                  totalBlobs) " blobs\\)",
          0, "progress; the total grows" },
        { "index-recover-old", "0.3.0-pre2", "0.8.4", OP_INDEX_RECOVER,
          LINE_START, NULL, "Recovered ",
          "\\d+ entries from \\S+ \\(commit=\\w+\\)", 0,
          "one pack; no counters" },
        { "index-recover-done", "0.9.0-rc1", "", OP_INDEX_RECOVER, LINE_ENDED,
          NULL, "Recovered ", "\\d+ contents from \\d+\\.", 0,
          "printed on failure too" },
        { "index-recover-done-old", "0.3.0-pre2", "0.8.4", OP_INDEX_RECOVER,
          LINE_ENDED, NULL, "Recovered ", "\\d+ blocks\\.", 0, "" },
        { "index-recover-dry", "0.3.0-pre2", "", OP_INDEX_RECOVER, LINE_ENDED,
          NULL, "Found ",
          "\\d+ (?:blocks|contents) to recover.* not committed.*", 0,
          "printed on failure too" },
        { "index-recover-none", "0.3.0-pre2", "", OP_INDEX_RECOVER, LINE_ENDED,
          NULL, "No ", "(?:blocks|contents) recovered\\.", 0,
          "printed on failure too" },
        { "index-recover-deleting", "0.9.0-rc1", "", KNOWN(OP_INDEX_RECOVER),
          NULL, "deleting old index blob: ", NULL, 0, "" },
        { "index-recover-would-delete", "0.9.0-rc1", "",
          KNOWN(OP_INDEX_RECOVER), NULL, "would delete old index: ", NULL, 0,
          "" },

        /* repository sync-to: cli/command_repository_sync.go */
        { "sync-start", "0.6.0", "", OP_SYNC, LINE_START, NULL,
          "Synchronizing repositories:", NULL, 0, "begins" },
        { "sync-source", "0.6.0", "", KNOWN(OP_SYNC), NULL, "Source: ", NULL, 0,
          "" },
        { "sync-destination", "0.6.0", "", KNOWN(OP_SYNC), NULL,
          "Destination: ", NULL, 0, "" },
        { "sync-note", "0.6.0", "", KNOWN(OP_SYNC), NULL, "NOTE: ", NULL, 0,
          "" },
        { "sync-looking", "0.6.0", "", OP_SYNC, LINE_START, NULL,
          "Looking for BLOBs to synchronize...", NULL, 0, "" },
        { "sync-listed-destination", "0.6.0", "", OP_SYNC, LINE_PROGRESS, NULL,
          "Found ", "\\d+ BLOBs in the destination repository \\([^)]*\\)", 0,
          "part 1: nothing is copied yet" },
        { "sync-listed-source", "0.6.0", "", OP_SYNC, LINE_TOTAL, NULL,
          "Found ",
          "\\d+ BLOBs \\([^)]*\\) in the source repository, " N(
              totalBlobs) " \\(" SIZE(estimatedUploadSizeB) "\\) to copy",
          0, "part 2: the total grows" },
        { "sync-listed-deletions", "0.6.0", "", KNOWN(OP_SYNC), NULL, "Found ",
          "\\d+ BLOBs to delete \\([^)]*\\), \\d+ in sync \\([^)]*\\)", 0,
          "part 3" },
        { "sync-copying", "0.6.0", "", OP_SYNC, LINE_COPYING, NULL,
          "Copying...", NULL, 0, "part 4: the total stands" },
        { "sync-progress", "0.6.0", "", OP_SYNC, LINE_PROGRESS, NULL, "Copied ",
          N(processedBlobs) " blobs \\(" SIZE(
              sizeUploadedB) "\\), Speed: (?:-|" SPEED(speedBps) "), ETA: "
                                                                 "(?:"
                                                                 "unknown|" LEFT
                                                                 "(?: "
                                                                 "\\([^)]*\\))?"
                                                                 ")",
          0, "part 5: progress; the total is part 2's" },
        { "sync-failed", "0.6.0", "", OP_SYNC, LINE_FAILED, NULL,
          "error copying blobs: ", TEXT(text) END, 0, "" },

        /* maintenance: repo/maintenance, snapshot/snapshotgc */
        { "maintenance-start", "0.6.0", "", OP_MAINTENANCE, LINE_START, NULL,
          "Running ", "(?:quick|full) maintenance\\.\\.\\.", 0, "begins" },
        { "maintenance-end", "0.6.0", "", OP_MAINTENANCE, LINE_ENDED, NULL,
          "Finished ", "(?:quick|full) maintenance\\.", 0,
          "printed on failure too" },
        { "maintenance-progress", "0.8.0", "0.10.5", OP_MAINTENANCE,
          LINE_PROGRESS, NULL, "Processed ",
          N(processedObjects) " contents, discovered " N(
              totalObjects) "\\.\\.\\.",
          0, "progress; the total grows" },
        { "maintenance-failed-auto", "0.22.0", "", OP_NONE, LINE_FAILED, NULL,
          "running auto-maintenance: ", TEXT(text) END, 0,
          "after a good snapshot: exit status 1" },
        { "maintenance-failed-warning", "0.6.0", "0.21.1",
          KNOWN(OP_MAINTENANCE), NULL, "error running maintenance: ", NULL, 0,
          "exit status 0" },
        { "maintenance-rewriting", "0.6.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Rewriting contents", NULL, 0, "" },
        { "maintenance-rewritten", "0.14.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Total bytes rewritten ", NULL, 0, "" },
        { "maintenance-rewrite-error", "0.6.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "unable to rewrite content ", NULL, 0, "" },
        { "maintenance-compacting", "0.6.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Compacting ", NULL, 0, "" },
        { "maintenance-looking", "0.4.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Looking for ", NULL, 0, "" },
        { "maintenance-looking-old", "0.4.0", "0.7.3", KNOWN(OP_MAINTENANCE),
          NULL, "looking for ", NULL, 0, "" },
        { "maintenance-deleted-so-far", "0.6.0", "", KNOWN(OP_MAINTENANCE),
          NULL, "deleted ", "\\d+ unreferenced blobs \\([^)]*\\)", 0, "" },
        { "maintenance-deleted", "0.6.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Deleted total ", NULL, 0, "" },
        { "maintenance-dropping", "0.6.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Dropping contents deleted before ", NULL, 0, "" },
        { "maintenance-safe-time", "0.6.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Found safe time to drop indexes: ", NULL, 0, "" },
        { "maintenance-skipping", "0.8.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Skipping blob deletion because ", NULL, 0, "" },
        { "maintenance-not-finalized", "0.6.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Previous content rewrite has not been finalized yet", NULL, 0, "" },
        { "maintenance-too-soon", "0.6.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Not enough time has passed since previous successful ", NULL, 0,
          "" },
        { "maintenance-logs", "0.9.0-rc1", "", KNOWN(OP_MAINTENANCE), NULL,
          "Cleaned up ", NULL, 0, "" },
        { "maintenance-extending", "0.14.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Extending retention time for blobs...", NULL, 0, "" },
        { "maintenance-extended", "0.14.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Extended total ", NULL, 0, "" },
        { "maintenance-extended-so-far", "0.14.0", "", KNOWN(OP_MAINTENANCE),
          NULL, "extended ", "\\d+ blobs", 0, "" },
        { "maintenance-found-to-extend", "0.14.0", "", KNOWN(OP_MAINTENANCE),
          NULL, "Found ", "\\d+ blobs to extend", 0, "" },
        { "maintenance-epoch-compact", "0.17.0", "", KNOWN(OP_MAINTENANCE),
          NULL, "Attempting to compact ", NULL, 0, "" },
        { "maintenance-epoch-clean", "0.17.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Cleaning up ", NULL, 0, "" },
        { "maintenance-epoch-advance", "0.17.0", "", KNOWN(OP_MAINTENANCE),
          NULL, "Advancing epoch markers...", NULL, 0, "" },
        { "maintenance-gc", "0.11.0", "", KNOWN(OP_MAINTENANCE), NULL, "GC ",
          "(?:found|undeleted) \\d+ .*", 0, "" },
        { "maintenance-gc-old", "0.4.0", "0.10.7", KNOWN(OP_MAINTENANCE), NULL,
          "found ", "\\d+ .*contents.*", 0, "" },
        { "maintenance-gc-so-far", "0.4.0", "0.21.1", KNOWN(OP_MAINTENANCE),
          NULL, "... found ", "\\d+ unused contents so far.*", 0, "" },
        { "maintenance-index-blobs", "0.6.0", "", KNOWN(OP_MAINTENANCE), NULL,
          "Found too many index blobs ", NULL, 0, "maintenance is overdue" },

        /* snapshot estimate: cli/command_snapshot_estimate.go */
        { "estimate-scanning", "0.3.0-pre2", "", OP_ESTIMATE, LINE_START, NULL,
          "Scanning ", NULL, 0, "begins" },
        { "estimate-analyzing", "0.8.0", "", OP_ESTIMATE, LINE_START, NULL,
          "Analyzing ", ".*\\.\\.\\.", 0, "one directory" },
        { "estimate-includes", "0.3.0-pre2", "", OP_ESTIMATE, LINE_START, NULL,
          "Snapshot includes ",
          N(files) " file(?:s|\\(s\\)), total size " SIZE(bytes) END, 0,
          "what a snapshot would hold" },
        { "estimate-excludes", "0.3.0-pre2", "", KNOWN(OP_ESTIMATE), NULL,
          "Snapshot excludes ", NULL, 0, "" },
        { "estimate-excludes-0.8", "0.8.0", "0.8.4", KNOWN(OP_ESTIMATE), NULL,
          "Snapshots excludes ", NULL, 0, "" },
        { "estimate-bucket-old", "0.3.0-pre2", "0.7.3", KNOWN(OP_ESTIMATE),
          NULL, "with size over ", NULL, 0, "" },
        { "estimate-bucket", "0.8.0", "", KNOWN(OP_ESTIMATE), DIGITS "<", NULL,
          "(?:< )?[\\d.]+ [KMGTPE]?i?B *\\.\\.\\. *[\\d.]+ [KMGTPE]?i?B: .*", 0,
          "" },
        { "estimate-errors", "0.8.0", "", KNOWN(OP_ESTIMATE), NULL,
          "Encountered ", "\\d+ error(?:s|\\(s\\))\\.", 0, "" },
        { "estimate-done", "0.3.0-pre2", "", OP_ESTIMATE, LINE_DONE, NULL,
          "Estimated upload time: ", NULL, 0, "" },
        { "estimate-ignored-error", "0.3.0-pre2", "", OP_ESTIMATE, LINE_IGNORED,
          NULL, "Ignored error in ", TEXT_UPTO(path, ": ") TEXT(text) END, 0,
          "a directory that was passed over" },
        { "estimate-error", "0.8.0", "", OP_ESTIMATE, LINE_ERROR, NULL,
          "Error in ", TEXT_UPTO(path, ": ") TEXT(text) END, 0,
          "a directory that was passed over" },
        { "estimate-failed", "0.8.0", "", OP_ESTIMATE, LINE_FAILED, NULL,
          "error estimating: ", TEXT(text) END, 0, "" },

        /* any command */
        { "failed-kingpin", "0.3.0-pre2", "", OP_NONE, LINE_FAILED, NULL,
          "kopia: error: ", TEXT(text) END, 0,
          "up to 0.7.3 the failure text; bad arguments always" },
        { "failed-several", "0.3.0-pre2", "", OP_NONE, LINE_FAILED, NULL,
          "encountered ", "\\d+ errors:?" END, 0, "their texts follow" },
        { "failed-open", "0.3.0-pre2", "", OP_NONE, LINE_FAILED, NULL,
          "open repository: ", TEXT(text) END, 0, "" },
        { "failed-open-first", "0.8.0", "", OP_NONE, LINE_FAILED, NULL,
          "failed to open repository: ", TEXT(text) END, 0,
          "a second line says it again" },
        { "failed-connect", "0.3.0-pre2", "", OP_NONE, LINE_FAILED, NULL,
          "error connecting to ", TEXT(text) END, 0, "" },
        { "update-notice", "0.5.0-rc1", "", KNOWN(OP_NONE), NULL,
          "Upgrade of Kopia from ", NULL, 0, "before everything" },
        { "update-notice-visit", "0.5.0-rc1", "", KNOWN(OP_NONE), NULL,
          "Visit ", NULL, 0, "before everything" },

        /* dressings of log lines: internal/logfile, internal/zaplogutil */
        { "dress-time", "0.3.0-pre2", "", DRESS, DIGITS, NULL,
          "\\d\\d:\\d\\d:\\d\\d\\.\\d{3} +", 0,
          "--console-timestamps; always up to 0.7.2" },
        { "dress-iso-time", "0.11.0", "0.11.2", DRESS, DIGITS, NULL,
          "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?"
          "(?:Z|[+-]\\d\\d:?\\d\\d) +",
          0, "always in these releases; kubectl logs --timestamps" },
        { "dress-module", "0.3.0-pre2", "0.7.2", DRESS, "[", NULL,
          "\\[[-\\w/. ]{1,64}\\] ", 0, "" },
        { "debug", "0.9.1", "0.21.1", KNOWN(OP_NONE), NULL, "DEBUG ", NULL, 0,
          "at --log-level=debug" },
        { "dress-level", "0.8.0", "0.21.1", DRESS, "EIWNF", NULL,
          "(?<level>INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL)(?: |: )", 0,
          "\"ERROR: \" up to 0.9.0, words without a colon from 0.9.1" },
        { "json", "0.8.0", "", OP_NONE, LINE_JSON, "{", NULL, "\\{", 0,
          "--json-log-console; documents of --json" },

        /* the failure text, where it is the last word */
        { "suspect", "0.22.0", "", OP_NONE, LINE_SUSPECT, "ucefinorwsa", NULL,
          GROUP(text,
                "(?:unable to|can(?:not|'t)|could not|error|failed|invalid|"
                "found|no |not |object|repository|write|storage|access).*") END,
          0, "from 0.22.0 failures carry no level word" },

        { .name = NULL },
    };
