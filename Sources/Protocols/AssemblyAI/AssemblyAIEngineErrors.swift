import Framing
import Speech

/// AssemblyAI's rejections and close codes as engine errors.
enum AssemblyAIEngineErrors {
    static func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8]) -> EngineError {
        guard let status else { return .unavailable("AssemblyAI could not be reached.") }
        let said = message(in: body) ?? "status \(status)"
        switch status {
        case 401, 403: return .unauthorized("AssemblyAI refused the key: \(said)")
        case 402: return .quotaExhausted("AssemblyAI: \(said)")
        case 408, 504: return .timedOut("AssemblyAI: \(said)")
        case 429: return .rateLimited(retryAfter: headers.retryAfter)
        case 400..<500: return .badRequest("AssemblyAI refused the request: \(said)")
        default: return .unavailable("AssemblyAI is out of service: \(said)")
        }
    }

    /// Returns the meaning of a close code. `text` is the vendor's last error message or the close reason.
    static func ended(code: Int?, saying text: String) -> EngineError {
        let said = text.isEmpty ? "no reason given" : text.prefix(bytes: 300)
        let lowered = said.lowercased()
        switch code {
        case nil: return .unavailable(text.isEmpty ? "The connection to AssemblyAI broke." : "AssemblyAI: \(said)")
        // Older deployments send 1008 instead of a code for this error.
        case 1008 where lowered.contains("concurrent"), 3009: return .rateLimited(retryAfter: nil)
        case 1008 where ["balance", "fund", "credit", "payment", "billing"].contains(where: lowered.contains):
            return .quotaExhausted("AssemblyAI: \(said)")
        case 1008: return .unauthorized("AssemblyAI refused the key: \(said)")
        case 3006 where lowered.contains("inactiv"): return .timedOut("AssemblyAI got no audio for too long: \(said)")
        case 3006: return .badRequest("AssemblyAI refused a message: \(said)")
        case 3007: return .badRequest("AssemblyAI refused the timing of the audio: \(said)")
        case 3008: return .timedOut("AssemblyAI: \(said)")
        case .some(let code): return .unavailable("AssemblyAI ended the stream with \(code): \(said)")
        }
    }

    private static func message(in body: [UInt8]) -> String? {
        guard let document = try? JSONDocument(parsing: body, sizeLimit: 65_536) else { return nil }
        return (document.root["error"].string ?? document.root["message"].string).map { $0.prefix(bytes: 300) }
    }
}
