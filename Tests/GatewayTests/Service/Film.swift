import Foundation
import HarkenTesting

/// Films of eight seconds that ffmpeg makes. Tones are heard in them.
enum Film: Sendable {
    /// The sound begins two seconds after the picture.
    case late
    /// There are two sound tracks, with tones at other times.
    case twoTracks

    static let encoder = "/usr/bin/ffmpeg"
    static var isPossible: Bool { FileManager.default.isExecutableFile(atPath: encoder) }

    /// Seconds at which the tones of each sound track begin.
    var tones: [[Double]] {
        switch self {
        case .late: [[3, 5]]
        case .twoTracks: [[1, 3], [2, 4]]
        }
    }

    /// Makes a film of this kind in WebM.
    func bytes() throws -> [UInt8] {
        let folder = TemporaryFolder(), path = folder.path(of: "film.webm"), late = self == .late ? 2.0 : 0
        var words = [Self.encoder, "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=8"]
        for track in tones {
            let parts = track.map { "between(t,\($0 - late),\($0 - late + 0.5))" }.joined(separator: "+")
            words += ["-itsoffset", "\(late)", "-f", "lavfi", "-i", "aevalsrc='0.3*sin(2*PI*440*t)*(\(parts))':s=48000:d=5"]
        }
        words += ["-map", "0:v"] + tones.indices.flatMap { ["-map", "\($0 + 1):a"] } + ["-c:v", "libvpx", "-c:a", "libopus", "-ac", "1", path]
        let outcome = try ChildProcess.run(words)
        guard outcome.status == 0 else { throw Unmade(reason: outcome.diagnostics) }
        return [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    struct Unmade: Error {
        let reason: String
    }
}
