import Speech
import Testing

@testable import LocalEngine

/// Dialogues with a channel's interims. Audio comes in windows of 32 ms; `w(n)` is where window n begins.
@Suite struct `The pace of interims` {
    private struct Channel {
        var machine: LiveMachine
        var interims: LiveInterims
        /// Draft readings that wait for an answer.
        private(set) var drafts: [LiveQuestion] = []

        /// - Parameter drafts: true if the core has draft readings.
        init(_ timing: InterimTiming = InterimTiming(), drafts: Bool = false) {
            machine = LiveMachine(LiveCore(timing: drafts ? LiveTiming() : LiveTiming().withoutDrafts))
            interims = LiveInterims(timing, areWanted: true)
        }

        /// Hears windows of speech or of silence, and returns the requests that become due.
        ///
        /// - Parameter isLoud: false for silence that the detector still calls speech.
        mutating func hear(_ windows: Int, isSpeech: Bool = true, isLoud: Bool = true) -> [SegmentRequest] {
            (0..<windows).compactMap { _ in
                take(.window(probability: isSpeech ? 0.9 : 0.1, power: isSpeech && isLoud ? 0.01 : 1e-6))
                return interims.next(machine.core)
            }
        }

        /// Hears speech until a request is due.
        mutating func next() throws -> SegmentRequest {
            var next: SegmentRequest?
            for _ in 0..<100 where next == nil { next = hear(1).first }
            return try #require(next)
        }

        /// Takes the words of a request, and returns the text that is shown.
        mutating func read(_ request: SegmentRequest, _ text: String, confidence: Float = 0.9, took: SampleCount = .zero) -> String? {
            let words = text.split(separator: " ").map { word in
                SegmentResult.Word(
                    text: String(word), confidence: confidence, tokens: word.utf8.map { Token(Int32($0)) }, range: request.speech)
            }
            return interims.read(request.id, SegmentResult(words: words), took: took, machine.core)?.text
        }

        /// Takes the words of the oldest draft reading, and returns the text that is shown.
        mutating func draft(_ text: String) throws -> String? {
            let question = try #require(drafts.first), words = text.split(separator: " ").map { LiveWord(String($0), confidence: 0.9) }
            drafts.removeFirst()
            let heard = interims.drafted(question, words, machine.core)
            answer(machine.answer(question, .words(words)))
            guard case .interim(let shown)? = heard else { return nil }
            return shown.text
        }

        /// Lets the core take an input. Its models hear nothing.
        mutating func take(_ input: LiveCore.Input) { answer(machine.take(input)) }

        private mutating func answer(_ actions: [LiveMachine.Action]) {
            for case .ask(let question) in actions {
                if question == machine.core.awaitedDraft {
                    interims.asked(forDraft: question)
                    drafts.append(question)
                    continue
                }
                let answer: LiveAnswer =
                    switch question {
                    case .words: .words([])
                    case .times(let words, _, let speech, _): .times(words.map { _ in speech })
                    case .terms: .terms([])
                    case .completeness: .completeness(nil)
                    }
                self.answer(machine.answer(question, answer))
            }
        }
    }

    /// As a server for recordings has it, with an interim for each second.
    private static let recordings = InterimTiming().recordings(SegmentedEngine.Configuration())

    private func w(_ windows: Int) -> SampleIndex { SampleIndex(windows * 512) }

    @Test func `has the first one soon, and then one for each period`() throws {
        var channel = Channel()
        #expect(channel.hear(7).isEmpty)
        let first = try #require(channel.hear(1).first)
        #expect(first.purpose == .interim)
        #expect(first.audio == SampleRange(.zero, w(8)))
        #expect(first.prefix.isEmpty)
        #expect(channel.read(first, "one") == "one")
        #expect(channel.hear(15).isEmpty)
        let second = try #require(channel.hear(1).first)
        #expect(second.audio == SampleRange(.zero, w(24)))
    }

    @Test func `is higher when a reading has nothing to show`() throws {
        var channel = Channel()
        let first = try channel.next()
        #expect(channel.read(first, "hm", confidence: 0.2) == nil)
        #expect(channel.hear(7).isEmpty)
        #expect(channel.hear(1).first?.audio.end == w(16))
    }

    @Test func `is lower when recognition is slow, and leaves time to other streams`() throws {
        var channel = Channel()
        let first = try channel.next()
        #expect(channel.hear(30).isEmpty)
        // A second, so that one and a half seconds lie between this interim and the next.
        #expect(channel.read(first, "slow", took: SampleCount(16_000)) != nil)
        #expect(channel.hear(16).isEmpty)
        #expect(channel.hear(1).first?.audio.end == w(55))
    }

    /// Milliseconds that each reading takes.
    @Test(arguments: [300, 1_000, 1_700]) func `lets no two seconds pass without other words, though readings are slow`(milliseconds: Int) {
        var channel = Channel(), changes = [0], running: (request: SegmentRequest, windows: Int)?
        for window in 1...312 {
            let due = channel.hear(1)
            if let (request, windows) = running {
                running = windows > 1 ? (request: request, windows: windows - 1) : nil
                let text = (0...changes.count).map { "w\($0)" }.joined(separator: " ")
                let took = SampleCount(.milliseconds(milliseconds), at: .speech)
                if windows == 1, channel.read(request, text, took: took) != nil { changes.append(window) }
            } else if let request = due.first {
                running = (request: request, windows: milliseconds / 32)
            }
        }
        let pauses = zip(changes, changes.dropFirst()).map { $1 - $0 }
        #expect(changes.count > 5)
        // Windows of 32 ms.
        #expect(pauses.allSatisfy { $0 * 32 < 2_000 }, "\(pauses)")
    }

