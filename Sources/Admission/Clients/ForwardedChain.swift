internal import Framing
internal import Net

/// The addresses of a request's way through proxies, its client first: from `X-Forwarded-For`, or from `Forwarded` (RFC 7239).
enum ForwardedChain: Sendable, Equatable {
    /// The request has neither of the two headers.
    case absent
    /// The headers cannot be used: one cannot be parsed, or the two contradict each other.
    case malformed
    /// The address of each hop; nil when the hop hides its address (`unknown`, `_name`) or the text is not an address.
    case addresses([IPAddress?])

    /// Reads the chain from the headers. A proxy that writes one header may pass on the other one as its client sent it, so both must agree if both
    /// exist.
    static func read(_ headers: HTTPHeaders) -> ForwardedChain {
        let plain = headers.values("X-Forwarded-For"), standard = headers.values("Forwarded")
        switch (plain.isEmpty, standard.isEmpty) {
        case (true, true): return .absent
        case (false, true): return list(plain)
        case (true, false): return forwarded(standard)
        case (false, false):
            let chain = list(plain)
            return chain == forwarded(standard) ? chain : .malformed
        }
    }

    /// Reads `X-Forwarded-For`: addresses separated by commas, on one or more lines.
    private static func list(_ lines: [String]) -> ForwardedChain {
        let hops = lines.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        return .addresses(hops.map { address($0.trimmingBlanks) })
    }

    /// Reads the values of `for` in `Forwarded`. An element without `for` is a hop that hides its client.
    private static func forwarded(_ lines: [String]) -> ForwardedChain {
        var reader = Reader(Array(lines.joined(separator: ",").utf8))
        guard let hops = reader.hops() else { return .malformed }
        return .addresses(hops.map { $0.flatMap { address($0[...]) } })
    }

    /// Reads an address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
    private static func address(_ text: Substring) -> IPAddress? {
        if let whole = IPAddress(String(text)) { return whole }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let host = text[..<colon], port = text[text.index(after: colon)...]
        guard !port.isEmpty, port.utf8.count <= 6, port.utf8.allSatisfy(isPortByte) else { return nil }
        guard let ip = IPAddress(String(host)), ip.family == .v4 || host.hasPrefix("[") else { return nil }
        return ip
    }

    /// Returns true for a byte of a port, or of the name of a hidden port: `_x`.
    private static func isPortByte(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_") || (byte | 0x20) &- 0x61 < 26 }

    /// A strict reader: a quotation that a client left open must not swallow the text that the proxy has added behind it.
    private struct Reader {
        private let bytes: [UInt8]
        private var position = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        /// Reads the value of `for` in each element; nil when the text does not follow RFC 7239, section 4.
        mutating func hops() -> [String?]? {
            var hops: [String?] = []
            while true {
                skipBlanks()
                var hop: String?
                var isEmpty = true
                while let byte = peek, byte != UInt8(ascii: ",") {
                    if byte == UInt8(ascii: ";") {
                        position += 1
                        skipBlanks()
                        continue
                    }
                    guard let (name, value) = pair() else { return nil }
                    isEmpty = false
                    if name.equalsIgnoringCase("for") {
                        guard hop == nil else { return nil }
                        hop = value
                    }
                }
                if !isEmpty { hops.append(hop) }
                guard peek != nil else { return hops }
                position += 1
            }
        }

        private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

        private mutating func skipBlanks() {
            while let byte = peek, byte == 0x20 || byte == 0x09 { position += 1 }
        }

        private mutating func pair() -> (name: String, value: String)? {
            guard let name = word(), peek == UInt8(ascii: "=") else { return nil }
            position += 1
            guard let value = peek == UInt8(ascii: "\"") ? quoted() : word() else { return nil }
            skipBlanks()
            guard peek == nil || peek == UInt8(ascii: ",") || peek == UInt8(ascii: ";") else { return nil }
            return (name, value)
        }

        /// Reads a word, which may have more characters than a token: some proxies write addresses with colons and brackets without quotes.
        private mutating func word() -> String? {
            let start = position
            while let byte = peek, byte > 0x20, byte < 0x7F, !Array("\",;=\\".utf8).contains(byte) { position += 1 }
            return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
        }

        private mutating func quoted() -> String? {
            position += 1
            var content: [UInt8] = []
            while let byte = peek, byte != UInt8(ascii: "\"") {
                if byte == UInt8(ascii: "\\") { position += 1 }
                guard let byte = peek else { return nil }
                content.append(byte)
                position += 1
            }
            guard peek != nil else { return nil }
            position += 1
            return String(decoding: content, as: UTF8.self)
        }
    }
}
