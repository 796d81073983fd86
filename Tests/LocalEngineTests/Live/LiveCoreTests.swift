import LocalEngine
import Speech
import Testing

@Suite struct `A live stream's core` {
    private func play(
        _ text: String, _ timing: LiveTiming = LiveTiming(), drafts: Bool = false, commands: [(after: Int, input: LiveCore.Input)] = [],
        _ change: (inout ScriptedSpeech) -> Void = { _ in }
    ) -> ScriptedStream {
        var speech = ScriptedSpeech(text)
        change(&speech)
        var stream = ScriptedStream(speech, drafts ? timing : timing.withoutDrafts)
        stream.play(commands: commands)
        return stream
    }

    private static let quick = LiveTiming(endpointing: .milliseconds(300))
    /// Eight words of 300 ms without a pause.
    private static let clause = "aa bb cc dd ee ff gg hh"

    // MARK: Pauses

    @Test func `keeps a sentence open over a short pause`() {
        let stream = play("The cat sat 500 on the mat.")
        #expect(stream.texts == ["The cat sat on the mat."])
        #expect(stream.finals.first?.reason == .endOfTurn)
    }

    @Test func `sends a sentence when enough speech was read behind its end`() {
        let stream = play("One two. 500 Three \(Self.clause) 600 ii. 500 jj")
        #expect(stream.texts == ["One two.", "Three aa bb cc dd ee ff gg hh ii. jj."])
        #expect(stream.finals.map(\.reason).first == .length, "speech went on")
    }

    @Test func `waits with a sentence when too little speech was read behind its end`() {
        let stream = play("One two. 500 Three four five.")
        #expect(stream.texts == ["One two. Three four five."])
    }

    @Test func `keeps all words where the part behind a pause has none when it is read alone`() {
        // The second sentence begins at 1.6 s.
        let stream = play("One two. 500 Three \(Self.clause).") { $0.heard = { $0.start > SampleIndex(16_000) ? "" : nil } }
        #expect(stream.texts == ["One two. Three \(Self.clause)."])
        #expect(stream.finals.first?.words.last?.range.end == SampleIndex(68_800))
    }

    @Test(arguments: [
        ("One too three four five six.", ["One two.", "Three four five six."]),
        ("Won too three four five six.", ["One two.", "Three four five six."]),
        ("One too.", ["One two."]),
    ])
    func `keeps words behind misheard known words where the window has none when it is read alone`(joint: String, expected: [String]) {
        // The window of the last four words begins at 1.7 s.
        let stream = play("One two 900 three four five six.") {
            $0.heard = { $0.start > SampleIndex(16_000) ? "" : $0.end > SampleIndex(32_000) ? joint : nil }
        }
        #expect(stream.texts == expected)
    }

    @Test(
        arguments: [
            (nil, 2_000, false, ["One two.", "Three four."]), (nil, 2_000, true, ["One two."]), (nil, 0, false, ["One two.", "Three four."]),
            (66, 2_000, false, ["One two.", "Three four."]), (72, 2_000, false, ["One two.", "Three four."]),
        ] as [(Int?, Int, Bool, [String])])
    func `keeps the words of a pause where a longer reading has none`(finalize: Int?, silence: Int, isDeaf: Bool, expected: [String]) {
        // The pause ends at 1.6 s, and the last word at 2.2 s, 68.75 windows.
        var speech = ScriptedSpeech("One two. 500 Three four.", silence: .milliseconds(silence))
        speech.heard = { $0.end > SampleIndex(32_000) && (isDeaf || $0.start < SampleIndex(16_000)) ? "" : nil }
        var stream = ScriptedStream(speech, LiveTiming())
        stream.play(commands: finalize.map { [(after: $0, input: LiveCore.Input.finalize(SampleIndex($0 * 512 + 36)))] } ?? [])
        #expect(stream.texts == expected)
        #expect(stream.finals.first?.words.map(\.range.end) == [SampleIndex(12_800), SampleIndex(17_600)])
        #expect(stream.flushes == (finalize == nil ? 0 : 1))
    }

    @Test func `keeps the words of a first look where the second one has none`() {
        let stream = play("One two.", Self.quick) {
            $0.confidence = 0.5
            $0.heard = { $0.end > SampleIndex(20_000) ? "" : nil }
        }
        #expect(stream.asked.count { if case .words = $0 { true } else { false } } == 2)
        #expect(stream.texts == ["One two."])
    }

