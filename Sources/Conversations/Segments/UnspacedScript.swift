/// Scripts that are written without spaces between words: Chinese, Japanese, Thai, Lao, Burmese and Khmer.
package enum UnspacedScript {
    /// - Parameter scalar: of a letter; marks of these scripts that stand over or under one count, too.
    package static func contains(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3005...0x3007, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,
            0x20000...0x3FFFF:
            true
        default: false
        }
    }

    package static func contains(_ character: Character) -> Bool { character.unicodeScalars.first.map { contains($0.value) } ?? false }

    /// Whether no space stands between this and what is of such a script, for it is, or is punctuation of its width.
    static func joins(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first?.value else { return false }
        return contains(scalar) || (0x3000...0x303F).contains(scalar) || (0xFF00...0xFF65).contains(scalar)
    }
}
