import LocalEngine
import Speech
import Testing

/// Numbers that look random and are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

@Suite struct `Window planner` {
    private static let step = VoiceActivity.window.samples

    private static func index(_ windows: Int) -> SampleIndex { SampleIndex(Int64(windows) * step) }
    private static func windows(_ seconds: Double) -> Int { Int(seconds * 16_000) / Int(step) }

    /// Speech and silence in turns, beginning with silence: lengths in windows of 32 ms.
    private static func probabilities(_ lengths: [Int]) -> [Float] {
        lengths.enumerated().flatMap { Array(repeating: $0.offset % 2 == 0 ? 0.02 : 0.97, count: $0.element) }
    }

    private static func plan(_ probabilities: [Float], limit: SampleCount = WindowPlanner.longest) -> [SpeechWindow] {
        var planner = WindowPlanner(limit: limit)
        return probabilities.flatMap { planner.add(probability: $0, power: $0) } + planner.finish()
    }

    /// The speech that is to be covered.
    private static func speech(_ probabilities: [Float]) -> [SampleRange] {
        var detector = SpeechDetector()
        var start: SampleIndex?
        var speech: [SampleRange] = []
        func note(_ event: SpeechDetector.Event?) {
            switch event {
            case .started(let at): start = at
            case .ended(let at): if let start { speech.append(SampleRange(start, at)) }
            case nil: break
            }
        }
        for probability in probabilities { note(detector.add(probability)) }
        note(detector.finish())
        return speech
    }

    @Test func `silence has no windows`() {
        #expect(Self.plan(Self.probabilities([2_000])).isEmpty)
    }

    @Test func `a window reaches a little beyond its speech on both sides`() throws {
        let windows = Self.plan(Self.probabilities([100, 50, 100]))
        try #require(windows.count == 1)
        #expect(windows[0].speech == [SampleRange(Self.index(100), Self.index(150))])
        #expect(windows[0].audio == SampleRange(Self.index(100) - SampleCount(4_800), Self.index(150) + SampleCount(1_600)))
    }

    @Test func `speech at both ends of the recording is kept whole`() throws {
        let windows = Self.plan(Self.probabilities([0, 50]))
        try #require(windows.count == 1)
        #expect(windows[0].audio == SampleRange(.zero, Self.index(50)))
    }

    @Test func `short pauses stay inside a window, long ones end it`() {
        let short = Self.probabilities([10, 50, Self.windows(0.6), 50])
        #expect(Self.plan(short).count == 1)
        let long = Self.probabilities([10, 50, Self.windows(2), 50])
        #expect(Self.plan(long).count == 2)
    }

    @Test func `long speech is cut at its longest silence`() throws {
        let lengths = [10, Self.windows(6), 10, Self.windows(4), 20, Self.windows(3), 8, Self.windows(6)]
        let windows = Self.plan(Self.probabilities(lengths))
        try #require(windows.count == 2)
        #expect(windows[0].speech.count == 2)
        #expect(windows[1].speech.count == 2)
        #expect(windows[0].audio.end <= windows[1].audio.start)
    }

    @Test func `speech without any silence is cut where it is quietest`() throws {
        var planner = WindowPlanner()
        var windows: [SpeechWindow] = []
        let dip = Self.windows(11)
        for index in 0..<Self.windows(25) {
            windows += planner.add(probability: 0.98, power: abs(index - dip) < 2 ? 0.001 : 0.1)
        }
        windows += planner.finish()
        try #require(windows.count == 2)
        #expect(windows[0].audio.end == windows[1].audio.start)
        #expect(abs((windows[0].audio.end - Self.index(dip)).samples) <= 2 * Self.step)
    }

    private static let short = SampleCount(.seconds(5), at: .speech)

    @Test func `windows are as short as they have to be`() {
        let speech = Self.probabilities([10] + Array(repeatElement([Self.windows(2), 8], count: 12).joined()))
        let lengths = Self.plan(speech, limit: Self.short).map(\.audio.count)
        #expect(lengths.count >= 6)
        #expect(lengths.allSatisfy { $0 <= SampleCount(.seconds(6), at: .speech) })
    }

    @Test(arguments: [(15, 1, 15), (15, 2, 15), (23, 1, 15), (23, 2, 23), (23, 8, 23)])
    func `windows are under 15 s where there is one thread`(longest: Int, threads: Int, limit: Int) {
        let limited = WindowPlanner.limit(SampleCount(.seconds(longest), at: .speech), threads: threads)
        #expect(limited == SampleCount(.seconds(limit), at: .speech))
    }

    @Test(arguments: [(5, 106_666), (15, 320_000), (23, 384_000)] as [(Int, Int64)])
    func `speech without silence is cut a third later, and after 24 s`(limit: Int, hard: Int64) {
        #expect(WindowPlanner.hardLimit(SampleCount(.seconds(limit), at: .speech)).samples == hard)
    }

    @Test func `windows of a model for long speech are cut in pauses, after 24 s at most`() {
        let speech = Self.probabilities([10] + Array(repeatElement([Self.windows(7), 8], count: 12).joined()))
        let windows = Self.plan(speech, limit: WhisperRecognizer.longest)
        // Three stretches of 7 s and the silences between them.
        #expect(windows.count == 4 && windows.allSatisfy { $0.speech.count == 3 })
        let endless = Self.plan(Self.probabilities([10, Self.windows(60)]), limit: WhisperRecognizer.longest)
        #expect(endless.allSatisfy { $0.audio.count <= SampleCount(.seconds(24), at: .speech) + SampleCount(6_400) })
        #expect(endless.count >= 3 && endless.reduce(0) { $0 + $1.audio.count.samples } >= 59 * 16_000, "60 s of speech are in the windows")
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `windows cover all speech once, in order and within the limits`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let lengths = (0..<60).map { turn in
            turn % 2 == 0
                ? Int.random(in: 0...(seed % 3 == 0 ? 8 : 60), using: &random) : Int.random(in: 1...(seed % 4 == 0 ? 900 : 120), using: &random)
        }
        let probabilities = Self.probabilities(lengths)
        let limits = [WindowPlanner.longest, Self.short]

        var planner = WindowPlanner()
        var windows: [SpeechWindow] = []
        var neededFrom = SampleIndex.zero
        for (position, probability) in probabilities.enumerated() {
            // The limit changes meanwhile in every other run.
            planner.limit = seed % 2 == 0 ? WindowPlanner.longest : limits[position / 300 % 2]
            let added = planner.add(probability: probability, power: Float.random(in: 0...1, using: &random))
            #expect(added.allSatisfy { $0.audio.start >= neededFrom })
            neededFrom = planner.neededFrom
            windows += added
        }
        windows += planner.finish()

        let hard = WindowPlanner.hardLimit(WindowPlanner.longest) + SampleCount(4_800 + 1_600) + VoiceActivity.window
        for window in windows {
            #expect(window.audio.count <= hard)
            #expect(window.speech.allSatisfy { window.audio.start <= $0.start && $0.end <= window.audio.end && !$0.isEmpty })
        }
        for (before, after) in zip(windows, windows.dropFirst()) { #expect(before.audio.end <= after.audio.start) }

        // Cuts inside speech leave no hole: joined again, the stretches are those of the detector.
        var joined: [SampleRange] = []
        for stretch in windows.flatMap(\.speech) {
            if let last = joined.last, last.end == stretch.start { joined[joined.count - 1].end = stretch.end } else { joined.append(stretch) }
        }
        #expect(joined == Self.speech(probabilities))
    }
}
