internal import Admission
internal import Framing
internal import Protocols
internal import Speech

/// The operation that makes captions of words that a caller sends. Nothing is stored, and no audio is heard.
struct CaptionOperations: Sendable {
    /// Maximum size of the body, in bytes: about four hours of speech with the times of its words.
    private static let maxBody = 2 << 20
    /// Maximum number of segments, and of the words of one of them.
    private static let maxItems = 200_000
    /// Maximum position, in seconds: a week.
    private static let maxSeconds: Double = 7 * 86_400

    /// Members of the body.
    private static let members: [APIOperation.Field] = [
        .init("format", "string", "vtt or srt. Default: vtt."), .init("words", "[CaptionWord]", "The words, in order."),
        .init("segments", "[CaptionSegment]", "Stretches of speech, in order. A caption has words of one segment."),
        .init("duration", "number", "Seconds. A short last caption stays as long as the recording lets it."),
    ]

    var all: [APIOperation] {
        var operation = APIOperation(
            .post, "/captions", .read, .listen, .transcribe,
            summary: """
                Makes captions of words or segments: at most two lines of 42 columns and 7 s, broken by the rules of the script. Send words or segments, \
                not both.
                """,
            body: Self.members, answer: .content("text/vtt")
        ) { request throws(APIError) in
            try request.refuseMembers(beside: Self.members.map(\.name))
            let format: ConversationDocument.Format
            switch try request.string("format") {
            case nil, "vtt": format = .vtt
            case "srt": format = .srt
            case .some: throw .badRequest("\"format\" must be vtt or srt.")
            }
            let runs = try Self.runs(request)
            let end = try request.seconds("duration").map { SampleIndex(seconds: min($0 / .seconds(1), Self.maxSeconds), at: .speech) } ?? .zero
            let cues = Captions.cues(of: [runs], rate: .speech, length: end - .zero)
            return APIAnswer(contentType: format.contentType, body: format == .srt ? Captions.srt(cues) : Captions.vtt(cues))
        }
        operation.maxBody = Self.maxBody
        return [operation]
    }

    /// Returns the words of each segment, or all words as one run.
    private static func runs(_ request: APIRequest) throws(APIError) -> [[Word]] {
        switch (request.body?["words"], request.body?["segments"]) {
        case (.array(let words)?, nil), (.array(let words)?, .null?):
            return [try self.words(words, "words", labels: true)]
        case (nil, .array(let segments)?), (.null?, .array(let segments)?):
            guard segments.count <= maxItems else { throw .badRequest("\"segments\" has more than \(maxItems) elements.") }
            var runs: [[Word]] = [], speaker: String?
            for (index, segment) in segments.enumerated() {
                var words = try self.words(of: segment, "segments[\(index)]")
                guard !words.isEmpty else { continue }
                let name = label(segment["speaker"])
                // The speaker's name comes first where the speaker changes.
                if let name, name != speaker { words[0].text = name + ": " + words[0].text }
                speaker = name
                runs.append(words)
            }
            return runs
        case _: throw .badRequest("Send \"words\" or \"segments\", a list of objects with \"text\", \"start\" and \"end\".")
        }
    }

    private static func words(of segment: JSONValue, _ place: String) throws(APIError) -> [Word] {
        let text = try self.text(of: segment, place)
        if case .array(let list)? = segment["words"], !list.isEmpty {
            var words = try self.words(list, place + ".words", labels: false)
            words.keepBlanks(of: text)
            return words
        }
        let timed = try WrittenWord.timed(text, in: range(of: segment, place))
        guard timed.count <= maxItems else { throw .badRequest("\"\(place).text\" has more than \(maxItems) words.") }
        return timed
    }

    /// - Parameter labels: true if words of different speakers are in different captions.
    private static func words(_ list: [JSONValue], _ place: String, labels: Bool) throws(APIError) -> [Word] {
        guard list.count <= maxItems else { throw .badRequest("\"\(place)\" has more than \(maxItems) elements.") }
        var words: [Word] = [], known: [String: SpeakerLabel] = [:]
        for (index, item) in list.enumerated() {
            let here = "\(place)[\(index)]"
            var word = try Word(text(of: item, here), range(of: item, here), confidence: 1)
            if labels, let name = label(item["speaker"]) ?? number(item["speaker"]) {
                let speaker = known[name] ?? SpeakerLabel(known.count)
                known[name] = speaker
                word.speaker = speaker
            }
            words.append(word)
        }
        return words
    }

    private static func text(of item: JSONValue, _ place: String) throws(APIError) -> String {
        for name in ["text", "punctuated_word", "word"] { if case .string(let text)? = item[name] { return text } }
        throw .badRequest("\"\(place)\" needs a text \"text\".")
    }

    private static func range(of item: JSONValue, _ place: String) throws(APIError) -> SampleRange {
        guard let start = seconds(item["start"]), let end = seconds(item["end"]) else {
            throw .badRequest("\"\(place)\" needs \"start\" and \"end\", seconds from 0 to \(Int(maxSeconds)).")
        }
        let first = SampleIndex(seconds: start, at: .speech)
        return SampleRange(first, max(first, SampleIndex(seconds: end, at: .speech)))
    }

    private static func seconds(_ value: JSONValue?) -> Double? {
        value?.double.flatMap { (0...maxSeconds).contains($0) ? $0 : nil }
    }

    /// Returns the speaker's name; nil where the speaker has a number, or none.
    private static func label(_ value: JSONValue?) -> String? {
        if case .string(let name)? = value, name.contains(where: { !$0.isWhitespace }) { name } else { nil }
    }

    private static func number(_ value: JSONValue?) -> String? { if case .int(let number)? = value { "\(number)" } else { nil } }
}
