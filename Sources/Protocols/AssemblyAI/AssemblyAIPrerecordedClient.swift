import Framing
package import Speech

/// The client side of AssemblyAI's protocol for recordings: upload the audio, create the job, poll until the job is done.
///
/// Source: AssemblyAI "Pre-recorded speech-to-text" API reference.
package struct AssemblyAIPrerecordedClient: PrerecordedClientMachine {
    private enum State {
        case uploading  // → creating, over
        /// Creating the job. `again`: a search showed that the first order did not arrive.
        case creating(audio: String, again: Bool)  // → seeking, working, over
        /// Searching for an order that the vendor may have accepted. The search is by the upload's address, which belongs to this order alone.
        case seeking(audio: String, again: Bool, EngineError)  // → creating, working, over
        case working(VendorRequest)  // → over
        case over
    }

    private static let models = ["universal-3-5-pro", "universal-2"]

    private let order: PrerecordedOrder
    private let errors: VendorEngineErrors
    private var state: State = .uploading

    package init(_ order: PrerecordedOrder) {
        self.order = order
        errors = VendorEngineErrors(vendor: "AssemblyAI", credential: order.credential, language: order.options.language)
    }

    package static let service = PrerecordedService(
        capabilities: Capabilities(
            streaming: false, prerecorded: true, languages: .any, models: models, interims: false, speakers: true, channelsPerStream: 32),
        address: "https://api.assemblyai.com",
        billed: { AssemblyAIPrerecordedClient(PrerecordedOrder($0, credential: Credential(""))).billedFeatures },
        recognize: { AssemblyAIPrerecordedClient($0) })

    package var askedModel: String? {
        // The vendor's own clients give a list, of which the first is used where it has the language. `speech_model` has names of choices, such as `best`.
        let isListed = AssemblyAIOptions.table.sent(order.options.vendorOptions, .recorded).contains { $0.name == "speech_models" }
        return (isListed ? order.options.model : nil) ?? order.model(among: Self.models, standard: Self.models[0])
    }

    package mutating func start() -> PrerecordedStep {
        guard !order.credential.secret.isEmpty else { return fail(.unauthorized("AssemblyAI needs a key, and no key is configured.")) }
        // The vendor deletes uploads that are never transcribed.
        return .request(VendorRequest(.post, "/v2/upload", headers: headers, body: .describedFile, patience: .seconds(120)))
    }

    package mutating func answered(_ answer: VendorAnswer) -> PrerecordedStep {
        guard answer.isSuccess else { return rejected(answer) }
        guard let document = try? JSONDocument(parsing: answer.body, sizeLimit: 1 << 28) else {
            return fail(errors.violation("answers with no JSON"))
        }
        switch state {
        case .uploading:
            guard let address = document.root["upload_url"].string, address.utf8.count <= 2_048 else {
                return fail(errors.violation("gives no upload_url"))
            }
            return create(audio: address, again: false)
        case .creating:
            guard let question = question(for: document.root["id"].string) else { return fail(errors.violation("gives no transcript id")) }
            state = .working(question)
            return outcome(document.root, question)
        case .seeking(let audio, let again, let error):
            let list = document.root["transcripts"]
            for index in 0..<list.count where list[index]["audio_url"].string == audio {
                guard let question = question(for: list[index]["id"].string) else { continue }
                state = .working(question)
                return .request(question)
            }
            return again ? fail(error) : create(audio: audio, again: true)
        case .working(let question): return outcome(document.root, question)
        case .over: return .failed(errors.violation("answers twice"))
        }
    }

    package mutating func unanswered(_ error: EngineError) -> PrerecordedStep? {
        guard case .creating(let audio, let again) = state else { return nil }
        return seek(audio: audio, again: again, error)
    }

    package var continuation: VendorRequest? {
        switch state {
        case .seeking: search
        case .working(let question): question
        case .uploading, .creating, .over: nil
        }
    }

    private mutating func create(audio: String, again: Bool) -> PrerecordedStep {
        state = .creating(audio: audio, again: again)
        var json = headers
        json.add("Content-Type", "application/json")
        return .request(
            VendorRequest(.post, "/v2/transcript", headers: json, body: .json(body(audio: audio)), repetition: .ifNotActedOn, isOrder: true))
    }

    private mutating func seek(audio: String, again: Bool, _ error: EngineError) -> PrerecordedStep {
        state = .seeking(audio: audio, again: again, error)
        return .request(search)
    }

    /// Request for the newest orders. Our order is among them if the vendor accepted it.
    private var search: VendorRequest { VendorRequest(.get, "/v2/transcript?limit=200", headers: headers) }

    private func question(for id: String?) -> VendorRequest? {
        VendorIdentifier.pathSegment(id).map { VendorRequest(.get, "/v2/transcript/" + $0, headers: headers) }
    }

    private mutating func rejected(_ answer: VendorAnswer) -> PrerecordedStep {
        let error = errors.error(answer, said: Self.message(in: answer.body))
        switch state {
        case .creating(let audio, let again) where answer.isPassing && !answer.isNotActedOn: return seek(audio: audio, again: again, error)
        case .seeking where answer.isPassing, .working where answer.isPassing: return .failed(error)
        case .uploading, .creating, .seeking, .working, .over: return fail(error)
        }
    }

    private mutating func outcome(_ root: borrowing JSONView, _ question: VendorRequest) -> PrerecordedStep {
        switch root["status"].string {
        case "queued", "processing": return .poll(question)
        case "completed":
            state = .over
            return .done(transcript(root))
        case "error": return fail(errors.rejection(said: root["error"].string ?? "no reason given"))
        case .some, nil: return fail(errors.violation("gives a transcript without a known status"))
        }
    }

    private mutating func fail(_ error: EngineError) -> PrerecordedStep {
        state = .over
        return .failed(error)
    }

    private var headers: HTTPHeaders { ["Authorization": order.credential.secret] }

    private func body(audio: String) -> [UInt8] {
        let options = order.options
        let given = AssemblyAIOptions.table.sent(options.vendorOptions, .recorded)
        func has(_ names: String...) -> Bool { given.contains { names.contains($0.name) } }
        func asks(for name: String) -> Bool { given.contains { $0.name == name && $0.value.json == "true" } }
        var json = JSONWriter()
        json.beginObject()
        json.member("audio_url", audio)
        if !has("punctuate") { json.member("punctuate", true) }
        if !has("format_text") { json.member("format_text", true) }
        if !has("language_code", "language_codes"), !asks(for: "language_detection") {
            if let language = options.language, !language.isMulti {
                json.member("language_code", AssemblyAILanguage.code(of: language))
            } else if !has("language_detection") {
                json.member("language_detection", true)
            }
        }
        if !has("speech_model", "speech_models"), let model = order.model(among: Self.models, standard: nil) {
            json.key("speech_models")
            json.array([model])
        }
        if options.diarize, !asks(for: "speaker_labels") { json.member("speaker_labels", true) }
        if options.separateChannels, !asks(for: "multichannel"), !asks(for: "dual_channel") { json.member("multichannel", true) }
        if !options.keyterms.isEmpty, !has("keyterms_prompt", "word_boost") {
            json.key("keyterms_prompt")
            json.array(options.keyterms)
        }
        writeShared(options.shared, unless: given, &json)
        let redacted = writeRedaction(given, &json)
        for option in given where !redacted.contains(option.name) {
            json.key(escaping: option.name)
            json.value(raw: Array(option.value.json.utf8))
        }
        json.endObject()
        return json.bytes
    }

    /// The features of the order that the vendor bills apart.
    private var billedFeatures: Set<BilledFeature> {
        guard let sent = try? JSONValue(parsing: body(audio: "")) else { return order.options.billedFeatures }
        return BilledFeature.sent(toAssemblyAI: sent)
    }

    /// Writes the options that clients of other protocols gave.
    private func writeShared(_ shared: SharedOptions, unless given: [VendorOptions.Option], _ json: inout JSONWriter) {
        func has(_ names: String...) -> Bool { given.contains { names.contains($0.name) } }
        if let fillerWords = shared.fillerWords, !has("disfluencies") { json.member("disfluencies", fillerWords) }
        // The vendor takes a prompt or key terms.
        if let prompt = shared.prompt, order.options.keyterms.isEmpty, !has("prompt", "keyterms_prompt") { json.member("prompt", prompt) }
        if let temperature = shared.temperature, !has("temperature") { json.member("temperature", temperature, decimals: 4) }
        guard order.options.diarize, !has("speakers_expected", "speaker_options") else { return }
        if let count = shared.maxSpeakers, count == shared.minSpeakers { return json.member("speakers_expected", count) }
        guard shared.minSpeakers != nil || shared.maxSpeakers != nil else { return }
        json.key("speaker_options")
        json.beginObject()
        if let least = shared.minSpeakers { json.member("min_speakers_expected", least) }
        if let most = shared.maxSpeakers { json.member("max_speakers_expected", most) }
        json.endObject()
    }

    /// Writes what is to be hidden, if that is more than the client's own fields say.
    ///
    /// - Returns: the client's fields that are replaced.
    private func writeRedaction(_ given: [VendorOptions.Option], _ json: inout JSONWriter) -> Set<String> {
        let kinds = order.options.redaction?.kinds ?? []
        let policies = AssemblyAIRedaction.policies(for: kinds)
        guard !policies.isEmpty else { return [] }
        guard given.contains(where: { $0.name == "redact_pii" && $0.value.json == "true" }) else {
            json.member("redact_pii", true)
            json.member("redact_pii_sub", AssemblyAIRedaction.Substitution.name.rawValue)
            json.key("redact_pii_policies")
            json.array(policies)
            return ["redact_pii", "redact_pii_sub", "redact_pii_policies"]
        }
        guard let asked = given.last(where: { $0.name == "redact_pii_policies" })?.value.texts,
            !kinds.subtracting(AssemblyAIRedaction.kinds(of: asked)).isEmpty
        else { return [] }
        json.key("redact_pii_policies")
        json.array(asked + policies.filter { !asked.contains($0) })
        return ["redact_pii_policies"]
    }

    private func transcript(_ root: borrowing JSONView) -> Transcript {
        var words = RecordedWords(channels: order.options.separateChannels ? root["audio_channels"].int ?? 1 : 1)
        let list = root["words"]
        for index in 0..<list.count {
            let word = list[index]
            guard let text = word["text"].string, let start = word["start"].double, let end = word["end"].double else { continue }
            let channel = order.options.separateChannels ? Self.channel(of: word) : 0
            words.add(
                text, start: start / 1_000, end: end / 1_000, confidence: word["confidence"].double,
                speaker: order.options.diarize ? words.speaker(word["speaker"].string) : nil, channel: channel)
        }
        if !order.options.separateChannels, let text = root["text"].string { words.keepBlanks(of: text) }
        if words.isEmpty { addUtterances(root["utterances"], to: &words) }
        var transcript = words.transcript(
            length: root["audio_duration"].double,
            language: order.language(found: root["language_code"].string),
            languageConfidence: root["language_confidence"].double,
            model: root["speech_model_used"].string ?? root["speech_model"].string ?? order.model(among: Self.models, standard: nil) ?? Self.models[0]
        )
        if let options = order.options.vendorOptions, options.vendor == AssemblyAIOptions.vendor {
            transcript.isNative = true
            if options.allowsAnswers {
                transcript.vendorFields = VendorFields.text(VendorFields.members(of: root, except: AssemblyAIOptions.modelled))
            }
        }
        return transcript
    }

    /// Returns the number of a word's channel, from 0. Where channels are kept apart, the speaker is the channel's number too: `2`, or `2A`.
    private static func channel(of word: borrowing JSONView) -> Int {
        let named = word["channel"].string.flatMap(Int.init) ?? word["channel"].int
        return max(1, named ?? word["speaker"].string.flatMap { Int($0.prefix(while: \.isNumber)) } ?? 1) - 1
    }

    /// Adds the words of an answer that has speakers' turns but no word list: each turn's own words, else the turn's text.
    private func addUtterances(_ list: borrowing JSONView, to words: inout RecordedWords) {
        for index in 0..<list.count {
            let turn = list[index]
            let speaker = order.options.diarize ? words.speaker(turn["speaker"].string) : nil
            let channel = order.options.separateChannels ? Self.channel(of: turn) : 0
            let inner = turn["words"]
            for index in 0..<inner.count {
                let word = inner[index]
                guard let text = word["text"].string, let start = word["start"].double, let end = word["end"].double else { continue }
                words.add(text, start: start / 1_000, end: end / 1_000, confidence: word["confidence"].double, speaker: speaker, channel: channel)
            }
            guard inner.count == 0, let text = turn["text"].string, let start = turn["start"].double, let end = turn["end"].double else { continue }
            words.add(estimated: text, start: start / 1_000, end: end / 1_000, speaker: speaker, channel: channel)
        }
    }

    private static func message(in body: [UInt8]) -> String? {
        guard let document = try? JSONDocument(parsing: body, sizeLimit: 65_536) else { return nil }
        return document.root["error"].string
    }
}

/// AssemblyAI's language codes: lower case, with an underscore.
enum AssemblyAILanguage {
    private static let regions: Set<String> = ["en_au", "en_uk", "en_us", "de_ch"]

    /// Returns the code of a language: `en_us` for `en-US`, `en_uk` for `en-GB`. A region that AssemblyAI does not distinguish is left out.
    static func code(of language: LanguageTag) -> String {
        let code = String(language.rawValue.lowercased().map { $0 == "-" ? "_" : $0 })
        if code == "en_gb" { return "en_uk" }
        return regions.contains(code) ? code : language.primary
    }
}
