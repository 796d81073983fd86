import Speech

/// A piece of the conversation in the making: what was said between two ends of turns, or between two commits.
struct RealtimeItem: Sendable {
    /// Text that a delta adds, and the words that it is of.
    struct Delta {
        var text: String
        var words: ArraySlice<Word>
    }

    let id: String
    /// Where its audio begins.
    var start: SampleIndex
    private(set) var text = ""
    /// What was committed.
    private(set) var words: [Word] = []
    /// Bytes of `text` that went out as deltas, and of how many words they are.
    private var sent = (bytes: 0, words: 0)
    /// Words behind `text` that went out as deltas already: stable ones of an interim. The commit brings them again.
    private var ahead = 0

    init(id: String, start: SampleIndex) {
        self.id = id
        self.start = start
    }

    /// What may be added because of an interim: its stable words are not changed any more, and what was committed before goes first.
    mutating func delta(stable: ArraySlice<Word>) -> Delta? {
        guard stable.count > ahead else { return nil }
        let isFirst = text.isEmpty && ahead == 0
        var delta = rest() ?? Delta(text: "", words: [])
        let new = stable.dropFirst(ahead)
        delta.text += (isFirst ? "" : " ") + new.map(\.text).joined(separator: " ")
        delta.words += new
        ahead = stable.count
        return delta
    }

    /// Takes over committed words. Those that were sent ahead count as sent, however the engine writes them now.
    mutating func commit(_ new: [Word]) {
        let sentAhead = min(ahead, new.count)
        for (index, word) in new.enumerated() {
            if !text.isEmpty { text += " " }
            text += word.text
            words.append(word)
            if index + 1 == sentAhead { sent = (text.utf8.count, words.count) }
        }
        // Those that the commit does not reach still follow; after silence nothing does.
        ahead = new.isEmpty ? 0 : ahead - sentAhead
    }

    /// The committed text that no delta has brought yet.
    mutating func rest() -> Delta? {
        guard sent.words < words.count else { return nil }
        defer { sent = (text.utf8.count, words.count) }
        return Delta(text: String(decoding: text.utf8.dropFirst(sent.bytes), as: UTF8.self), words: words[sent.words...])
    }
}
