import HarkenTesting
import Protocols
import Speech
import Testing

@testable import harken

/// Every format of `harken transcribe`, with sentences of every script.
@Suite struct `A file's transcript in every script` {
    private func file(_ sample: ScriptSample, speakers: Bool = false) -> FileTranscript {
        let words = sample.spoken(speaker: speakers ? SpeakerLabel(0) : nil)
        let range = SampleRange(.zero, words.last?.range.end ?? .zero)
        return FileTranscript(
            file: "a.wav",
            transcript: Transcript(
                rate: .speech, length: range.count, language: sample.language, model: "m",
                channels: [.init(words: words, segments: [.init(range: range, words: words.indices)])]))
    }

    @Test(arguments: ScriptSample.all)
    func `is written as people write it`(_ sample: ScriptSample) {
        #expect(file(sample).rendered(as: .text) == sample.text + "\n")
        #expect(file(sample, speakers: true).rendered(as: .text) == "Speaker 1: " + sample.text + "\n")
        #expect(file(sample).rendered(as: .json).contains(#""text":"\#(sample.text)","language""#))
        #expect(file(sample).rendered(as: .json).contains(#"\#(sample.text)"}]}"#))
        for format in [TranscriptFormat.srt, .vtt] {
            let lines = file(sample).rendered(as: format).split(separator: "\n").filter {
                Int($0) == nil && !$0.contains("-->") && $0 != "WEBVTT"
            }
            #expect(lines.joined().filter { !$0.isWhitespace } == sample.text.filter { !$0.isWhitespace })
            #expect(lines.allSatisfy { TextColumns.count(of: $0) <= 42 })
            if lines.count == 1 { #expect(lines[0] == sample.text) }
        }
    }
}
