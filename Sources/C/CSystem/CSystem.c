#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define HARKEN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define HARKEN_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HARKEN_SANITIZED 1
#endif
#endif

int system_is_sanitized(void) {
#ifdef HARKEN_SANITIZED
    return 1;
#else
    return 0;
#endif
}

// The accumulator holds the number of the call. 32 bits are compared, which is all that the kernel takes of it.
#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

// Libraries look for files that they can do without, such as the tables of character sets for the names of television services. They get an error,
// and go on.
#define DENY(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES)

// Memory may be mapped and changed, but never so that it can be executed. Argument 2 is the protection of both calls.
#define ALLOW_WITHOUT_EXECUTION(name)                                                                          \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 4),                                                    \
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),                            \
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP), \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

#if defined(HARKEN_ARCHITECTURE) && !defined(HARKEN_SANITIZED)
static int report_socket = -1;

// Tells the gateway which call was forbidden, in the form of `DecodeAnswer.forbidden`, and dies.
static void report_forbidden_call(int signal, siginfo_t *information, void *context) {
    (void)signal, (void)context;
    unsigned number = (unsigned)information->si_syscall;
    unsigned char message[16] = {6, 0, 0, 0, number & 0xFF, number >> 8 & 0xFF, number >> 16 & 0xFF, number >> 24};
    send(report_socket, message, sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT);
    // SIGSYS is blocked while it is handled. A second forbidden call then kills the process.
    syscall(__NR_getppid);
}
#endif

int system_enter_sandbox(int socket) {
#if defined(HARKEN_ARCHITECTURE) && !defined(HARKEN_SANITIZED)
    report_socket = socket;
    struct sigaction action = {.sa_sigaction = report_forbidden_call, .sa_flags = SA_SIGINFO};
    if (sigaction(SIGSYS, &action, NULL) != 0) return errno;
    static struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HARKEN_ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#if defined(__x86_64__)
        // The numbers of the x32 interface name the same calls once more.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
#endif
        // The file and the socket that are open already.
        ALLOW(read), ALLOW(lseek), ALLOW(close), ALLOW(recvmsg), ALLOW(sendto),
        // Memory.
        ALLOW(brk), ALLOW(munmap), ALLOW(mremap), ALLOW(madvise), ALLOW_WITHOUT_EXECUTION(mmap), ALLOW_WITHOUT_EXECUTION(mprotect),
        // Locks, clocks, random numbers, the end.
        ALLOW(futex), ALLOW(clock_gettime), ALLOW(gettimeofday), ALLOW(getrandom), ALLOW(sched_yield), ALLOW(restart_syscall),
        ALLOW(rt_sigreturn), ALLOW(rt_sigprocmask), ALLOW(exit), ALLOW(exit_group),
        // Names of files.
        DENY(openat), DENY(newfstatat), DENY(statx), DENY(readlinkat), DENY(faccessat), DENY(getcwd),
#if defined(__x86_64__)
        DENY(open), DENY(stat), DENY(readlink), DENY(access),
#endif
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};
    if (syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0) return 0;
    return errno == 0 ? EINVAL : errno;
#else
    (void)socket;
    return ENOSYS;
#endif
}

#define NAME(call) \
    case __NR_##call: return #call

const char *system_call_name(int number) {
    switch (number) {
        NAME(write);
        NAME(pread64);
        NAME(fstat);
        NAME(ioctl);
        NAME(fcntl);
        NAME(writev);
        NAME(socket);
        NAME(connect);
        NAME(sendmsg);
        NAME(clone);
        NAME(execve);
        NAME(kill);
        NAME(tgkill);
        NAME(mmap);
        NAME(mprotect);
        NAME(prctl);
        NAME(rt_sigaction);
        NAME(sigaltstack);
        NAME(prlimit64);
        NAME(getpid);
        NAME(gettid);
        NAME(sysinfo);
        NAME(uname);
        NAME(sched_getaffinity);
        NAME(clock_nanosleep);
        NAME(ppoll);
        NAME(unlinkat);
        NAME(mkdirat);
        NAME(getdents64);
        default: return NULL;
    }
}

int system_renounce_privileges(void) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    // Nobody may look into it, and it leaves no core.
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
    return 0;
}

int system_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 ? 0 : errno; }

void system_close_from(int first) {
#ifdef __NR_close_range
    if (syscall(__NR_close_range, (unsigned)first, ~0u, 0u) == 0) return;
#endif
    for (int descriptor = first; descriptor < 4096; descriptor++) close(descriptor);
}

int system_try_call(int which) {
    switch (which) {
    case 0: return (int)syscall(__NR_socket, AF_INET, SOCK_STREAM, 0);
    case 1: return (int)syscall(__NR_openat, AT_FDCWD, "/etc/passwd", 0, 0);
    case 2: {
        char *const none[] = {NULL};
        return (int)syscall(__NR_execve, "/bin/true", none, none);
    }
    case 3: return (int)syscall(__NR_clone, SIGCHLD, 0, 0, 0, 0);
    case 4: {
        void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return memory == MAP_FAILED ? -1 : 0;
    }
    case 5: return (int)syscall(__NR_kill, 1, 0);
    default: return 0;
    }
}

int system_peer(int socket, uid_t *user, pid_t *process) {
    struct ucred peer;
    socklen_t length = sizeof(peer);
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -1;
    *user = peer.uid;
    *process = peer.pid;
    return 0;
}

int system_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

ssize_t system_send_descriptor(int socket, const void *bytes, size_t count, int descriptor) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof(control.space)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    __builtin_memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

ssize_t system_receive_descriptor(int socket, void *bytes, size_t count, int *descriptor) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {.iov_base = bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof(control.space)};
    *descriptor = -1;
    ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) return received;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)))
            __builtin_memcpy(descriptor, CMSG_DATA(header), sizeof(int));
    }
    return received;
}
