import Conversations
import Speech
import Store

/// What people ask a corpus for.
struct Queries {
    enum Kind: String, CaseIterable {
        case rare = "a rare word"
        case common = "a common word"
        case commonPair = "two common words"
        case several = "several words"
        case phrase = "a phrase"
        case commonPhrase = "a phrase of common words"
        case meaning = "by meaning"
        case mixed = "by words and meaning"
        case mixedSpeaker = "by both, one speaker"
        case mixedTime = "by both, one month"
        case mixedAll = "by both, a speaker and a month"
        case wordsSpeaker = "common words, a speaker and a month"
    }

    private static let month: Int64 = 30 * 86_400_000
    private let corpus: Corpus

    init(_ corpus: Corpus) { self.corpus = corpus }

    /// The same ones each time.
    func texts(_ kind: Kind, _ count: Int) -> [SearchQuery] {
        (0..<count).map { number in
            var random = Random(seed: 7_000_000 + UInt64(number))
            var query = SearchQuery(text(kind, &random), by: by(kind))
            let speaker = Voice.Owner.person(Corpus.person(random.below(Corpus.speakers)))
            let span = corpus.span
            let latest = max(1, Int(span.upperBound - span.lowerBound - Self.month))
            let from = span.lowerBound + Int64(random.below(latest))
            switch kind {
            case .mixedSpeaker: query.speaker = speaker
            case .mixedTime:
                query.from = UnixTime(milliseconds: from)
                query.to = UnixTime(milliseconds: from + Self.month)
            case .mixedAll, .wordsSpeaker:
                query.speaker = speaker
                query.from = UnixTime(milliseconds: from)
                query.to = UnixTime(milliseconds: from + Self.month)
            case .rare, .common, .commonPair, .several, .phrase, .commonPhrase, .meaning, .mixed: break
            }
            return query
        }
    }

    /// The same as FTS5 takes it; nil for what it cannot do.
    func plain(_ kind: Kind, _ count: Int) -> [String]? {
        switch kind {
        case .rare, .common, .commonPair, .several:
            texts(kind, count).map { query in query.text.split(separator: " ").map { "\"\($0)\"" }.joined(separator: " AND ") }
        case .phrase, .commonPhrase: texts(kind, count).map(\.text)
        case .meaning, .mixed, .mixedSpeaker, .mixedTime, .mixedAll, .wordsSpeaker: nil
        }
    }

    private func by(_ kind: Kind) -> SearchQuery.By {
        switch kind {
        case .rare, .common, .commonPair, .several, .phrase, .commonPhrase, .wordsSpeaker: .words
        case .meaning: .meaning
        case .mixed, .mixedSpeaker, .mixedTime, .mixedAll: .both
        }
    }

    private static let common = ["the", "in", "and", "to", "at", "because", "about", "on", "is", "garden", "doctor", "office", "invoice"]

    private func text(_ kind: Kind, _ random: inout Random) -> String {
        let words = corpus.text(random.below(corpus.count)).split(separator: " ").map { $0.filter { $0.isLetter || $0.isNumber } }.filter {
            !$0.isEmpty
        }
        switch kind {
        case .rare: return Grammar.name(5_000 + random.below(Grammar.names - 5_000))
        case .common: return Self.common[random.below(Self.common.count)]
        case .commonPair, .wordsSpeaker:
            let first = random.below(Self.common.count)
            return Self.common[first] + " " + Self.common[(first + 1 + random.below(Self.common.count - 1)) % Self.common.count]
        case .several:
            return (0..<2 + random.below(2)).map { _ in words[random.below(words.count)] }.joined(separator: " ")
        case .phrase:
            let start = random.below(max(1, words.count - 2))
            return "\"" + words[start...].prefix(3).joined(separator: " ") + "\""
        case .commonPhrase: return ["\"in the\"", "\"at the\"", "\"on the\"", "\"about the\"", "\"because the\"", "\"the garden\""][random.below(6)]
        case .meaning: return Grammar.sentence(&random)
        case .mixed, .mixedSpeaker, .mixedTime, .mixedAll:
            let start = random.below(max(1, words.count - 4))
            return words[start...].prefix(4).joined(separator: " ")
        }
    }
}
