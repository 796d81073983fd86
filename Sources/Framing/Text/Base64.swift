/// Base64: bytes as text (RFC 4648 section 4), with padding.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var word: UInt32 = 0
        var held = 0
        for byte in bytes {
            word = word << 8 | UInt32(byte)
            held += 1
            guard held == 3 else { continue }
            for shift: UInt32 in [18, 12, 6, 0] { text.append(alphabet[Int(word >> shift & 63)]) }
            (word, held) = (0, 0)
        }
        switch held {
        case 1: text += [alphabet[Int(word >> 2)], alphabet[Int(word << 4 & 63)], ASCII.equals, ASCII.equals]
        case 2: text += [alphabet[Int(word >> 10)], alphabet[Int(word >> 4 & 63)], alphabet[Int(word << 2 & 63)], ASCII.equals]
        default: break
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends text for bytes in memory, fast: for audio, which goes out all the time.
    package static func append(_ bytes: RawSpan, to text: inout [UInt8]) {
        let first = text.count, whole = bytes.byteCount / 3
        text.append(contentsOf: repeatElement(ASCII.equals, count: (bytes.byteCount + 2) / 3 * 4))
        bytes.withUnsafeBytes { bytes in
            text.withUnsafeMutableBufferPointer { text in
                alphabet.withUnsafeBufferPointer { alphabet in
                    var output = first
                    func put(_ word: UInt32, _ count: Int) {
                        for place in 0..<count { text[output + place] = alphabet[Int(word >> (18 - 6 * UInt32(place)) & 63)] }
                        output += 4
                    }
                    for group in 0..<whole {
                        let at = 3 * group
                        put(UInt32(bytes[at]) << 16 | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]), 4)
                    }
                    switch bytes.count - 3 * whole {
                    case 1: put(UInt32(bytes[3 * whole]) << 16, 2)
                    case 2: put(UInt32(bytes[3 * whole]) << 16 | UInt32(bytes[3 * whole + 1]) << 8, 3)
                    default: break
                    }
                }
            }
        }
    }

    /// Decodes strictly: nil for other characters, a wrong length or padding, and extra bits after the last byte.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count % 4 == 0 else { return nil }
        let padding = characters.reversed().prefix { $0 == ASCII.equals }.count
        guard padding <= 2 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 4 * 3)
        var word: UInt32 = 0
        var held: UInt32 = 0
        for character in characters.dropLast(padding) {
            guard let value = value(of: character) else { return nil }
            word = word << 6 | value
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            bytes.append(UInt8(truncatingIfNeeded: word >> held))
            word &= 1 << held - 1
        }
        return word == 0 ? bytes : nil
    }

    /// Decodes text in memory as strictly, but fast: for audio, which comes by the megabyte.
    package static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        guard let last = text.last else { return [] }
        let padding = last != ASCII.equals ? 0 : text[text.count - 2] != ASCII.equals ? 1 : 2
        let count = text.count / 4 * 3 - padding
        var isWrong = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { bytes, written in
            values.withUnsafeBufferPointer { values in
                var output = 0
                for position in stride(from: 0, to: text.count, by: 4) {
                    let isPadded = padding > 0 && position == text.count - 4
                    let third = isPadded && padding == 2 ? 0 : values[Int(text[position + 2])]
                    let fourth = isPadded ? 0 : values[Int(text[position + 3])]
                    let first = values[Int(text[position])], second = values[Int(text[position + 1])]
                    // Values of characters are below 64; a byte outside the alphabet has the highest bit.
                    isWrong = isWrong || (first | second | third | fourth) & 0x80 != 0
                    let word = UInt32(first & 63) << 18 | UInt32(second & 63) << 12 | UInt32(third & 63) << 6 | UInt32(fourth & 63)
                    for shift: UInt32 in [16, 8, 0] where output < count {
                        bytes[output] = UInt8(truncatingIfNeeded: word >> shift)
                        output += 1
                    }
                    if isPadded, word & (padding == 2 ? 0xFFFF : 0xFF) != 0 { isWrong = true }
                }
                written = output
            }
        }
        return isWrong ? nil : bytes
    }

    /// The value of each character; 0x80 for a byte outside the alphabet.
    private static let values: [UInt8] = (0...255).map { character in value(of: character).map { UInt8($0) } ?? 0x80 }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case 0x41...0x5A: UInt32(character) - 0x41
        case 0x61...0x7A: UInt32(character) - 0x61 + 26
        case 0x30...0x39: UInt32(character) - 0x30 + 52
        case ASCII.plus: 62
        case ASCII.slash: 63
        default: nil
        }
    }
}
