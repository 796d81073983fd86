import Protocols

extension ServerOutput {
    /// The texts that are to be sent.
    var texts: [String] {
        actions.compactMap { action in if case .send(let range) = action { String(decoding: text(in: range), as: UTF8.self) } else { nil } }
    }
}

extension ServerOutput.Action {
    /// In short words; a message by `message`.
    func short(_ output: borrowing ServerOutput, _ message: ([UInt8]) -> String) -> String {
        switch self {
        case .send(let range): message(output.text(in: range))
        case .command(let command): "→ \(command)"
        case .converse(let command): "→ \(command)"
        case .audio(let bytes): "→ audio \(bytes.count)"
        case .close(let code, let reason): "close \(code) \(reason)".trimmed
        }
    }
}
