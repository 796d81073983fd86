internal import Foundation

/// The Python that `scripts/play --python judges` makes, with the libraries that tests compare with.
package enum JudgesPython {
    /// Path of the Python, by HARKEN_JUDGES; nil when the variable is not set.
    package static let path = ProcessInfo.processInfo.environment["HARKEN_JUDGES"].flatMap { $0.isEmpty ? nil : $0 }
}
