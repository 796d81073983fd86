package import Framing
package import Speech

/// A transcript as server-sent events, sent while recognition goes on.
///
/// All deltas together are exactly the text of `done`, and all `logprobs` of the deltas are those of `done`: nothing is taken back. Words of the
/// final transcript that were not sent while recognition went on are sent at the end, also where the final text differs from what was sent.
///
/// `diarized_json`: a segment is sent as soon as the speakers of its words are known. An engine that tells speakers apart at the end only has its
/// words sent at once, and its segments at the end.
///
/// Source: OpenAI API reference, "Streaming transcription events".
package struct OpenAITranscriptStream: Sendable {
    private let format: OpenAITranscriptionRequest.Format
    private let includesLogprobs: Bool
    private var text = ""
    /// The words that were sent, in the order in which they were sent.
    private var sent: [Word] = []
    /// The sample rate of the positions of `sent`.
    private var rate = SampleRate.speech
    /// Number of segments that were sent.
    private var segments = 0
    /// Number of words, from the first, whose segments were sent.
    private var segmented = 0
    /// True if words were sent whose speakers are not known yet.
    private var awaitsSpeakers: Bool { format == .diarizedJSON && segmented < sent.count }
    private var isOver = false

    package init(for request: OpenAITranscriptionRequest) {
        format = request.format
        includesLogprobs = request.includesLogprobs
    }

    package static func headers(requestID: String) -> HTTPHeaders {
        ["Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache", "X-Accel-Buffering": "no", "x-request-id": requestID]
    }

    /// Adds the next words of the first channel.
    ///
    /// - Parameter rate: the sample rate of the words' positions.
    /// - Returns: events to send at once.
    package mutating func said(_ words: [Word], rate: SampleRate) -> [UInt8] {
        guard !isOver, !words.isEmpty else { return [] }
        self.rate = rate
        guard format == .diarizedJSON, !awaitsSpeakers, words.allSatisfy({ $0.speaker != nil }) else { return delta(words[...]) }
        var events: [UInt8] = []
        for turn in words.splitBefore({ $0.speaker != $1.speaker }) { events += segment(said: words[turn], rate) }
        return events
    }

    /// Ends the stream of a complete recognition: returns the events for the words that were not sent, and the end.
    ///
    /// - Parameter warnings: texts about options that turned out to have no effect, which the last event has beside the transcript's notices.
    package mutating func finished(_ transcript: Transcript, warnings: [String] = []) -> [UInt8] {
        guard !isOver else { return [] }
        let unsent = unsent(of: transcript)
        let transcript = transcript.joined().transcript
        var events: [UInt8] = []
        if awaitsSpeakers {
            events += delta(unsent[...])
            let words = Array((transcript.channels.first?.words ?? []).dropFirst(segmented))
            for range in CaptionSplitter.split(words, rate: transcript.rate) { events += segment(words[range], transcript.rate, transcript) }
        } else if format == .diarizedJSON {
            for range in CaptionSplitter.split(unsent, rate: transcript.rate) { events += segment(said: unsent[range], transcript.rate, transcript) }
        } else {
            events += delta(unsent[...])
        }
        isOver = true
        events += Self.event { done(transcript, warnings, &$0) }
        EventStream.append(data: Array("[DONE]".utf8), to: &events)
        return events
    }

    /// Writes the last event: the members of the plain answer, but for the segments, which have events of their own, and the usage. The event's usage
    /// has numbers of tokens only, which these engines do not have.
    private func done(_ transcript: Transcript, _ warnings: [String], _ json: inout JSONWriter) {
        json.beginObject()
        json.member("type", literal: "transcript.text.done")
        json.member("text", text)
        if format == .diarizedJSON {
            OpenAITranscriptionAnswer.write(taskOf: transcript, &json)
        } else {
            OpenAITranscriptionAnswer.write(languagesOf: transcript, &json)
        }
        if includesLogprobs { OpenAILogprobs.write(sent[...], &json) }
        RecordingNotices.write(transcript.notices, warnings, to: &json)
        json.endObject()
    }

    /// Returns the words of the final transcript that were not sent, in order. A word that stands where another was sent counts as sent.
    private func unsent(of transcript: Transcript) -> [Word] {
        let (joined, sources) = transcript.joined()
        let words = joined.channels.first?.words ?? []
        if words.starts(with: sent, by: { $0.text == $1.text }) { return Array(words.dropFirst(sent.count)) }
        // Words are sent in the order of time.
        var next = 0
        return words.filter { word in
            let source = word.speaker.flatMap { sources.indices.contains($0.number) ? sources[$0.number].channel : nil }
            guard source == nil || source == .first else { return true }
            let middle = word.range.converted(from: transcript.rate, to: rate).middle
            while next < sent.count, sent[next].range.end < middle { next += 1 }
            return next == sent.count || sent[next].range.start > middle
        }
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

    /// Sends the words of a segment, and the segment.
    private mutating func segment(said words: ArraySlice<Word>, _ rate: SampleRate, _ transcript: Transcript? = nil) -> [UInt8] {
        let events = delta(words, of: segments)
        segmented = sent.count
        return events + segment(words, rate, transcript)
    }

    private mutating func segment(_ words: ArraySlice<Word>, _ rate: SampleRate, _ transcript: Transcript?) -> [UInt8] {
        defer { segments += 1 }
        let names = transcript?.channels.first?.speakerNames ?? [:]
        return Self.event { OpenAITranscriptionAnswer.write(diarized: words, index: segments, rate: rate, names: names, &$0) }
    }

    /// - Parameter segment: the number of the segment that has the words; nil when it is not known yet.
    private mutating func delta(_ words: ArraySlice<Word>, of segment: Int? = nil) -> [UInt8] {
        var whole = text
        for word in words { WordSpacing.append(word.text, blank: word.blankBefore, to: &whole) }
        let piece = String(decoding: whole.utf8.dropFirst(text.utf8.count), as: UTF8.self)
        guard !piece.isEmpty else { return [] }
        sent += words
        text = whole
        return Self.event { json in
            json.beginObject()
            json.member("type", literal: "transcript.text.delta")
            json.member("delta", piece)
            if let segment { json.member("segment_id", "seg_\(segment)") }
            if includesLogprobs { OpenAILogprobs.write(words, &json) }
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
