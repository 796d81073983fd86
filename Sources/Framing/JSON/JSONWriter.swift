/// Appends compact JSON to a byte buffer. A writer is kept and cleared for the next message, so that a message costs no allocation.
///
/// The writer adds commas. The caller must write matching brackets, and names in objects only.
package struct JSONWriter: Sendable {
    /// The text, and after its `count` bytes the memory for more. An array of a fixed length takes a text in one copy; `Array.append` costs four times
    /// as much for the short texts of which JSON is made.
    private var storage: [UInt8]
    /// The length of the written text, in bytes.
    package private(set) var count = 0
    private var needsComma = false

    /// - Parameter capacity: the initial capacity, in bytes.
    package init(capacity: Int = 512) { storage = [UInt8](repeating: 0, count: capacity) }

    /// Removes the written text and keeps the memory.
    package mutating func clear() {
        count = 0
        needsComma = false
    }

    /// A copy of the written text.
    package var bytes: [UInt8] { Array(storage[..<count]) }

    /// A copy of a part of the written text.
    ///
    /// - Precondition: the range ends within the text.
    package func bytes(in range: Range<Int>) -> [UInt8] { Array(storage[range]) }

    /// The written text.
    package var text: String { String(decoding: storage[..<count], as: UTF8.self) }

    package mutating func beginObject() { begin(0x7B) }
    package mutating func endObject() { end(0x7D) }
    package mutating func beginArray() { begin(0x5B) }
    package mutating func endArray() { end(0x5D) }

    /// Writes the name of the next member.
    ///
    /// - Parameter name: a name from the source code, without characters that need an escape.
    package mutating func key(_ name: StaticString) {
        append(atMost: name.utf8CodeUnitCount + 4) { [needsComma] place in
            var place = place
            if needsComma { Self.put(ASCII.comma, &place) }
            Self.put(ASCII.quote, &place)
            Self.put(name, &place)
            Self.put(ASCII.quote, &place)
            Self.put(ASCII.colon, &place)
            return place
        }
        needsComma = false
    }

    /// Writes the name of the next member, with escapes: for a name from outside.
    package mutating func key(escaping name: String) {
        appendEscaped(name)
        append(ASCII.colon)
        needsComma = false
    }

    package mutating func value(_ text: String) {
        appendEscaped(text)
        needsComma = true
    }

    /// Writes a string from the source code, without characters that need an escape.
    package mutating func value(literal text: StaticString) {
        append(atMost: text.utf8CodeUnitCount + 3) { [needsComma] place in
            var place = place
            if needsComma { Self.put(ASCII.comma, &place) }
            Self.put(ASCII.quote, &place)
            Self.put(text, &place)
            Self.put(ASCII.quote, &place)
            return place
        }
        needsComma = true
    }

    package mutating func value(_ number: Int) {
        append(atMost: 22) { [needsComma] place in
            var place = place
            if needsComma { Self.put(ASCII.comma, &place) }
            if number < 0 { Self.put(ASCII.hyphen, &place) }
            Self.put(digits: number.magnitude, &place)
            return place
        }
        needsComma = true
    }

    package mutating func value(_ flag: Bool) { value(bare: flag ? "true" : "false") }

    package mutating func null() { value(bare: "null") }

    private mutating func value(bare text: StaticString) {
        append(atMost: text.utf8CodeUnitCount + 1) { [needsComma] place in
            var place = place
            if needsComma { Self.put(ASCII.comma, &place) }
            Self.put(text, &place)
            return place
        }
        needsComma = true
    }

    /// Writes a value that is JSON text already.
    package mutating func value(raw json: [UInt8]) {
        separate()
        json.withUnsafeBufferPointer { append($0) }
        needsComma = true
    }

    /// Writes a number with as many digits as are needed to read the same number again; `null` when it is not finite.
    package mutating func value(_ number: Double) {
        guard number.isFinite else { return null() }
        value(raw: Array(number.description.utf8))
    }

    /// Writes a number by as few digits as lead back to it; `null` when there is none, or when it is not finite.
    package mutating func value(exact number: Float?) {
        guard let number, number.isFinite else { return null() }
        value(raw: Array(number.description.utf8))
    }

    /// Writes a number rounded to at most `decimals` decimals, without zeros at the end except the first decimal: `0.125`, `1.0`. `null` when it is
    /// not finite.
    ///
    /// - Parameter decimals: 1…9.
    package mutating func value(_ number: Double, decimals: Int) {
        var decimals = min(max(decimals, 1), 9)
        let scale = Self.scales[decimals]
        let scaled = number.magnitude * Double(scale)
        // Above 2^53 a Double has no fraction to round.
        guard scaled < 9_007_199_254_740_991 else { return value(number) }
        var units = Int(scaled)
        if scaled - Double(units) >= 0.5 { units &+= 1 }
        let (whole, rest) = units.quotientAndRemainder(dividingBy: scale)
        var fraction = UInt32(truncatingIfNeeded: rest)
        if decimals > 3, fraction % 1_000 == 0 {
            fraction /= 1_000
            decimals &-= 3
        }
        while decimals > 1, fraction % 10 == 0 {
            fraction /= 10
            decimals &-= 1
        }
        append(atMost: 32) { [needsComma] place in
            var place = place
            if needsComma { Self.put(ASCII.comma, &place) }
            if number < 0, units > 0 { Self.put(ASCII.hyphen, &place) }
            Self.put(digits: whole.magnitude, &place)
            Self.put(0x2E, &place)
            Self.put(digits: UInt(fraction), count: decimals, &place)
            return place
        }
        needsComma = true
    }

    /// The powers of ten by their exponents.
    private static let scales: [Int] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000]

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
        append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { append(ASCII.comma) }
    }
}

