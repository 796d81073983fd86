package import Speech

extension Credential {
    /// Minimum number of bytes that a text and the key must have in common to count as a part of the key. A shorter key is looked for as a whole.
    private static let minLength = 8
    /// Minimum length of a secret, in bytes. A shorter text is not removed, because too little readable text would remain.
    private static let shortest = 4

    /// Returns `text` without the secret, whole or cut short at its end: vendors quote keys that they reject.
    package func removed(from text: String) -> String {
        let secret = Array(secret.utf8), bytes = Array(text.utf8)
        guard secret.count >= Self.shortest else { return text }
        let minLength = min(secret.count, Self.minLength)
        var kept: [UInt8] = []
        var index = 0
        while index < bytes.count {
            var length = 0
            while length < secret.count, index + length < bytes.count, bytes[index + length] == secret[length] { length += 1 }
            if length >= minLength {
                kept += Array("…".utf8)
                index += length
            } else {
                kept.append(bytes[index])
                index += 1
            }
        }
        return kept.count == bytes.count ? text : String(decoding: kept, as: UTF8.self)
    }
}

extension EngineError {
    /// Returns the error without the key, in case the engine quoted it.
    package func without(_ credential: Credential) -> EngineError {
        switch self {
        case .unauthorized(let said): .unauthorized(credential.removed(from: said))
        case .quotaExhausted(let said): .quotaExhausted(credential.removed(from: said))
        case .badRequest(let said): .badRequest(credential.removed(from: said))
        case .undecodable(let said): .undecodable(credential.removed(from: said))
        case .unavailable(let said): .unavailable(credential.removed(from: said))
        case .timedOut(let said): .timedOut(credential.removed(from: said))
        case .protocolViolation(let said): .protocolViolation(credential.removed(from: said))
        case .rateLimited, .unsupportedLanguage, .cancelled: self
        }
    }
}
