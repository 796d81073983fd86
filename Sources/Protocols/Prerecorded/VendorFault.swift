import Framing
import Speech

/// A vendor's refusals as engine errors: what is the same with all of them.
struct VendorFault {
    /// For people: `AssemblyAI`.
    let vendor: String
    let credential: Credential
    let language: LanguageTag?

    /// - Parameter said: the vendor's own words from the body, if it has any.
    func error(_ answer: VendorAnswer, said: String?) -> EngineError {
        let words = said.map { ": " + safe($0) } ?? " (status \(answer.status))"
        switch answer.status {
        // The vendor may quote the key.
        case 401: return .unauthorized("\(vendor) refused the key.")
        case 403: return .unauthorized("\(vendor)'s key may not do this.")
        case 402: return .quotaExhausted("\(vendor)\(words)")
        case 408, 504: return .timedOut("\(vendor) took too long\(words)")
        // Not the recording's fault: another engine may take one as large.
        case 413: return .unavailable("\(vendor) takes no recording as large as this\(words)")
        case 429: return .rateLimited(retryAfter: answer.retryAfter)
        case 400..<500: return refusal(said: said ?? "", words)
        default: return .unavailable("\(vendor) is out of service\(words)")
        }
    }

    /// A recording or its options that the vendor does not take, told by its words.
    func refusal(said: String, _ words: String? = nil) -> EngineError {
        let lower = said.lowercased()
        let words = words ?? ": " + safe(said)
        let isAudio = ["corrupt", "contain audio", "invalid audio", "decode", "unsupported data", "file format", "too short"].contains(
            where: lower.contains)
        if isAudio { return .undecodable("\(vendor) cannot decode the recording\(words)") }
        if lower.contains("language"), let language { return .unsupportedLanguage(language) }
        return .badRequest("\(vendor) refused the recording\(words)")
    }

    /// An answer that is not what the protocol says.
    func violation(_ what: String) -> EngineError { .protocolViolation("\(vendor) \(what).") }

    /// Printable, short, and without the key.
    private func safe(_ text: String) -> String {
        let line = String(text.prefix(300).map { $0.isNewline || $0.asciiValue.map { $0 < 0x20 || $0 == 0x7F } ?? false ? " " : $0 })
        return credential.removed(from: line)
    }
}

/// An identifier that a vendor gave, fit to be put into a path.
enum VendorIdentifier {
    /// Percent-encoded; nil when it is empty, too long, or would mean another place.
    static func pathSegment(_ text: String?) -> String? {
        guard let text, (1...200).contains(text.utf8.count), text != ".", text != ".." else { return nil }
        return PercentCoding.encode(text)
    }
}
