/// A text that says the same again and again: a loop of the model. Pure.
enum RepeatedText {
    /// Minimum number of triples of characters that tell anything.
    private static let minTriples = 40
    /// Number of times that the average triple of characters comes, from which a text is a loop. A refrain that is sung twice has 2.
    private static let limit = 2.4

    /// Returns true if the text says the same three times or more. Ordinary text of up to 300 characters has 1.0 to 1.5 of each triple.
    static func isLoop(_ text: String) -> Bool {
        let all = Array(text.lowercased())
        guard all.count >= minTriples + 2 else { return false }
        let distinct = Set((2..<all.count).map { String(all[($0 - 2)...$0]) })
        return Double(all.count - 2) > limit * Double(distinct.count)
    }
}
