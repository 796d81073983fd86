import Speech

/// Audio whose words are not final yet: speech that goes on, or has just paused, with the pauses in it.
struct OpenWindow: Sendable, Equatable {
    /// A pause behind which speech went on.
    struct PastPause: Sendable, Equatable {
        /// End of the speech before the pause, and end of its sound.
        var end: SampleIndex, silent: SampleIndex
        /// The words of the window up to the pause, read at the pause.
        var words: [LiveWord]
        /// End of the audio in which the words were read, and of that in which their times are searched for.
        var read: SampleIndex, timedTo: SampleIndex
        /// Start of the speech behind the pause.
        var resumed: SampleIndex
    }

    /// The pause at the end of the window.
    struct Pause: Sendable, Equatable {
        /// The words of the window, and the end of the audio that was read.
        struct Reading: Sendable, Equatable {
            var words: [LiveWord]
            var end: SampleIndex
            /// End of the audio in which the words' times are searched for: that of a first look where the second one has the same words.
            var timedTo: SampleIndex
            /// True if the pause was read a second time.
            var isSecond = false

            init(words: [LiveWord], end: SampleIndex) { (self.words, self.end, timedTo) = (words, end, end) }

            /// Returns the second reading of a pause behind this one.
            func second(words: [LiveWord], end: SampleIndex) -> Reading {
                var second = Reading(words: words, end: end)
                second.isSecond = true
                let isSame = words.map(\.text) == self.words.map(\.text) && words.map(\.language) == self.words.map(\.language)
                if isSame { second.timedTo = timedTo }
                return second
            }
        }

        /// End of the speech before the pause, and end of its sound.
        var end: SampleIndex, silent: SampleIndex
        var reading: Reading?
        /// End of the audio that the end-of-turn model hears; nil: the pause has not lasted long enough.
        var judgedTo: SampleIndex?
    }

    /// Start of the audio that is read.
    let start: SampleIndex
    /// Start of the speech.
    let speech: SampleIndex
    var pauses: [PastPause] = []
    /// The last place up to which a reading of the window had words: a pause, or the end of the audio when the window before was cut. nil: there is
    /// none.
    var lastRead: PastPause?
    /// nil: speech goes on.
    var pause: Pause?
    /// The latest draft reading; nil: there was none.
    var draft: DraftReading?
    /// The committed words as the latest reading of these and of the window has them; nil: there was none. A draft alone uses them.
    var heardAgain: [LiveWord]?
    /// Code of the language that the window has told for good; nil: it has told none, or the stream has one language.
    var language: String?
    /// Position at which speech that goes on was last asked for its language; nil: it was not.
    var asked: SampleIndex?
    /// Power of the loudest part of the window.
    private var loudest: Float = 0
    /// End of the last part that was not silent.
    private(set) var soundEnd = SampleIndex.zero

    init(start: SampleIndex, speech: SampleIndex) {
        self.start = start
        self.speech = speech
    }

    /// The words of the latest reading of the window that had any: the next reading probably begins with most of them. The core has waited for that
    /// reading, so that these words depend on the audio alone.
    var latestWords: [LiveWord] {
        if let reading = pause?.reading, !reading.words.isEmpty { return reading.words }
        guard let draft, let words = draft.words, !words.isEmpty else { return lastRead?.words ?? [] }
        if let lastRead, lastRead.read > draft.end { return lastRead.words }
        return words
    }

    /// Returns the words with which a reading of committed words and of the window probably begins.
    func latestWords(behind known: [LiveWord]) -> [LiveWord] { (heardAgain ?? known) + latestWords }

    /// The question of the draft reading, whose answer no reading has needed so far; nil: there is none.
    var awaitedDraft: LiveQuestion? { draft.flatMap { $0.words == nil ? $0.question : nil } }

    /// Returns the rest of the window from `pause` on.
    func rest(from pause: PastPause, start: SampleIndex) -> OpenWindow {
        var rest = OpenWindow(start: start, speech: pause.resumed)
        (rest.loudest, rest.soundEnd, rest.pause) = (loudest, soundEnd, self.pause)
        if let now = self.pause { rest.pause?.end = max(now.end, start) }
        rest.pauses = pauses.filter { $0.end > pause.end }.map { later in
            var later = later
            later.words.removeFirst(WordPlace(of: pause.words, in: later.words).count)
            return later
        }
        rest.lastRead = rest.pauses.last { !$0.words.isEmpty }
        return rest
    }

    /// Takes the power of the next part of the audio, which ends at `position`.
    mutating func hear(_ power: Float, through position: SampleIndex, silentShare: Float) {
        loudest = max(loudest, power)
        if power >= loudest * silentShare { soundEnd = position }
    }
}

/// Committed words that are heard again, so that the words behind them are read in their context.
struct KnownWords: Sendable, Equatable {
    private(set) var words: [LiveWord] = []
    /// Start of the audio of these words; nil when there are none.
    private(set) var start: SampleIndex?
    /// End of the sound of the last committed words.
    private(set) var end = SampleIndex.zero

    /// Adds the words of a window that is committed as a whole.
    mutating func add(_ more: [LiveWord], from start: SampleIndex, end: SampleIndex) {
        if !more.isEmpty {
            self.start = self.start ?? start
            words += more
        }
        self.end = end
    }

    mutating func forget() { (words, start) = ([], nil) }
}