/// The buffer.
extension JSONWriter {
    /// Appends what `write` writes to the place that it gets: at most `length` bytes. `write` returns the place after the last byte.
    @inline(__always) private mutating func append(
        atMost length: Int, _ write: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    ) {
        if storage.count &- count < length { grow(by: length) }
        count = storage.withUnsafeMutableBufferPointer { [count] storage in
            guard let base = storage.baseAddress else { return count }
            return write(base + count) - base
        }
    }

    private mutating func grow(by length: Int) { storage += [UInt8](repeating: 0, count: max(length, storage.count, 64)) }

    private mutating func append(_ byte: UInt8) {
        append(atMost: 1) { place in
            place.pointee = byte
            return place + 1
        }
    }

    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        append(atMost: bytes.count) { place in
            if let source = bytes.baseAddress { place.update(from: source, count: bytes.count) }
            return place + bytes.count
        }
    }

    private mutating func append(_ text: StaticString) { text.withUTF8Buffer { append($0) } }

    @inline(__always) private static func put(_ byte: UInt8, _ place: inout UnsafeMutablePointer<UInt8>) {
        place.pointee = byte
        place += 1
    }

    @inline(__always) private static func put(_ text: StaticString, _ place: inout UnsafeMutablePointer<UInt8>) {
        place.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        place += text.utf8CodeUnitCount
    }

    @inline(__always) private static func put(digits number: UInt, _ place: inout UnsafeMutablePointer<UInt8>) {
        var count = 1, limit: UInt = 10
        while count < 20, number >= limit {
            count += 1
            limit &*= 10
        }
        put(digits: number, count: count, &place)
    }

    /// Writes the last `count` digits of a number, with zeros before a shorter number.
    @inline(__always) private static func put(digits number: UInt, count: Int, _ place: inout UnsafeMutablePointer<UInt8>) {
        var rest = number
        var index = count
        while index > 0 {
            index &-= 1
            place[index] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        place += count
    }
}

extension JSONWriter {
    /// Appends a string in quotes, after a comma where one is due. Runs of bytes that need no escape are copied in one piece.
    private mutating func appendEscaped(_ text: String) {
        var text = text
        text.withUTF8 { text in
            var end = JSONText.plainEnd(of: UnsafeRawBufferPointer(text), from: 0)
            append(atMost: end + 3) { [needsComma] place in
                var place = place
                if needsComma { Self.put(ASCII.comma, &place) }
                Self.put(ASCII.quote, &place)
                if let source = text.baseAddress { place.update(from: source, count: end) }
                place += end
                if end == text.count { Self.put(ASCII.quote, &place) }
                return place
            }
            guard end < text.count else { return }
            repeat {
                appendEscape(of: text[end])
                let start = end + 1
                end = JSONText.plainEnd(of: UnsafeRawBufferPointer(text), from: start)
                append(UnsafeBufferPointer(rebasing: text[start..<end]))
            } while end < text.count
            append(ASCII.quote)
        }
    }

    private mutating func appendEscape(of byte: UInt8) {
        switch byte {
        case ASCII.quote, ASCII.backslash:
            append(ASCII.backslash)
            append(byte)
        case ASCII.lineFeed: append("\\n")
        case ASCII.carriageReturn: append("\\r")
        case ASCII.tab: append("\\t")
        default:
            append("\\u00")
            append(0x30 &+ byte >> 4)
            append(byte & 15 < 10 ? 0x30 &+ byte & 15 : 0x57 &+ byte & 15)
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

    /// - Parameter value: the number; nil writes `null`.
    package mutating func member(_ name: StaticString, exact value: Float?) {
        key(name)
        self.value(exact: value)
    }
}
