import Foundation
import HarkenTesting
import LocalEngine
import Speech
import Synchronization
import Testing

@Suite(.hangLimit) struct `Local engine without models` {
    @Test func `says which file is missing`() async {
        let engine = LocalEngine(ModelFolder("/nowhere"), pool: 1)
        let error = await #expect(throws: EngineError.self) {
            try await engine.recognize(Recording(path: "/etc/hostname"), options: RecognitionOptions()) { _ in }
        }
        guard case .unavailable(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("/nowhere/lib/libonnxruntime.so"))
        #expect(reason.contains("harken models install"))
        #expect(engine.presence == .failed(.missingFile("/nowhere/lib/libonnxruntime.so")))
    }

    @Test(arguments: ["de", "fr-CA", "multi"])
    func `rejects a language that the model does not have, before anything else`(language: String) async {
        let engine = LocalEngine(ModelFolder("/nowhere"), pool: 1)
        let tag = LanguageTag(language)
        await #expect(throws: EngineError.unsupportedLanguage(tag)) {
            try await engine.recognize(Recording(path: "/nowhere.wav"), options: RecognitionOptions(language: tag)) { _ in }
        }
    }
}

@Suite(.needs(TestModels.areThere, TestModels.needed), .hangLimit) struct `Local engine with recordings` {
    private func recognize(
        _ path: String, _ options: RecognitionOptions = RecognitionOptions(), progress: @escaping @Sendable (RecognitionProgress) -> Void = { _ in }
    ) async throws(EngineError) -> Transcript {
        try await TestModels.engine.recognize(Recording(path: path), options: options, progress: progress)
    }

    private let folder = TemporaryFolder()

    /// A WAV file of 16-bit PCM in the temporary folder.
    private func file(_ channels: [[Float]], rate: Int = 16_000) throws -> String {
        let frames = channels.first?.count ?? 0
        var data = Array("RIFF".utf8)
        func add<T: FixedWidthInteger>(_ value: T) { withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) } }
        let bytes = frames * channels.count * 2
        data.reserveCapacity(44 + bytes)
        add(UInt32(36 + bytes))
        data += Array("WAVEfmt ".utf8)
        add(UInt32(16))
        add(UInt16(1))
        add(UInt16(channels.count))
        add(UInt32(rate))
        add(UInt32(rate * channels.count * 2))
        add(UInt16(channels.count * 2))
        add(UInt16(16))
        data += Array("data".utf8)
        add(UInt32(bytes))
        for frame in 0..<frames {
            for channel in channels {
                let sample = Int16(max(-1, min(1, channel[frame])) * 32_767)
                data.append(UInt8(truncatingIfNeeded: sample))
                data.append(UInt8(truncatingIfNeeded: sample >> 8))
            }
        }
        return try folder.write(data, as: "recording.wav")
    }

    @Test func `recognises a recording with words in order, times within it and confidences`() async throws {
        let transcript = try await recognize(TestModels.recording("beckett.wav"), RecognitionOptions(language: LanguageTag("en-GB")))
        let reference = try String(contentsOfFile: TestModels.recording("beckett.txt"), encoding: .utf8)
        #expect(wordErrorRate(transcript.text(), against: reference) < 0.1, "\(transcript.text())")
        let words = transcript.channels[0].words
        #expect(transcript.model == Recognizer.modelName)
        #expect(transcript.language == .english)
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.range.end <= $1.range.start })
        #expect(words.allSatisfy { !$0.range.isEmpty && $0.range.end <= .zero + transcript.length && (0...1).contains($0.confidence) })
        #expect(transcript.channels[0].segments.last?.words.upperBound == words.count)
    }

    @Test func `tells its own figures of what it recognised`() async throws {
        let channel = try await recognize(TestModels.recording("beckett.wav")).channels[0]
        #expect(channel.stretches.map(\.words).reduce(0) { $0 + $1.count } == channel.words.count)
        for stretch in channel.stretches {
            let noSpeech = try #require(stretch.measures.noSpeech)
            #expect(noSpeech > 0 && noSpeech < 0.5 && stretch.measures.temperature == 0 && stretch.measures.seek != nil)
        }
    }

    /// Two people, one after the other. A third reference is nobody's.
    @Test(.needs(TestModels.folder.missing([.speakerEmbedder]).isEmpty, "the voice model is not there: make setup"))
    func `names speakers by the client's reference voices`() async throws {
        let beckett = try TestModels.samples(ofWAV: TestModels.recording("beckett.wav")), other = try TestModels.samples("cards/005.wav")
        let half = beckett.count / 2, pause = [Float](repeating: 0, count: 16_000)
        let reference = try file([Array(beckett[half...])]), broken = try folder.write(Data("no audio".utf8), as: "broken.wav")
        let copy = try folder.write(Data(contentsOf: URL(filePath: reference)), as: "reference.wav")
        var options = RecognitionOptions(language: .english, diarize: true)
        options.references = [ReferenceVoice(name: "Nobody", Recording(path: broken)), ReferenceVoice(name: "Sam", Recording(path: copy))]
        let named = try await recognize(try file([Array(beckett[..<half]) + pause + other + pause]), options).channels[0]
        let first = try #require(named.words.first?.speaker), last = try #require(named.words.last?.speaker)
        #expect(first != last)
        #expect(named.speakerNames == [first: "Sam"])
        #expect(try await recognize(copy, RecognitionOptions(language: .english, diarize: true)).channels[0].speakerNames.isEmpty)
        // What comes after a minute and a half of silence is not decoded.
        let late = try file([[Float](repeating: 0, count: 95 * 16_000) + Array(beckett[half...])])
        options.references = [ReferenceVoice(name: "Sam", Recording(path: late))]
        #expect(try await recognize(copy, options).channels[0].speakerNames.isEmpty)
    }

    /// The words of another engine, which tells no speakers, and whose times of words may be estimates.
    @Test(.needs(TestModels.folder.missing([.speakerEmbedder]).isEmpty, "the voice model is not there: make setup"))
    func `tells the speakers of words that another engine heard`() async throws {
        let beckett = try TestModels.samples(ofWAV: TestModels.recording("beckett.wav")), other = try TestModels.samples("cards/005.wav")
        let pause = [Float](repeating: 0, count: 16_000), half = beckett.count / 2
        let sam = try folder.write(Data(contentsOf: URL(filePath: try file([Array(beckett[half...])]))), as: "sam.wav")
        let recording = Recording(path: try file([Array(beckett[..<half]) + pause + other + pause]))
        var options = RecognitionOptions(language: .english, diarize: true)
        let own = try await recognize(recording.path, options)
        var bare = own
        for index in bare.channels[0].words.indices { bare.channels[0].words[index].speaker = nil }
        bare.channels[0].segments = SegmentRule.segments(of: bare.channels[0].words)
        #expect(bare.lacksSpeakers && Set(own.channels[0].words.map(\.speaker)).count == 2)
        #expect(try await TestModels.engine.diarize(bare, in: recording, options: options) == own)
        options.references = [ReferenceVoice(name: "Sam", Recording(path: sam))]
        let named = try await TestModels.engine.diarize(bare, in: recording, options: options)?.channels[0]
        #expect(named?.speakerNames == [try #require(own.channels[0].words.first?.speaker): "Sam"])
        // One text for all of the recording: the place of a word says nothing of its speaker, unless one voice is heard.
        let whole = Transcript.Segment(range: SampleRange(.zero, .zero + bare.length), words: bare.channels[0].words.indices)
        bare.channels[0].estimated = [whole]
        #expect(try await TestModels.engine.diarize(bare, in: recording, options: RecognitionOptions(diarize: true)) != nil)
        bare.channels[0].estimated[0].range.end = .zero + SampleCount(.seconds(31), at: .speech)
        #expect(try await TestModels.engine.diarize(bare, in: recording, options: RecognitionOptions(diarize: true)) == nil)
        bare.channels[0].estimated = []
        bare.channels.append(bare.channels[0])
        #expect(try await TestModels.engine.diarize(bare, in: recording, options: RecognitionOptions(diarize: true)) == nil)
    }

    /// "Ever tried, ever failed, no matter, try again, fail again, fail better", and how many of these words have begun.
    @Test(arguments: TestMatrices.areWhole ? [(12_000, 2), (16_000, 2), (32_000, 3), (81_600, 7), (116_000, 10)] : [(12_000, 2), (81_600, 7)])
    func `says nothing twice where a recording breaks off in speech`(cut: Int, words: Int) async throws {
        let beckett = try TestModels.samples(ofWAV: TestModels.recording("beckett.wav"))
        let transcript = try await recognize(try file([Array(beckett[..<cut])]))
        #expect(transcript.channels[0].words.count <= words, "\(transcript.text())")
    }

    @Test func `a long recording comes in order, with progress to its end`() async throws {
        let beckett = try TestModels.samples(ofWAV: TestModels.recording("beckett.wav"))
        let pause = [Float](repeating: 0, count: 40_000)
        let path = try file([Array(repeatElement(beckett + pause, count: 5).joined())])
        let reports = Mutex<[RecognitionProgress]>([])
        let transcript = try await recognize(path) { report in reports.withLock { $0.append(report) } }
        let words = transcript.channels[0].words
        #expect(words.filter { $0.bare == "better" }.count == 5, "\(transcript.text())")
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.range.start < $1.range.start })

        var through = SampleIndex.zero
        var told: [Word] = []
        for report in reports.withLock({ $0 }) {
            switch report {
            case .reached(let position, let length, _):
                #expect(position > through)
                #expect(length == transcript.length)
                through = position
            case .segment(_, let words, _): told += words
            case .askedAgain, .answerLost: Issue.record("nobody is asked over a network")
            }
        }
        #expect(told == words)
        #expect(SampleCount(through.samples) <= transcript.length)
        #expect(through > .zero + SampleCount(transcript.length.samples / 2))
    }

    @Test func `channels are recognised apart when that is asked for`() async throws {
        let beckett = try TestModels.samples(ofWAV: TestModels.recording("beckett.wav"))
        let path = try file([beckett, [Float](repeating: 0, count: beckett.count)])
        let apart = try await recognize(path, RecognitionOptions(separateChannels: true))
        #expect(apart.channels.count == 2)
        #expect(apart.channels[0].words.count >= 10)
        #expect(apart.channels[1].words.isEmpty)
        #expect(try await recognize(path).channels.count == 1)
    }

    @Test(arguments: TestMatrices.areWhole ? [0.1, 0.01] : [0.01] as [Float])
    func `a quiet recording has the same words`(loudness: Float) async throws {
        let beckett = try TestModels.samples(ofWAV: TestModels.recording("beckett.wav"))
        let path = try file([beckett.map { $0 * loudness }])
        let text = try await recognize(path).text()
        let reference = try String(contentsOfFile: TestModels.recording("beckett.txt"), encoding: .utf8)
        #expect(wordErrorRate(text, against: reference) < 0.15, "\(text)")
    }

    @Test(arguments: ["silence", "noise", "tone"])
    func `what is not speech gives no words`(kind: String) async throws {
        var random = SeededGenerator(seed: 7)
        let samples = (0..<160_000).map { index -> Float in
            switch kind {
            case "noise": Float.random(in: -0.1...0.1, using: &random)
            case "tone": 0.3 * sin(Float(index) * 0.17)
            default: 0
            }
        }
        let path = try file([samples])
        let transcript = try await recognize(path)
        #expect(transcript.text() == "")
        #expect(transcript.length == SampleCount(160_000))
    }

    @Test func `a cancelled task stops soon and says so`() async throws {
        let beckett = try TestModels.samples(ofWAV: TestModels.recording("beckett.wav"))
        let path = try file([Array(repeatElement(beckett, count: 60).joined())])
        let reached = Mutex(SampleIndex.zero)
        let task = Task { () -> EngineError? in
            do throws(EngineError) {
                _ = try await recognize(path) { report in
                    if case .reached(let position, _, _) = report { reached.withLock { $0 = position } }
                }
                return nil
            } catch {
                return error
            }
        }
        // It has begun, and most of ten minutes is left to do.
        try await until { reached.withLock { $0 > .zero } }
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(reached.withLock { $0 } < SampleIndex(60 * beckett.count))
    }

    @Test func `a file that is not audio is undecodable`() async {
        let error = await #expect(throws: EngineError.self) { try await recognize("/etc/hostname") }
        guard case .undecodable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
