// Tells ThreadSanitizer what Swift's `Mutex` does when two threads want it: loaded before everything else (LD_PRELOAD) by scripts/sanitize.
//
// The compiler puts the fast way of `Mutex`, one atomic exchange, into the code that uses it, where ThreadSanitizer sees it. The slow way is in
// libswiftSynchronization, which is built without it: there the lock changes hands by exchanges and futexes that nothing reports, so each value
// behind a mutex that was contended looks like a race. These two functions stand before the library's, call them, and report what they did.
// docs/decisions/0004-sanitizers.md has the proof.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

// Only a program that was built for ThreadSanitizer has them.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) __asm__(LOCK);
SWIFT void unlock_slow(SELF void *mutex) __asm__(UNLOCK);

typedef SWIFT void (*lock_function)(uint32_t thread, SELF void *mutex);
typedef SWIFT void (*unlock_function)(SELF void *mutex);

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) {
    static lock_function next;
    lock_function lock = __atomic_load_n(&next, __ATOMIC_RELAXED);
    if (!lock) __atomic_store_n(&next, lock = (lock_function)dlsym(RTLD_NEXT, LOCK), __ATOMIC_RELAXED);
    lock(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF void *mutex) {
    static unlock_function next;
    unlock_function unlock = __atomic_load_n(&next, __ATOMIC_RELAXED);
    if (!unlock) __atomic_store_n(&next, unlock = (unlock_function)dlsym(RTLD_NEXT, UNLOCK), __ATOMIC_RELAXED);
    if (__tsan_release) __tsan_release(mutex);
    unlock(mutex);
}
