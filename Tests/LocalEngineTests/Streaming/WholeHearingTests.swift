import Speech
import Testing

@testable import LocalEngine

/// A model that hears made-up words, one each half second, and has the faults of Whisper.
@Suite struct `The end of a live segment` {
    private typealias Heard = WholeHearing.Heard
    private static let word = SampleCount(8_000)

    /// One word for each half second of the stream, with its number as its token.
    private static func words(_ audio: SampleRange) -> [SegmentResult.Word] {
        (audio.start.samples / word.samples..<audio.end.samples / word.samples).map { number in
            SegmentResult.Word(
                text: "w\(number)", confidence: 0.9, tokens: [Token(Int32(number))],
                range: SampleRange(SampleIndex(Int(number * word.samples)), count: word))
        }
    }

    private static func request(
        _ seconds: ClosedRange<Int>, prefix: [Int32] = [], context: Int? = nil, purpose: SegmentRequest.Purpose = .final
    ) -> SegmentRequest {
        let audio = SampleRange(SampleIndex(seconds.lowerBound * 16_000), SampleIndex(seconds.upperBound * 16_000))
        return SegmentRequest(
            id: 1, purpose: purpose, audio: audio, speech: audio, prefix: prefix.map { Token($0) },
            context: context.map { start in
                let before = SampleRange(SampleIndex(start * 16_000), audio.start)
                return SegmentRequest.Context(start: before.start, tokens: words(before).flatMap(\.tokens))
            })
    }

    private static func texts(_ heard: Heard?) -> [String]? { heard?.words.map(\.text) }

    @Test func `is heard again when the model ends its text early`() throws {
        let request = Self.request(0...6)
        let heard = try WholeHearing.recognize(request) { audio, _, _ in
            Heard(words: audio == request.audio ? Array(Self.words(audio).prefix(7)) : Self.words(audio))
        }
        #expect(Self.texts(heard) == Self.words(request.audio).map(\.text))
        #expect(heard?.words.last?.tokens == [], "no later request may begin with a token from mid segment")
    }

    @Test func `is heard again behind settled words that spoilt the text`() throws {
        let request = Self.request(0...6, prefix: [0, 1, 2])
        let heard = try WholeHearing.recognize(request) { audio, _, prefix in
            Heard(words: prefix.isEmpty ? Self.words(audio) : Array(Self.words(audio).prefix(prefix.count)))
        }
        #expect(Self.texts(heard) == Self.words(request.audio).map(\.text))
    }

    @Test func `is heard behind the words before a cut when the rest alone has none`() throws {
        let request = Self.request(10...12, context: 6)
        let heard = try WholeHearing.recognize(request) { audio, speech, prefix in
            #expect(speech.end == request.speech.end)
            guard audio == request.heard else { return Heard(words: []) }
            #expect(prefix == request.context?.tokens)
            return Heard(words: Self.words(audio))
        }
        #expect(Self.texts(heard) == Self.words(request.audio).map(\.text))
    }

    private static func samples(_ audio: SampleRange) -> [Float] { (audio.start.samples..<audio.end.samples).map { Float($0) } }

    @Test func `is heard behind the words of the reading in which it was cut off`() throws {
        let earlier = EarlierReadings(), before = Self.request(0...12).audio, rest = Self.request(10...12).audio
        earlier.add(Self.words(before), of: before, Self.samples(before))
        let (request, samples) = earlier.request(for: rest, Self.samples(rest), longest: SampleCount(.seconds(23), at: .speech))
        #expect(samples == Self.samples(before))
        let heard = try WholeHearing.recognize(request) { audio, _, prefix in
            // The model hears nothing in the rest alone.
            guard audio != rest else { return Heard(words: []) }
            #expect(audio == before && prefix == Self.words(SampleRange(before.start, rest.start)).flatMap(\.tokens))
            return Heard(words: Self.words(audio))
        }
        #expect(Self.texts(heard) == Self.words(rest).map(\.text))
    }

    @Test func `has the words of one reading before it as its context, as many as there is room for`() {
        let earlier = EarlierReadings(), long = Self.request(0...12).audio
        func context(_ seconds: ClosedRange<Int>, longest: Int = 23) -> SegmentRequest.Context? {
            let audio = Self.request(seconds).audio
            let (request, samples) = earlier.request(for: audio, Self.samples(audio), longest: SampleCount(.seconds(longest), at: .speech))
            #expect(samples == Self.samples(request.heard))
            return request.context
        }
        #expect(context(10...12) == nil)
        earlier.add(Self.words(long), of: long, Self.samples(long))
        #expect(context(10...14)?.start == .zero)
        #expect(context(10...14, longest: 8)?.start == SampleIndex(6 * 16_000))
        #expect(context(10...14, longest: 8)?.tokens == Self.words(SampleRange(SampleIndex(6 * 16_000), SampleIndex(10 * 16_000))).flatMap(\.tokens))
        #expect(context(10...14, longest: 4) == nil, "there is no room")
        #expect(context(13...14) == nil, "audio is missing between the reading and the rest")
        // Readings of the rest take each other's place, and leave the reading in which it was cut off.
        for end in 11...14 {
            let audio = Self.request(10...end).audio
            earlier.add(Self.words(audio), of: audio, Self.samples(audio))
        }
        earlier.add([], of: Self.request(10...15).audio, [])
        #expect(context(10...15)?.start == .zero)
        #expect(context(14...15)?.start == SampleIndex(10 * 16_000))
    }

