internal import Framing
internal import TextNormalization

/// Fields of Deepgram's answer to a recording that Harken does not model: `summary`, `topics`, `search` and others, and the vendor's names of the model.
struct DeepgramVendorFields {
    /// The object to which fields belong.
    enum Place {
        case metadata, results
        case channel(Int)
        /// The first alternative of a channel.
        case alternative(Int)
    }

    private static let modelledMetadata: Set<String> = [
        "transaction_key", "request_id", "sha256", "created", "duration", "channels", "tags", "extra", "warnings",
    ]
    /// Members of the metadata that name the model.
    private static let modelMembers: Set<String> = ["models", "model_info"]
    private static let modelledResults: Set<String> = ["channels", "utterances"]
    private static let modelledChannel: Set<String> = ["alternatives", "detected_language", "language_confidence"]
    private static let modelledAlternative: Set<String> = ["transcript", "confidence", "words", "languages", "paragraphs"]
    private static let maxChannels = 64

    private let fields: JSONValue

    /// - Parameters:
    ///   - text: the fields, as `fields(of:answers:)` returns them; nil: none.
    ///   - filter: hides profane words; nil: nothing is hidden.
    init(_ text: [UInt8]?, hiding filter: ProfanityFilter?) { fields = .object(VendorFields.members(in: text, hiding: filter)) }

    /// True if the vendor has named the model.
    var namesModel: Bool { if case .object? = fields["metadata"]?["model_info"] { true } else { false } }

    /// Returns the fields of an answer; nil when there are none.
    ///
    /// - Parameter answers: false: only the names of the model, and nothing that may have a text of the recording.
    static func fields(of root: borrowing JSONView, answers: Bool) -> [UInt8]? {
        let metadata = root["metadata"], results = root["results"], channels = results["channels"]
        let namesModel = metadata["model_info"].isObject && metadata["model_info"].count > 0
        var fields: [JSONValue.Member] = []
        func add(_ name: String, _ members: [JSONValue.Member]) {
            if !members.isEmpty { fields.append(.init(name: name, value: .object(members))) }
        }
        add(
            "metadata",
            VendorFields.members(of: metadata, except: modelledMetadata).filter { modelMembers.contains($0.name) ? namesModel : answers })
        guard answers else { return VendorFields.text(fields) }
        add("results", VendorFields.members(of: results, except: modelledResults))
        for index in 0..<min(channels.count, maxChannels) {
            add("channel \(index)", VendorFields.members(of: channels[index], except: modelledChannel))
            add("alternative \(index)", VendorFields.members(of: channels[index]["alternatives"][0], except: modelledAlternative))
        }
        return VendorFields.text(fields)
    }

    func write(_ place: Place, to json: inout JSONWriter) {
        let name =
            switch place {
            case .metadata: "metadata"
            case .results: "results"
            case .channel(let index): "channel \(index)"
            case .alternative(let index): "alternative \(index)"
            }
        if case .object(let members)? = fields[name] { VendorFields.write(members, to: &json) }
    }
}
