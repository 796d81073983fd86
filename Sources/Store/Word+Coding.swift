package import Framing
package import Speech

/// The encoding of words in the database and in files. Each word is a JSON array with positions in samples and without trailing nulls:
/// `[text, start, length, confidence in thousandths, speaker, language, words heard in the place of a key term, true if a blank stands before the word and
/// false if none does, where the scripts would have it otherwise, confidence in the speaker in thousandths]`.
extension Word {
    package static func write(_ words: [Word], to json: inout JSONWriter) {
        json.beginArray()
        for word in words {
            json.beginArray()
            json.value(word.text)
            json.value(Int(word.range.start.samples))
            json.value(Int(word.range.count.samples))
            json.value(Int((word.confidence * 1_000).rounded()))
            let isJudged = word.speakerConfidence != nil, hasBlank = isJudged || word.blankBefore != nil, hasMore = hasBlank || word.heard != nil
            if let speaker = word.speaker { json.value(speaker.number) } else if word.language != nil || hasMore { json.null() }
            if let language = word.language { json.value(language.rawValue) } else if hasMore { json.null() }
            if let heard = word.heard { json.value(heard) } else if hasBlank { json.null() }
            if let blank = word.blankBefore { json.value(blank) } else if isJudged { json.null() }
            if let confidence = word.speakerConfidence { json.value(Int((confidence * 1_000).rounded())) }
            json.endArray()
        }
        json.endArray()
    }

    /// Reads words. Leaves out words that cannot be read.
    package static func read(_ list: borrowing JSONView) -> [Word] {
        (0..<list.count).compactMap { index in
            let word = list[index]
            guard let text = word[0].string, let start = word[1].int, let count = word[2].int else { return nil }
            var read = Word(
                text, SampleRange(SampleIndex(start), count: SampleCount(count)), confidence: Float(word[3].int ?? 0) / 1_000,
                speaker: word[4].int.map { SpeakerLabel($0) }, language: word[5].string.map { LanguageTag($0) },
                heard: word[6].string)
            read.blankBefore = word[7].bool
            read.speakerConfidence = word[8].int.map { Float($0) / 1_000 }
            return read
        }
    }
}
