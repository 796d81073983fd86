import Speech

/// An item of the conversation in the making: the speech between two ends of turns, or between two commits.
struct RealtimeItem: Sendable {
    /// The text that a delta adds, and the text's words.
    struct Delta {
        var text: String
        var words: ArraySlice<Word>
    }

    let id: String
    /// Start of the item's audio.
    var start: SampleIndex
    /// True if the client was told that speech began, and not yet that it ended.
    var isSpeech = false
    private(set) var text = ""
    /// The committed words.
    private(set) var words: [Word] = []
    /// Number of bytes of `text` that were sent as deltas, and the number of their words.
    private var sent = (bytes: 0, words: 0)
    /// Number of stable interim words after `text` that were sent as deltas; the commit brings these words again.
    private var ahead = 0

    /// End of the last committed word; where there is none, the start of the item.
    var end: SampleIndex { words.last?.range.end ?? start }

    init(id: String, start: SampleIndex) {
        self.id = id
        self.start = start
    }

    /// Returns the next delta for an interim: its new stable words, which will not change, and before them all committed words that were not sent.
    /// nil when there is nothing new.
    mutating func delta(stable: ArraySlice<Word>) -> Delta? {
        guard stable.count > ahead else { return nil }
        var delta = rest() ?? Delta(text: "", words: [])
        let new = stable.dropFirst(ahead)
        // The text before decides the blank in front of the new words.
        var said = text
        for word in stable.prefix(ahead) { WordSpacing.append(word.text, blank: word.blankBefore, to: &said) }
        let known = said.utf8.count
        for word in new { WordSpacing.append(word.text, blank: word.blankBefore, to: &said) }
        delta.text += String(decoding: said.utf8.dropFirst(known), as: UTF8.self)
        delta.words += new
        ahead = stable.count
        return delta
    }

    /// Adds committed words. Words that were sent ahead count as sent, even if the engine writes them differently now.
    mutating func commit(_ new: [Word]) {
        let sentAhead = min(ahead, new.count)
        for (index, word) in new.enumerated() {
            WordSpacing.append(word.text, blank: word.blankBefore, to: &text)
            words.append(word)
            if index + 1 == sentAhead { sent = (text.utf8.count, words.count) }
        }
        // Words that were sent ahead and lie after the commit come in the next one; a commit without words ends them.
        ahead = new.isEmpty ? 0 : ahead - sentAhead
    }

    /// Returns the committed text that no delta has brought yet; nil when there is none.
    mutating func rest() -> Delta? {
        guard sent.words < words.count else { return nil }
        defer { sent = (text.utf8.count, words.count) }
        return Delta(text: String(decoding: text.utf8.dropFirst(sent.bytes), as: UTF8.self), words: words[sent.words...])
    }
}
