import Speech

/// Writes the fields of a record: numbers little-endian, each text behind its length.
struct RecordWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Writes at most 65,535 bytes of the text's UTF-8, and never a part of a character.
    mutating func put(text: String) {
        let utf8 = text.utf8
        var count = min(utf8.count, Int(UInt16.max))
        while count < utf8.count, utf8[utf8.index(utf8.startIndex, offsetBy: count)] & 0xC0 == 0x80 { count -= 1 }
        put(UInt16(count))
        bytes.append(contentsOf: utf8.prefix(count))
    }

    /// Writes an optional text. nil differs from the empty text.
    mutating func put(optional text: String?) {
        put(UInt8(text == nil ? 0 : 1))
        if let text { put(text: text) }
    }

    /// Writes at most 65,535 texts.
    mutating func put(texts: some Collection<String>) {
        put(UInt16(min(texts.count, Int(UInt16.max))))
        for text in texts.prefix(Int(UInt16.max)) { put(text: text) }
    }
}

/// Reads what `RecordWriter` wrote; each method returns nil where the bytes are not valid.
struct RecordReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take<Value: FixedWidthInteger>(_: Value.Type = Value.self) -> Value? {
        let size = MemoryLayout<Value>.size
        guard rest.count >= size else { return nil }
        var value = Value.zero
        for (index, byte) in rest.prefix(size).enumerated() { value |= Value(truncatingIfNeeded: UInt64(byte) << (8 * UInt64(index))) }
        rest.removeFirst(size)
        return value
    }

    mutating func takeText() -> String? {
        guard let length: UInt16 = take(), rest.count >= Int(length) else { return nil }
        defer { rest.removeFirst(Int(length)) }
        return String(validating: rest.prefix(Int(length)), as: UTF8.self)
    }

    /// - Returns: nil when the bytes are not valid; `.some(nil)` when the text is nil.
    mutating func takeOptionalText() -> String?? {
        switch take(UInt8.self) {
        case 0: .some(nil)
        case 1: takeText().map { .some($0) }
        case _: nil
        }
    }

    mutating func takeTexts() -> [String]? {
        guard let count: UInt16 = take() else { return nil }
        var texts: [String] = []
        for _ in 0..<count {
            guard let text = takeText() else { return nil }
            texts.append(text)
        }
        return texts
    }
}
