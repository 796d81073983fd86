/// The error of a stored transcript that still has deleted speech, because the transcript cannot be read. Its bytes stay as they are.
package struct UnerasedTranscript: Error, Sendable, Equatable, CustomStringConvertible {
    /// The transcript's file or address.
    package let path: String
    package let reason: StoredTranscript.Unreadable

    package var description: String {
        switch reason {
        case .newer:
            "\(path) has deleted speech, and a newer version of Harken wrote it: start that version, which erases the speech, or delete the file"
        case .damaged: "\(path) has deleted speech, and is damaged: put a copy of it in its place, or delete the file"
        case .notReadable(let text):
            "\(path) has deleted speech, and cannot be read (\(text)): mend its disk or its permissions, or delete the file"
        }
    }
}
