/// The identifier of a trace, which all its spans share: 16 bytes, not all zero.
package struct TraceID: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads 32 hexadecimal digits in lower case; nil for any other text, and for zero.
    package init?(hexadecimal text: some StringProtocol) {
        guard text.utf8.count == 32, let high = UInt64(lowercaseHexadecimal: text.prefix(16)),
            let low = UInt64(lowercaseHexadecimal: text.suffix(16)),
            high != 0 || low != 0
        else { return nil }
        self.init(high: high, low: low)
    }

    package var hexadecimal: String { high.hexadecimal + low.hexadecimal }
}

/// The identifier of one span of a trace: 8 bytes, not all zero.
package struct SpanID: Hashable, Sendable {
    package var value: UInt64

    package init(_ value: UInt64) { self.value = value }

    /// Reads 16 hexadecimal digits in lower case; nil for any other text, and for zero.
    package init?(hexadecimal text: some StringProtocol) {
        guard text.utf8.count == 16, let value = UInt64(lowercaseHexadecimal: text), value != 0 else { return nil }
        self.init(value)
    }

    package var hexadecimal: String { value.hexadecimal }
}

extension UInt64 {
    fileprivate var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    fileprivate init?(lowercaseHexadecimal text: some StringProtocol) {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return nil }
        self.init(text, radix: 16)
    }
}
