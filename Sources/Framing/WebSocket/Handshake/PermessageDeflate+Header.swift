/// The form of the agreement in `Sec-WebSocket-Extensions` (RFC 7692 section 7.1).
extension PermessageDeflate {
    static let name = "permessage-deflate"

    /// Reads an offer or an agreement; nil when it belongs to another extension, or has unknown, repeated or impossible parameters.
    init?(_ element: HeaderElement, isOffer: Bool) {
        guard element.value == Self.name else { return nil }
        self.init()
        var seen: Set<String> = []
        for parameter in element.parameters {
            guard seen.insert(parameter.name).inserted else { return nil }
            switch (parameter.name, parameter.value) {
            case ("server_no_context_takeover", nil): serverForgets = true
            case ("client_no_context_takeover", nil): clientForgets = true
            case ("server_max_window_bits", let value?):
                guard let bits = Self.windowBits(value) else { return nil }
                serverWindowBits = bits
            case ("client_max_window_bits", let value):
                // This client never offers the parameter, so no server may choose it.
                guard isOffer else { return nil }
                guard let value else { continue }
                guard let bits = Self.windowBits(value) else { return nil }
                clientWindowBits = bits
            default: return nil
            }
        }
    }

    var header: String {
        var text = Self.name
        if serverForgets { text += "; server_no_context_takeover" }
        if clientForgets { text += "; client_no_context_takeover" }
        if serverWindowBits < 15 { text += "; server_max_window_bits=\(serverWindowBits)" }
        return text
    }

    /// Reads 8…15, without a leading zero; nil for any other text.
    private static func windowBits(_ text: String) -> Int? {
        ["8", "9", "10", "11", "12", "13", "14", "15"].contains(text) ? Int(text) : nil
    }
}
