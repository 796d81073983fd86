#pragma once
// Parts of Linux that Glibc's module does not show: declarations and adapters only.
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

// Declared by <sys/socket.h> only under _GNU_SOURCE.
extern int accept4(int, struct sockaddr *, socklen_t *, int);

/// `accept4` with SOCK_NONBLOCK and SOCK_CLOEXEC.
static inline int system_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/// Names the calling thread; 15 bytes are kept.
static inline int system_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

/// A non-blocking, close-on-exec TCP socket of the family.
static inline int system_tcp_socket(int family) {
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/// A pair of connected sockets that keep the bounds of messages, close-on-exec. 0, or -1 with errno.
static inline int system_message_sockets(int pair[2]) { return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair); }

/// A Unix socket that keeps the bounds of messages, close-on-exec. The descriptor, or -1 with errno.
static inline int system_message_socket(void) { return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0); }

/// Finds the process at the other end of a Unix socket, and its user. 0, or -1 with errno.
int system_peer(int socket, uid_t *user, pid_t *process);

/// An anonymous file in memory, close-on-exec. The descriptor, or -1 with errno.
int system_memory_file(const char *name);

/// Sends one message and a descriptor, without SIGPIPE. Bytes sent, or -1 with errno.
ssize_t system_send_descriptor(int socket, const void *bytes, size_t count, int descriptor);

/// Receives one message; `descriptor` is what came with it, close-on-exec, or -1. Bytes received, or -1 with errno.
ssize_t system_receive_descriptor(int socket, void *bytes, size_t count, int *descriptor);

/// Makes a copy of the process, which Swift forbids by itself: for processes with one thread only. The child's id, 0 in the child, or -1 with errno.
static inline pid_t system_fork(void) { return fork(); }

/// Closes every descriptor from `first` on.
void system_close_from(int first);

/// The process gets no more privileges by what it executes, and cannot be traced or dumped. 0 or an errno.
int system_renounce_privileges(void);

/// The process is killed when the thread that spawned it ends. 0 or an errno.
int system_die_with_parent(void);

/// Limits the process to the system calls of decoding: it can open nothing, connect to nothing, start nothing and make no memory executable.
///
/// Names of files that libraries look for get EACCES. At any other call the process sends its number to `socket`, as 16 bytes: 6, three zeros, the
/// number in four bytes with the lowest first, and zeros; SIGSYS then kills it. Needs `system_renounce_privileges`. 0, or an errno where the system
/// has no such filter.
int system_enter_sandbox(int socket);

/// The name of a system call that a decoder might try; NULL for others.
const char *system_call_name(int number);

/// Makes a system call that the sandbox forbids, for its test: 0 socket, 1 openat, 2 execve, 3 clone, 4 mmap of executable memory, 5 kill.
int system_try_call(int which);

/// 1 in builds with AddressSanitizer or ThreadSanitizer, which reserve more address space than a limit could allow.
int system_is_sanitized(void);
