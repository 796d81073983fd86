internal import Foundation

/// How much of the large matrices of the tests runs: `make verify` sets `TESTS_WHOLE`, the gate does not.
package enum TestMatrices {
    /// True if each matrix has all its cells, and each cell all that it can have.
    package static let areWhole = ProcessInfo.processInfo.environment["TESTS_WHOLE"] == "1"
}
