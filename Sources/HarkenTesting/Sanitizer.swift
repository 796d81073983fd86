#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Detects the sanitizer with which the tests were built.
package enum Sanitizer {
    /// True if AddressSanitizer or ThreadSanitizer is active. Their own memory is many times the program's, so tests of memory use say nothing.
    package static let isHere = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
}
