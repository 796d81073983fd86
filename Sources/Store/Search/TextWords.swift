import Conversations
import Speech

/// The words of a segment's text with their places, for comparison with a query's words.
struct TextWords {
    /// The words as `StopWords.form` gives them.
    let forms: [String]
    let ranges: [Range<String.Index>]

    init(_ text: String) {
        var forms: [String] = [], ranges: [Range<String.Index>] = []
        for part in text.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "'" && $0 != "’" }) {
            // As the index does: a run of a script without blanks is a word by itself.
            var rest = part
            while let first = rest.first {
                let isUnspaced = UnspacedScript.contains(first)
                let run = rest.prefix { UnspacedScript.contains($0) == isUnspaced }
                rest = rest[run.endIndex...]
                let form = StopWords.form(of: run)
                guard !form.isEmpty else { continue }
                forms.append(form)
                ranges.append(run.startIndex..<run.endIndex)
            }
        }
        self.forms = forms
        self.ranges = ranges
    }
}
