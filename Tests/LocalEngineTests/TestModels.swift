import Foundation
import LocalEngine
import Testing

/// What set-up made, for tests that need real models.
enum TestModels {
    static let folder = ModelFolder(environment: ProcessInfo.processInfo.environment)
    static let areThere = folder.missing().isEmpty
    /// The engine of the suites that need a fresh one in nothing: it loads each model once for all of them.
    static let engine = LocalEngine(folder, pool: 2)
    static let needed: Comment = "the models are not there: run `make setup`"

    /// A recording of the cache's `test-audio`.
    static func recording(_ name: String) -> String { folder.path + "/test-audio/" + name }
}

extension TestModels {
    /// The samples of a 16-bit mono WAV file with a plain header.
    static func samples(ofWAV path: String) throws -> [Float] {
        try samples(ofPCM: Data(contentsOf: URL(filePath: path)).dropFirst(44))
    }

    /// The samples of 16-bit little-endian PCM.
    static func samples(ofPCM bytes: Data) -> [Float] {
        bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 2).map { Float(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self))) / 32_768 }
        }
    }
}
