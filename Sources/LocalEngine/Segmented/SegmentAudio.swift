import CSystem
import Glibc
import Speech

/// The audio of one segment as a recording, which is in memory only and goes with this object.
final class SegmentAudio: Sendable {
    private let descriptor: Int32

    /// - Parameter samples: mono, 16 kHz, −1…1.
    init(_ samples: [Float]) throws(EngineError) {
        descriptor = system_memory_file("harken-segment")
        guard descriptor >= 0 else { throw .unavailable("a segment's audio cannot be kept: \(String(cString: strerror(errno)))") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * samples.count)
        for sample in samples {
            let value = Int16(max(-32_768, min(32_767, (sample * 32_768).rounded())))
            bytes.append(UInt8(truncatingIfNeeded: value))
            bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done) }
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                close(descriptor)
                throw .unavailable("a segment's audio cannot be kept")
            }
            done += count
        }
    }

    deinit { close(descriptor) }

    /// The recording. Its file exists as long as this object.
    var recording: Recording {
        Recording(path: "/proc/self/fd/\(descriptor)", format: .raw(.linear16, .speech, channels: 1))
    }
}
