internal import Framing
package import Protocols
package import Speech

extension ChunkedRecordingError {
    /// Reads the language that a client names.
    ///
    /// - Returns: nil when the client names none, and silence has no meaning here.
    package static func language(_ text: String?, _ parameter: LanguageParameter) throws(ChunkedRecordingError) -> LanguageName? {
        do throws(LanguageFault) { return try parameter.read(text) } catch {
            throw ChunkedRecordingError(.unprocessableContent, "unsupported_language", error.message)
        }
    }
}
