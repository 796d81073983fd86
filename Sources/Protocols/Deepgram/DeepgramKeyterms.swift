/// The budget of key terms at Deepgram: at most 500 tokens in all. The vendor refuses a request with more, and an open stream with more falls silent.
///
/// The vendor does not say how it makes tokens, so their number is estimated, on the safe side: terms that are at the limit may be left out although
/// they would fit.
///
/// Source: Deepgram "Keyterm Prompting", key term limits; "Configure", errors.
enum DeepgramKeyterms {
    static let maxTokens = 500
    /// Number of letters of ordinary words that make one token, at least.
    private static let lettersOfToken = 3

    /// Returns the estimated number of a term's tokens: one for three lower-case letters that follow each other, and one for any other sign.
    static func tokens(_ term: String) -> Int {
        var count = 0, letters = 0
        for scalar in term.unicodeScalars {
            switch scalar {
            case "a"..."z":
                if letters % lettersOfToken == 0 { count += 1 }
                letters += 1
            case "A"..."Z" where letters == 0:
                count += 1
                letters = 1
            case " ": letters = 0
            default:
                count += scalar.utf8.count > 2 ? 2 : 1
                letters = 0
            }
        }
        return count
    }

    /// Divides terms into those that are sent and those for which there is no room, both in their order. A long term without room is left out, and a
    /// shorter one after it may be sent.
    static func divided(_ terms: [String]) -> (sent: [String], cut: [String]) {
        var sent: [String] = [], cut: [String] = [], left = maxTokens
        for term in terms {
            let tokens = tokens(term)
            if tokens <= left {
                sent.append(term)
                left -= tokens
            } else {
                cut.append(term)
            }
        }
        return (sent, cut)
    }

    /// True if a model takes key terms; false for models that take the older `keywords`, and for unknown ones, which have no budget here.
    static func areTaken(by model: String?) -> Bool {
        guard let model = model?.lowercased(), DeepgramModels.isKnown(model) else { return true }
        return model.hasPrefix("nova-3") || model.hasPrefix("flux")
    }
}
