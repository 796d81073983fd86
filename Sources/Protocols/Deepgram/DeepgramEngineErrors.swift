import Framing
import Speech

/// Deepgram's rejections and close codes as engine errors.
enum DeepgramEngineErrors {
    /// - Parameter language: the language that the client named; nil: it has its language found, which the model may not do.
    static func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], language: LanguageTag?) -> EngineError {
        guard let status else { return .unavailable("Deepgram could not be reached.") }
        let said = message(in: body) ?? headers["dg-error"] ?? "status \(status)"
        switch status {
        case 401: return .unauthorized("Deepgram refused the key: \(said)")
        case 403: return .unauthorized("Deepgram's key does not allow this request: \(said)")
        case 402: return .quotaExhausted("Deepgram: \(said)")
        case 408, 504: return .timedOut("Deepgram: \(said)")
        case 413: return .unavailable("Deepgram does not accept a recording of this size: \(said)")
        case 429: return .rateLimited(retryAfter: headers.retryAfter)
        case 400 where said.contains("model/language"): return .unsupportedLanguage(language ?? .undetermined)
        case 400..<500: return .badRequest("Deepgram refused the request: \(said)")
        default: return .unavailable("Deepgram is out of service: \(said)")
        }
    }

    static func closed(code: UInt16?, reason: String, complaint: String?) -> EngineError {
        let said = complaint ?? (reason.isEmpty ? "no reason given" : reason.prefix(bytes: 200))
        switch code {
        case nil: return .unavailable("The connection to Deepgram broke.")
        case 1008: return .undecodable("Deepgram could not decode the audio: \(said)")
        case 1009: return .badRequest("Deepgram refused a message as too large: \(said)")
        case 1011 where reason.contains("NET-0001") || reason.contains("net0001"): return .timedOut("Deepgram got no audio for too long: \(said)")
        case .some(let code): return .unavailable("Deepgram closed the stream with \(code): \(said)")
        }
    }

    /// Returns the vendor's text in either form of error body: `err_msg`, or the newer `message` and `details`.
    private static func message(in body: [UInt8]) -> String? {
        guard let document = try? JSONDocument(parsing: body, sizeLimit: 65_536) else { return nil }
        let root = document.root
        return (root["err_msg"].string ?? root["message"].string ?? root["details"].string).map { $0.prefix(bytes: 300) }
    }
}
