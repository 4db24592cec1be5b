#define _GNU_SOURCE
#include "cprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

int cprocess_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

static int describe(const cprocess_request *request, posix_spawn_file_actions_t *files, posix_spawnattr_t *how) {
    const int appending = O_WRONLY | O_CREAT | O_APPEND;
    sigset_t none, all;
    int failure = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
    if (!failure) failure = posix_spawn_file_actions_addopen(files, 1, request->output, appending, 0600);
    if (!failure) {
        failure = strcmp(request->output, request->errors) == 0
            ? posix_spawn_file_actions_adddup2(files, 1, 2)
            : posix_spawn_file_actions_addopen(files, 2, request->errors, appending, 0600);
    }
    if (!failure) failure = posix_spawn_file_actions_addclosefrom_np(files, 3);
    if (!failure) failure = posix_spawn_file_actions_addchdir_np(files, request->folder);
    sigemptyset(&none);
    sigfillset(&all);
    if (!failure) failure = posix_spawnattr_setsigmask(how, &none);
    if (!failure) failure = posix_spawnattr_setsigdefault(how, &all);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    flags |= request->starts_session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
    if (!failure) failure = posix_spawnattr_setflags(how, flags);
    return failure;
}

int cprocess_start(const cprocess_request *request, pid_t *pid) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    int failure = posix_spawn_file_actions_init(&files);
    if (failure) return failure;
    failure = posix_spawnattr_init(&how);
    if (!failure) {
        failure = describe(request, &files, &how);
        if (!failure) {
            failure = posix_spawn(pid, request->program, &files, &how, request->arguments, request->environment);
        }
        posix_spawnattr_destroy(&how);
    }
    posix_spawn_file_actions_destroy(&files);
    return failure;
}

int64_t cprocess_disk_bytes(const char *folder, int64_t enough) {
    char *paths[] = {(char *)folder, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk) return INT64_MAX;
    int64_t total = 0;
    for (FTSENT *entry = fts_read(walk); entry; entry = fts_read(walk)) {
        // What goes away while we look does not count; what hides does.
        if (entry->fts_info == FTS_DNR && entry->fts_errno == EACCES) {
            total = INT64_MAX;
            break;
        }
        if (entry->fts_info == FTS_DP || entry->fts_info == FTS_NS || entry->fts_info == FTS_ERR) continue;
        total += (int64_t)entry->fts_statp->st_blocks * 512;
        if (total > enough) break;
    }
    fts_close(walk);
    return total;
}

int64_t cprocess_file_bytes(const char *folder, int64_t files_max) {
    char *paths[] = {(char *)folder, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    int64_t total = 0, files = 0;
    if (!walk) return 0;
    for (FTSENT *entry = fts_read(walk); entry && files < files_max; entry = fts_read(walk)) {
        if (entry->fts_info != FTS_F) continue;
        total += (int64_t)entry->fts_statp->st_size;
        files += 1;
    }
    fts_close(walk);
    return total;
}
