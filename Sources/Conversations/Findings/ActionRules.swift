/// Finds in a sentence what a speaker is to do. English only.
struct ActionRules: Sendable {
    /// Beginnings behind which a task follows: a verb and what belongs to it.
    private static let openings: [[String]] = [
        "i'll", "i will", "i'm going to", "i am going to", "i need to", "i have to", "i've got to", "i must", "i should", "i promise to", "let's",
        "let us",
        "we'll", "we will", "we need to", "we have to", "we should", "we must", "don't forget to", "remember to", "remind me to", "make sure to",
        "make sure you", "be sure to", "can you", "could you", "would you", "you need to", "you have to", "you should", "please", "can you please",
        "could you please", "would you please", "don't let me forget to", "we're going to", "we are going to", "i still have to", "i still need to",
    ].map { $0.split(separator: " ").map(String.init) }.sorted { $0.count > $1.count }

    /// Verbs with which an order may begin.
    private static let orders: Set<String> = [
        "ask", "book", "bring", "buy", "call", "check", "clean", "confirm", "email", "finish", "fix", "invite", "mail", "order", "pay", "prepare",
        "print",
        "remind", "renew", "reply", "review", "schedule", "send", "sign", "submit", "text", "update", "write",
    ]

    /// Verbs behind an opening that announce no task: talk about talking, seeing, thinking and being.
    private static let idle: Set<String> = [
        "admit", "assume", "be", "believe", "bet", "come", "explain", "feel", "forget", "give", "go", "guess", "hear", "hold", "imagine", "just",
        "know",
        "let", "like", "live", "look", "love", "mention", "never", "not", "pass", "pretend", "probably", "say", "see", "show", "speak", "start",
        "stop",
        "suppose", "tell", "think", "try", "understand", "wait", "wonder", "repeat", "hope", "have", "get", "do", "excuse", "always", "also",
        "actually",
    ]
    /// Idle verbs that announce a task with these words behind them.
    private static let busy: [[String]] = [
        "get back to", "get in touch", "get the", "get a", "get some", "go to the", "look into", "look at", "tell him", "tell her", "tell them",
        "give him",
        "give her", "give them", "have a look", "try to", "show him", "show her", "show them", "let him know", "let her know", "let them know",
        "come back to",
        "start with", "start the", "stop by", "do the",
    ].map { $0.split(separator: " ").map(String.init) }
    private static let fillers: Set<String> = [
        "and", "but", "so", "okay", "ok", "well", "oh", "um", "uh", "yeah", "yes", "then", "alright", "hey", "also", "maybe",
    ]

    private static let minWords = 2
    private static let maxWords = 40

    /// Returns the task as an instruction; nil when the sentence has none.
    static func task(in words: SpokenWords) -> String? {
        var start = 0
        while start < words.plain.count, fillers.contains(words.plain[start]) { start += 1 }
        guard let begin = begin(words, at: start) else { return nil }
        let task = words.written[begin...]
        guard (minWords...maxWords).contains(task.count) else { return nil }
        return sentence(task)
    }

    /// Returns the index of the task's verb.
    private static func begin(_ words: SpokenWords, at start: Int) -> Int? {
        guard start < words.plain.count else { return nil }
        if let end = openings.lazy.compactMap({ words.end(of: $0, at: start) }).first {
            var verb = end
            while verb < words.plain.count, words.plain[verb] == "please" || words.plain[verb] == "also" { verb += 1 }
            guard verb < words.plain.count else { return nil }
            let isBusy = busy.contains { words.end(of: $0, at: verb) != nil }
            return !isBusy && idle.contains(words.plain[verb]) ? nil : verb
        }
        let isQuestion = words.written.last?.hasSuffix("?") ?? false
        return orders.contains(words.plain[start]) && !isQuestion ? start : nil
    }

    private static func sentence(_ words: ArraySlice<String>) -> String {
        var text = Substring(words.joined(separator: " "))
        while let last = text.last, ".,;:!?…".contains(last) { text = text.dropLast() }
        return text.prefix(1).uppercased() + text.dropFirst().prefix(ConversationFindings.maxText - 1)
    }
}
