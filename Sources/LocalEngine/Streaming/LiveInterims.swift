import Speech

/// The interims of one channel: the latest guess at the words of the open window. Pure: readings in, requests and
/// interims out.
///
/// Interims are read by themselves: none answers a question of the core. They may come late or never, and the finals stay the same. What the core reads
/// at pauses and as drafts is shown too.
struct LiveInterims: Sendable {
    /// The audio that interims read.
    private struct Place: Sendable, Equatable {
        /// Start of the audio: that of committed words which are heard again, or that of the window.
        var start: SampleIndex
        /// Start of the window.
        var window: SampleIndex
        /// Code of the language in which the audio is read; nil: the stream's, or none is known. Each language has its own tokens.
        var language: String?
    }

    private typealias Shown = (word: LiveWord, range: SampleRange)
    private typealias Reading = (start: SampleIndex, end: SampleIndex, words: [LiveWord])

    /// The words that the core has read.
    enum Heard: Sendable, Equatable {
        case interim(Hypothesis)
        /// The client wants exact times: `placed` takes the answer.
        case place(LiveQuestion)
    }

    var timing: InterimTiming
    private let areWanted: Bool
    private var place: Place?
    /// The interims of this place, which begin with the same words as far as they agree.
    private var agreement = Agreement()
    private var outstanding: SegmentRequest?
    private var lastID = 0
    /// End of the audio of the last request; `period` is the wait until the next.
    private var lastEnd = SampleIndex.zero
    private var period = SampleCount.zero
    /// Time that the last reading took.
    private var took = SampleCount.zero
    /// The last reading of the window by the core.
    private var lastHeard: Reading?
    /// The core's draft reading that is being made; nil: there is none.
    private var draft: LiveQuestion?
    /// End of the audio of the last draft reading.
    private var draftEnd = SampleIndex.zero
    /// The words that later interims keep: two readings of the window by the core have them.
    private var promised: [LiveWord] = []
    /// The reading of the window by the core with which the next one is compared.
    private var witness: Reading?

    /// Number of words at the end of a reading that are never promised.
    private static let unsettled = 3
    /// Minimum audio between the ends of two readings that are compared. Two looks at one pause, or at two pauses close to each other, hear the same, and
    /// are wrong alike.
    private static let apart = SampleCount(.milliseconds(1_500), at: .speech)

    init(_ timing: InterimTiming, areWanted: Bool) {
        self.timing = timing
        self.areWanted = areWanted
    }

    /// True if an interim is being read whose result can be shown.
    var isReading: Bool { outstanding != nil }

    // MARK: Requests

    /// Returns the next request if one is due.
    mutating func next(_ core: LiveCore) -> SegmentRequest? {
        guard areWanted, outstanding == nil, let window = core.window, window.pause == nil else { return nil }
        let end = core.position, language = core.hint(of: window)
        let known = core.knownStart(for: language).flatMap { end - $0 <= timing.heardLength ? $0 : nil }
        let here = Place(start: known ?? window.start, window: window.start, language: language.code)
        if place != here {
            if place?.window != here.window {
                lastEnd = max(window.speech, window.start)
                period = timing.soonerPeriod(after: took)
            }
            place = here
            agreement = Agreement()
        }
        // A reading at a pause would wait for a thread, and has the interim's words.
        guard end - max(lastEnd, draftEnd) >= period, !core.mayPauseSoon, !isDraftNear(core) else { return nil }
        lastEnd = end
        lastID += 1
        let request = SegmentRequest(
            id: lastID, purpose: .interim, timesInterim: timing.timesInterims, audio: SampleRange(here.start, end),
            speech: SampleRange(known ?? max(window.speech, window.start), end), prefix: agreement.prefix, draft: agreement.draft,
            context: nil, language: language)
        outstanding = request
        return request
    }

    /// Notes that the core has asked for words, but not for a draft. They take the place of an interim that is being read, unless its cost is lost all the same.
    mutating func asked() {
        if timing.dropsRequests { outstanding = nil }
    }

