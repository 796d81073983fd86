/// Appends compact JSON to a byte array. A writer is kept and cleared for the next message, so that a message costs no allocation.
///
/// The writer adds commas. The caller must write matching brackets, and names in objects only.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8]
    private var needsComma = false

    /// - Parameter capacity: the initial capacity, in bytes.
    package init(capacity: Int = 512) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Removes the written text and keeps the memory.
    package mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// The written text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package mutating func beginObject() { begin(0x7B) }
    package mutating func endObject() { end(0x7D) }
    package mutating func beginArray() { begin(0x5B) }
    package mutating func endArray() { end(0x5D) }

    /// Writes the name of the next member.
    ///
    /// - Parameter name: a name from the source code, without characters that need an escape.
    package mutating func key(_ name: StaticString) {
        separate()
        bytes.append(ASCII.quote)
        append(name)
        bytes.append(ASCII.quote)
        bytes.append(ASCII.colon)
        needsComma = false
    }

    /// Writes the name of the next member, with escapes: for a name from outside.
    package mutating func key(escaping name: String) {
        separate()
        appendEscaped(name)
        bytes.append(ASCII.colon)
        needsComma = false
    }

    package mutating func value(_ text: String) {
        separate()
        appendEscaped(text)
        needsComma = true
    }

    /// Writes a string from the source code, without characters that need an escape.
    package mutating func value(literal text: StaticString) {
        separate()
        bytes.append(ASCII.quote)
        append(text)
        bytes.append(ASCII.quote)
        needsComma = true
    }

    package mutating func value(_ number: Int) {
        separate()
        if number < 0 { bytes.append(ASCII.hyphen) }
        appendDigits(number.magnitude)
        needsComma = true
    }

    package mutating func value(_ flag: Bool) {
        separate()
        append(flag ? "true" : "false")
        needsComma = true
    }

    package mutating func null() {
        separate()
        append("null")
        needsComma = true
    }

    /// Writes a value that is JSON text already.
    package mutating func value(raw json: [UInt8]) {
        separate()
        bytes += json
        needsComma = true
    }

    /// Writes a number with as many digits as are needed to read the same number again; `null` when it is not finite.
    package mutating func value(_ number: Double) {
        guard number.isFinite else { return null() }
        separate()
        bytes += number.description.utf8
        needsComma = true
    }

    /// Writes a number rounded to at most `decimals` decimals, without zeros at the end except the first decimal: `0.125`, `1.0`. `null` when it is
    /// not finite.
    ///
    /// - Parameter decimals: 1…9.
    package mutating func value(_ number: Double, decimals: Int) {
        var scale: UInt = 1
        for _ in 0..<min(max(decimals, 1), 9) { scale *= 10 }
        let scaled = (number.magnitude * Double(scale)).rounded()
        // Above 2^53 a Double has no fraction to round.
        guard scaled < 9_007_199_254_740_992 else { return value(number) }
        separate()
        let units = UInt(scaled)
        if number < 0, units > 0 { bytes.append(ASCII.hyphen) }
        appendDigits(units / scale)
        bytes.append(0x2E)
        var fraction = units % scale
        repeat {
            scale /= 10
            bytes.append(0x30 &+ UInt8(truncatingIfNeeded: fraction / scale))
            fraction %= scale
        } while fraction > 0
        needsComma = true
    }

    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): self.value(flag)
        case .int(let number): self.value(number)
        case .double(let number): self.value(number)
        case .string(let text): self.value(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                key(escaping: member.name)
                self.value(member.value)
            }
            endObject()
        }
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(ASCII.comma) }
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func appendDigits(_ number: UInt) {
        guard number >= 10 else { return bytes.append(0x30 &+ UInt8(truncatingIfNeeded: number)) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = number
            var start = 20
            while rest > 0 {
                start -= 1
                digits[start] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            bytes.append(contentsOf: digits[start...])
        }
    }
}

extension JSONWriter {
    /// Appends a string in quotes. Runs of bytes that need no escape are copied in one piece.
    private mutating func appendEscaped(_ text: String) {
        bytes.append(ASCII.quote)
        var text = text
        text.withUTF8 { text in
            var start = 0
            while true {
                let end = JSONText.plainEnd(of: UnsafeRawBufferPointer(text), from: start)
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end]))
                guard end < text.count else { break }
                appendEscape(of: text[end])
                start = end + 1
            }
        }
        bytes.append(ASCII.quote)
    }

    private mutating func appendEscape(of byte: UInt8) {
        switch byte {
        case ASCII.quote, ASCII.backslash:
            bytes.append(ASCII.backslash)
            bytes.append(byte)
        case ASCII.lineFeed: append("\\n")
        case ASCII.carriageReturn: append("\\r")
        case ASCII.tab: append("\\t")
        default:
            append("\\u00")
            bytes.append(0x30 &+ byte >> 4)
            bytes.append(byte & 15 < 10 ? 0x30 &+ byte & 15 : 0x57 &+ byte & 15)
        }
    }
}

/// Writes members and lists in one call.
extension JSONWriter {
    package mutating func array(_ texts: [String]) {
        beginArray()
        for text in texts { value(text) }
        endArray()
    }

    package mutating func member(_ name: StaticString, _ value: String) {
        key(name)
        self.value(value)
    }

    /// - Parameter value: the text; nil writes `null`.
    package mutating func member(_ name: StaticString, optional value: String?) {
        key(name)
        if let value { self.value(value) } else { null() }
    }

    package mutating func member(_ name: StaticString, literal value: StaticString) {
        key(name)
        self.value(literal: value)
    }

    package mutating func member(_ name: StaticString, _ value: Int) {
        key(name)
        self.value(value)
    }

    package mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        self.value(value)
    }

    package mutating func member(_ name: StaticString, _ value: Double, decimals: Int) {
        key(name)
        self.value(value, decimals: decimals)
    }
}
