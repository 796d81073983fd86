package import Speech

/// Finds action items and appointments in a conversation by rules, without a language model. English only: what the rules do not understand is left out.
package enum FindingRules {
    /// Words that tell of an appointment.
    private static let occasions: Set<String> = [
        "appointment", "birthday", "breakfast", "brunch", "call", "ceremony", "class", "concert", "conference", "deadline", "demo", "dinner", "event",
        "exam",
        "flight", "funeral", "game", "interview", "lecture", "lesson", "lunch", "match", "meet", "meeting", "party", "presentation", "rehearsal",
        "reservation",
        "review", "session", "show", "talk", "trip", "wedding", "webinar", "workshop",
    ]
    private static let maxTitle = 60
    /// Sentences of a long conversation that are read at most.
    private static let maxSentences = 20_000

    /// - Parameters:
    ///   - category: the conversation's category.
    ///   - zone: the time zone of the speakers, in which they name days and hours.
    package static func findings(
        in conversation: Conversation, _ category: ConversationCategory, zone: TimeZoneRules
    ) -> ConversationFindings {
        var findings = ConversationFindings(category: category)
        var said: Set<[String]> = []
        var count = 0
        for segment in conversation.segments {
            let spoken = conversation.started + segment.start
            for sentence in ExtractiveSummary.sentences(of: segment.text) {
                count += 1
                guard count <= maxSentences else { return findings }
                let words = SpokenWords(sentence)
                guard said.insert(words.plain).inserted else { continue }
                if let task = ActionRules.task(in: words), findings.actionItems.count < ConversationFindings.maxItems {
                    findings.actionItems.append(.init(task))
                }
                if let event = event(in: words, sentence, said: spoken, zone), findings.events.count < ConversationFindings.maxItems {
                    findings.events.append(event)
                }
            }
        }
        findings.events.sort { $0.start < $1.start }
        return findings
    }

    private static func event(
        in words: SpokenWords, _ sentence: String, said: UnixTime, _ zone: TimeZoneRules
    ) -> ConversationFindings.Event? {
        guard let occasion = words.plain.firstIndex(where: occasions.contains), let date = SpokenDate(in: words, said: said, in: zone) else {
            return nil
        }
        // "We had lunch at noon" is over.
        guard !words.plain.contains(where: { ["had", "was", "were", "did", "yesterday", "last", "ago"].contains($0) }) else { return nil }
        return ConversationFindings.Event(
            title: title(words, occasion), description: String(sentence.prefix(ConversationFindings.maxText)), start: date.start,
            duration: date.wholeDay ?? ConversationFindings.Event.standardDuration)
    }

    /// Returns the occasion, and with whom: "Lunch with Anna".
    private static func title(_ words: SpokenWords, _ occasion: Int) -> String {
        var title = words.plain[occasion]
        let rest = words.plain.indices.dropFirst(occasion + 1)
        if title == "meet", let first = rest.first, words.written[first].first?.isUppercase ?? false {
            title = "meet " + trimmed(words.written[first])
        } else if let with = rest.first(where: { words.plain[$0] == "with" }), with + 1 < words.plain.count {
            var names: [String] = []
            for index in words.plain.indices.dropFirst(with + 1) {
                let word = words.written[index],
                    isPart = word.first?.isUppercase ?? false || ["the", "my", "our", "and"].contains(words.plain[index])
                let isNoun = names.last.map { ["the", "my", "our"].contains($0) } ?? false
                guard isPart || isNoun else { break }
                names.append(trimmed(word))
                if word.last.map({ ".,;!?".contains($0) }) ?? false { break }
            }
            while let last = names.last, ["the", "my", "our", "and"].contains(last) { names.removeLast() }
            if !names.isEmpty { title += " with " + names.joined(separator: " ") }
        }
        return String((title.prefix(1).uppercased() + title.dropFirst()).prefix(maxTitle))
    }

    private static func trimmed(_ word: String) -> String {
        var word = word[...]
        while let last = word.last, ".,;:!?".contains(last) { word = word.dropLast() }
        return String(word)
    }
}
