import HarkenTesting
import Speech
import Synchronization
import Testing

@testable import LocalEngine

/// The models of a channel by a script. Answers come late, in any order, when the test lets time pass.
final class ScriptedAnswers: AnswerService {
    private struct State {
        var due: [(at: Int, number: Int, give: @Sendable () -> Void)] = []
        var random: SeededGenerator
        var clock = 0
        private var count = 0
        var asked: [LiveQuestion] = []
        /// The draft readings among them.
        var drafts: [LiveQuestion] = []
        var read: [SegmentRequest] = []
        var cancelled = 0

        init(seed: UInt64) { random = SeededGenerator(seed: seed) }

        mutating func add(within delay: ClosedRange<Int>, _ give: @escaping @Sendable () -> Void) -> Int {
            count += 1
            due.append((clock + Int.random(in: delay, using: &random), count, give))
            return count
        }
    }

    private let state: Mutex<State>
    private let speech: ScriptedSpeech
    private let delay: ClosedRange<Int>
    private let fails: @Sendable (LiveQuestion) -> Bool
    private let waits: @Sendable (LiveQuestion) -> Bool
    private let failsToRead: Bool
    private let drafts: Bool
    let findsLanguage: Bool
    /// Delay of an answer that waits, in steps of the test's clock.
    private static let long = 5_000
    private let held: HeldClock
    private let stands: Bool
    static let failure = EngineError.unavailable("the model is broken")

    /// - Parameters:
    ///   - delay: maximum delay of an answer, in steps of the test's clock; `least` is the minimum.
    ///   - clock: a clock that moves with the steps of the test's clock, by a window each; nil: every reading takes no time.
    ///   - failsToRead: true if no interim can be read.
    ///   - findsLanguage: true if each utterance tells its language.
    ///   - drafts: true if the core has draft readings.
    ///   - fails: true for a question that has no answer but an error.
    ///   - waits: true for a question whose answer comes after all others.
    init(
        _ speech: ScriptedSpeech, delay: Int, least: Int = 0, seed: UInt64, clock: HeldClock? = nil, failsToRead: Bool = false,
        findsLanguage: Bool = false, drafts: Bool = false,
        failing fails: @escaping @Sendable (LiveQuestion) -> Bool = { _ in false },
        waiting waits: @escaping @Sendable (LiveQuestion) -> Bool = { _ in false }
    ) {
        self.speech = speech
        self.waits = waits
        self.delay = least...max(least, delay)
        self.fails = fails
        self.failsToRead = failsToRead
        self.findsLanguage = findsLanguage
        self.drafts = drafts
        stands = clock == nil
        held = clock ?? HeldClock()
        state = Mutex(State(seed: seed))
    }

    func timing(_ options: StreamOptions) -> LiveTiming {
        let timing = LiveTiming(endpointing: options.askedEndpointing, turn: options.turn)
        return drafts ? timing : timing.withoutDrafts
    }

    /// The first key term of the options is the number of a list of the script.
    func terms(_ options: StreamOptions) -> Int? { options.keyterms.first.flatMap { Int($0) } }

    func answer(
        _ question: LiveQuestion, _ samples: [Float], mayWait: Bool, _ give: @escaping @Sendable (Result<LiveAnswer, EngineError>) -> Void
    ) -> @Sendable () -> Void {
        check(samples, question.audio)
        let outcome: Result<LiveAnswer, EngineError> = fails(question) ? .failure(Self.failure) : .success(speech.answer(question))
        let note: (inout State) -> Void = { state in
            state.asked.append(question)
            if mayWait, case .words = question { state.drafts.append(question) }
        }
        return begin(within: waits(question) ? Self.long...Self.long : delay, note, { give(outcome) })
    }

    func isEmptied(_ audio: SampleRange) -> Bool { false }

    // MARK: Interims

    func interimTiming(_ options: StreamOptions) -> InterimTiming { InterimTiming(options) }

    func read(
        _ request: SegmentRequest, _ samples: [Float], _ give: @escaping @Sendable (Result<SegmentResult, EngineError>) -> Void
    ) -> @Sendable () -> Void {
        check(samples, request.audio)
        var outcome = Result<SegmentResult, EngineError>.failure(Self.failure)
        let language = request.language == .ofStream ? LanguageHint.ofStream : .decided(request.language.code ?? "en")
        if !failsToRead, case .words(let words, _) = speech.answer(.words(in: request.audio, language)) {
            let read = words.map { word in
                SegmentResult.Word(
                    text: word.text, confidence: word.confidence, tokens: word.text.unicodeScalars.map { Token(Int32($0.value)) },
                    range: request.speech, language: word.language)
            }
            outcome = .success(SegmentResult(words: read))
        }
        return begin(within: delay, { $0.read.append(request) }, { [outcome] in give(outcome) })
    }

    func settle(_ outcome: Result<SegmentResult, EngineError>) -> Result<SegmentResult, EngineError> {
        .success((try? outcome.get()) ?? SegmentResult(words: [], isSuspect: true))
    }

    var clock: @Sendable () -> Instant { { [held] in held.now } }

    // MARK: Time

    private func begin(
        within delay: ClosedRange<Int>, _ note: (inout State) -> Void, _ give: @escaping @Sendable () -> Void
    ) -> @Sendable () -> Void {
        let number = state.withLock { state in
            note(&state)
            return state.add(within: delay, give)
        }
        return { [weak self] in
            self?.state.withLock { state in
                state.cancelled += 1
                state.due.removeAll { $0.number == number }
            }
        }
    }

    /// The samples of a scripted channel are their own positions.
    private func check(_ samples: [Float], _ audio: SampleRange) {
        #expect(samples.count == Int(audio.count.samples))
        #expect(samples.first.map { Int64($0) } ?? audio.start.samples == audio.start.samples)
    }

    var asked: [LiveQuestion] { state.withLock { $0.asked } }
    var draftReadings: [LiveQuestion] { state.withLock { $0.drafts } }
    var readings: [SegmentRequest] { state.withLock { $0.read } }
    /// Number of cancelled questions and interims.
    var cancelled: Int { state.withLock { $0.cancelled } }

    /// True if an answer or an interim is due some time.
    var isBusy: Bool { state.withLock { !$0.due.isEmpty } }

    /// Lets time pass, and gives the answers that are due.
    func pass(_ steps: Int) {
        if !stands { held.advance(by: .milliseconds(32 * steps)) }
        let due = state.withLock { state in
            state.clock += steps
            let due = state.due.filter { $0.at <= state.clock }
            state.due.removeAll { $0.at <= state.clock }
            return due
        }
        for item in due { item.give() }
    }
}
