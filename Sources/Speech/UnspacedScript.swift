/// Scripts that are written without spaces between words: Chinese, Japanese, Thai, Lao, Burmese and Khmer.
package enum UnspacedScript {
    /// Returns true if the letter belongs to such a script. Indexes of search are built by this answer.
    ///
    /// - Parameter scalar: scalar of a letter. Combining marks of these scripts count too.
    package static func contains(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3005...0x3007, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,
            0x20000...0x3FFFF:
            true
        default: false
        }
    }

    package static func contains(_ character: Character) -> Bool { character.unicodeScalars.first.map { contains($0.value) } ?? false }
}
