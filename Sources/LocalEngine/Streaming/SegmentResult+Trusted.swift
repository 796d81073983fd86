import Speech

extension SegmentResult {
    /// Returns the words of an interim that can be shown: all, or, when the result looks wrong, the words at the beginning that look right. Where
    /// audio breaks off in mid sound, the recogniser often repeats the last words; with little audio, it invents words. Both kinds of wrong words
    /// come after the right ones.
    ///
    /// - Parameter doubtful: length of audio below which the recogniser often invents words.
    func trusted(of request: SegmentRequest, doubtful: SampleCount) -> [Word] {
        // Nobody speaks more than five words a second for long.
        let maxWords = Int(2 + 5 * request.speech.count.seconds(at: .speech))
        guard isSuspect || words.count > maxWords || request.audio.count < doubtful else { return words }
        var pairs: Set<[String]> = []
        let wrong = words.indices.first { index in
            let next = index + 1 < words.count ? words[index + 1].bare : ""
            return words[index].confidence < 0.5 || words[index].bare == next || !pairs.insert([words[index].bare, next]).inserted
        }
        // The last word is the likeliest to be wrong where the error has no visible place.
        let sure = wrong ?? (isSuspect ? words.count - 1 : words.count)
        return sure > maxWords ? [] : Array(words.prefix(max(0, sure)))
    }
}
