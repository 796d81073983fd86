import Audio
import Foundation
import HarkenTesting
import Speech
import Testing

@Suite struct `Files that a killed gateway left` {
    private let folder = TemporaryFolder()

    private func names(_ store: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(of: store)).sorted()
    }

    @Test func `are removed at the start when they are incomplete`() async throws {
        for store in ["audio", "uploads", "transcripts", "results"] {
            try FileManager.default.createDirectory(atPath: folder.path(of: store), withIntermediateDirectories: true)
            _ = try folder.write([1, 2, 3], as: store + "/.k9f2.draft")
        }
        var whole = try OggOpusFile(path: folder.path(of: "audio/whole.opus"), rate: .speech)
        try whole.append((0..<64_000).map { Int16(truncatingIfNeeded: $0 * $0) })
        try whole.finish()
        let bytes = try Data(contentsOf: URL(filePath: folder.path(of: "audio/whole.opus")))
        _ = try folder.write(bytes.prefix(bytes.count / 2), as: "audio/cut.opus")
        _ = try folder.write([1], as: "transcripts/one.part")
        try await TestGateway.with(keys: TestKeys(valid: []), directory: folder.path, keepsDirectory: true) { _ in
            try await until { try names("audio") == ["whole.opus"] && names("transcripts").isEmpty }
            #expect(try names("uploads").isEmpty && names("results").isEmpty)
        }
    }
}
