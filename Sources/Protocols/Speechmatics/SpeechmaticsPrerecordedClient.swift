import Framing
package import Speech

/// The client side of Speechmatics' protocol for recordings: create a job with the file, poll until it is done, fetch the transcript, delete the job.
///
/// Source: Speechmatics "Batch" API reference.
package struct SpeechmaticsPrerecordedClient: PrerecordedClientMachine {
    private enum State {
        /// Creating the job. `again`: a search showed that the first order did not arrive.
        case creating(again: Bool)  // → seeking, working, over
        /// Searching for an order that the vendor may have accepted. The search is by the reference, which belongs to this order alone.
        case seeking(again: Bool, EngineError)  // → creating, working, over
        case working(VendorRequest)  // → fetching, over
        case fetching(VendorRequest)  // → over
        case over
    }

    private static let models = ["enhanced", "standard"]

    private let order: PrerecordedOrder
    private let errors: VendorEngineErrors
    private var state: State = .creating(again: false)
    private var job: String?
    private var isDone = false

    package init(_ order: PrerecordedOrder) {
        self.order = order
        errors = VendorEngineErrors(vendor: "Speechmatics", credential: order.credential, language: order.options.language)
    }

    package static let service = PrerecordedService(
        capabilities: Capabilities(
            streaming: false, prerecorded: true, languages: .any, models: models, interims: false, speakers: true, channelsPerStream: 32),
        address: "https://asr.api.speechmatics.com/v2", recognize: { SpeechmaticsPrerecordedClient($0) })

    package var askedModel: String? { model }

    private var model: String { order.model(among: Self.models, standard: nil) ?? Self.models[0] }

    package mutating func start() -> PrerecordedStep { create(again: false) }

    private mutating func create(again: Bool) -> PrerecordedStep {
        state = .creating(again: again)
        let form: VendorRequest.Body = .form([.init("config", String(decoding: configuration, as: UTF8.self))], fileField: "data_file")
        return .request(
            VendorRequest(.post, "/jobs", headers: headers, body: form, repetition: .ifNotActedOn, patience: .seconds(120), isOrder: true))
    }

    package mutating func answered(_ answer: VendorAnswer) -> PrerecordedStep {
        if case .fetching(let request) = state, answer.status == 404 {
            // The job is done, but its transcript is not available yet.
            return .poll(request)
        }
        guard answer.isSuccess else { return rejected(answer) }
        guard let document = try? JSONDocument(parsing: answer.body, sizeLimit: 1 << 28) else {
            return fail(errors.violation("answers with no JSON"))
        }
        let root = document.root
        switch state {
        case .creating:
            guard let id = VendorIdentifier.pathSegment(root["id"].string) else { return fail(errors.violation("gives no job id")) }
            return .poll(work(on: id))
        case .seeking(let again, let error):
            let list = root["jobs"]
            for index in 0..<list.count where list[index]["config"]["tracking"]["reference"].string == order.reference {
                guard let id = VendorIdentifier.pathSegment(list[index]["id"].string) else { continue }
                return .request(work(on: id))
            }
            return again ? fail(error) : create(again: true)
        case .working(let question): return outcome(root["job"], question)
        case .fetching:
            state = .over
            guard root["results"].isArray else { return .failed(errors.violation("gives a transcript without results")) }
            return .done(transcript(root))
        case .over: return .failed(errors.violation("answers twice"))
        }
    }

    package mutating func unanswered(_ error: EngineError) -> PrerecordedStep? {
        guard case .creating(let again) = state, !order.reference.isEmpty else { return nil }
        return seek(again: again, error)
    }

    package var continuation: VendorRequest? {
        switch state {
        case .seeking: search
        case .working(let request), .fetching(let request): request
        case .creating, .over: nil
        }
    }

    /// Request for the newest jobs. Our job is among them if the vendor accepted it.
    private var search: VendorRequest { VendorRequest(.get, "/jobs?limit=100", headers: headers) }

    private mutating func seek(again: Bool, _ error: EngineError) -> PrerecordedStep {
        state = .seeking(again: again, error)
        return .request(search)
    }

    private mutating func work(on id: String) -> VendorRequest {
        job = id
        // Without `wait=0` the vendor would hold the request back.
        let question = VendorRequest(.get, "/jobs/\(id)?wait=0", headers: headers)
        state = .working(question)
        return question
    }

    private mutating func rejected(_ answer: VendorAnswer) -> PrerecordedStep {
        let error = errors.error(answer, said: Self.message(in: answer.body))
        switch state {
        case .creating(let again) where answer.isPassing && !answer.isNotActedOn && !order.reference.isEmpty: return seek(again: again, error)
        case .seeking where answer.isPassing, .working where answer.isPassing, .fetching where answer.isPassing: return .failed(error)
        case .creating, .seeking, .working, .fetching, .over: return fail(error)
        }
    }

    package var leftovers: [VendorRequest] {
        guard let job else { return [] }
        return [VendorRequest(.delete, "/jobs/" + job + (isDone ? "" : "?force=true"), headers: headers)]
    }

    private mutating func outcome(_ view: borrowing JSONView, _ question: VendorRequest) -> PrerecordedStep {
        switch view["status"].string {
        case "created", "running": return .poll(question)
        case "done":
            isDone = true
            let fetch = VendorRequest(.get, "/jobs/\(job ?? "")/transcript?format=json-v2", headers: headers)
            state = .fetching(fetch)
            return .request(fetch)
        case "rejected":
            isDone = true
            let reason = view["errors"][0]["message"].string ?? "no reason given"
            return fail(errors.rejection(said: reason))
        case "deleted", "expired": return fail(.unavailable("Speechmatics dropped the job before it was done."))
        case .some, nil: return fail(errors.violation("gives a job without a known status"))
        }
    }

    private mutating func fail(_ error: EngineError) -> PrerecordedStep {
        state = .over
        return .failed(error)
    }

    private static func message(in body: [UInt8]) -> String? {
        guard let document = try? JSONDocument(parsing: body, sizeLimit: 65_536) else { return nil }
        let root = document.root
        return [root["error"].string, root["detail"].string].compactMap(\.self).joined(separator: ": ")
    }

    private var headers: HTTPHeaders { ["Authorization": "Bearer " + order.credential.secret] }

    private var configuration: [UInt8] {
        let options = order.options
        var json = JSONWriter()
        json.beginObject()
        json.member("type", literal: "transcription")
        if !order.reference.isEmpty {
            json.key("tracking")
            json.beginObject()
            json.member("reference", order.reference)
            json.endObject()
        }
        json.key("transcription_config")
        json.beginObject()
        let language = options.language.flatMap { $0.isMulti ? nil : SpeechmaticsConfiguration.code(of: $0) }
        json.member("language", language ?? "auto")
        json.member("model", model)
        if options.separateChannels {
            json.member("diarization", literal: "channel")
        } else if options.diarize {
            json.member("diarization", literal: "speaker")
        }
        if let fillerWords = options.shared.fillerWords {
            json.key("transcript_filtering_config")
            json.beginObject()
            json.member("remove_disfluencies", !fillerWords)
            json.endObject()
        }
        if !options.keyterms.isEmpty {
            json.key("additional_vocab")
            json.beginArray()
            for term in options.keyterms {
                json.beginObject()
                json.member("content", term)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
        json.endObject()
        return json.bytes
    }

    /// Joins items to words. Punctuation is an item of its own and touches the word before; a few marks touch the next word.
    private func transcript(_ root: borrowing JSONView) -> Transcript {
        var words = RecordedWords()
        var channels: [String: Int] = [:]
        var prefix = ""
        var language: String?
        let results = root["results"]
        let pack = root["metadata"]["language_pack_info"]
        let isSpaced = !pack["word_delimiter"].equals("")
        for index in 0..<results.count {
            let item = results[index]
            let best = item["alternatives"][0]
            guard let content = best["content"].string else { continue }
            var channel = 0
            if order.options.separateChannels, let name = item["channel"].string {
                channel = channels[name] ?? channels.count
                channels[name] = channel
            }
            language = language ?? best["language"].string
            if item["type"].equals("punctuation") {
                if item["attaches_to"].equals("next") { prefix += content } else { words.append(mark: content, channel: channel) }
                continue
            }
            guard let start = item["start_time"].double, let end = item["end_time"].double else { continue }
            let speaker = best["speaker"].string.flatMap { $0 == "UU" ? nil : $0 }
            words.add(
                prefix + content, start: start, end: end, confidence: best["confidence"].double,
                speaker: order.options.diarize ? words.speaker(speaker) : nil,
                language: isSpaced ? nil : best["language"].string.map(LanguageTag.ofVendor), channel: channel, hasBlank: isSpaced ? nil : false)
            prefix = ""
        }
        return words.transcript(
            length: root["job"]["duration"].double,
            language: order.language(found: language),
            model: model)
    }
}
