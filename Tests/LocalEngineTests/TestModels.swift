import Foundation
import LocalEngine
import Testing

/// What set-up made, for tests that need real models.
enum TestModels {
    static let folder = ModelFolder(environment: ProcessInfo.processInfo.environment)
    static let areThere = folder.missing().isEmpty
    static let needed: Comment = "the models are not there: run `make setup`"

    /// A recording of the cache's `test-audio`.
    static func recording(_ name: String) -> String { folder.path + "/test-audio/" + name }
}
