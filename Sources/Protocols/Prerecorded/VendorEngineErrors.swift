import Framing
import Speech

/// Turns a vendor's rejections into engine errors, as far as these are the same for all vendors.
struct VendorEngineErrors {
    /// The vendor's name for people: `AssemblyAI`.
    let vendor: String
    let credential: Credential
    let language: LanguageTag?

    /// - Parameter said: the vendor's text in the body, if it has any.
    func error(_ answer: VendorAnswer, said: String?) -> EngineError {
        let words = said.map { ": " + safe($0) } ?? " (status \(answer.status))"
        switch answer.status {
        // The vendor's text is left out, because it may quote the key.
        case 401: return .unauthorized("\(vendor) refused the key.")
        case 403: return .unauthorized("\(vendor)'s key does not allow this request.")
        case 402: return .quotaExhausted("\(vendor)\(words)")
        case 408, 504: return .timedOut("\(vendor) took too long\(words)")
        // The recording is not to blame: another engine may accept one of this size.
        case 413: return .unavailable("\(vendor) does not accept a recording of this size\(words)")
        case 429: return .rateLimited(retryAfter: answer.retryAfter)
        case 400..<500: return rejection(said: said ?? "", words)
        default: return .unavailable("\(vendor) is out of service\(words)")
        }
    }

    /// Returns the error for a recording or options that the vendor rejects, judged by the vendor's text.
    func rejection(said: String, _ words: String? = nil) -> EngineError {
        let lower = said.lowercased()
        let words = words ?? ": " + safe(said)
        let isAudio = ["corrupt", "contain audio", "invalid audio", "decode", "unsupported data", "file format", "too short"].contains(
            where: lower.contains)
        if isAudio { return .undecodable("\(vendor) cannot decode the recording\(words)") }
        if lower.contains("language"), let language { return .unsupportedLanguage(language) }
        return .badRequest("\(vendor) refused the recording\(words)")
    }

    /// Returns the error for an answer that breaks the protocol.
    func violation(_ what: String) -> EngineError { .protocolViolation("\(vendor) \(what).") }

    /// Returns the text on one line, shortened, and without the key.
    private func safe(_ text: String) -> String {
        let line = String(text.prefix(bytes: 300).map { $0.isNewline || $0.asciiValue.map { $0 < 0x20 || $0 == 0x7F } ?? false ? " " : $0 })
        return credential.removed(from: line)
    }
}

/// Prepares an identifier from a vendor for use in a path.
enum VendorIdentifier {
    /// Returns the identifier percent-encoded; nil when it is empty, too long, or would lead to another path.
    static func pathSegment(_ text: String?) -> String? {
        guard let text, (1...200).contains(text.utf8.count), text != ".", text != ".." else { return nil }
        return PercentCoding.encode(text)
    }
}
