import Framing
import Gateway
import HarkenTesting
import Net
import Protocols
import Speech
import Testing

@Suite(.hangLimit) struct `Captions of a caller's words` {
    private func ask(_ gateway: TestGateway, _ body: String) async throws -> (status: Int, text: String) {
        let answer = try await gateway.send(.post, "/api/v1/captions", body: Array(body.utf8))
        return (Int(answer.status), answer.text)
    }

    private func quoted(_ text: String) -> String { text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") }

    @Test func `are those of the splitter, in every script`() async throws {
        try await TestGateway.with { gateway in
            for sample in ScriptSample.all {
                let words = sample.spoken()
                let list = words.map { word in
                    #"{"text":"\#(quoted(word.text))","start":\#(word.range.start.seconds(at: .speech)),"end":\#(word.range.end.seconds(at: .speech))}"#
                }.joined(separator: ",")
                let length = (words.last?.range.end ?? SampleIndex.zero) - SampleIndex.zero
                let cues = Captions.cues(of: [words], rate: .speech, length: length)
                let vtt = try await ask(gateway, #"{"words":[\#(list)]}"#)
                #expect(vtt.status == 200 && vtt.text == String(decoding: Captions.vtt(cues), as: UTF8.self))
                let srt = try await ask(gateway, #"{"format":"srt","words":[\#(list)]}"#)
                #expect(srt.status == 200 && srt.text == String(decoding: Captions.srt(cues), as: UTF8.self))
                // A segment without words has estimated times, and the same text.
                let end = length.duration(at: .speech) / .seconds(1)
                let segment = try await ask(gateway, #"{"format":"srt","segments":[{"text":"\#(quoted(sample.text))","start":0,"end":\#(end)}]}"#)
                let shown = segment.text.split(separator: "\n").filter { Int($0) == nil && !$0.contains("-->") }.joined()
                #expect(shown.filter { !$0.isWhitespace } == sample.text.filter { !$0.isWhitespace })
            }
        }
    }

    @Test func `name a speaker where the speaker changes`() async throws {
        try await TestGateway.with { gateway in
            let segments =
                #"{"text":"Hello.","start":0,"end":1,"speaker":"Anna"},{"text":"Well.","start":1,"end":2,"speaker":"Anna"},"#
                + #"{"text":"はい。","start":3,"end":4,"speaker":"田中","words":[{"text":"はい","start":3,"end":3.6},{"text":"。","start":3.6,"end":4}]}"#
            let answer = try await ask(gateway, #"{"segments":[\#(segments)],"duration":5}"#)
            #expect(answer.text.contains("Anna: Hello.") && answer.text.contains("\nWell.\n") && answer.text.contains("田中: はい。"))
            let words = #"{"word":"Hello","start":0,"end":1,"speaker":0},{"word":"Hi","start":1,"end":2,"speaker":1}"#
            #expect(try await ask(gateway, #"{"words":[\#(words)]}"#).text.contains("Hello\n\n"))
        }
    }

    @Test(arguments: [
        "{}", #"{"words":{}}"#, #"{"words":[],"segments":[]}"#, #"{"words":[{"start":0,"end":1}]}"#, #"{"words":[{"text":"a","start":-1,"end":1}]}"#,
        #"{"words":[{"text":"a","start":0}]}"#, #"{"words":[{"text":"a","start":0,"end":1e300}]}"#, #"{"format":"ass","words":[]}"#, "[]", "{",
    ])
    func `are refused with a reason when the words cannot be read`(body: String) async throws {
        try await TestGateway.with { gateway in
            let answer = try await ask(gateway, body)
            #expect(answer.status == 400 && answer.text.contains(#""code":"bad_request""#))
        }
    }

    @Test(arguments: [
        ("duraton", "; did you mean duration?"), ("word", "; did you mean words?"), ("speaker_names", "."),
    ])
    func `are refused with the name of a member that nobody knows`(name: String, ending: String) async throws {
        try await TestGateway.with { gateway in
            // Words have members of their own.
            let words = #""words":[{"text":"a","start":0,"end":1,"confidence":1}]"#
            let answer = try await ask(gateway, #"{"format":"vtt",\#(words),"\#(name)":null}"#)
            #expect(answer.status == 400 && answer.text.contains(#"There is no member \"\#(name)\""# + ending), "\(answer.text)")
            #expect(try await ask(gateway, #"{"format":"vtt",\#(words),"duration":2,"segments":null}"#).status == 200)
        }
    }

    @Test func `are refused for a segment of too many words`() async throws {
        try await TestGateway.with { gateway in
            let text = String(repeating: ". ", count: 200_001)
            let answer = try await ask(gateway, #"{"segments":[{"text":"\#(text)","start":0,"end":1}]}"#)
            #expect(answer.status == 400 && answer.text.contains("segments[0].text"))
        }
    }

    @Test func `take a body of two megabytes, and no larger one`() async throws {
        try await TestGateway.with { gateway in
            let word = #"{"text":"word","start":1,"end":2},"#
            func body(_ bytes: Int) -> String {
                #"{"words":["# + String(repeating: word, count: bytes / word.utf8.count) + #"{"text":"end","start":2,"end":3}]}"#
            }
            let taken = try await ask(gateway, body(2_000_000)), refused = try await ask(gateway, body(2_200_000))
            #expect(taken.status == 200 && refused.status == 413)
        }
    }
}
