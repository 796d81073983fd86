internal import Speech

extension SensitiveFinder {
    private static let titles: Set<String> = ["mr", "mrs", "ms", "miss", "dr", "doctor", "mister", "professor", "madam"]
    /// Words that follow `my name is` or `this is` and are no names.
    private static let stops: Set<String> = [
        "on", "in", "at", "the", "a", "an", "not", "and", "is", "was", "my", "your", "his", "her", "spelled", "spelt", "of", "for", "with", "from",
        "to",
        "it", "i", "i'm", "but", "so", "or", "who", "that", "this", "there", "here", "calling", "what", "when", "please", "going", "very", "how",
        "can",
        "you", "we", "they", "be", "are", "has", "have", "had", "just", "also", "by", "if", "am", "as", "up", "correct", "right", "yes", "no",
    ]

    mutating func findNames() {
        var index = 0
        while index < tokens.count {
            let end = nameEnd(from: index)
            if end > index { add(index..<end, .personName) }
            index = max(end, index + 1)
        }
        findSpeltNames()
    }

    /// Returns the end of a name that begins at `index`, or `index` when none does.
    private func nameEnd(from index: Int) -> Int {
        let token = tokens[index], bare = Self.bare(token.text)
        guard token.numeral == nil, bare.utf8.count > 1, token.entity == nil || token.entity?.kind == .personName else { return index }
        let isAnnounced = isAnnounced(index), isTitled = index > 0 && Self.titles.contains(tokens[index - 1].text)
        if isAnnounced || isTitled {
            guard !Self.stops.contains(bare), !Self.titles.contains(bare) else { return index }
            return restOfName(from: index + 1, most: isTitled && !isAnnounced ? 1 : 2)
        }
        let isGiven = EnglishNames.given.contains(bare), isAmbiguous = EnglishNames.ambiguous.contains(bare)
        let begins = index == 0 || index == first || tokens[index - 1].endsSentence
        let isFamilyNext = index + 1 < tokens.count && isFamily(index + 1) && !tokens[index].endsSentence
        if isGiven, !isAmbiguous { return restOfName(from: index + 1, most: 2) }
        if isAmbiguous, isFamilyNext { return restOfName(from: index + 1, most: 1) }
        if isAmbiguous, isGiven, token.isCapital, !begins, !isTitleCase, !isMonth(index) { return restOfName(from: index + 1, most: 1) }
        if EnglishNames.family.contains(bare), !isAmbiguous, token.isCapital, !begins, !isTitleCase { return index + 1 }
        // The family name of a person whose given name was hidden in the words before.
        if index > 0, tokens[index - 1].entity?.kind == .personName, !tokens[index - 1].endsSentence, EnglishNames.family.contains(bare),
            !isAmbiguous || index > first
        {
            return index + 1
        }
        return index
    }

    /// True for a month in a date: `in June`, `June tenth`.
    private func isMonth(_ index: Int) -> Bool {
        guard EnglishVocabulary.months.contains(tokens[index].text) else { return false }
        let isDated = index + 1 < tokens.count && (tokens[index + 1].numeral != nil || tokens[index + 1].isOrdinal)
        return isDated || index > 0 && ["in", "on", "of", "since", "until", "by", "this", "next", "last"].contains(tokens[index - 1].text)
    }

    /// True where all words have capitals, so that a capital tells nothing.
    private var isTitleCase: Bool { tokens.count > 3 && tokens.count(where: \.isCapital) * 10 > tokens.count * 7 }

    private func isFamily(_ index: Int) -> Bool {
        let bare = Self.bare(tokens[index].text)
        return EnglishNames.family.contains(bare) || EnglishNames.given.contains(bare) && tokens[index].isCapital
    }

    /// `my name is …`, `first name …`, `Mr …`
    private func isAnnounced(_ index: Int) -> Bool {
        guard let behind = cues.end(of: .name, before: index, reach: 4), behind <= index else { return false }
        let cue = tokens[behind - 1].text
        let between = tokens[behind..<index]
        if cue == "am" || cue == "is" {
            // `I am` and `this is` announce anything: only a listed name counts.
            return between.isEmpty && EnglishNames.given.contains(Self.bare(tokens[index].text))
        }
        if cue == "name's", between.isEmpty { return true }
        guard let first = between.first, ["is", "was", "it's"].contains(first.text), !tokens[behind - 1].endsSentence else {
            return false
        }
        // The name itself may have been hidden already.
        return between.dropFirst().allSatisfy(\.isFiller)
    }

    private func restOfName(from start: Int, most: Int) -> Int {
        var end = start
        while end < tokens.count, end - start < most, !tokens[end - 1].endsSentence, tokens[end].numeral == nil {
            let bare = Self.bare(tokens[end].text)
            let isInitial = bare.utf8.count == 1 && tokens[end].isCapital && bare != "i"
            let isListed = EnglishNames.family.contains(bare) || EnglishNames.given.contains(bare) && !EnglishNames.ambiguous.contains(bare)
            // The first word of a final has a capital anyway.
            let isCapital = tokens[end].isCapital && end != first && !isTitleCase && bare != "i" && !bare.hasPrefix("i'")
            guard isInitial || isListed || isCapital, !Self.stops.contains(bare) else { break }
            end += 1
        }
        return end
    }

    /// `spelled J O H N`
    private mutating func findSpeltNames() {
        var index = 0
        while index < tokens.count {
            var stop = index
            while stop < tokens.count, isLetter(stop) { stop += 1 }
            if stop - index > 2 || end != .whole && stop == tokens.count && stop > index
                || index > 0 && tokens[index - 1].entity?.kind == .personName,
                stop > index, isNearName(index)
            {
                add(index..<stop, .personName)
            }
            index = max(stop, index + 1)
        }
    }

    private func isLetter(_ index: Int) -> Bool {
        let text = tokens[index].text
        if text == "i" || text == "a", index + 1 >= tokens.count || tokens[index + 1].text.utf8.count > 1 {
            return index > 0 && tokens[index - 1].text.utf8.count == 1
        }
        return text.utf8.count == 1 && tokens[index].numeral == nil
            || tokens[index].isCapital && text.contains("-") && text.split(separator: "-").allSatisfy { $0.utf8.count == 1 }
    }

    private func isNearName(_ index: Int) -> Bool {
        let before = tokens[max(0, index - 6)..<index]
        return before.contains { ["spelled", "spelt", "name", "spell", "name's"].contains($0.text) || $0.entity?.kind == .personName }
    }

    private static func bare(_ text: String) -> String { text.hasSuffix("'s") ? String(text.dropLast(2)) : text }
}
