import CAligner

/// One PocketSphinx decoder: about 33 MB, made in about 0.3 s. For one thread at a time.
struct AlignerDecoder: ~Copyable {
    /// PocketSphinx counts time in these.
    static let samplesPerFrame = 160
    /// Words outside the dictionary stay in it once added; beyond this many a decoder is made anew, so that it cannot grow without end.
    static let maximumAddedWords = 4_000

    private let handle: OpaquePointer
    private(set) var addedWords = 0

    init(library: AlignerLibrary, acousticModel: String, dictionary: String) throws(AlignerUnavailable) {
        // Wider than the library's defaults, which lose some voices before the utterance is over.
        guard let handle = caligner_create(library.table, acousticModel, dictionary, 1e-80, 1e-60, 1e-80) else {
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
    /// - Parameter samples: mono, 16 kHz.
    func align(_ words: [String], in samples: [Int16]) -> [Range<Int>]? {
        var found = [CAlignedWord](repeating: CAlignedWord(), count: words.count)
        let count = caligner_align(handle, words.joined(separator: " "), samples, samples.count, &found, found.count)
        guard Int(count) == words.count else { return nil }
        return found.map {
            let start = Int($0.start) * Self.samplesPerFrame
            let end = Int($0.end) * Self.samplesPerFrame
            return min(start, samples.count)..<min(max(start, end), samples.count)
        }
    }
}
