import Conversations
import HarkenTesting
import Protocols
import Speech
import Testing

@testable import HarkenKit
@testable import harken

/// Every place of `harken live` that makes text of words, with sentences of every script.
@Suite struct `Live captions in every script` {
    enum Writer: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case captionTerminal, captionInterim, captionPlain, captionJSON, captionInterimJSON
        case segmentTerminal, segmentPlain, segmentJSON
        case resumedInterim, resumedPause, resumedTurn

        var testDescription: String { rawValue }
    }

    @Test(arguments: Writer.allCases, ScriptSample.all)
    func `are written as people write them`(_ writer: Writer, _ sample: ScriptSample) throws {
        #expect(try text(writer, sample.spoken(), sample.text)?.contains(sample.text) == true)
    }

    @Test(arguments: Writer.allCases, ["วันนี้ อากาศดี", "我的iPhone丢了", "今日は Harken です", "東京API"])
    func `have the blanks of the engine's own text`(_ writer: Writer, _ text: String) throws {
        let words = WrittenWord.timed(text, in: SampleRange(.zero, SampleIndex(64_000)))
        #expect(try self.text(writer, words, text)?.contains(text) == true)
    }

    /// Returns what is written for words.
    ///
    /// - Parameter text: the text of the words, where the gateway sends texts.
    private func text(_ writer: Writer, _ words: [Word], _ text: String) throws -> String? {
        let hypothesis = Hypothesis(range: SampleRange(.zero, SampleIndex(64_000)), words: words)
        switch writer {
        case .captionTerminal: return caption(.terminal(columns: 200), .final(hypothesis, reason: .endOfTurn))
        case .captionInterim: return caption(.terminal(columns: 200), .interim(hypothesis))
        case .captionPlain: return caption(.plain, .final(hypothesis, reason: .endOfTurn))
        case .captionJSON: return caption(.json, .final(hypothesis, reason: .endOfTurn))
        case .captionInterimJSON: return caption(.json, .interim(hypothesis))
        case .segmentTerminal: return segment(.terminal(columns: 200), text)
        case .segmentPlain: return segment(.plain, text)
        case .segmentJSON: return segment(.json, text)
        case .resumedInterim, .resumedPause, .resumedTurn: return resumed(writer, words, text)
        }
    }

    private func caption(_ style: CaptionPrinter.Style, _ event: EngineEvent) -> String {
        var printer = CaptionPrinter(style, rate: .speech)
        return printer.text(for: event)
    }

    private func segment(_ style: CaptionPrinter.Style, _ text: String) -> String {
        var printer = SegmentPrinter(style)
        let segment = Segment(id: ID("s"), text: text, start: .zero, end: .seconds(4), speaker: SpeakerNumber(0), identity: .unknown)
        return printer.text(for: .changed([segment]), now: .now) + printer.end()
    }

    /// Returns the text of a turn that the kit tells: its first word is final after a pause.
    private func resumed(_ writer: Writer, _ words: [Word], _ text: String) -> String? {
        func said(_ words: [Word], _ text: String) -> Transcription {
            Transcription(
                text: text,
                words: words.map { word in
                    TimedWord(
                        text: word.text, start: (word.range.start - .zero).duration(at: .speech), end: (word.range.end - .zero).duration(at: .speech),
                        confidence: 1)
                }, confidence: 1, start: .zero, end: .seconds(4), engine: .local)
        }
        var turn = TurnWords(rate: .speech)
        let first = Array(words.prefix(1)), whole = said(words, text)
        var heard = [turn.final(said(first, first.text), endsTurn: false)]
        switch writer {
        case .resumedInterim: heard.append(turn.interim(whole))
        case .resumedPause: heard.append(turn.final(whole, endsTurn: false))
        case _: heard.append(turn.final(whole, endsTurn: true))
        }
        let all = heard.flatMap { event -> [Word] in
            switch event {
            case .final(let hypothesis, _), .interim(let hypothesis): hypothesis.words
            case _: []
            }
        }
        return all.text
    }
}