    @Test func `reads nothing at a gap between two words`() {
        let stream = play("one two 120 three four 120 five.") { $0.hangover = 4 }
        #expect(stream.asked.count { if case .words = $0 { true } else { false } } == 1)
    }

    @Test func `sends words in any case after a long pause`() {
        let stream = play("One two 900 three four.")
        #expect(stream.texts == ["One two.", "Three four."])
    }

    @Test func `hears committed words again, and takes them off`() {
        let stream = play("One two 900 three four.")
        let readings = stream.asked.compactMap { if case .words(let audio, _, _) = $0 { audio } else { nil } }
        // The third reading is that of the window alone: it is asked for at once, for where the words do not fit.
        #expect(readings.count == 3)
        #expect(readings[1].start == readings[0].start)
        #expect(readings[2].start > readings[0].end && readings[2].end == readings[1].end)
        #expect(stream.texts == ["One two.", "Three four."])
    }

    /// The drafts' texts are those of readings: the first word of a reading has a capital, the last one a stop. A window behind committed words is
    /// read with them and alone.
    @Test(
        arguments: [
            ("The cat sat 500 on the mat.", ["", "The cat sat."]), ("The cat sat 300 on the 300 mat.", ["", "The cat sat.", "The cat sat on the."]),
            ("One two 900 three 500 four.", ["", "One two.", "", "One two three.", "three."]),
            ("One two. 1500 Three four.", ["", ""]),
            ("One two. 500 Three \(clause).", ["", "One two.", "Three \(clause)."]),
        ] as [(String, [String])])
    func `reads audio with the words of the latest reading as a draft`(text: String, drafts: [String]) {
        #expect(play(text).drafts == drafts.map(ScriptedSpeech.tokens))
    }

    @Test func `reads a pause the second time with the words of the first look as a draft`() {
        let stream = play("One two.", Self.quick) { $0.confidence = 0.5 }
        #expect(stream.drafts == [[], ScriptedSpeech.tokens(of: "One two.")])
    }

    @Test func `takes no words without tokens for a draft`() {
        #expect(play("The cat sat 500 on the mat.") { $0.hasTokens = false }.drafts == [[], []])
    }

    @Test func `reads once more than needed only where readings are cheap`() {
        let stream = play("One two 900 three four.", LiveTiming().lookingOnce())
        #expect(stream.asked.count { if case .words = $0 { true } else { false } } == 2)
    }

    @Test func `hears committed words no more after a long silence`() {
        let stream = play("One two. 1500 Three four.")
        let readings = stream.asked.compactMap { if case .words(let audio, _, _) = $0 { audio } else { nil } }
        #expect(readings.count == 2)
        #expect(readings[1].start > readings[0].end)
    }

