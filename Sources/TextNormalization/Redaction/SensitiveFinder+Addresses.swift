internal import Speech

extension SensitiveFinder {
    /// Words that end the name of a street. The second list is of words with other meanings.
    private static let streets: Set<String> = [
        "street", "avenue", "road", "lane", "boulevard", "terrace", "highway", "parkway", "st", "ave", "rd", "ln", "blvd", "pkwy", "crescent",
    ]
    private static let doubtful: Set<String> = ["drive", "court", "place", "way", "circle", "square", "dr", "ct", "pl", "trail", "row"]
    /// Words that no street's name has.
    private static let strangers: Set<String> = [
        "hour", "hours", "minute", "minutes", "day", "days", "year", "years", "mile", "miles", "percent", "dollars", "of", "in", "to", "and", "is",
        "for", "people", "different", "on", "at", "was", "were", "are", "or", "with", "from", "i", "we", "you", "they", "my", "this", "that", "it",
        "a",
        "the", "take", "big", "star", "yard", "point", "man", "best", "bad", "good", "easy", "long", "short", "tennis", "hard", "parking", "other",
        "more", "way", "weeks", "months", "times", "cars", "lanes", "streets", "blocks",
    ]
    private static let rooms: Set<String> = ["apartment", "apt", "suite", "unit", "floor", "number"]

    mutating func findAddresses() {
        var through = 0
        for run in DigitRun.runs(in: tokens) where run.count <= 5 || run.scales > 0 {
            let start = run.range.lowerBound
            guard start >= through else { continue }
            let isCued = isCued(start)
            if let end = street(behind: run.range.upperBound, isCued: isCued) {
                through = withRoom(end)
                add(start..<through, .streetAddress)
            } else if isCued, isNear(start), self.end != .whole, isOpen(run.range.upperBound) {
                add(start..<tokens.count, .streetAddress)
            } else if self.end != .whole, isNamed(run) {
                add(start..<tokens.count, .streetAddress)
            } else if isZip(run) {
                add(run.range, .streetAddress)
            }
        }
    }

    /// True if at most two words stand between a cue and the place.
    private func isNear(_ index: Int) -> Bool { cues.end(of: .address, before: index, reach: 2) != nil }

    private func isCued(_ index: Int) -> Bool { cues.end(of: .address, before: index, reach: 4).map { $0 <= index } ?? false }

    /// Returns the end of a street's name that begins at `index`; nil when none does.
    private func street(behind index: Int, isCued: Bool) -> Int? {
        for end in index..<min(index + 4, tokens.count) {
            let word = tokens[end].text
            if end > index || tokens[end].isOrdinal {
                if Self.streets.contains(word) { return end + 1 }
                if Self.doubtful.contains(word), isCued || end == index + 1 || tokens[index..<end].allSatisfy({ $0.isCapital || $0.isOrdinal }) {
                    return end + 1
                }
            }
            if Self.strangers.contains(word) || tokens[end].endsSentence { return nil }
        }
        return nil
    }

    /// `apartment four b`
    private func withRoom(_ end: Int) -> Int {
        guard let word = text(end), Self.rooms.contains(word) else { return end }
        var last = end + 1
        while last < tokens.count, last < end + 4,
            tokens[last].numeral != nil || tokens[last].text.utf8.count <= 2 && !Self.strangers.contains(tokens[last].text)
        {
            last += 1
        }
        return last > end + 1 || self.end != .whole && last == tokens.count ? last : end
    }

    /// True if a street's name may go on behind the end of the text.
    private func isOpen(_ index: Int) -> Bool {
        tokens.count - index < 4 && tokens[index...].allSatisfy { !Self.strangers.contains($0.text) && !$0.endsSentence }
    }

    /// True if a word that may begin a street's name stands behind a house number at the end of the text.
    private func isNamed(_ run: DigitRun) -> Bool {
        let index = run.range.upperBound
        guard index + 1 == tokens.count, index > first, !Self.strangers.contains(tokens[index].text), !tokens[index].endsSentence else {
            return false
        }
        guard !tokens[index].isFiller, run.count > 1, tokens[index].text != "i" else { return false }
        let start = run.range.lowerBound
        let isAnswer = start > 0 && ["it's", "its", "that's"].contains(tokens[start - 1].text)
        return (tokens[index].isCapital || isAnswer) && !EnglishVocabulary.months.contains(tokens[index].text)
    }

    /// Five digits shortly behind a street.
    private func isZip(_ run: DigitRun) -> Bool {
        let start = run.range.lowerBound
        let isOpen = end != .whole && run.range.upperBound == tokens.count && run.spelled == run.count && run.range.count > 1
        guard run.count == 5 || run.count == 9 || isOpen else { return false }
        if tokens[max(0, start - 3)..<start].contains(where: { ["zip", "zipcode", "postcode", "postal"].contains($0.text) }) { return true }
        return findings.contains { $0.kind == .streetAddress && $0.range.upperBound <= start && start - $0.range.upperBound < 7 }
            || tokens[max(0, start - 6)..<start].contains { $0.entity?.kind == .streetAddress }
    }
}
