package import Conversations
package import Framing

extension Segment {
    /// Writes the members that `SegmentField.all` lists; this is the only writer of a whole segment, for `/listen`, the API and exports.
    ///
    /// - Parameter withWords: true if the member `words` follows.
    package func write(to json: inout JSONWriter, withWords: Bool = false) {
        json.beginObject()
        for field in SegmentField.all where withWords || field.kind != .words { field.write(of: self, to: &json) }
        json.endObject()
    }
}

extension SegmentField {
    /// Writes the field's member; nothing for a field that clients are not shown.
    func write(of segment: Segment, to json: inout JSONWriter) {
        guard let name else { return }
        json.key(name)
        json.value(value(segment))
    }
}

extension JSONWriter {
    /// Times are in seconds; times and fractions have at most three decimals.
    fileprivate mutating func value(_ value: SegmentValue) {
        switch value {
        case .text(let text?): self.value(text)
        case .integer(let number?): self.value(number)
        case .time(let time): self.value(time / .seconds(1), decimals: 3)
        case .fraction(let fraction?): self.value(fraction, decimals: 3)
        case .flag(let flag): self.value(flag)
        case .words(let words): self.value(words)
        case .emptyList: array([])
        case .text(nil), .integer(nil), .fraction(nil), .null: null()
        }
    }

    private mutating func value(_ words: [SegmentWord]) {
        beginArray()
        for word in words {
            beginObject()
            member("text", word.text)
            member("start", word.start / .seconds(1), decimals: 3)
            member("end", word.end / .seconds(1), decimals: 3)
            endObject()
        }
        endArray()
    }
}
