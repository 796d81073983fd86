import HarkenTesting
import Speech
import Synchronization
import Testing

@testable import LocalEngine

/// The models of a channel by a script. An answer is given when the test says so.
final class ScriptedAnswers: AnswerService {
    struct Due {
        var at: Int
        var question: LiveQuestion
        var give: @Sendable (Result<LiveAnswer, EngineError>) -> Void
    }

    struct State {
        var due: [Due] = []
        var asked: [LiveQuestion] = []
        var cancelled = 0
        var settled = 0
        var random: SeededGenerator
    }

    private let speech: ScriptedSpeech
    private let delay: Int
    let state: Mutex<State>
    /// The questions that fail.
    private let failure: (question: @Sendable (LiveQuestion) -> Bool, error: EngineError)?

    /// - Parameters:
    ///   - delay: maximum delay of an answer, in steps of the test's clock.
    ///   - fails: true for a question that has no answer but an error.
    init(_ speech: ScriptedSpeech, delay: Int, seed: UInt64, failing fails: (@Sendable (LiveQuestion) -> Bool)? = nil) {
        self.speech = speech
        self.delay = delay
        failure = fails.map { ($0, .unavailable("the model is broken")) }
        state = Mutex(State(random: SeededGenerator(seed: seed)))
    }

    func timing(_ options: StreamOptions) -> LiveTiming { LiveTiming(endpointing: options.askedEndpointing, turn: options.turn) }

    func answer(
        _ question: LiveQuestion, _ samples: [Float], _ give: @escaping @Sendable (Result<LiveAnswer, EngineError>) -> Void
    ) -> @Sendable () -> Void {
        // The samples of a scripted channel are their own positions.
        #expect(samples.count == Int(question.audio.count.samples))
        #expect(samples.first.map { Int64($0) } ?? question.audio.start.samples == question.audio.start.samples)
        state.withLock { state in
            state.asked.append(question)
            state.due.append(Due(at: now + Int.random(in: 0...delay, using: &state.random), question: question, give: give))
        }
        return { [weak self] in
            self?.state.withLock { state in
                state.cancelled += 1
                state.due.removeAll { $0.question == question }
            }
        }
    }

    func settle(_ answer: LiveAnswer) { state.withLock { $0.settled += 1 } }

    private let clock = Mutex(0)
    private var now: Int { clock.withLock { $0 } }

    /// True if a question waits for its answer.
    var isAsked: Bool { state.withLock { !$0.due.isEmpty } }

    /// Lets time pass, and gives the answers that are due.
    func pass(_ steps: Int) {
        let now = clock.withLock { clock in
            clock += steps
            return clock
        }
        let due = state.withLock { state in
            defer { state.due.removeAll { $0.at <= now } }
            return state.due.filter { $0.at <= now }
        }
        for item in due {
            if let failure, failure.question(item.question) {
                item.give(.failure(failure.error))
            } else {
                item.give(.success(speech.answer(item.question)))
            }
        }
    }
}
