import Speech

extension SpeakerLabel {
    /// The label as letters: `A`, `B`, …, `Z`, `AA`, ….
    var letters: String {
        var number = max(0, number)
        var letters = ""
        repeat {
            letters = String(UnicodeScalar(UInt8(65 + number % 26))) + letters
            number = number / 26 - 1
        } while number >= 0
        return letters
    }
}
