import Framing
import Recorder
import Speech

extension RecorderEvent {
    /// The event in words for the user; nil for events that the user need not know.
    var words: String? {
        switch self {
        case .listening: "listening; Ctrl-C ends the recording"
        case .goesOn(let gap): "the interrupted recording continues, after a gap of \(Self.seconds(gap)) s"
        case .rotated: "the recording has reached its longest duration; another recording continues"
        case .noRoom: "the disk space for recordings is used up: audio is not kept now (see --disk)"
        case .roomAgain: "there is disk space again: audio is kept"
        case .paused(let gap): "the microphone gave no audio for \(Self.seconds(gap)) s: this machine slept, or its sound system paused"
        case .overran(let gap): "this machine did not keep up with the microphone: \(Self.seconds(gap)) s of audio are missing"
        case .dead(let time):
            """
            the microphone has given only digital silence for \(Self.seconds(time)) s. Unmute it. For a Bluetooth headset, choose the profile for \
            calls, because the profile for music switches the microphone off. Or choose another microphone: --list-devices, --device NAME
            """
        case .alive: "the microphone gives sound again"
        case .failed(.microphone(let reason)), .failed(.disk(let reason)): reason
        case .undated(let reason):
            "the gateway refused the time of the recording (\(reason)): check this machine's clock. The recording is dated by its delivery"
        case .conversation, .sent: nil
        case .unreachable: "the gateway cannot be reached, or fails: audio waits on the disk"
        case .reachable: "the gateway can be reached again"
        case .notAdmitted(402, let detail): "the gateway accepts no more: \(detail ?? "your credit or limit is used up"); audio waits on the disk"
        case .notAdmitted(let status, let detail):
            "the gateway refused the key (\(detail ?? "status \(status)")): give another --key; audio waits on the disk"
        case .rejected(let status, let detail): "the gateway refused a chunk (\(detail ?? "status \(status)")): the chunk stays on the disk"
        case .finished(let id, let title): "conversation \(id)" + (title.map { ": " + $0 } ?? "")
        case .damaged(let reason): reason
        }
    }

    /// The event as one JSON object: `{"type", …}`.
    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        switch self {
        case .listening(let id):
            writer.member("type", "listening")
            writer.member("recording", id)
        case .goesOn(let gap):
            writer.member("type", "goes_on")
            writer.member("gap", gap / .seconds(1), decimals: 3)
        case .rotated(let id):
            writer.member("type", "rotated")
            writer.member("recording", id)
        case .noRoom: writer.member("type", "no_room")
        case .roomAgain: writer.member("type", "room_again")
        case .paused(let gap):
            writer.member("type", "paused")
            writer.member("missing", gap / .seconds(1), decimals: 3)
        case .overran(let gap):
            writer.member("type", "overran")
            writer.member("missing", gap / .seconds(1), decimals: 3)
        case .dead(let time):
            writer.member("type", "dead")
            writer.member("silent", time / .seconds(1), decimals: 3)
        case .alive: writer.member("type", "alive")
        case .failed: writer.member("type", "failed")
        case .undated: writer.member("type", "undated")
        case .conversation(let id):
            writer.member("type", "conversation")
            writer.member("id", id)
        case .sent(let range):
            writer.member("type", "sent")
            writer.member("start", range.start.seconds(at: .speech), decimals: 3)
            writer.member("end", range.end.seconds(at: .speech), decimals: 3)
        case .unreachable: writer.member("type", "unreachable")
        case .reachable: writer.member("type", "reachable")
        case .notAdmitted(let status, _), .rejected(let status, _):
            if case .rejected = self { writer.member("type", "refused") } else { writer.member("type", "not_admitted") }
            writer.member("status", status)
        case .finished(let id, let title):
            writer.member("type", "finished")
            writer.member("conversation", id)
            writer.member("title", optional: title)
        case .damaged: writer.member("type", "damaged")
        }
        writer.member("message", optional: words)
        writer.endObject()
        return writer.text
    }

    private static func seconds(_ duration: Duration) -> String {
        let tenths = Int((duration / .milliseconds(100)).rounded())
        return tenths >= 100 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
