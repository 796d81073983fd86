@testable import harken

extension FileTranscript {
    /// Returns the transcript in a format, with what the other choices of a form are by default.
    func rendered(as format: TranscriptFormat) -> String { rendered(as: TranscriptForm(format: format)) }
}
