internal import Conversations
internal import Framing
internal import Live
internal import Protocols
internal import Speech

/// The events of a watched session as server-sent events: `state`, `conversation`, `segment`, `removed`, `speaker_label`, `interim`, `gap`, `notice`,
/// `engine` and `end`.
///
/// Positions are seconds on the session's timeline; in segments of a session with a conversation, they count from the conversation's start.
struct SessionEventFormat: WatchFormat {
    static let contentType = EventStream.contentType
    static let heartbeat = {
        var comment: [UInt8] = []
        EventStream.appendComment(to: &comment)
        return comment
    }()

    private let session: ID<Session>
    private var rate = SampleRate.speech
    private var hasConversation = false
    private var turns: TurnSegments

    init(_ session: ID<Session>) {
        self.session = session
        turns = TurnSegments(session)
    }

    mutating func write(_ event: WatchedEvent) -> [UInt8] {
        var output: [UInt8] = []
        switch event {
        case .state(let state):
            rate = state.rate
            hasConversation = state.hasConversation
            append("state", to: &output) { SessionOperations.write(state, to: &$0) }
        case .interim(let hypothesis):
            append("interim", to: &output) { [rate] json in
                json.beginObject()
                json.member("channel", hypothesis.channel.number)
                json.member("text", hypothesis.text)
                json.member("start", hypothesis.range.start.seconds(at: rate), decimals: 3)
                json.member("end", hypothesis.range.end.seconds(at: rate), decimals: 3)
                json.endObject()
            }
        case .commit(let commit):
            guard !hasConversation else { return [] }
            let segment = turns.segment(with: commit, rate: rate)
            append("segment", to: &output) { segment.write(to: &$0, withWords: true) }
        // The conversation's segments tell it.
        case .brought: break
        case .conversation(let id):
            append("conversation", to: &output) { json in
                json.beginObject()
                json.member("id", id.rawValue)
                json.endObject()
            }
        case .segments(let segments):
            for segment in segments { append("segment", to: &output) { segment.write(to: &$0, withWords: true) } }
        case .removed(let ids):
            append("removed", to: &output) { json in
                json.beginObject()
                json.key("ids")
                json.array(ids.map(\.rawValue))
                json.endObject()
            }
        case .labeled(let speaker, let label):
            append("speaker_label", to: &output) { json in
                json.beginObject()
                json.member("speaker_id", speaker.number)
                json.member("label", label)
                json.endObject()
            }
        case .gap(let channel, let range, let reason):
            append("gap", to: &output) { [rate] json in
                json.beginObject()
                json.member("channel", channel.number)
                json.member("start", range.start.seconds(at: rate), decimals: 3)
                json.member("end", range.end.seconds(at: rate), decimals: 3)
                json.member("reason", reason)
                json.endObject()
            }
        case .notice(let notice): appendNotice(notice.name, RecordingNotices.live(notice), to: &output)
        case .late(true): appendNotice(LateFinals.name, LateFinals.text, to: &output)
        case .late(false): appendNotice(LateFinals.endName, LateFinals.endText, to: &output)
        case .engine(let engine):
            append("engine", to: &output) { json in
                json.beginObject()
                json.member("engine", engine.rawValue)
                json.endObject()
            }
        case .ended(let end):
            append("end", to: &output) { [rate] json in
                json.beginObject()
                json.member("duration", end.received.seconds(at: rate), decimals: 3)
                json.member("error", optional: end.error?.label)
                json.endObject()
            }
        }
        return output
    }

    private func appendNotice(_ name: String, _ text: String, to output: inout [UInt8]) {
        append("notice", to: &output) { json in
            json.beginObject()
            json.member("name", name)
            json.member("text", text)
            json.endObject()
        }
    }

    private func append(_ name: String, to output: inout [UInt8], _ write: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        write(&json)
        EventStream.append(data: json.bytes, event: name, to: &output)
    }
}
