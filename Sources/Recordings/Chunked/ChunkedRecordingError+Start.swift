internal import Conversations
internal import Framing
package import Speech

extension ChunkedRecordingError {
    /// Code of the error for a start of a recording that is not taken. Recorders know it.
    package static let badStart = "bad_started_at"

    /// Reads the time at which a recording began, as its client says.
    ///
    /// - Parameters:
    ///   - text: the value of `started_at`; nil or empty: the client does not say.
    ///   - now: the time of the gateway's clock.
    package static func start(_ text: String?, now: UnixTime) throws(ChunkedRecordingError) -> UnixTime? {
        guard let text, !text.isEmpty else { return nil }
        return try checked("started_at") { () throws(RecordingStart.Fault) in try RecordingStart.read(text, now: now) }
    }

    /// Checks the time that the name of a file says.
    package static func start(of file: String, _ time: UnixTime, now: UnixTime) throws(ChunkedRecordingError) -> UnixTime {
        try checked("the time in the name of \"\(file.prefix(bytes: 100))\"") { () throws(RecordingStart.Fault) in
            try RecordingStart.check(time, now: now)
        }
    }

    private static func checked(
        _ name: String, _ body: () throws(RecordingStart.Fault) -> UnixTime
    ) throws(ChunkedRecordingError) -> UnixTime {
        do throws(RecordingStart.Fault) { return try body() } catch {
            throw ChunkedRecordingError(.unprocessableContent, badStart, "\(name) \(error)")
        }
    }
}
