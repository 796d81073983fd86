import Audio
import Foundation
import HarkenTesting
import Speech
import Testing

/// Three hours of silence that take no room on the disk.
private func threeHours(at hertz: Int) throws -> TemporaryFile {
    let size = 3 * 3_600 * hertz * 4
    let file = try TemporaryFile(WAV(samples: .float([]), hertz: hertz).header(tag: 3, bits: 32, size: UInt32(size)))
    let handle = try #require(FileHandle(forWritingAtPath: file.path))
    try handle.truncate(atOffset: UInt64(44 + size))
    try handle.close()
    return file
}

private func residentBytes() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return try #require(Int(fields[1])) * 4_096
}

@Suite struct `Long files` {
    /// In a process of its own: other tests' memory is not counted.
    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/statm"), "memory is read from /proc"),
        .enabled(if: !Sanitizer.isHere, "a sanitizer takes memory of its own"))
    func `stream in flat memory`() async {
        await #expect(processExitsWith: .success) {
            let file = try threeHours(at: 8_000)
            let media = try MediaFile(Recording(path: file.path), rate: .telephone)
            #expect(media.length == SampleCount(3 * 3_600 * 8_000))
            var count = SampleCount.zero, before = 0
            while let block = try media.next(SampleCount(80_000)) {
                if count == .zero { before = try residentBytes() }
                count += block.count
            }
            #expect(count == SampleCount(3 * 3_600 * 8_000))
            let growth = try residentBytes() - before
            #expect(growth < 30 << 20)
        }
    }
}
