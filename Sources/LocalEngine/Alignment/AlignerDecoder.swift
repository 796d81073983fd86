import CAligner
import Speech

/// One PocketSphinx decoder: about 33 MB, made in about 0.3 s. For one thread at a time.
struct AlignerDecoder: ~Copyable {
    /// PocketSphinx counts time in these.
    static let samplesPerFrame = 160
    /// Words outside the dictionary stay in it once added; beyond this many a decoder is made anew, so that it cannot grow without end.
    static let maximumAddedWords = 4_000

    private let handle: OpaquePointer
    private(set) var addedWords = 0

    init(library: AlignerLibrary, acousticModel: String, dictionary: String) throws(AlignerUnavailable) {
        // Wider than the library's defaults, which lose some voices before the utterance is over. Wider still takes up to a quarter more
        // time and moves one word start in a thousand, by a frame.
        guard let handle = caligner_create(library.table, acousticModel, dictionary, 1e-60, 1e-50, 1e-60) else {
            throw AlignerUnavailable(description: "the word aligner cannot read \(acousticModel) or \(dictionary); run make setup")
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

    /// Where each of `words` (all in the dictionary) is spoken, in samples from the first; nil when the audio does not bear them out.
    ///
    /// A search may lose its way near the end, in noise above all, and then gives only the first words. Beginning a little later mostly helps;
    /// else the words that are missing get times in proportion behind those that were found.
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
        // The last word that was found took what belongs to those behind it.
        guard best.count > 1, let last = best.popLast() else { return nil }
        let missing = Array(words[best.count...])
        return best + ProportionalTimes.ranges(of: missing, in: last.lowerBound..<max(last.lowerBound, samples.count))
    }

    /// Audio that breaks off within a word ends in words that nobody said; those before them are placed without them, the last of which takes the rest.
    private func withoutEnd(_ words: [String], in samples: [Int16]) -> [Range<Int>] {
        for wrong in 1...Self.maxWrong where words.count - wrong >= 3 {
            let found = search(Array(words.dropLast(wrong)), in: samples, from: 0)
            if found.count >= max(3, words.count - Self.maxWrong) { return found }
        }
        return []
    }

    /// Words at the end that may be wrong.
    private static let maxWrong = 5

    /// Where to begin, the first time and again.
    private static let beginnings = [0, 320, 800]

    /// Samples of silence behind what is searched: without, the last word lasts for as long as the audio does.
    private static let silence = [Int16](repeating: 0, count: 3_200)

    /// Those of the words, from the first one on, that lie in the samples.
    private func search(_ words: [String], in samples: [Int16], from skipped: Int) -> [Range<Int>] {
        var found = [CAlignedWord](repeating: CAlignedWord(), count: words.count)
        let text = words.joined(separator: " ")
        let count = (samples[skipped...] + Self.silence).withUnsafeBufferPointer { samples in
            samples.baseAddress.map { caligner_align(handle, text, $0, samples.count, &found, found.count) } ?? -1
        }
        // More than there are words never happens with one path; nothing in it could be trusted.
        guard count > 0, Int(count) <= words.count else { return [] }
        return found.prefix(Int(count)).map { word in
            let start = Int(word.start) * Self.samplesPerFrame + skipped
            return start..<max(start, Int(word.end) * Self.samplesPerFrame + skipped)
        }
        .prefix { $0.lowerBound < samples.count }
        .map { $0.lowerBound..<min($0.upperBound, samples.count) }
    }
}
