import Framing
import Protocols
import Speech
import Testing

/// The traces that a request for a recording leaves: in the options that reach an engine, in the answer, and in what vendors are sent.
struct RecordedTrace {
    /// The error with which the request is refused; nil: it is served.
    private(set) var refusal: String?
    private(set) var parts: [String: String] = [:]
    private var options = RecognitionOptions()
    /// The options that the local engine heeds, by name.
    private var heeded: [String: String] = [:]
    /// The names of the parts that are options of the engine: they are no effect by themselves.
    private var ofEngine: Set<String> = ["expected languages"]
    /// Options that Harken itself sees to with every engine: the tests that show them are those of `LiveTrace.ofHarken`.
    private static let ofHarken: Set<String> = ["model", "redaction"]
    /// The names of members for which the answer has no place, whatever engine serves.
    private var unused: [String] = []

    /// - Parameter isNative: true if the engine of the protocol's own vendor serves.
    init(_ route: OptionRoute, _ members: [(name: String, value: String)], isNative: Bool) throws {
        do {
            switch route.title {
            case "AssemblyAI, recorded": try readAssemblyAI(members, isNative)
            case "Deepgram, recorded": try readDeepgram(members)
            case "Soniox, recorded": try readSoniox(members)
            case "OpenAI, recorded": try readOpenAI(members)
            default: throw VendorRequests.Unexpected(step: "no request for \(route.title)")
            }
        } catch let error as VendorRequests.Unexpected {
            throw error
        } catch {
            refusal = "\(error)"
            return
        }
        parts["expected languages"] = "\(options.shared.languages) \(options.shared.keepsToLanguages)"
        var rest = options
        (rest.vendorOptions, rest.shared) = (nil, SharedOptions())
        for case (let label?, let value) in Mirror(reflecting: rest).children {
            parts[label] = TraceText.of(value)
            if !Self.ofHarken.contains(label) { ofEngine.insert(label) }
        }
        for case (let label?, let value) in Mirror(reflecting: LocalRecordingOptions(options)).children { heeded[label] = TraceText.of(value) }
    }

