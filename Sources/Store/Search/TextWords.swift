import Conversations

/// The words of a segment's text with their places, for comparison with a query's words.
struct TextWords {
    /// The words as `StopWords.form` gives them.
    let forms: [String]
    let ranges: [Range<String.Index>]

    init(_ text: String) {
        var forms: [String] = [], ranges: [Range<String.Index>] = []
        for part in text.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "'" && $0 != "’" }) {
            let form = StopWords.form(of: part)
            guard !form.isEmpty else { continue }
            forms.append(form)
            ranges.append(part.startIndex..<part.endIndex)
        }
        self.forms = forms
        self.ranges = ranges
    }
}
