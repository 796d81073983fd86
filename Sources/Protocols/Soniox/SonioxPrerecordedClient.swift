import Framing
package import Speech

/// The client side of Soniox's protocol for recordings: upload the file, create the transcription, poll until it is done, fetch the tokens, delete
/// both.
///
/// Source: Soniox "Async transcription" API reference.
package struct SonioxPrerecordedClient: PrerecordedClientMachine {
    private enum State {
        case uploading  // → creating, over
        /// Creating the transcription. `again`: a search showed that the first order did not arrive.
        case creating(file: String, again: Bool)  // → seeking, working, over
        /// Searching for an order that the vendor may have accepted. The search is by the file, which belongs to this order alone.
        case seeking(Search, EngineError)  // → creating, working, over
        case working(VendorRequest)  // → fetching, over
        case fetching(VendorRequest)  // → over
        case over
    }

    private struct Search {
        var file: String
        var again: Bool
        /// Position at which the next page of the list begins.
        var cursor: String?
        var page = 1
    }

    /// The model for a client that names none of the vendor's.
    package static let model = "stt-async-v5"
    /// Maximum number of pages to search, with 1,000 transcriptions each; the vendor keeps 2,000.
    private static let maxPages = 3

    private let order: PrerecordedOrder
    private let errors: VendorEngineErrors
    private var state: State = .uploading
    private var file: String?
    private var transcription: String?
    private var length: Double?

    package init(_ order: PrerecordedOrder) {
        self.order = order
        errors = VendorEngineErrors(vendor: "Soniox", credential: order.credential, language: order.options.language)
    }

    package static let service = PrerecordedService(
        capabilities: Capabilities(
            streaming: false, prerecorded: true, languages: .any, models: [model], interims: false, speakers: true),
        address: "https://api.soniox.com/v1", recognize: { SonioxPrerecordedClient($0) })

    package mutating func start() -> PrerecordedStep {
        guard !order.options.separateChannels else { return fail(.unavailable("Soniox does not tell the channels of a recording apart.")) }
        // A repeated upload would leave a second file that nobody deletes.
        return .request(
            VendorRequest(
                .post, "/files", headers: headers, body: .form([], fileField: "file"), repetition: .ifNotActedOn, patience: .seconds(120)))
    }

    package mutating func answered(_ answer: VendorAnswer) -> PrerecordedStep {
        guard answer.isSuccess else { return rejected(answer) }
        guard let document = try? JSONDocument(parsing: answer.body, sizeLimit: 1 << 28) else {
            return fail(errors.violation("answers with no JSON"))
        }
        let root = document.root
        switch state {
        case .uploading:
            guard let raw = root["id"].string, let id = VendorIdentifier.pathSegment(raw) else { return fail(errors.violation("gives no file id")) }
            file = id
            return create(file: raw, again: false)
        case .creating:
            guard let id = VendorIdentifier.pathSegment(root["id"].string) else { return fail(errors.violation("gives no transcription id")) }
            transcription = id
            let question = VendorRequest(.get, "/transcriptions/" + id, headers: headers)
            state = .working(question)
            return outcome(root, question)
        case .seeking(let search, let error): return found(root, search, error)
        case .working(let question): return outcome(root, question)
        case .fetching:
            state = .over
            guard root["tokens"].isArray else { return .failed(errors.violation("gives a transcript without tokens")) }
            return .done(transcript(root["tokens"]))
        case .over: return .failed(errors.violation("answers twice"))
        }
    }

    package mutating func unanswered(_ error: EngineError) -> PrerecordedStep? {
        guard case .creating(let file, let again) = state else { return nil }
        return seek(Search(file: file, again: again), error)
    }

    package var continuation: VendorRequest? {
        switch state {
        case .seeking(let search, _): request(for: search)
        case .working(let request), .fetching(let request): request
        case .uploading, .creating, .over: nil
        }
    }

    private mutating func create(file: String, again: Bool) -> PrerecordedStep {
        state = .creating(file: file, again: again)
        var json = headers
        json.add("Content-Type", "application/json")
        return .request(
            VendorRequest(.post, "/transcriptions", headers: json, body: .json(body(file: file)), repetition: .ifNotActedOn, isOrder: true))
    }

    private mutating func seek(_ search: Search, _ error: EngineError) -> PrerecordedStep {
        state = .seeking(search, error)
        return .request(request(for: search))
    }

    private func request(for search: Search) -> VendorRequest {
        let rest = search.cursor.map { "&cursor=" + PercentCoding.encode($0) } ?? ""
        return VendorRequest(.get, "/transcriptions?limit=1000" + rest, headers: headers)
    }

    private mutating func found(_ root: borrowing JSONView, _ search: Search, _ error: EngineError) -> PrerecordedStep {
        let list = root["transcriptions"]
        for index in 0..<list.count where list[index]["file_id"].string == search.file {
            guard let id = VendorIdentifier.pathSegment(list[index]["id"].string) else { continue }
            transcription = id
            let question = VendorRequest(.get, "/transcriptions/" + id, headers: headers)
            state = .working(question)
            return .request(question)
        }
        if let cursor = root["next_page_cursor"].string, !cursor.isEmpty, cursor.utf8.count <= 1_024, search.page < Self.maxPages {
            return seek(Search(file: search.file, again: search.again, cursor: cursor, page: search.page + 1), error)
        }
        return search.again ? fail(error) : create(file: search.file, again: true)
    }

    private mutating func rejected(_ answer: VendorAnswer) -> PrerecordedStep {
        let error = error(answer)
        if case .quotaExhausted = error { return fail(error) }
        switch state {
        case .creating(let file, let again) where answer.isPassing && !answer.isNotActedOn: return seek(Search(file: file, again: again), error)
        case .seeking where answer.isPassing, .working where answer.isPassing, .fetching where answer.isPassing: return .failed(error)
        case .uploading, .creating, .seeking, .working, .fetching, .over: return fail(error)
        }
    }

    package var leftovers: [VendorRequest] {
        // The transcription is deleted first, because the file is in use as long as the transcription exists. 409: the vendor still works on it.
        [transcription.map { "/transcriptions/" + $0 }, file.map { "/files/" + $0 }].compactMap(\.self).map { target in
            var request = VendorRequest(.delete, target, headers: headers)
            request.passing = [409]
            return request
        }
    }

    private mutating func outcome(_ root: borrowing JSONView, _ question: VendorRequest) -> PrerecordedStep {
        switch root["status"].string {
        case "queued", "processing": return .poll(question)
        case "completed":
            length = root["audio_duration_ms"].double.map { $0 / 1_000 }
            let fetch = VendorRequest(.get, question.target + "/transcript", headers: headers)
            state = .fetching(fetch)
            return .request(fetch)
        case "error", "failed": return fail(errors.rejection(said: root["error_message"].string ?? root["error_type"].string ?? "no reason given"))
        case .some, nil: return fail(errors.violation("gives a transcription without a known status"))
        }
    }

    private mutating func fail(_ error: EngineError) -> PrerecordedStep {
        state = .over
        return .failed(error)
    }

    private func error(_ answer: VendorAnswer) -> EngineError {
        guard let document = try? JSONDocument(parsing: answer.body, sizeLimit: 65_536) else { return errors.error(answer, said: nil) }
        let said = document.root["message"].string
        // A limit on pending jobs passes with time; an empty account does not.
        if answer.status == 429, said?.lowercased().contains("balance") == true { return .quotaExhausted("Soniox: the account has no balance left.") }
        return errors.error(answer, said: said)
    }

    private var headers: HTTPHeaders { ["Authorization": "Bearer " + order.credential.secret] }

    package var askedModel: String? { model }

    /// The client's model if it follows the vendor's names of models for recordings, else the operator's, else the newest.
    private var model: String {
        order.options.model.flatMap { $0.lowercased().hasPrefix("stt-async-") ? $0 : nil } ?? order.model(among: [], standard: nil) ?? Self.model
    }

    private func body(file: String) -> [UInt8] {
        let options = order.options
        let given = SonioxOptions.table.sent(options.vendorOptions, .recorded)
        func has(_ name: String) -> Bool { given.contains { $0.name == name } }
        var json = JSONWriter()
        json.beginObject()
        json.member("model", model)
        json.member("file_id", file)
        if let language = options.language, !language.isMulti {
            if !has("language_hints") {
                json.key("language_hints")
                json.array([language.primary])
            }
        } else if !has("enable_language_identification") {
            json.member("enable_language_identification", true)
        }
        if options.diarize, !has("enable_speaker_diarization") { json.member("enable_speaker_diarization", true) }
        if !has("context") { SonioxConfiguration.write(SonioxConfiguration.terms(options.keyterms), prompt: options.shared.prompt, to: &json) }
        for option in given where option.name != "model" {
            json.key(escaping: option.name)
            json.value(raw: Array(option.value.json.utf8))
        }
        json.endObject()
        return json.bytes
    }

    /// Joins tokens to words. Tokens are pieces of words: a token that begins with a space begins a word, and so does each token of a script without
    /// spaces; a punctuation mark is a token of its own.
    private func transcript(_ tokens: borrowing JSONView) -> Transcript {
        struct Open {
            var text: String
            var start: Double
            var end: Double
            var confidences: [Double]
            var speaker: String?
            var language: String?
            var hasBlank: Bool
        }
        var words = RecordedWords()
        var open: Open?
        var languages: [String: Int] = [:]
        func close(_ word: Open, _ words: inout RecordedWords) {
            let mean = word.confidences.isEmpty ? nil : word.confidences.reduce(0, +) / Double(word.confidences.count)
            words.add(
                word.text, start: word.start, end: word.end, confidence: mean,
                speaker: order.options.diarize ? words.speaker(word.speaker) : nil, language: word.language.map(LanguageTag.ofVendor),
                hasBlank: word.hasBlank)
        }
        for index in 0..<tokens.count {
            let token = tokens[index]
            guard let text = token["text"].string, !token["translation_status"].equals("translation") else { continue }
            let start = token["start_ms"].double.map { $0 / 1_000 }, end = token["end_ms"].double.map { $0 / 1_000 }
            let speaker = token["speaker"].string, language = token["language"].string
            if let language { languages[language, default: 0] += 1 }
            let begins = text.first?.isWhitespace ?? false
            let isMark = text.allSatisfy { !$0.isLetter && !$0.isNumber && !$0.isWhitespace }
            if var word = open, !begins, isMark || word.speaker == speaker && !SonioxToken.standsAlone(text, behind: word.text) {
                word.text += text
                // A mark's own time and speaker do not matter.
                if !isMark, let end { word.end = max(word.end, end) }
                if let confidence = token["confidence"].double, !isMark { word.confidences.append(confidence) }
                open = word
            } else {
                if let word = open { close(word, &words) }
                let at = start ?? open?.end ?? 0
                open = Open(
                    text: text, start: at, end: end ?? at, confidences: token["confidence"].double.map { [$0] } ?? [], speaker: speaker,
                    language: language, hasBlank: begins)
            }
        }
        if let word = open { close(word, &words) }
        let most = languages.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        return words.transcript(
            length: length, language: order.language(found: most), model: model)
    }
}
