internal import Framing
package import Speech

extension ChunkedRecordingError {
    /// Reads the choice of sound tracks that a client makes.
    ///
    /// - Parameter text: the value of `track`; nil or empty: the client chooses none.
    package static func tracks(_ text: String?) throws(ChunkedRecordingError) -> TrackChoice {
        guard let text, !text.isEmpty else { return .usual }
        guard let choice = TrackChoice(text) else {
            throw ChunkedRecordingError(.unprocessableContent, "bad_parameter", "track must be all, or the number of a sound track from 1")
        }
        return choice
    }
}
