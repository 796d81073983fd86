package import Continuity
internal import Dispatch
internal import Framing
internal import Glibc
package import Observability
package import Speech

/// The log that compares the words of shadow engines with the committed words: a line of JSON for each session, in a file of the data directory. A
/// file that has grown too long is kept as the previous file, and a new file begins.
///
/// All disk work is done in order on one thread of its own.
package final class ShadowLog: Sendable {
    private let path: String
    private let maxBytes: Int
    private let log: Log
    private let queue = DispatchQueue(label: "harken.evaluations", qos: .utility)

    package static let name = "evaluations.jsonl"

    package init(directory: String, maxBytes: Int = 64 << 20, log: Log) {
        path = directory + "/" + Self.name
        self.maxBytes = maxBytes
        self.log = log
    }

    package func add(_ evaluation: Evaluation, of session: ID<Session>, at time: UnixTime, rate: SampleRate) {
        queue.async { [self] in
            if let problem = append(Self.line(evaluation, of: session, at: time, rate: rate)) {
                log.error("a shadow's comparison cannot be stored", [.session: session.rawValue, .path: path, .error: problem])
            }
        }
    }

    /// Waits until all lines that were added before the call are written.
    package func settle() async { await withCheckedContinuation { continuation in queue.async { continuation.resume() } } }

    private static func line(_ evaluation: Evaluation, of session: ID<Session>, at time: UnixTime, rate: SampleRate) -> [UInt8] {
        var json = JSONWriter(capacity: 4_096)
        json.beginObject()
        json.member("session", session.rawValue)
        json.member("at", time.rfc3339)
        json.member("engine", evaluation.engine.rawValue)
        json.key("committed_by")
        json.beginArray()
        for engine in evaluation.committedBy { json.value(engine.rawValue) }
        json.endArray()
        json.member("audio_seconds", evaluation.compared.seconds(at: rate), decimals: 3)
        json.member("words", evaluation.words)
        json.member("substituted", evaluation.substituted)
        json.member("missing", evaluation.missing)
        json.member("added", evaluation.added)
        json.key("error_rate")
        if let share = evaluation.errorRate { json.value(share, decimals: 4) } else { json.null() }
        json.member("is_cut", evaluation.isCut)
        json.key("pieces")
        json.beginArray()
        for piece in evaluation.pieces {
            json.beginObject()
            json.member("channel", piece.channel.number)
            json.member("start", piece.range.start.seconds(at: rate), decimals: 3)
            json.member("end", piece.range.end.seconds(at: rate), decimals: 3)
            json.member("committed", piece.committed)
            json.member("shadow", piece.shadow)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes + [0x0A]
    }

    /// - Returns: the error in words; nil when the line was written.
    private func append(_ line: [UInt8]) -> String? {
        var status = stat()
        if stat(path, &status) == 0, Int(status.st_size) + line.count > maxBytes, rename(path, path + ".1") != 0 {
            return String(cString: strerror(errno))
        }
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { return String(cString: strerror(errno)) }
        defer { close(file) }
        return line.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = write(file, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return String(cString: strerror(errno)) }
                done += count
            }
            return nil
        }
    }
}