    /// Notes that the core has asked for a draft reading. The reading counts as an interim: the next interim waits for a period behind it. An interim
    /// that is being read goes on: it may be there before.
    mutating func asked(forDraft question: LiveQuestion) {
        draft = question
        draftEnd = question.audio.end
    }

    /// True if a draft reading is being made, or is due within a period: its words will be shown.
    private func isDraftNear(_ core: LiveCore) -> Bool {
        if let draft, draft == core.awaitedDraft { return true }
        guard let next = core.nextDraft else { return false }
        return next - core.position < timing.period
    }

    // MARK: Readings

    /// Takes the result of a request, and returns the interim that it makes.
    ///
    /// - Parameter took: time from the request to the result, as a length of audio.
    mutating func read(_ id: Int, _ result: SegmentResult, took: SampleCount, _ core: LiveCore) -> Hypothesis? {
        guard let request = outstanding, request.id == id else { return nil }
        outstanding = nil
        self.took = took
        period = timing.period(after: took)
        guard let place, let window = core.window, window.start == place.window, request.audio.start == place.start, window.pause?.reading == nil,
            core.hint(of: window).code == place.language
        else { return nil }
        let words = result.trusted(of: request, doubtful: timing.doubtful)
        guard !words.isEmpty, words.count > agreement.stable.count || words.count == result.words.count else {
            period = timing.soonerPeriod(after: took)
            return nil
        }
        let read = timing.settlesWords ? agreement.add(words) : words
        return interim(own(read, at: place, request, core, window), through: request.audio.end, core)
    }

    /// Returns the words of the window, without committed words that were heard again.
    private func own(_ read: [SegmentResult.Word], at place: Place, _ request: SegmentRequest, _ core: LiveCore, _ window: OpenWindow) -> [Shown] {
        let words = read.map { LiveWord($0.text, confidence: $0.confidence, language: $0.language, blankBefore: $0.blankBefore) }
        let count = place.start < place.window ? WordPlace(of: core.known.words, in: words).count : 0
        let rest = Array(words[count...])
        if request.timesInterim { return Array(zip(rest, read[count...].map(\.range))) }
        let speech = SampleRange(max(window.speech, window.start), request.audio.end)
        return Array(zip(rest, Self.estimatedTimes(of: rest, in: speech, window)))
    }

    /// Returns estimated times of a window's words: those before a pause share the speech before it, and those behind it the speech behind it. Who speaks
    /// then is found out for each by itself.
    private static func estimatedTimes(of words: [LiveWord], in speech: SampleRange, _ window: OpenWindow) -> [SampleRange] {
        var ranges: [SampleRange] = [], start = speech.start
        for pause in window.pauses where !pause.words.isEmpty && pause.silent > start && pause.resumed < speech.end {
            let count = WordPlace(of: pause.words, in: words).count
            guard ranges.count < count, count < words.count else { continue }
            ranges += ProportionalTimes.ranges(of: words[ranges.count..<count].map(\.text), in: SampleRange(start, pause.silent))
            start = pause.resumed
        }
        return ranges + ProportionalTimes.ranges(of: words[ranges.count...].map(\.text), in: SampleRange(start, speech.end))
    }

    /// Returns the words that the core has read at a pause, if there are new ones, as they are shown.
    mutating func heard(_ core: LiveCore) -> Heard? {
        guard areWanted else { return nil }
        guard let window = core.window else {
            (outstanding, promised) = (nil, [])
            return nil
        }
        guard let pause = window.pause, let reading = pause.reading, lastHeard?.start != window.start || lastHeard?.end != reading.end else {
            return nil
        }
        let heard: Reading = (window.start, reading.end, reading.words)
        promise(heard, in: window)
        return show(heard, through: pause.end, window, core)
    }

