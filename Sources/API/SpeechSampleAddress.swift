internal import Conversations
internal import Framing
internal import Speech
internal import Store

/// The address of a recording that was added to a speech profile: `/v3/speech-profile/expand/ID_segment_0.ogg`.
///
/// Source: what Omi's app reads. The app takes the address's last part up to its first dot, splits this at `_segment_`, and sends both halves as
/// `memory_id` and `segment_idx` to delete the recording. A recording here is not a part of a longer one, so its index is always 0.
struct SpeechSampleAddress: Sendable, Equatable {
    /// The path below which the recordings are.
    static let folder = "/v3/speech-profile/expand"
    /// The index of every recording.
    static let segment = 0

    private static let ending = "_segment_\(segment).ogg"

    let sample: ID<SpeechSample>
    /// The user, or the person whose voice is recorded.
    let owner: Voice.Owner

    init(_ sample: ID<SpeechSample>, of owner: Voice.Owner) {
        self.sample = sample
        self.owner = owner
    }

    /// Reads the last part of an address, percent-decoded; nil when no recording has such a name.
    init?(name: String, of owner: Voice.Owner) {
        guard name.hasSuffix(Self.ending), name.utf8.count > Self.ending.utf8.count else { return nil }
        self.init(ID(String(name.dropLast(Self.ending.count))), of: owner)
    }

    /// The address as a path of the gateway.
    var path: String {
        let path = "\(Self.folder)/\(PercentCoding.encode(sample.rawValue))\(Self.ending)"
        return switch owner {
        case .person(let person): "\(path)?person_id=\(PercentCoding.encode(person.rawValue))"
        case .user, .nobody: path
        }
    }
}
