import Audio
import Foundation
import HarkenTesting
import Speech
import Testing

@Suite struct `The end of a file of Ogg` {
    private let folder = TemporaryFolder()

    @Test func `shows if the file was written completely`() throws {
        let path = folder.path(of: "whole.opus")
        var file = try OggOpusFile(path: path, rate: .speech)
        for second in 0..<6 { try file.append((0..<16_000).map { Int16(truncatingIfNeeded: $0 * (second + 3) % 4_001) }) }
        try file.finish()
        #expect(OggOpusEnd(of: path) == .complete(.seconds(6)))
        let part = folder.path(of: "part.opus")
        let cut = try #require(try OggOpusCut.write(part, from: .seconds(1), to: .seconds(3), of: path))
        #expect(OggOpusEnd(of: part) == .complete(cut.duration))
        let bytes = try Data(contentsOf: URL(filePath: path))
        for count in Array(stride(from: 0, to: bytes.count, by: 97)) + [bytes.count - 1] {
            #expect(OggOpusEnd(of: try folder.write(bytes.prefix(count), as: "cut.opus")) == .missing, "\(count) bytes")
        }
        #expect(OggOpusEnd(of: folder.path(of: "none.opus")) == nil)
    }
}
