/// A chunk's word at its place on the recording's timeline.
struct PlacedWord: Sendable, Equatable {
    var word: ChunkWord
    var start: Duration
    var end: Duration
    /// Index of the chunk among all chunks; `index` is the word's index in its chunk.
    var chunk: Int
    var index: Int
    /// Time between the word and the nearer end of its chunk. A word near an end may have been heard in part only.
    var depth: Duration
    /// The part of the recording that the chunk covers.
    private let heard: Range<Duration>

    init(_ word: ChunkWord, _ index: Int, of chunk: RecognizedChunk, number: Int) {
        self.word = word
        start = chunk.start + word.start
        end = chunk.start + word.end
        self.chunk = number
        self.index = index
        depth = min(word.start, chunk.duration - word.end)
        heard = chunk.start..<chunk.start + max(chunk.duration, .zero)
    }

    /// True if most of another word is in this word's chunk.
    func hears(_ other: Self) -> Bool { heard.contains(other.start + (other.end - other.start) / 2) }

    /// The text without details that differ between two recognitions: `Hello,` and `hello` have the same token.
    var token: String { word.text.lowercased().filter { $0.isLetter || $0.isNumber } }

    /// Returns true if `a` is preferred at a seam: the deeper word, and at equal depth that of the earlier chunk.
    static func isBetter(_ a: Self, than b: Self) -> Bool { a.depth != b.depth ? a.depth > b.depth : (a.chunk, a.index) < (b.chunk, b.index) }
}
