package import Framing
package import Speech

/// A transcript as server-sent events, sent while recognition goes on.
///
/// All deltas together are exactly the text of `done`: no text is taken back.
///
/// Source: OpenAI API reference, "Streaming transcription events".
package struct OpenAITranscriptStream: Sendable {
    private let format: OpenAITranscriptionRequest.Format
    private var text = ""
    private var segments = 0
    private var isOver = false

    package init(for request: OpenAITranscriptionRequest) { format = request.format }

    package static func headers(requestID: String) -> HTTPHeaders {
        ["Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache", "X-Accel-Buffering": "no", "x-request-id": requestID]
    }

    /// Adds the next words of the first channel.
    ///
    /// - Parameter rate: the sample rate of the words' positions.
    /// - Returns: events to send at once.
    package mutating func said(_ words: [Word], rate: SampleRate) -> [UInt8] {
        guard !isOver, !words.isEmpty else { return [] }
        guard format == .diarizedJSON else { return delta(words[...]) }
        var events: [UInt8] = []
        for turn in words.splitBefore({ $0.speaker != $1.speaker }) {
            events += delta(words[turn])
            events += Self.event { OpenAITranscriptionAnswer.write(diarized: words[turn], index: segments, rate: rate, &$0) }
            segments += 1
        }
        return events
    }

    /// Ends the stream of a complete recognition: returns the events for the remaining text, and the end.
    package mutating func finished(_ transcript: Transcript) -> [UInt8] {
        guard !isOver else { return [] }
        let transcript = transcript.joined().transcript
        let whole = transcript.text()
        var events: [UInt8] = []
        if text.isEmpty {
            events += said(transcript.channels.first?.words ?? [], rate: transcript.rate)
        } else if whole.hasPrefix(text) {
            events += delta(String(decoding: whole.utf8.dropFirst(text.utf8.count), as: UTF8.self))
        }
        isOver = true
        let seconds = transcript.length.seconds(at: transcript.rate)
        events += Self.event { json in
            json.beginObject()
            json.member("type", literal: "transcript.text.done")
            json.member("text", text)
            json.key("usage")
            // The protocol wants numbers of tokens, which these engines do not have. Estimate: ten tokens for a second of audio, one for four bytes
            // of text.
            let input = Int((seconds * 10).rounded(.up)), output = (text.utf8.count + 3) / 4
            json.beginObject()
            json.member("type", literal: "tokens")
            json.member("input_tokens", input)
            json.member("output_tokens", output)
            json.member("total_tokens", input + output)
            json.endObject()
            RecordingNotices.write(transcript.notices, to: &json)
            json.endObject()
        }
        EventStream.append(data: Array("[DONE]".utf8), to: &events)
        return events
    }

    /// Ends the stream after a failure; the vendor's client raises the error.
    package mutating func failed(_ failure: ProviderError) -> [UInt8] {
        guard !isOver else { return [] }
        isOver = true
        return Self.event { OpenAIError(failure).write(to: &$0) }
    }

    /// A comment to send when no event was sent for a while.
    package static let keepAlive: [UInt8] = {
        var comment: [UInt8] = []
        EventStream.appendComment("keep-alive", to: &comment)
        return comment
    }()

    private mutating func delta(_ words: ArraySlice<Word>) -> [UInt8] {
        var whole = text
        for word in words { WordSpacing.append(word.text, blank: word.blankBefore, to: &whole) }
        return delta(String(decoding: whole.utf8.dropFirst(text.utf8.count), as: UTF8.self))
    }

    private mutating func delta(_ piece: String) -> [UInt8] {
        guard !piece.isEmpty else { return [] }
        text += piece
        return Self.event { json in
            json.beginObject()
            json.member("type", literal: "transcript.text.delta")
            json.member("delta", piece)
            if format == .diarizedJSON { json.member("segment_id", "seg_\(segments)") }
            json.endObject()
        }
    }

    private static func event(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        write(&json)
        var event: [UInt8] = []
        EventStream.append(data: json.bytes, to: &event)
        return event
    }
}
