import Speech

/// A spoken word, or one of several spoken words that a written word stands for.
struct Token {
    var text: TokenText
    var middle: Double
    var length: Double
    /// The end of the token's word.
    var end: SampleIndex
    /// Index of the written word that the token belongs to.
    var word: Int
    /// Place behind which the token was said.
    var earliest: Double
    /// Place by which the token was over, for a token without a known place; nil: not known.
    var bound: Double?
    /// True if the engine whose words are compared has said the token itself.
    var isOwn = false
    /// True if the token's place is known.
    var hasPlace = true
    /// True if the end of the audio may have cut the token, which may then be heard as another word.
    var isCut = false

    /// The place where the token begins, if the token lies in the middle of its word.
    var start: Double { 2 * middle - Double(end.samples) }

    /// Returns the middle of the last `letters` letters of the token.
    func middle(ofLast letters: Int) -> Double {
        Double(end.samples) - (Double(end.samples) - start) * Double(letters) / Double(text.string.count) / 2
    }
}

/// Two engines' words for the same audio, with the facts about the places of the words.
struct Comparison {
    /// The committed words.
    var old: [Token]
    /// The words that may be new.
    var new: [Token]
    /// The facts about the engine of the new words.
    var context: ComparisonContext
    /// The place where the new words' audio begins.
    var heardFrom: SampleIndex
    /// The end of the committed audio.
    var end: SampleIndex
    /// Maximum distance between the places of the same word in both results.
    var reach: SampleCount
    /// Maximum distance between the places of the same word if both engines say where their words lie.
    var usual: SampleCount
    /// Distance before the end of the committed words at which a new word costs as much as a word that one of the engines left out.
    var jitter: SampleCount
    /// True if the comparison runs backwards in time: positions are negative and words are in the opposite order.
    var isMirrored: Bool
}
