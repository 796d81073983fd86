internal import Foundation

/// The program `harken` as it was built beside the tests.
package enum BuiltHarken {
    package static let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("harken").path
    package static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }
}