    @Test func `has no words as its context that no text may begin with`() {
        let earlier = EarlierReadings(), before = Self.request(0...6).audio, rest = Self.request(5...6).audio
        var words = Self.words(before)
        for index in 0..<8 { words[index].tokens = [] }
        earlier.add(words, of: before, Self.samples(before))
        let (request, samples) = earlier.request(for: rest, Self.samples(rest), longest: SampleCount(.seconds(23), at: .speech))
        #expect(request.context?.start == SampleIndex(4 * 16_000))
        #expect(request.context?.tokens == [Token(8), Token(9)])
        #expect(samples == Self.samples(request.heard))
    }

    @Test func `is heard in several parts when a text is cut by its limit each time`() throws {
        let request = Self.request(0...6)
        let heard = try WholeHearing.recognize(request) { audio, _, _ in
            Heard(WhisperDecoded(stop: .budget), words: Array(Self.words(audio).prefix(4)))
        }
        #expect(Self.texts(heard) == Self.words(request.audio).map(\.text))
    }

    @Test func `has no invented words: a doubtful text of the rest is left out`() throws {
        let request = Self.request(0...6)
        let heard = try WholeHearing.recognize(request) { audio, _, _ in
            Heard(words: Array(Self.words(audio).prefix(7)), isDoubtful: audio != request.audio)
        }
        #expect(heard?.words.count == 7)
    }

    @Test(arguments: [(isTooFast: true, isImprobable: false), (false, true)])
    func `has no words of a rest that was cut off and cannot be right`(isTooFast: Bool, isImprobable: Bool) throws {
        let request = Self.request(0...6)
        let heard = try WholeHearing.recognize(request) { audio, _, _ in
            var decoded = WhisperDecoded(stop: .budget)
            if audio != request.audio { (decoded.isTooFast, decoded.isImprobable) = (isTooFast, isImprobable) }
            return Heard(decoded, words: Array(Self.words(audio).prefix(7)))
        }
        #expect(heard?.words.count == 7)
    }

    @Test func `is heard once for what goes on`() throws {
        var times = 0
        _ = try WholeHearing.recognize(Self.request(0...6, purpose: .interim)) { _, _, _ in
            times += 1
            return Heard(words: [])
        }
        #expect(times == 1)
    }

    @Test func `of less than a second is a drawn-out sound`() throws {
        var times = 0
        let heard = try WholeHearing.recognize(Self.request(0...6)) { audio, _, _ in
            times += 1
            return Heard(words: Array(Self.words(audio).dropLast()))
        }
        #expect(times == 1 && heard?.words.count == 11)
    }

    @Test func `is not told when the work is cancelled`() throws {
        let request = Self.request(0...6)
        let heard = try WholeHearing.recognize(request) { audio, _, _ in
            audio == request.audio ? Heard(words: Array(Self.words(audio).prefix(7))) : nil
        }
        #expect(heard == nil)
    }
}

@Suite struct `A text of Whisper that cannot be right` {
    @Test(arguments: [Decoded.Stop.end, .repetition, .budget]) func `is dropped when it is improbable, however it ended`(stop: Decoded.Stop) {
        let tokens = (0..<4).map { ScoredToken(Token($0), logProbability: -2) }
        let words = (0..<4).map { DecodedWord(text: "w\($0)", confidence: 0.1, tokens: $0..<$0 + 1) }
        var decoded = WhisperDecoded(words: words, tokens: tokens, mean: -2, stop: stop)
        decoded.isImprobable = true
        #expect(decoded.isDoubtful && decoded.kept.words.isEmpty && decoded.kept.tokens.isEmpty)
        #expect(decoded.kept.isFull == (stop == .budget), "speech whose text was cut off is heard in parts")
        decoded.isImprobable = false
        #expect(decoded.kept == decoded)
    }

    @Test(arguments: [(noSpeech: Float(0.02), words: 4), (0.3, 0)])
    func `stays where there certainly is speech and it has ended`(noSpeech: Float, words: Int) {
        let tokens = (0..<4).map { ScoredToken(Token($0), logProbability: -2) }
        let all = (0..<4).map { DecodedWord(text: "w\($0)", confidence: 0.1, tokens: $0..<$0 + 1) }
        var decoded = WhisperDecoded(words: all, tokens: tokens, mean: -2, stop: .end)
        decoded.isImprobable = true
        decoded.noSpeech = noSpeech
        #expect(decoded.kept.words.count == words && !decoded.kept.isDoubtful)
        decoded.stop = .repetition
        #expect(decoded.kept.words.isEmpty, "a text that goes round in circles does not")
    }

    @Test func `keeps the settled words and their times`() {
        let tokens = (0..<4).map { ScoredToken(Token($0), logProbability: -2) }
        let words = (0..<4).map { DecodedWord(text: "w\($0)", confidence: 0.1, tokens: $0..<$0 + 1) }
        var decoded = WhisperDecoded(words: words, tokens: tokens, mean: -2, stop: .end)
        decoded.isImprobable = true
        decoded.starts = [0, 100, 200, 300, 400]
        #expect(decoded.kept == WhisperDecoded(stop: .end))
        decoded.settled = 2
        #expect(decoded.kept.words.map(\.text) == ["w0", "w1"])
        #expect(decoded.kept.starts == [0, 100, 200] && !decoded.kept.isDoubtful)
    }
}
