internal import Framing
internal import Protocols
internal import Speech

/// The reason why a recording of a background job has no words.
struct WorkloadError: Sendable, Equatable {
    var words: String
    /// The stable code, with the engine if one failed; nil: an earlier version stored the failure.
    var tag: ProviderTag?

    init(words: String, tag: ProviderTag?) {
        self.words = words
        self.tag = tag
    }

    /// Reads a failure as `json` writes it; nil: the value is null.
    init?(_ view: borrowing JSONView) {
        if let words = view.string {
            self.init(words: words, tag: nil)
        } else {
            guard let words = view["error"].string else { return nil }
            let provider = view["provider"].string.map { EngineName($0) }
            self.init(words: words, tag: view["code"].string.map { ProviderTag(provider: provider, code: $0) })
        }
    }

    var json: JSONValue {
        var members = [JSONValue.Member(name: "error", value: .string(words))]
        if let tag {
            members.append(.init(name: "code", value: .string(tag.code)))
            if let provider = tag.provider { members.append(.init(name: "provider", value: .string(provider.rawValue))) }
        }
        return .object(members)
    }

    init(_ error: ChunkedRecordingError) {
        self.init(words: error.detail, tag: ProviderTag(provider: error.provider, code: error.code))
    }
}
