internal import Speech

extension SensitiveFinder {
    private static let topLevels: Set<String> = [
        "com", "org", "net", "edu", "gov", "io", "co", "uk", "us", "ca", "de", "fr", "info", "biz", "me", "ai", "dev", "app", "eu", "au", "mil",
    ]
    private static let providers: Set<String> = [
        "gmail", "yahoo", "hotmail", "outlook", "icloud", "aol", "protonmail", "proton", "comcast", "verizon", "msn",
    ]
    private static let connectors: Set<String> = ["dot", "underscore", "dash", "hyphen", "period", "plus", "point"]
    /// Words before an address, which end it when it is read backwards.
    private static let stops: Set<String> = [
        "is", "it's", "its", "at", "to", "me", "email", "e-mail", "address", "my", "or", "the", "was", "that's", "me", "us", "her", "him", "you",
        "on",
        "and", "a", "an", "mail", "write", "be", "reached", "are",
    ]
    /// Words between the cue and an address.
    private static let copulas: Set<String> = [
        "is", "it's", "its", "address", "at", "it", "would", "be", "my", "to", "that's", "was", "me", "us", "him", "her",
    ]
    /// Maximum number of words of one address.
    private static let maxWords = 16

    mutating func findEmails() {
        for index in tokens.indices {
            let text = tokens[index].text
            if text.utf8.contains(64), text.utf8.count > 2 {
                add(index..<index + 1, .emailAddress)
            } else if text == "at", let end = domain(after: index) {
                add(local(before: index)..<end, .emailAddress)
            }
        }
        findOpenEmail()
    }

    /// Returns the end of a domain behind `at`; nil when none follows.
    private func domain(after at: Int) -> Int? {
        var index = at + 1
        let limit = min(tokens.count, at + 10)
        // `gmail.com` is one word.
        if index < limit, isWrittenDomain(tokens[index].text) { return index + 1 }
        var end: Int?
        var words = 0
        while index + 1 < limit {
            if isDot(index + 1) {
                guard index + 2 < limit else { break }
                if Self.topLevels.contains(tokens[index + 2].text) { end = index + 3 }
                index += 2
                if end == index + 1, !isDot(end ?? 0) { break }
            } else if end == nil, words < 2, Self.stops.contains(tokens[index].text) == false {
                words += 1
                index += 1
            } else {
                break
            }
        }
        return end
    }

    private func isWrittenDomain(_ text: String) -> Bool {
        let parts = text.split(separator: ".")
        return !text.utf8.contains(64) && parts.count > 1 && parts.last.map { Self.topLevels.contains(String($0)) } ?? false
    }

    private func isDot(_ index: Int) -> Bool { ["dot", "period", "point"].contains(text(index)) }

    /// Returns the start of what stands before `at`.
    private func local(before at: Int) -> Int {
        guard at > 0 else { return at }
        if let start = cuedStart(before: at) { return start }
        var start = at - 1
        while start > 0, at - start < Self.maxWords {
            if start > 1, Self.connectors.contains(tokens[start - 1].text) {
                start -= 2
            } else if isPart(start) || isPart(start - 1), !Self.stops.contains(tokens[start - 1].text) {
                start -= 1
            } else {
                break
            }
        }
        return start
    }

    /// True for a letter that was spelt, and for a number.
    private func isPart(_ index: Int) -> Bool {
        let token = tokens[index]
        return token.numeral != nil || token.text.utf8.count == 1 && token.text != "a" && token.text != "i"
    }

    /// Returns where an address begins that a cue announces: `my email is …`; nil: no cue does.
    private func cuedStart(before end: Int) -> Int? {
        guard var start = cues.end(of: .email, before: end, reach: Self.maxWords), end - start <= Self.maxWords else { return nil }
        let cueEnd = start
        while start < end, Self.copulas.contains(tokens[start].text) || tokens[start].isFiller { start += 1 }
        // A verb must announce it: `the email from last week` does not.
        guard start > cueEnd, start < end, tokens[cueEnd..<end - 1].allSatisfy({ !$0.endsSentence || $0.numeral != nil }) else { return nil }
        return start
    }

    /// An address at the end of the text that may go on.
    private mutating func findOpenEmail() {
        guard end != .whole, let last = tokens.indices.last else { return }
        if let start = cuedStart(before: tokens.count), !isOver(from: start), tokens.count - start <= 8 || hasMarks(start) {
            return add(start..<tokens.count, .emailAddress)
        }
        if last > 0, isPart(last - 1), tokens[last - 1].numeral == nil, EnglishNames.family.contains(tokens[last].text), last > first {
            return add(last - 1..<tokens.count, .emailAddress)
        }
        guard last > 1, !Self.stops.contains(tokens[last - 1].text) || tokens[last - 1].text == "at" else { return }
        let word = tokens[last].text, before = tokens[last - 1].text
        if isDot(last), tokens[last - 2].text == "at" {
            // `jane at gmail dot`
            add(local(before: last - 2)..<tokens.count, .emailAddress)
        } else if before == "at", Self.providers.contains(word) {
            add(local(before: last - 1)..<tokens.count, .emailAddress)
        } else if word == "at", ["dot", "underscore"].contains(tokens[last - 2].text) || isPart(last - 2) && EnglishNames.family.contains(before) {
            add(local(before: last)..<tokens.count, .emailAddress)
        } else if word == "dot" || word == "underscore" {
            add(local(before: last)..<tokens.count, .emailAddress)
        } else if before == "dot" || before == "underscore", !Self.stops.contains(word), !Self.stops.contains(tokens[last - 2].text) {
            // `jane dot doe`
            add(local(before: last + 1)..<tokens.count, .emailAddress)
        }
    }

    /// True if a whole address stands behind `start`.
    private func isOver(from start: Int) -> Bool {
        (start..<tokens.count).contains { tokens[$0].text == "at" && domain(after: $0) != nil || tokens[$0].text.utf8.contains(64) }
    }

    private func hasMarks(_ start: Int) -> Bool {
        tokens[start...].contains { Self.connectors.contains($0.text) } && tokens.count - start <= Self.maxWords
    }
}
