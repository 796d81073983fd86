// What a disk has of a folder when the power goes: preloaded into a process, it keeps of each file the content at its last sync, and of each folder the
// names at its last sync. power_cut.py (Disk) puts that back in place of what the kernel has.
//
// HARKEN_DISK_FOLDER   the folder, without symbolic links in its path
// HARKEN_DISK_KEPT     where the copies go: `data/KEY` has a file's content, `names/KEY` has one line for each name of a folder: its kind, its key
//                      and the name; the link `folder` leads to the folder's key. A key is the number of the inode and the moment of its making,
//                      because numbers are used again.
//
// Stricter than most file systems: a sync of a file brings neither its name nor another file to the disk.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder, *kept;

static void give_up(const char *what) {
    fprintf(stderr, "disk.c: %s: %s\n", what, strerror(errno));
    _exit(99);
}

static int key(int at, const char *name, int flags, char *text, size_t room, mode_t *mode) {
    struct statx found;
    if (statx(at, name, flags | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_TYPE | STATX_BTIME, &found) != 0) return -1;
    snprintf(text, room, "%llu-%lld-%u", (unsigned long long)found.stx_ino, (long long)found.stx_btime.tv_sec, found.stx_btime.tv_nsec);
    *mode = found.stx_mode;
    return 0;
}

// A copy takes the place of the former one at once, and the syncs of all processes come one after the other: no copy is older than the one it replaces.
static int begin(char *path, size_t room) {
    snprintf(path, room, "%s/lock", kept);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0 || flock(lock, LOCK_EX) != 0) give_up(path);
    snprintf(path, room, "%s/new", kept);
    return lock;
}

static void end(int lock, const char *new, const char *kind, const char *name) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s/%s", kept, kind, name);
    if (rename(new, path) != 0) give_up(path);
    close(lock);
}

static void keep_file(int file, const char *name) {
    char new[PATH_MAX];
    int lock = begin(new, sizeof new);
    char own[64];
    // A file that is open for writing only is read by another descriptor.
    snprintf(own, sizeof own, "/proc/self/fd/%d", file);
    int source = open(own, O_RDONLY | O_CLOEXEC), copy = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (source < 0 || copy < 0) give_up(new);
    ssize_t count;
    while ((count = sendfile(copy, source, NULL, 1 << 24)) > 0) {}
    if (count < 0) give_up(new);
    close(source);
    close(copy);
    end(lock, new, "data", name);
}

static void keep_names(const char *path, const char *name) {
    char new[PATH_MAX], of[96];
    int lock = begin(new, sizeof new);
    FILE *list = fopen(new, "we");
    DIR *names = opendir(path);
    if (!list || !names) give_up(path);
    struct dirent *entry;
    while ((entry = readdir(names))) {
        mode_t mode;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        if (key(dirfd(names), entry->d_name, 0, of, sizeof of, &mode) != 0) continue;
        if (S_ISREG(mode) || S_ISDIR(mode)) fprintf(list, "%c %s %s\n", S_ISDIR(mode) ? 'd' : 'f', of, entry->d_name);
    }
    closedir(names);
    if (fclose(list) != 0) give_up(new);
    end(lock, new, "names", name);
}

static int is_inside(const char *path) {
    size_t length = strlen(folder);
    return !strncmp(path, folder, length) && (path[length] == '/' || path[length] == 0);
}

static int keep(int file) {
    char path[PATH_MAX], name[96], link[64];
    mode_t mode;
    if (!kept) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return -1;
    path[length] = 0;
    int before = errno;
    if (is_inside(path) && key(file, "", AT_EMPTY_PATH, name, sizeof name, &mode) == 0) {
        if (S_ISREG(mode)) keep_file(file, name);
        if (S_ISDIR(mode)) keep_names(path, name);
    }
    errno = before;
    return 0;
}

int fsync(int file) { return keep(file); }

int fdatasync(int file) { return keep(file); }

// What the folder has at the start is on the disk.
static void keep_all(const char *path) {
    char name[96], of[PATH_MAX];
    mode_t mode;
    if (key(AT_FDCWD, path, 0, name, sizeof name, &mode) != 0) return;
    if (S_ISREG(mode)) {
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file < 0) give_up(path);
        keep_file(file, name);
        close(file);
    }
    if (!S_ISDIR(mode)) return;
    DIR *names = opendir(path);
    if (!names) give_up(path);
    struct dirent *entry;
    while ((entry = readdir(names))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        snprintf(of, sizeof of, "%s/%s", path, entry->d_name);
        keep_all(of);
    }
    closedir(names);
    keep_names(path, name);
}

__attribute__((constructor)) static void start(void) {
    folder = getenv("HARKEN_DISK_FOLDER");
    kept = folder ? getenv("HARKEN_DISK_KEPT") : NULL;
    if (!kept) return;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/data", kept);
    // The first process of a machine that has just been switched on.
    if (mkdir(path, 0700) != 0) return;
    snprintf(path, sizeof path, "%s/names", kept);
    if (mkdir(path, 0700) != 0) give_up(path);
    keep_all(folder);
    mode_t mode;
    char name[96];
    if (key(AT_FDCWD, folder, 0, name, sizeof name, &mode) != 0) give_up(folder);
    snprintf(path, sizeof path, "%s/folder", kept);
    if (symlink(name, path) != 0) give_up(path);
}
