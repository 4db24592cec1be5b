#ifndef CPROCESS_H
#define CPROCESS_H

#include <stdint.h>
#include <sys/types.h>

// What of the C library Swift's own module does not show: GNU additions and functions with variable arguments.

/// Makes this process the parent of every descendant whose own parent ends: none can get out of sight.
/// Returns 0, or -1 with errno.
int cprocess_adopt_orphans(void);

typedef struct {
    const char *_Nonnull program;
    char *_Nullable const *_Nonnull arguments;
    char *_Nullable const *_Nonnull environment;
    const char *_Nonnull folder;
    /// Appended to. The same path for both makes them one.
    const char *_Nonnull output;
    const char *_Nonnull errors;
    /// Not 0: a session of its own. 0: a process group of its own.
    int starts_session;
} cprocess_request;

/// Starts a process that inherits nothing: no descriptor, no signal setting, no variable. Standard input is empty.
/// Returns 0 or an error number.
int cprocess_start(const cprocess_request *_Nonnull request, pid_t *_Nonnull pid);

/// What a folder takes on the disk in bytes, links not followed; stops counting above `enough`. INT64_MAX when any
/// of it may not be looked at.
int64_t cprocess_disk_bytes(const char *_Nonnull folder, int64_t enough);

/// The bytes in the files of a folder and those below it, links not followed; of the first `files_max` files. What may not
/// be looked at, or is not there, has none.
int64_t cprocess_file_bytes(const char *_Nonnull folder, int64_t files_max);

#endif