    @Test func `counts silence from the end of the sound`() throws {
        let stream = play("One two.", Self.quick) { $0.completeness = 0 }
        let final = try #require(stream.finals.first)
        let silence = final.decided - (try #require(final.words.last?.range.end))
        #expect(silence >= Self.quick.late - SampleCount(512))
        #expect(silence <= Self.quick.late + SampleCount(1_024))
    }

    /// The detector reports speech for this number of windows behind each sound. The last two words begin 64 ms before the first two are read, which
    /// is 160 ms behind the end of their sound, or 288 ms where there is one look.
    @Test(arguments: [(84, 0, false, 18_944), (212, 4, true, 20_992)])
    func `ends a final before a sound that may become speech`(gap: Int, hangover: Int, looksOnce: Bool, sound: Int) {
        let timing = LiveTiming(endpointing: .milliseconds(300), turn: TurnRule(maximumSilence: .milliseconds(100)))
        let stream = play("One two. \(gap) three four.", looksOnce ? timing.lookingOnce() : timing) { $0.hangover = hangover }
        #expect(stream.texts == ["One two.", "Three four."])
        #expect(stream.finals.first?.range.end == SampleIndex(sound))
    }

    @Test(arguments: [(0.9, [19_968]), (0.5, [19_968, 20_608])] as [(Float, [Int])])
    func `reads no audio that was not heard yet`(confidence: Float, ends: [Int]) {
        // The sound ends at 17,408 samples. 160 ms later, less than the 200 ms behind it that a reading has were heard.
        let stream = play("One two.", Self.quick) { $0.confidence = confidence }
        let readings = stream.asked.compactMap { if case .words(let audio, _, _) = $0 { audio.end } else { nil } }
        #expect(readings == ends.map { SampleIndex($0) })
    }

    // MARK: Draft readings

    private func readings(_ stream: ScriptedStream) -> [SampleRange] {
        stream.asked.compactMap { if case .words(let audio, _, _) = $0 { audio } else { nil } }
    }

    @Test func `reads speech that goes on for a draft of the reading at its pause`() {
        // The speech begins at 8,192 samples, and its sound ends at 46,592. The draft is read at the first window behind 1.5 s of speech.
        let stream = play("\(Self.clause).", drafts: true)
        let start = SampleIndex(3_392)
        #expect(readings(stream) == [SampleRange(start, SampleIndex(32_256)), SampleRange(start, SampleIndex(49_152))])
        #expect(stream.drafts == ["", "Aa bb cc dd ee."].map(ScriptedSpeech.tokens))
        #expect(stream.texts == ["Aa bb cc dd ee ff gg hh."])
    }

    @Test func `reads a draft with the committed words, as the pause is read`() {
        let stream = play("One two 900 \(Self.clause).", drafts: true)
        #expect(stream.drafts == ["", "One two.", "One two aa bb cc dd ee.", "aa bb cc dd ee."].map(ScriptedSpeech.tokens))
        #expect(readings(stream).dropFirst().prefix(2).map(\.end) == [SampleIndex(55_808), SampleIndex(73_216)])
        #expect(stream.texts == ["One two.", "Aa bb cc dd ee ff gg hh."])
    }

    @Test func `reads a draft behind 1.5 s of audio since the last reading at a pause`() {
        let stream = play("aa bb cc dd 500 ee ff gg hh ii jj kk ll.", drafts: true)
        #expect(readings(stream).dropLast().map(\.end) == [SampleIndex(29_696), SampleIndex(53_760)])
    }

    /// A draft is due at 32,256 samples, 128 ms behind the end of the sound. Speech that goes on does so at 32,768 samples.
    @Test(arguments: [("aa 100 bb 100 cc dd.", []), ("aa 100 bb 100 cc dd 150 ee ff gg.", [33_280])] as [(String, [Int])])
    func `reads no draft where the sound has just ended`(text: String, drafts: [Int]) {
        let stream = play(text, drafts: true) { $0.hangover = 4 }
        #expect(readings(stream).dropLast().map(\.end) == drafts.map { SampleIndex($0) })
    }

    @Test(arguments: ["Zz yy.", ""])
    func `takes no words from a draft reading`(heard: String) {
        let stream = play("\(Self.clause).", drafts: true) { $0.heard = { $0.end == SampleIndex(32_256) ? heard : nil } }
        #expect(stream.texts == ["Aa bb cc dd ee ff gg hh."])
        let deaf = play("\(Self.clause).", drafts: true) { $0.heard = { $0.end > SampleIndex(40_000) ? "" : nil } }
        #expect(deaf.texts.isEmpty)
    }

    @Test func `reads no drafts where readings are dear`() {
        #expect(readings(play("\(Self.clause).", LiveTiming().lookingOnce(), drafts: true)).count == 1)
    }

    // MARK: Cuts

    @Test func `keeps the words of a pause where the reading of a long window has none`() {
        let words = (0..<50).map { "w\($0)" }
        let stream = play("One two. 500 " + words.joined(separator: " ")) {
            $0.heard = { $0.start < SampleIndex(16_000) && $0.end > SampleIndex(64_000) ? "" : nil }
        }
        #expect(stream.texts.first == "One two.")
        #expect(stream.finals.flatMap { $0.words.map(\.bare) } == ["one", "two"] + words)
    }

    @Test func `says a word behind a cut once where the part behind the cut has none when it is read alone`() {
        // The window is cut at 14.2 s, in the fourth word. The only place for a cut is before this word.
        let ends = [8_000, 60_000, 110_000, 190_000, 240_000, 250_000]
        var speech = ScriptedSpeech(
            zip(["aa", "bb", "cc", "dd", "ee"], zip(ends, ends.dropFirst())).map {
                ScriptedSpeech.Spoken(text: $0, range: SampleRange(SampleIndex($1.0), SampleIndex($1.1)))
            })
        speech.heard = { $0.start > SampleIndex(150_000) && $0.end < SampleIndex(230_000) ? "" : nil }
        var stream = ScriptedStream(speech, LiveTiming())
        stream.play()
        #expect(stream.finals.first?.reason == .length)
        #expect(stream.finals.flatMap { $0.words.map(\.bare) } == ["aa", "bb", "cc", "dd", "ee"])
    }

    @Test func `loses no word behind a cut where no reading behind the cut has words`() {
        // The last word ends as the window is cut.
        let words = (0..<46).map { "w\($0)" }
        let stream = play(words.joined(separator: " ")) { $0.heard = { $0.start > SampleIndex(100_000) ? "" : nil } }
        #expect(stream.finals.first?.reason == .length)
        #expect(stream.finals.flatMap { $0.words.map(\.bare) } == words)
    }

    @Test(
        arguments: [
            // "x" is sound without words. The window is cut between 7 and 12.2 s.
            [(36, "x"), (20, "w")], [(20, "w"), (22, "x"), (2, "y"), (10, "x")],
        ] as [[(count: Int, name: String)]])
    func `loses and repeats no word at a cut where words' times are not known`(parts: [(count: Int, name: String)]) {
        let sounds = parts.flatMap { part in (0..<part.count).map { part.name == "x" ? "x" : "\(part.name)\($0)" } }
        let stream = play(sounds.joined(separator: " ")) { ($0.silent, $0.hasTimes) = (["x"], false) }
        #expect(stream.finals.first?.reason == .length)
        #expect(stream.finals.flatMap { $0.words.map(\.bare) } == sounds.filter { $0 != "x" })
    }

    /// Speech without a pause is read 12 s behind its start, and is cut at the first window 1.5 s later.
    @Test func `cuts a window by its draft reading, whose times are there before`() throws {
        let words = (0..<46).map { "w\($0)" }
        let stream = play(words.joined(separator: " "), drafts: true)
        let start = SampleIndex(3_392), through = SampleIndex(195_584)
        #expect(through - start >= SampleCount(192_000) && through - start < SampleCount(192_512))
        #expect(readings(stream).filter { $0.start == start }.map(\.end).max() == through)
        let final = try #require(stream.finals.first)
        #expect(final.reason == .length)
        #expect(final.decided - through >= SampleCount(24_000) && final.decided - through < SampleCount(24_512))
        #expect(stream.finals.flatMap { $0.words.map(\.bare) } == words)
    }

    // MARK: Early finals

    @Test(arguments: [(Float(0.9), Float(0.9), 300), (0.4, 0.9, 768), (0.9, 0.5, 768)])
    func `sends words early when the turn and its last words are sure`(completeness: Float, confidence: Float, expected: Int) throws {
        let stream = play("One two.", Self.quick) { ($0.completeness, $0.confidence) = (completeness, confidence) }
        let final = try #require(stream.finals.first)
        let silence = Int((final.decided - (try #require(final.words.last?.range.end))).samples / 16)
        #expect(abs(silence - expected) <= 64)
        #expect(final.reason == .endOfTurn)
    }

    @Test(arguments: [(Float(0.9), 1), (0.5, 2)])
    func `reads a pause again only when the last words are unsure`(confidence: Float, count: Int) {
        let stream = play("One two.", Self.quick) { $0.confidence = confidence }
        #expect(stream.asked.count { if case .words = $0 { true } else { false } } == count)
        #expect(stream.texts == ["One two."])
    }

    @Test(arguments: [(128, ["turn", "words", "times"]), (300, ["words", "times", "turn"])])
    func `asks early for what a final will need`(judgment: Int, expected: [String]) {
        var timing = Self.quick
        timing.judgment = SampleCount(.milliseconds(judgment), at: .speech)
        let stream = play("One two.", timing)
        let kinds = stream.asked.map { if case .completeness = $0 { "turn" } else if case .words = $0 { "words" } else { "times" } }
        #expect(kinds == expected)
    }

    @Test func `sends captions early once pauses have been ends`() {
        let stream = play("One two. 2000 Three four. 2000 Five six. 2000 Seven.")
        let silences = stream.finals.filter { !$0.words.isEmpty }.map { Int(($0.decided - ($0.words.last?.range.end ?? .zero)).samples / 16) }
        #expect(silences.map { $0 > 500 } == [true, true, false, false])
        #expect(silences.dropFirst(2).allSatisfy { abs($0 - 300) <= 64 })
    }

    @Test func `goes on to judge turns behind pauses that are too short to count`() {
        // Five pauses that counted would take the share of ends below its minimum.
        let stream = play("One two. 2000 Three four. 2000 aa 350 bb 350 cc 350 dd 350 ee 350 ff. 2000 Seven.") { $0.completeness = 0.1 }
        #expect(stream.asked.count { if case .completeness = $0 { true } else { false } } == 7)
        #expect(stream.texts == ["One two.", "Three four.", "Aa bb cc dd ee ff.", "Seven."])
    }

    @Test func `asks no model about turns where history allows nothing early`() {
        let stream = play("One two. 2000 Three four.")
        #expect(!stream.asked.contains { if case .completeness = $0 { true } else { false } })
    }

    @Test func `sends all words sooner once pauses have been ends`() {
        let stream = play("One two. 2000 Three four. 2000 Five six.") { $0.completeness = 0.1 }
        let finals = stream.finals.filter { !$0.words.isEmpty }
        let silences = finals.map { Int(($0.decided - ($0.words.last?.range.end ?? .zero)).samples / 16) }
        #expect(silences.map { $0 > 832 } == [true, true, false])
        #expect(silences.allSatisfy { $0 > 767 })
        #expect(finals.allSatisfy { $0.reason == .endOfTurn })
    }

    @Test func `waits 96 ms longer for captions than for those who want words soon`() throws {
        func leastPause(_ timing: LiveTiming) -> Int? {
            stride(from: 500, to: 1_000, by: 32).first { pause in play("aa bb \(pause) cc dd.", timing) { $0.completeness = 0.1 }.texts.count == 2 }
        }
        let quick = try #require(leastPause(Self.quick))
        #expect(leastPause(LiveTiming()) == quick + 96)
    }

    // MARK: Turns

    @Test func `ends the turn later than its words when the client asks for more silence`() {
        let rule = TurnRule(confidence: 1, maximumSilence: .milliseconds(1_500))
        let stream = play("One two 1000 three four.", LiveTiming(endpointing: .milliseconds(300), turn: rule))
        #expect(stream.finals.filter { !$0.words.isEmpty }.map(\.reason) == [.pause, .pause])
        #expect(stream.events.count { if case .engine(.turnEnded) = $0 { true } else { false } } == 1)
    }

    @Test func `ends no turn without an end by silence, and holds no words back`() {
        let stream = play("One two. 60000 Three four.", LiveTiming(endpointing: .seconds(3_600)))
        #expect(stream.texts == ["One two.", "Three four."])
        #expect(!stream.events.contains { if case .engine(.turnEnded) = $0 { true } else { false } })
        #expect(stream.finals.first { !$0.words.isEmpty }?.reason == .pause)
    }

    // MARK: Times

    private func timed(_ stream: ScriptedStream) -> [String] {
        stream.asked.compactMap { if case .times(let words, _, _, _) = $0 { words.joined(separator: " ") } else { nil } }
    }

    /// Speech goes on 180 ms behind a pause before the second look, and only the last pause is read again.
    @Test(arguments: [(300, Float(0.9)), (180, 0.5)])
    func `searches once for the times of words before a pause`(gap: Int, confidence: Float) {
        let speech = "aa bb \(gap) cc dd \(gap) ee ff."
        let stream = play(speech, Self.quick) { ($0.completeness, $0.confidence) = (0.1, confidence) }
        #expect(stream.texts == ["Aa bb cc dd ee ff."])
        #expect(timed(stream) == ["Aa bb.", "cc dd.", "ee ff."])
        #expect(stream.finals.flatMap(\.words).map(\.range) == ScriptedSpeech(speech).spoken.map(\.range))
    }

    @Test func `searches for all times again where the reading of an earlier pause was wrong`() {
        // The first two words are read at 20,000 samples.
        let stream = play("aa bb 300 cc dd.", Self.quick) {
            $0.completeness = 0.1
            $0.heard = { $0.end < SampleIndex(21_000) ? "Ab bb." : nil }
        }
        #expect(stream.texts == ["Aa bb cc dd."])
        #expect(timed(stream) == ["Ab bb.", "Aa bb cc dd."])
    }

    @Test func `searches for no times in parts where the times are those of a reading`() {
        let stream = play("aa bb 300 cc dd 300 ee ff.", Self.quick.lookingOnce()) { $0.completeness = 0.1 }
        #expect(timed(stream) == ["Aa bb.", "Aa bb cc dd.", "Aa bb cc dd ee ff."])
    }

    // MARK: Commands

    @Test func `makes words final in the middle of speech when the client asks`() {
        // The eighth word ends at 2.9 s.
        let stream = play("\(Self.clause) ii jj kk.", commands: [(after: 91, input: .finalize(SampleIndex(46_700)))])
        #expect(stream.texts == ["Aa bb cc dd ee ff gg hh.", "Ii jj kk."])
        #expect(stream.finals.first?.reason == .flush)
        #expect(stream.finals.first?.range.end == SampleIndex(46_700))
    }

    @Test func `leaves sound between two requests to the next final where the sound is too short to be read`() {
        // The ninth word begins at 2.9 s. The requests are 63 ms apart.
        let commands: [(after: Int, input: LiveCore.Input)] = [
            (after: 91, input: .finalize(SampleIndex(46_700))), (after: 93, input: .finalize(SampleIndex(47_700))),
        ]
        let stream = play("\(Self.clause) ii jj kk.", commands: commands)
        #expect(stream.texts == ["Aa bb cc dd ee ff gg hh.", "Ii jj kk."])
        #expect(stream.finals.map(\.range.end).first == SampleIndex(46_700))
        #expect(stream.finals.dropFirst().first?.words.first?.range == SampleRange(SampleIndex(46_700), SampleIndex(51_200)))
        #expect(stream.flushes == 2)
    }

    @Test(arguments: [(500, 51, 25_600), (500, 52, 25_600), (3_000, 129, 65_536), (3_000, 130, 65_536)])
    func `leaves the beginning of a sound to the next final`(silence: Int, finalize: Int, sound: Int) {
        // Behind the beginning of the sound, nothing can be read alone.
        let stream = play("One two. \(silence) Three four.", commands: [(after: finalize, input: .finalize(SampleIndex(finalize * 512 + 40)))]) {
            $0.heard = { $0.start > SampleIndex(sound) ? "" : nil }
        }
        #expect(stream.texts == ["One two.", "Three four."])
        #expect(stream.finals.contains { $0.range.end == SampleIndex(sound) })
        #expect(stream.flushes == 1)
    }

    @Test func `leaves the beginning of a word to the next final where the beginning has no words`() {
        // The word begins at 0.5 s. Half of it has been said at the request.
        let stream = play("Hello.", commands: [(after: 20, input: .finalize(SampleIndex(10_300)))]) {
            $0.heard = { $0.start > SampleIndex(8_000) ? "" : nil }
        }
        #expect(stream.texts == ["Hello."])
        #expect(stream.flushes == 1)
    }

    @Test func `covers long sound without words when the client asks`() {
        let stream = play("x x x x x x", commands: [(after: 70, input: .finalize(SampleIndex(35_900)))]) { $0.silent = ["x"] }
        #expect(stream.finals.first?.reason == .flush)
        #expect(stream.finals.first?.range.end == SampleIndex(35_900))
        #expect(stream.texts.isEmpty)
    }

    @Test(arguments: [1, 2, 3, 5])
    func `loses and repeats no word however often the client asks for finals`(windows: Int) {
        let commands = stride(from: 20, through: 120, by: windows).map { (after: $0, input: LiveCore.Input.finalize(.zero)) }
        let stream = play("\(Self.clause) ii jj kk.", commands: commands)
        #expect(stream.finals.flatMap { $0.words.map(\.bare) } == "\(Self.clause) ii jj kk".split(separator: " ").map(String.init))
        #expect(stream.flushes == commands.count)
    }

    @Test func `answers a request for a final in silence`() {
        let stream = play("One two. 3000 Three.", commands: [(after: 90, input: .finalize(SampleIndex(46_100)))])
        #expect(stream.events.count { if case .engine(.flushed) = $0 { true } else { false } } == 1)
        #expect(stream.texts == ["One two.", "Three."])
    }

    @Test(arguments: [0, 100, 300, 1_000])
    func `gives all words at the end of the audio`(silence: Int) {
        var stream = ScriptedStream(
            ScriptedSpeech([.init(text: "Hello", range: SampleRange(SampleIndex(8_000), SampleIndex(14_336)))], silence: .milliseconds(silence)),
            LiveTiming())
        stream.play()
        #expect(stream.texts == ["Hello."])
        #expect(stream.hasFinished)
    }

    @Test func `covers long silence with finals without words`() {
        let stream = play("One. 25000 Two.")
        #expect(stream.finals.filter(\.words.isEmpty).count >= 2)
        #expect(stream.texts == ["One.", "Two."])
    }

    @Test func `sends no words for sound that has none`() {
        var speech = ScriptedSpeech("One. 3000 x 3000 Two.")
        speech.silent = ["x"]
        var stream = ScriptedStream(speech, LiveTiming())
        stream.play()
        #expect(stream.texts == ["One.", "Two."])
        #expect(stream.finals.filter { $0.reason == .endOfTurn }.count == 2)
    }
}
