import Protocols
import Speech

extension EngineError {
    /// The error in one line for the user of a command: what happened, and what to do.
    var advice: String {
        switch self {
        case .unauthorized: "\(clause); give a valid key with --key or HARKEN_KEY"
        case .unsupportedLanguage:
            "\(explanation); add a local model for other languages with harken models add, or give --engine and set a vendor's key"
        case .quotaExhausted, .rateLimited, .badRequest, .undecodable, .unavailable, .timedOut, .protocolViolation, .cancelled: explanation
        }
    }

    /// One line for the user of a command that asks an engine itself. A refused key is one of the environment: its variable is named.
    func advice(on engine: EngineName) -> String {
        guard case .unauthorized = self else { return advice }
        return "\(clause); correct \(engine.keyVariable)"
    }

    /// The explanation without the point at its end: a remedy follows.
    private var clause: String { explanation.hasSuffix(".") ? String(explanation.dropLast()) : explanation }
}