    @Test func `has one reading at a time, however long it takes`() throws {
        var channel = Channel()
        let first = try channel.next()
        #expect(channel.hear(200).isEmpty)
        _ = channel.read(first, "late")
        #expect(channel.hear(1).count == 1)
    }

    @Test func `rests while speech pauses`() throws {
        var channel = Channel()
        let first = try channel.next()
        _ = channel.read(first, "one")
        #expect(channel.hear(12).isEmpty)
        // The next one is due at window 24.
        #expect(channel.hear(7, isSpeech: false).isEmpty)
        #expect(channel.hear(4).count == 1)
    }

    @Test(arguments: [(2, 25), (10, 29)])
    func `waits where the sound may have ended, but not for long`(quiet: Int, expected: Int) throws {
        var channel = Channel()
        let first = try channel.next()
        _ = channel.read(first, "one")
        #expect(channel.hear(14).isEmpty)
        // The next one is due at window 24.
        let requests = channel.hear(quiet, isLoud: false) + channel.hear(1)
        #expect(requests.map(\.audio.end) == [w(expected)])
    }

    @Test(arguments: [(0.1, 10), (3.0, 4)])
    func `is the period while a server for recordings is quick, and one after the other while it is slow`(seconds: Double, count: Int) {
        var channel = Channel(Self.recordings), requests = 0, running: (request: SegmentRequest, windows: Int)?
        for _ in 0..<312 {
            let due = channel.hear(1)
            if let (request, windows) = running {
                #expect(due.isEmpty)
                running = windows > 1 ? (request: request, windows: windows - 1) : nil
                if windows == 1 { _ = channel.read(request, "a b", took: SampleCount(.seconds(seconds), at: .speech)) }
            } else if let request = due.first {
                requests += 1
                running = (request: request, windows: Int(seconds * 31.25))
            }
        }
        #expect(requests == count)
    }

    @Test func `has a reading dropped when the core asks for words, where that saves work`() throws {
        var channel = Channel()
        let first = try channel.next()
        channel.interims.asked()
        #expect(!channel.interims.isReading)
        #expect(channel.read(first, "one") == nil)
        let second = try channel.next()
        #expect(second.audio.end == w(16), "a dropped reading tells nothing of the time that readings take")
    }

    @Test func `has a reading shown although the core asks for words, where a server goes on with it`() throws {
        var channel = Channel(Self.recordings)
        let first = try channel.next()
        channel.interims.asked()
        #expect(channel.interims.isReading)
        #expect(channel.hear(100).isEmpty)
        #expect(channel.read(first, "one") == "one")
        #expect(channel.hear(1).count == 1)
    }

    @Test func `has none shortly before and behind a draft reading, which is shown too`() throws {
        var channel = Channel(drafts: true), ends: [SampleIndex] = []
        /// Hears speech up to this window. Interims take no time.
        func hear(through window: Int) {
            for _ in Int(channel.machine.core.position.samples) / 512..<window {
                for request in channel.hear(1) {
                    ends.append(request.audio.end)
                    _ = channel.read(request, "one two")
                }
            }
        }
        // The draft readings are due at 1.5 s, and 1.5 s behind that.
        hear(through: 57)
        #expect(channel.drafts.map(\.audio) == [SampleRange(.zero, w(47))])
        #expect(ends == [w(8), w(24)])
        #expect(try channel.draft("One two three") == "One two three")
        hear(through: 94)
        #expect(channel.drafts.map(\.audio) == [SampleRange(.zero, w(94))])
        #expect(ends == [w(8), w(24), w(63)])
    }

    @Test func `has a reading dropped when a later draft reading is there`() throws {
        var channel = Channel(drafts: true)
        let first = try channel.next()
        #expect(channel.hear(40).isEmpty)
        #expect(channel.drafts.count == 1 && channel.interims.isReading)
        #expect(try channel.draft("One two") == "One two")
        #expect(!channel.interims.isReading)
        #expect(channel.read(first, "one") == nil)
    }

    @Test func `has none while a draft reading is being made`() throws {
        var channel = Channel(drafts: true)
        let first = try channel.next()
        _ = channel.read(first, "one")
        let second = try channel.next()
        _ = channel.read(second, "one two")
        #expect(channel.hear(69).isEmpty)
        #expect(channel.drafts.count == 1)
        _ = try channel.draft("One two three")
        #expect(channel.hear(1).isEmpty, "the next draft reading is due at the next window")
    }

    @Test(arguments: [InterimTiming(), recordings])
    func `has no reading of a window whose words are final`(timing: InterimTiming) throws {
        var channel = Channel(timing)
        let first = try channel.next()
        channel.take(.finish(channel.machine.core.position))
        #expect(channel.interims.heard(channel.machine.core) == nil)
        #expect(!channel.interims.isReading)
        #expect(channel.read(first, "late") == nil)
    }

    /// Readings of a server take the place of all words before.
    @Test(arguments: [(InterimTiming(), ["one", "two"], "one two three four five six"), (recordings, [], "won too three four five six")])
    func `begins each reading with the settled words, where the recogniser can`(timing: InterimTiming, settled: [String], shown: String) throws {
        var channel = Channel(timing)
        for text in ["one", "one two three four five", "one two three four five"] {
            let request = try channel.next()
            #expect(request.prefix.isEmpty)
            #expect(channel.read(request, text) != nil)
        }
        let request = try channel.next()
        #expect(request.prefix == settled.flatMap(\.utf8).map { Token(Int32($0)) })
        let rest = settled.isEmpty ? [] : ["three", "four", "five"]
        #expect(request.draft == rest.flatMap(\.utf8).map { Token(Int32($0)) })
        // Even if the recogniser should say otherwise.
        #expect(channel.read(request, "won too three four five six") == shown)
    }
}