    /// Takes the words that answer a draft reading, and returns those that are shown of them. Call this before the core takes the answer.
    mutating func drafted(_ question: LiveQuestion, _ words: [LiveWord], _ core: LiveCore) -> Heard? {
        if draft == question { draft = nil }
        // An interim that was begun before has older words.
        asked()
        guard areWanted, let window = core.window, window.awaitedDraft == question else { return nil }
        let end = question.audio.end, own = core.ownWords(words, question, in: window)
        return show((start: window.start, end: end, words: own), through: end, window, core)
    }

    /// Returns the words of the core's reading, as they are shown.
    ///
    /// - Parameter speechEnd: end of the speech that the reading hears.
    private mutating func show(_ heard: Reading, through speechEnd: SampleIndex, _ window: OpenWindow, _ core: LiveCore) -> Heard? {
        lastHeard = heard
        let start = max(window.speech, window.start), speech = SampleRange(start, max(speechEnd, start)), texts = heard.words.map(\.text)
        guard !timing.timesInterims || texts.isEmpty else {
            return .place(.times(of: texts, in: SampleRange(window.start, heard.end), speech: speech, core.hint(of: heard.words)))
        }
        let ranges = Self.estimatedTimes(of: heard.words, in: speech, window)
        return interim(Array(zip(heard.words, ranges)), through: heard.end, core).map { .interim($0) }
    }

    /// Takes the times of words that the core has read, and returns the interim of these words; nil when the core knows better by now.
    func placed(_ question: LiveQuestion, _ times: [SampleRange], _ core: LiveCore) -> Hypothesis? {
        guard let lastHeard, let window = core.window, window.start == lastHeard.start,
            window.pause?.reading?.end ?? window.draft?.end == lastHeard.end, question.audio == SampleRange(lastHeard.start, lastHeard.end),
            times.count == lastHeard.words.count
        else { return nil }
        return interim(Array(zip(lastHeard.words, times)), through: lastHeard.end, core)
    }

    /// Promises words that this reading of the window and an earlier one have: none behind the window's first pause, since a final may end at any pause,
    /// and the words behind it are then read again by themselves.
    private mutating func promise(_ heard: Reading, in window: OpenWindow) {
        guard timing.promisesWords else { return }
        guard let earlier = witness, earlier.start == heard.start else {
            witness = heard
            return
        }
        guard heard.end - earlier.end >= Self.apart else { return }
        witness = heard
        guard let first = window.pauses.first(where: { !$0.words.isEmpty }) else { return }
        let words = heard.words
        let same = zip(words, earlier.words).prefix { $0.text == $1.text }.count
        let count = min(same, min(words.count, earlier.words.count) - Self.unsettled, WordPlace(of: first.words, in: words).count)
        guard count > promised.count, zip(promised, words).allSatisfy({ $0.text == $1.text }) else { return }
        promised = Array(words.prefix(count))
    }

    /// Notes a final. What was promised is kept or broken now: a promise does not reach beyond the next final.
    mutating func sent() { promised = [] }

    /// Returns the interim of these words, which begins with the promised ones.
    private func interim(_ own: [Shown], through end: SampleIndex, _ core: LiveCore) -> Hypothesis? {
        guard !own.isEmpty else { return nil }
        var shown = own
        if !promised.isEmpty {
            let count = WordPlace(of: promised, in: own.map(\.word)).count
            let known = own[..<count].map(\.range)
            let start = own.first?.range.start ?? core.through
            let ranges =
                count == promised.count
                ? known : ProportionalTimes.ranges(of: promised.map(\.text), in: SampleRange(start, max(start, known.last?.end ?? start)))
            shown = Array(zip(promised, ranges)) + own[count...]
        }
        let range = SampleRange(core.through, max(core.through, end))
        var last = range.start
        let words = zip(core.boundary.shown(shown.map(\.word)), shown).map { text, shown in
            let start = min(max(shown.range.start, last), range.end), end = min(max(shown.range.end, start), range.end)
            last = start
            return shown.word.shown(as: text, in: SampleRange(start, end))
        }
        return Hypothesis(channel: core.channel, range: range, words: words, stableWords: promised.count)
    }
}
