internal import Foundation

/// The program `harken` that was built together with the tests.
package enum BuiltHarken {
    package static let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("harken").path
    package static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }
}
