import Speech

/// Writes the fields of a record: numbers little-endian, each text behind its length.
struct RecordWriter {
    /// The record, and after its `count` bytes the memory for more. An array of a fixed length takes a field in one store; `Array.append` costs ten
    /// times as much for the short fields of which records are made.
    private var storage: [UInt8]
    private var count = 0

    /// - Parameter capacity: the expected length of the record, in bytes. With the exact length, `bytes` is no copy.
    init(capacity: Int) { storage = [UInt8](repeating: 0, count: capacity) }

    /// The record.
    var bytes: [UInt8] { count == storage.count ? storage : Array(storage[..<count]) }

    mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        append(MemoryLayout<Value>.size) { $0.storeBytes(of: value.littleEndian, as: Value.self) }
    }

    /// Writes at most 65,535 bytes of the text's UTF-8, and never a part of a character.
    mutating func put(text: String) {
        var text = text
        text.withUTF8 { utf8 in
            var length = min(utf8.count, Int(UInt16.max))
            while length < utf8.count, utf8[length] & 0xC0 == 0x80 { length -= 1 }
            put(UInt16(length))
            guard let source = utf8.baseAddress else { return }
            append(length) { $0.copyMemory(from: source, byteCount: length) }
        }
    }

    /// Appends the `length` bytes that `write` stores at the place that it gets.
    @inline(__always) private mutating func append(_ length: Int, _ write: (UnsafeMutableRawPointer) -> Void) {
        if storage.count &- count < length { storage.append(contentsOf: repeatElement(0, count: max(length, storage.count, 64))) }
        storage.withUnsafeMutableBytes { [count] bytes in
            if let base = bytes.baseAddress { write(base + count) }
        }
        count &+= length
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
