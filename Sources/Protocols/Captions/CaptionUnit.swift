import Speech

/// The smallest part of a caption's words that stays in one line, with its share of the time of its words.
struct CaptionUnit {
    var word: Word
    var columns: Int
    /// True if a blank stands before the unit, unless it begins a line.
    var hasBlank: Bool
    /// True if a word begins with the unit: there, the time is the engine's.
    var isWordStart: Bool
    /// True if a caption may begin with the unit.
    var mayBegin: Bool
    /// Last character of the unit's last part. The unit itself may be one character of many marks, which takes long to find.
    var end: Character?

    /// Columns of the unit behind another one in a line.
    var width: Int { columns + (hasBlank ? 1 : 0) }

    /// Returns each word as a unit.
    static func words(_ words: [Word]) -> [CaptionUnit] {
        words.indices.map { index in
            let hasBlank = index > 0 && Self.hasBlank(before: words[index], behind: words[index - 1].text)
            return CaptionUnit(
                word: words[index], columns: TextColumns.count(of: words[index].text), hasBlank: hasBlank, isWordStart: true, mayBegin: true)
        }
    }

    /// Returns the parts of the words at which a line may break. Parts of two words that no line parts are one unit.
    static func parts(of words: [Word], rate: SampleRate, rules: CaptionRules) -> [CaptionUnit] {
        var units: [CaptionUnit] = []
        for word in words {
            // Such a word is many words.
            let isLong = TextColumns.count(of: word.text) > rules.lineLength * rules.lines || word.range.count.duration(at: rate) > rules.longest
            add(word, isLong: isLong, to: &units)
        }
        return units
    }

    private static func add(_ word: Word, isLong: Bool, to units: inout [CaptionUnit]) {
        // Words may hold blanks or line ends of their own; a blank line would end the caption.
        let pieces = word.text.split(whereSeparator: \.isWhitespace).map { LineBreaks.parts(of: $0) }
        let texts = pieces.joined().map(String.init)
        guard !texts.isEmpty else { return }
        let ranges = texts.count == 1 ? [word.range] : ProportionalTimes.ranges(of: texts, in: word.range)
        var index = 0
        for piece in pieces {
            for place in piece.indices {
                var part = word
                (part.text, part.range) = (texts[index], ranges[index])
                let isStart = index == 0, beginsPiece = place == 0
                index += 1
                // The unit before is not copied: a second reference to its text would make each addition to the text a copy.
                let before = units.indices.last
                let hasBlank = isStart ? before.map { Self.hasBlank(before: word, behind: units[$0].word.text) } ?? false : beginsPiece
                if isStart, !hasBlank, let before, units[before].word.speaker == word.speaker, !mayBreak(units[before].end, part.text) {
                    units[before].append(part)
                    continue
                }
                // Within a usual word, a caption may begin in a script without blanks alone: a name and its colon stay with what follows.
                let isOpen = isStart || !beginsPiece || isLong || before.flatMap { units[$0].end }.map(UnspacedScript.contains) ?? false
                units.append(
                    CaptionUnit(
                        word: part, columns: TextColumns.count(of: part.text), hasBlank: hasBlank, isWordStart: isStart, mayBegin: isOpen,
                        end: part.text.last))
            }
        }
    }

    private static func hasBlank(before word: Word, behind text: String) -> Bool {
        // Some engines write the blank into the word.
        word.blankBefore ?? (word.text.first?.isWhitespace == true || WordSpacing.needsBlank(text, word.text))
    }

    /// Returns true if a line may break between a character and a text without a blank.
    private static func mayBreak(_ last: Character?, _ next: String) -> Bool {
        guard let last, let first = next.first else { return true }
        return LineBreaks.isAllowed(last, first)
    }

    private mutating func append(_ part: Word) {
        word.text += part.text
        word.range = SampleRange(word.range.start, max(word.range.end, part.range.end))
        columns += TextColumns.count(of: part.text)
        end = part.text.last
    }
}

extension Sequence<CaptionUnit> {
    /// The units as one line.
    var line: String {
        var line = ""
        for unit in self { WordSpacing.append(unit.word.text, blank: unit.hasBlank, to: &line) }
        return line
    }
}
