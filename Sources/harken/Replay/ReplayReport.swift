import Conversations
import Evaluation
import Framing
import Protocols
import Speech
import Store

/// The differences between a conversation's words and the words that another engine recognises in its audio.
struct ReplayReport {
    /// A passage that differs: the stored words, and the words that were recognised now.
    struct Difference: Equatable {
        var start: Duration
        var stored: String
        var heard: String
    }

    let conversation: ID<Conversation>
    let engine: EngineName
    /// Duration of the audio that was recognised.
    let audio: Duration
    let errors: ErrorCount
    let differences: [Difference]
    let latency: Duration
    /// Cost in US dollars; nil: not known.
    let cost: Double?
    /// True if no stretch of audio was recognised.
    let hasFailed: Bool

    /// - Parameter answers: the engine's answers, each with its stretch of audio.
    init(of conversation: Conversation, by engine: EngineName, _ answers: [(part: StoredAudio, answer: EngineAnswer)]) {
        self.conversation = conversation.id
        self.engine = engine
        audio = answers.reduce(.zero) { $0 + $1.part.duration }
        latency = answers.reduce(.zero) { $0 + ($1.answer.runs?.latency ?? .zero) }
        cost = answers.reduce(0) { sum, one in sum.flatMap { sum in (one.answer.runs?.cost).map { sum + $0 } } }
        hasFailed = answers.allSatisfy { ($0.answer.runs?.failed ?? 0) + ($0.answer.runs?.timedOut ?? 0) > 0 }
        // Words outside the kept audio cannot be compared.
        let stored = conversation.segments.flatMap { segment in
            segment.words.isEmpty ? [(text: segment.text, start: segment.start)] : segment.words.map { (text: $0.text, start: $0.start) }
        }.filter { word in answers.contains { ($0.part.start..<$0.part.start + $0.part.duration).contains(word.start) } }
        let normalizer = TranscriptNormalizer(language: conversation.language)
        let units = stored.flatMap { word in normalizer.joinedUnits(of: word.text).map { (unit: $0, start: word.start) } }
        let heard = answers.flatMap { normalizer.joinedUnits(of: $0.answer.text) }
        let alignment = TextAlignment(reference: units.map(\.unit.text), hypothesis: heard.map(\.text))
        errors = alignment.errors
        var differences: [Difference] = []
        var isOpen = false
        var place = Duration.zero
        for step in alignment.steps {
            var found: (stored: (text: String, goesOn: Bool)?, heard: (text: String, goesOn: Bool)?)
            switch step {
            case .match(let reference, _):
                place = units[reference].start
                isOpen = false
                continue
            case .substitution(let reference, let hypothesis): found = (units[reference].unit, heard[hypothesis])
            case .deletion(let reference): found = (units[reference].unit, nil)
            case .insertion(let hypothesis): found = (nil, heard[hypothesis])
            }
            if case .substitution(let reference, _) = step { place = units[reference].start }
            if case .deletion(let reference) = step { place = units[reference].start }
            if !isOpen { differences.append(Difference(start: place, stored: "", heard: "")) }
            isOpen = true
            let last = differences.count - 1
            if let unit = found.stored { WordSpacing.append(unit.text, blank: unit.goesOn ? false : nil, to: &differences[last].stored) }
            if let unit = found.heard { WordSpacing.append(unit.text, blank: unit.goesOn ? false : nil, to: &differences[last].heard) }
        }
        self.differences = differences
    }

    var text: String {
        let hundredths = Int((errors.rate * 10_000).rounded())
        var text = "\(conversation) by \(engine): \(errors.reference) words, \(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10) % differ"
        text += " (\(errors.substitutions) other, \(errors.deletions) missing, \(errors.insertions) added)\n"
        for one in differences {
            text += "\(ConversationDocument.clock(one.start))  "
            text += TerminalText.safe(one.stored.isEmpty ? "–" : one.stored) + "  →  " + TerminalText.safe(one.heard.isEmpty ? "–" : one.heard) + "\n"
        }
        return text
    }

    /// The report as one JSON object in one line. Positions and lengths are in seconds.
    var json: String {
        var json = JSONWriter(capacity: 4_096)
        json.beginObject()
        json.member("conversation_id", conversation.rawValue)
        json.member("engine", engine.rawValue)
        json.member("audio_seconds", audio / .seconds(1), decimals: 3)
        json.member("latency_seconds", latency / .seconds(1), decimals: 3)
        if let cost { json.member("cost", cost, decimals: 8) } else { json.member("cost", optional: nil) }
        json.member("words", errors.reference)
        json.member("difference", errors.rate, decimals: 6)
        json.member("substituted", errors.substitutions)
        json.member("missing", errors.deletions)
        json.member("added", errors.insertions)
        json.key("differences")
        json.beginArray()
        for one in differences {
            json.beginObject()
            json.member("start", one.start / .seconds(1), decimals: 3)
            json.member("stored", one.stored)
            json.member("heard", one.heard)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text
    }
}
