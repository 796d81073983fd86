import Framing
import Protocols
import Speech

/// A vendor's answers about a recording, one on each line; an empty line is a rejection.
///
/// Whatever a vendor says, a transcript's words are in order and within it, and segments hold each word once.
private func converse(_ service: PrerecordedService, _ bytes: RawSpan) {
    let lines = bytes.withUnsafeBytes { bytes in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) } }
    for options in [RecognitionOptions(language: .english, diarize: true), RecognitionOptions(separateChannels: true, keyterms: ["a"])] {
        var machine = service.recognize(PrerecordedOrder(options, credential: Credential("secret")))
        var step = machine.start()
        for line in lines {
            switch step {
            case .request(let request), .poll(let request):
                precondition(request.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && request.target.hasPrefix("/"), "a target that is no path")
                step = machine.answered(VendorAnswer(status: line.isEmpty ? 400 : 200, body: line))
            case .done, .failed: break
            }
        }
        for request in machine.leftovers { precondition(request.target.hasPrefix("/"), "a target that is no path") }
        if case .done(let transcript) = step { check(transcript) }
    }
}

private func check(_ transcript: Transcript) {
    for channel in transcript.channels {
        var through = SampleIndex.zero
        for word in channel.words {
            precondition(word.range.start >= through && word.range.end <= .zero + transcript.length && !word.text.isEmpty, "a word out of place")
            through = word.range.start
        }
        precondition(channel.segments.flatMap { Array($0.words) } == Array(channel.words.indices), "segments that do not hold the words")
    }
}

func fuzzAssemblyAIPrerecordedClient(_ bytes: RawSpan) { converse(AssemblyAIPrerecordedClient.service, bytes) }
func fuzzDeepgramPrerecordedClient(_ bytes: RawSpan) { converse(DeepgramPrerecordedClient.service, bytes) }
func fuzzSonioxPrerecordedClient(_ bytes: RawSpan) { converse(SonioxPrerecordedClient.service, bytes) }
func fuzzSpeechmaticsPrerecordedClient(_ bytes: RawSpan) { converse(SpeechmaticsPrerecordedClient.service, bytes) }
func fuzzOpenAIPrerecordedClient(_ bytes: RawSpan) { converse(OpenAIPrerecordedClient.service, bytes) }

/// The first line is the order, the second a query of the exports, the third what was said. Answers must be JSON.
func fuzzAssemblyAIPrerecorded(_ bytes: RawSpan) {
    let lines = bytes.withUnsafeBytes { bytes in bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 2).map { Array($0) } }
    guard let order = lines.first, let request = try? AssemblyAIPrerecordedRequest(order) else { return }
    let target = "/v2/transcript?" + (lines.count > 1 ? String(decoding: lines[1], as: UTF8.self) : "")
    let query = (try? HTTPRequestHead(.get, target))?.query ?? [:]
    let said = saidByFuzzer(lines.count > 2 ? lines[2] : [])
    for state: AssemblyAIPrerecordedAnswer.State in [.queued, .failed("why"), .deleted, .completed(said)] {
        let answer = AssemblyAIPrerecordedAnswer(id: "t", request: request, state: state)
        precondition((try? JSONValue(parsing: answer.body)) != nil, "an answer that is not JSON")
        for export: AssemblyAIPrerecordedAnswer.Export in [.sentences, .paragraphs, .srt, .vtt, .wordSearch] {
            guard let (headers, body) = try? answer.export(export, query, requestID: "r") else { continue }
            let isJSON = headers["Content-Type"] == "application/json"
            precondition(!isJSON || (try? JSONValue(parsing: body)) != nil, "an export that is not JSON")
        }
    }
    if let list = try? AssemblyAIPrerecordedList(query) {
        precondition((try? JSONValue(parsing: list.body([], base: "http://h", hasOlder: true, hasNewer: true))) != nil, "a list that is not JSON")
    }
}