    static func usual(_ route: OptionRoute) -> [(name: String, value: String)] {
        switch route.title {
        case "AssemblyAI, recorded": [("audio_url", #""https://example.org/a.wav""#)]
        case "Deepgram, recorded": [("encoding", "linear16"), ("sample_rate", "16000")]
        case "Soniox, recorded": [("audio_url", #""https://example.org/a.wav""#), ("model", #""stt-async-v5""#)]
        case "OpenAI, recorded": [("file", ""), ("model", "whisper-1")]
        default: []
        }
    }

    private static let transcript = Transcript(
        rate: .speech, length: SampleCount(160_000), language: .english, model: "m",
        channels: [.init(words: LiveScript.first + LiveScript.second, segments: [])])

    private static func object(_ members: [(name: String, value: String)]) -> [UInt8] {
        Array(("{" + members.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",") + "}").utf8)
    }

    private mutating func readAssemblyAI(_ members: [(name: String, value: String)], _ isNative: Bool) throws {
        let request = try AssemblyAIPrerecordedRequest(Self.object(members), isNative: isNative)
        options = request.options
        parts["audio"] = request.audioURL
        parts["webhook"] = String(describing: request.webhook)
        parts["least confidence"] = String(describing: request.languageThreshold)
        parts["least speech"] = String(describing: request.speechThreshold)
        // The answer repeats the request too: only the words count.
        let answer = try JSONValue(parsing: AssemblyAIPrerecordedAnswer(id: "t", request: request, state: .completed(Self.transcript)).body)
        for name in ["text", "words", "utterances"] { parts[name] = String(describing: answer[name]) }
    }

    private mutating func readDeepgram(_ members: [(name: String, value: String)]) throws {
        let query = members.map { "\($0.name)=\(PercentCoding.encode($0.value))" }.joined(separator: "&")
        let head = try HTTPRequestHead(.post, "/v1/listen?" + query, headers: ["Content-Type": "audio/wav"])
        let request = try DeepgramPrerecordedRequest.parse(head, VendorRequests.context).get()
        options = request.options
        parts["format"] = "\(request.format)"
        parts["callback"] = String(describing: request.callback)
        let body = DeepgramPrerecordedAnswer.body(
            Self.transcript, for: request, requestID: "r", sha256: "s", created: UnixTime(milliseconds: 0))
        parts["answer"] = String(decoding: body, as: UTF8.self)
    }

    private mutating func readSoniox(_ members: [(name: String, value: String)]) throws {
        let request = try SonioxPrerecordedRequest(Self.object(members))
        options = request.options
        parts["audio"] = "\(request.audio)"
        parts["webhook"] = String(describing: request.webhook)
        parts["reference"] = String(describing: request.reference)
        parts["languages"] = "\(request.identifiesLanguage)"
        let answer = SonioxPrerecordedAnswer(id: "t", created: UnixTime(milliseconds: 0), request: request, state: .queued)
        parts["answer"] = String(decoding: answer.body(with: Self.transcript), as: UTF8.self)
    }

    private mutating func readOpenAI(_ members: [(name: String, value: String)]) throws {
        let fields = members.filter { $0.name != "file" }.map { OpenAITranscriptionRequest.Field(name: $0.name, value: $0.value) }
        let request = try OpenAITranscriptionRequest.parse(
            fields, hasFile: members.contains { $0.name == "file" }, try HTTPRequestHead(.post, "/v1/audio/transcriptions"), VendorRequests.context
        ).get()
        options = request.options
        unused = request.unusedFields
        var stream = OpenAITranscriptStream(for: request)
        let body =
            request.streams ? stream.finished(Self.transcript) : OpenAITranscriptionAnswer(Self.transcript, for: request, requestID: "r").body
        parts["answer"] = String(decoding: body, as: UTF8.self)
    }

    /// Returns the machine that orders the recording of a vendor; nil: the engine is no vendor's.
    ///
    /// - Parameter usual: the model that the operator has chosen; nil: the vendor's usual one.
    private func machine(_ engine: EngineName, usual: String?) -> (any PrerecordedClientMachine)? {
        Catalogue.vendors.first { $0.name == engine }?.prerecorded?.recognize(PrerecordedOrder(options, credential: Credential("k"), model: usual))
    }

    /// Returns the steps up to the one in which a vendor is sent the order. The first one fails where the vendor cannot do what the options ask for.
    private func sent(to vendor: EngineName, usual: String? = nil) throws -> String {
        var machine = try #require(self.machine(vendor, usual: usual))
        let step = machine.start()
        let answer: VendorAnswer? =
            switch vendor {
            case AssemblyAIOptions.vendor: VendorAnswer(status: 200, body: Array(#"{"upload_url":"https://cdn/1"}"#.utf8))
            case SonioxOptions.vendor: VendorAnswer(status: 201, body: Array(#"{"id":"f-1"}"#.utf8))
            default: nil
            }
        return "\(step)" + (answer.map { "\n\(machine.answered($0))" } ?? "")
    }

    /// Returns the part of a vendor's order that has the options, as text.
    func request(to vendor: EngineName) throws -> String {
        let request = try VendorRequests.recorded(options, by: vendor.rawValue)
        return switch request.body {
        case .json(let bytes): String(decoding: bytes, as: UTF8.self)
        case .form(let fields, _): fields.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        case .none, .file, .describedFile: request.target
        }
    }

    /// Returns the parts in which two traces differ, with what each engine is sent; empty: the traces are equal.
    func differences(from other: RecordedTrace) throws -> [String] {
        var names = Set(parts.keys).union(other.parts.keys).filter { parts[$0] != other.parts[$0] }.sorted()
        if refusal != other.refusal { names.append("refusal") }
        guard refusal == nil else { return names }
        for vendor in Catalogue.vendors.map(\.name) {
            if try sent(to: vendor) != other.sent(to: vendor) { names.append("sent to \(vendor)") }
        }
        return names
    }

    /// Returns what became of a member that this request has and `base` does not; nil: it left no trace.
    ///
    /// - Parameter usual: the model that the operator has chosen for the member's engine; nil: the vendor's usual one.
    func outcome(of member: TriedMember, beside base: RecordedTrace, usual: String? = nil) throws -> MemberOutcome? {
        guard refusal == nil else { return .refused }
        let asked = machine(member.engine, usual: usual)?.askedModel
        let ignored =
            Catalogue.ignored(options.vendorOptions, keyterms: options.keyterms, model: asked, with: member.engine, .recorded) + unused
        if ignored.contains(member.option.name) { return .named }
        guard base.refusal == nil else { return .carriedOut }
        if member.engine != .local, try sent(to: member.engine, usual: usual) != base.sent(to: member.engine, usual: usual) {
            return member.isOwn ? .carriedThrough : .carriedOut
        }
        // An option that an engine is not given has no effect there, whatever the request has of it: a vendor is asked for something else, or the local
        // engine heeds it.
        let names = Set(parts.keys).union(base.parts.keys).subtracting(ofEngine)
        let isHeeded = member.engine == .local && heeded != base.heeded
        return isHeeded || names.contains { parts[$0] != base.parts[$0] } ? .carriedOut : nil
    }
}
