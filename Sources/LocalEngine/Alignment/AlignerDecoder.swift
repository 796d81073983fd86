import CAligner
import Speech

/// One PocketSphinx decoder: takes about 33 MB, and about 0.3 s to make. One thread at a time may use it.
struct AlignerDecoder: ~Copyable {
    /// The length of PocketSphinx's unit of time.
    static let samplesPerFrame = 160
    /// Maximum number of words added to the dictionary. Added words stay; after this number a new decoder is made, so that memory stays bounded.
    static let maximumAddedWords = 4_000

    private let handle: OpaquePointer
    private(set) var addedWords = 0

    init(library: AlignerLibrary, acousticModel: String, dictionary: String) throws(AlignerUnavailable) {
        // These beams are wider than the library's defaults, which lose some voices before the utterance ends. Still wider beams take up to a quarter
        // more time, and move one word start in a thousand, by one frame.
        guard let handle = caligner_create(library.table, acousticModel, dictionary, 1e-60, 1e-50, 1e-60) else {
            throw AlignerUnavailable(
                description: "the word aligner cannot read \(acousticModel) or \(dictionary); install the models again with harken models install")
        }
        self.handle = handle
    }

    deinit { caligner_free(handle) }

    func knows(_ word: String) -> Bool { caligner_knows(handle, word) }

    mutating func add(_ word: String, phones: [String]) -> Bool {
        guard caligner_add(handle, word, phones.joined(separator: " ")) else { return false }
        addedWords += 1
        return true
    }

    /// Returns the range of each of `words` (all in the dictionary), in samples from the first; nil when the audio does not match the words.
    ///
    /// A search may lose track near the end, in noise above all, and then places only the first words. A search that begins a little later usually
    /// succeeds; otherwise the missing words get times in proportion to their letters, behind the words that were found.
    ///
    /// - Parameter samples: mono, 16 kHz.
    func align(_ words: [String], in samples: [Int16]) -> [Range<Int>]? {
        var best: [Range<Int>] = []
        for skipped in Self.beginnings where skipped < samples.count / 8 {
            let found = search(words, in: samples, from: skipped)
            if found.count == words.count { return found }
            if found.count < words.count, found.count > best.count { best = found }
        }
        if best.count <= 1 { best = withoutEnd(words, in: samples) }
        // The last word that was found covers the audio of the missing words too, so its range is divided.
        guard best.count > 1, let last = best.popLast() else { return nil }
        let missing = Array(words[best.count...])
        return best + ProportionalTimes.ranges(of: missing, in: last.lowerBound..<max(last.lowerBound, samples.count))
    }

    /// Searches for the words without the last few: audio that breaks off within a word ends in words that were not spoken. The last word found takes
    /// the remaining audio.
    private func withoutEnd(_ words: [String], in samples: [Int16]) -> [Range<Int>] {
        for wrong in 1...Self.maxWrong where words.count - wrong >= 3 {
            let found = search(Array(words.dropLast(wrong)), in: samples, from: 0)
            if found.count >= max(3, words.count - Self.maxWrong) { return found }
        }
        return []
    }

    /// Maximum number of words at the end that may be wrong.
    private static let maxWrong = 5

    /// Samples to skip at the beginning, in the first search and in each further one.
    private static let beginnings = [0, 320, 800]

    /// Silence that is appended to the samples of a search. Without silence, the last word would last until the end of the audio.
    private static let silence = [Int16](repeating: 0, count: 3_200)

    /// Returns the ranges of the words that the search found in the samples, from the first word on.
    private func search(_ words: [String], in samples: [Int16], from skipped: Int) -> [Range<Int>] {
        var found = [CAlignedWord](repeating: CAlignedWord(), count: words.count)
        let text = words.joined(separator: " ")
        let count = (samples[skipped...] + Self.silence).withUnsafeBufferPointer { samples in
            samples.baseAddress.map { caligner_align(handle, text, $0, samples.count, &found, found.count) } ?? -1
        }
        // More ranges than words never occur with one path; such a result would not be reliable.
        guard count > 0, Int(count) <= words.count else { return [] }
        return found.prefix(Int(count)).map { word in
            let start = Int(word.start) * Self.samplesPerFrame + skipped
            return start..<max(start, Int(word.end) * Self.samplesPerFrame + skipped)
        }
        .prefix { $0.lowerBound < samples.count }
        .map { $0.lowerBound..<min($0.upperBound, samples.count) }
    }
}
