import HarkenTesting
import Speech
import Testing

@testable import Conversations

/// Every place of conversations that makes text of words, with sentences of every script.
@Suite struct `A conversation's text in every script` {
    private func segment(_ words: [Word], text: String) -> Segment {
        func time(_ index: SampleIndex) -> Duration { (index - .zero).duration(at: .speech) }
        let spoken = words.map { SegmentWord($0.text, start: time($0.range.start), end: time($0.range.end), confidence: 1) }
        return Segment(id: ID("s"), text: text, start: .zero, end: spoken.last?.end ?? .zero, words: spoken)
    }

    private func made(_ words: [SpokenWord]) -> [Segment] {
        var maker = SegmentMaker(), count = 0
        return maker.add(words) {
            count += 1
            return ID("\(count)")
        }.changed
    }

    @Test(arguments: ScriptSample.all)
    func `is that of its words`(_ sample: ScriptSample) {
        let words = sample.words.enumerated().map { index, text in
            SpokenWord(text, start: .milliseconds(250 * index), end: .milliseconds(250 * index + 250))
        }
        #expect(made(words).map(\.text) == [sample.text])
        #expect(Sentence.text(of: sample.words) == sample.text)
    }

    @Test(arguments: ScriptSample.all)
    func `is the client's own when the client brought it`(_ sample: ScriptSample) {
        for text in [sample.text, sample.text.replacing(" ", with: ""), sample.words.joined(separator: " ")] {
            let brought = SuggestedSegment(text, start: .zero, end: .seconds(4))
            let words = brought.words.map { SpokenWord($0.written.text, start: $0.start, end: $0.end, blankBefore: $0.written.blankBefore) }
            #expect(made(words).map(\.text).joined() == text)
        }
    }

    @Test(arguments: ScriptSample.all)
    func `keeps its blanks where words are redacted or left out`(_ sample: ScriptSample) throws {
        let spoken = sample.spoken(), end = Duration.milliseconds(250 * spoken.count)
        let whole = segment(spoken, text: sample.text)
        #expect(whole.text(ofWordsWhere: { _ in true }) == sample.text)
        #expect(whole.text(ofWordsWhere: { $0.start < end - .milliseconds(250) }) == WordSpacing.text(of: sample.words.dropLast()))
        let redacted = try #require(whole.redacting(end - .milliseconds(100)..<end))
        #expect(redacted.text == WordSpacing.text(of: sample.words.dropLast() + [Segment.redacted]))
        // A text with blanks of its own keeps them.
        let own = segment(spoken, text: sample.words.joined(separator: " "))
        let part = try #require(own.redacting(end - .milliseconds(100)..<end))
        #expect(part.text == (sample.words.dropLast() + [Segment.redacted]).joined(separator: " "))
    }

    @Test(arguments: ScriptSample.all)
    func `becomes a summary without other blanks`(_ sample: ScriptSample) throws {
        let summary = try #require(ExtractiveSummary(of: [sample.text]))
        #expect(summary.summary == sample.text)
    }

    @Test(arguments: ScriptSample.all)
    func `becomes a title without other blanks, and without a full stop`(_ sample: ScriptSample) throws {
        let title = try #require(ExtractiveSummary(of: [sample.text])?.title)
        // The Japanese sample has two sentences.
        let sentences = sample.text.split(separator: "。").map { String($0.last.map(".।។။".contains) == true ? $0.dropLast() : $0) }
        #expect(sentences.contains(title))
    }
}
