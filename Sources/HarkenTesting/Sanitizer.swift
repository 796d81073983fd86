#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The sanitizer that the tests were built with.
package enum Sanitizer {
    /// Whether AddressSanitizer or ThreadSanitizer is here. Their own memory is many times the program's, so a test of how much a thing takes
    /// says nothing.
    package static let isHere = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
}
