/// The pronunciations of English words: from a dictionary, and by rules for words that the dictionary does not have.
///
/// The dictionary's file stays as it is in memory (about 3 MB), with a table of places in it (1 MB).
package struct Pronunciations: Sendable {
    /// A word's or a text's sound.
    package struct Sound: Sendable, Equatable {
        package var phones: [Phone]
        /// True if the dictionary has every word of the text.
        package var isKnown: Bool

        package init(phones: [Phone] = [], isKnown: Bool = true) {
            self.phones = phones
            self.isKnown = isKnown
        }
    }

    private let file: [UInt8]
    /// Starts of the file's lines by their words' hashes, in open addressing; −1: free.
    private let places: [Int32]

    /// - Parameter file: lines of a word in lower case, a space, and the names of its phones with spaces between them.
    package init(_ file: [UInt8]) {
        var lineCount = 1
        for byte in file where byte == UInt8(ascii: "\n") { lineCount += 1 }
        var size = 64
        while size < 2 * lineCount { size *= 2 }
        var places = [Int32](repeating: -1, count: size)
        var start = 0
        while start < file.count {
            let end = file[start...].firstIndex(of: UInt8(ascii: "\n")) ?? file.count
            if let space = file[start..<end].firstIndex(of: UInt8(ascii: " ")), space > start {
                var slot = Self.hash(file[start..<space]) & (size - 1)
                while places[slot] >= 0 { slot = (slot + 1) & (size - 1) }
                places[slot] = Int32(truncatingIfNeeded: start)
            }
            start = end + 1
        }
        self.file = file
        self.places = places
    }

    package init(path: String) throws(InferenceError) { self.init(try ModelFolder.contents(ofFile: path)) }

    /// Returns the sound of a displayed text: numbers, abbreviations and letters as they are read out.
    package func sound(of text: String) -> Sound {
        var sound = Sound()
        for word in text.split(separator: " ") {
            for token in SpokenForm(String(word)).tokens {
                let part = self.sound(of: token)
                sound.phones += part.phones
                sound.isKnown = sound.isKnown && part.isKnown
            }
        }
        return sound
    }

    private func sound(of token: SpokenForm.Token) -> Sound {
        if let phones = phones(of: token.text) { return Sound(phones: phones) }
        let bare = token.text.filter { $0 != "." }
        if bare != token.text, let phones = phones(of: bare) { return Sound(phones: phones) }
        if token.isSpelled || token.text.contains(".") {
            let letters = bare.compactMap { $0 == "'" ? nil : phones(of: String($0)) }
            if !letters.isEmpty { return Sound(phones: letters.flatMap { $0 }, isKnown: false) }
        }
        return Sound(phones: LetterToPhone.phones(of: bare).compactMap { PhoneCosts.number(of: $0) }, isKnown: bare.isEmpty)
    }

    /// Returns the phones of a word in the dictionary; nil when the dictionary does not have the word.
    func phones(of word: String) -> [Phone]? {
        let word = Array(word.utf8)
        guard !word.isEmpty else { return nil }
        var slot = Self.hash(word[...]) & (places.count - 1)
        while places[slot] >= 0 {
            let start = Int(places[slot]), end = start + word.count
            if end < file.count, file[end] == UInt8(ascii: " "), file[start..<end].elementsEqual(word) {
                let line = file[end...].prefix { $0 != UInt8(ascii: "\n") }
                return String(decoding: line, as: UTF8.self).split(separator: " ").compactMap { PhoneCosts.number(of: $0) }
            }
            slot = (slot + 1) & (places.count - 1)
        }
        return nil
    }

    /// FNV-1a.
    private static func hash(_ word: ArraySlice<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in word { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32)) & Int.max
    }
}
