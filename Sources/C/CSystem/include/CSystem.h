#pragma once
// What Glibc's module does not show of Linux: declarations and `static inline` adapters only.
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

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
