extension LanguageTag {
    /// Text between two words of the language: nothing in Chinese, Japanese, Thai, Lao, Khmer, Burmese and Tibetan, else a blank.
    package var wordDelimiter: String { Self.unspaced.contains(primary) ? "" : " " }

    /// True if the language is written from right to left.
    package var isFromRight: Bool { Self.fromRight.contains(primary) }

    private static let unspaced: Set<String> = ["zh", "cmn", "yue", "wuu", "nan", "hak", "ja", "th", "lo", "km", "my", "bo", "dz"]
    private static let fromRight: Set<String> = ["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"]
}

extension String {
    /// True if the first letter is of a script that is written from right to left.
    package var isFromRight: Bool {
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFE, 0x10800...0x10FFF, 0x1E800...0x1EFFF: return true
            case _: if scalar.properties.isAlphabetic { return false }
            }
        }
        return false
    }
}
