/// The words of a text that carry its subject: frequent words, without the stop words that every text has.
struct Keywords: Sendable {
    /// English words that are in many conversations, whatever these are about.
    private static let everydayWords: Set<String> = Set(
        """
        a about above actually after again all also am an and any anyway are aren't as at back be because been before being between both but by can can't \
        could did didn't do does doesn't doing don't done down each even ever every few for from get gets getting go goes going gone gonna good got had has \
        have haven't having he he's her here hers him his how i i'd i'll i'm i've if in into is isn't it it's its just kind know let let's like little look \
        lot make many maybe me mean might more most much must my no nor not now of off oh ok okay on once one only or other our out over own people please \
        pretty put quite really right said same say see she she's should so some something sort still such sure take tell than thank thanks that that's the \
        their them then there there's these they they're thing things think this those though through to too two uh um under until up us very wanna want was \
        wasn't way we we're we've well were what what's when where which while who why will with won't would wouldn't yeah yes yet you you're your
        """.split(separator: " ").map(String.init))

    private let counts: [String: Int]

    init(of texts: some Sequence<String>) {
        var counts: [String: Int] = [:]
        for text in texts { for word in Self.words(of: text) { counts[word, default: 0] += 1 } }
        self.counts = counts
    }

    /// Returns the words of `text` that may be keywords, in lower case.
    static func words(of text: String) -> [String] {
        text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "'" || $0 == "’") }.map { String($0).replacing("’", with: "'") }
            .filter { $0.count > 2 && !everydayWords.contains($0) && !StopWords.contains($0) }
    }

    /// Returns the weight of `text`: the mean weight of its words, somewhat reduced for long and for very short texts.
    func weight(of text: String) -> Double {
        let words = Self.words(of: text)
        guard !words.isEmpty else { return 0 }
        let sum = Set(words).reduce(0.0) { $0 + Double(counts[$1, default: 0]).squareRoot() }
        return sum / Double(words.count + 4)
    }
}
