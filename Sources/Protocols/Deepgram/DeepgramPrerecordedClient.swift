import Framing
import Speech

/// The client side of Deepgram's protocol for recordings: one request, one answer.
///
/// Source: Deepgram "Pre-recorded audio" API reference.
package struct DeepgramPrerecordedClient: PrerecordedClientMachine {
    private static let maxChannels = 64
    private let order: PrerecordedOrder

    package init(_ order: PrerecordedOrder) { self.order = order }

    package static let service = PrerecordedService(
        capabilities: Capabilities(
            streaming: false, prerecorded: true, languages: .any, models: ["nova-3", "nova-2"], interims: false, speakers: true,
            channelsPerStream: 20),
        address: "https://api.deepgram.com",
        billed: { BilledFeature.sent(toDeepgram: DeepgramPrerecordedClient(PrerecordedOrder($0, credential: Credential(""))).query) },
        recognize: { DeepgramPrerecordedClient($0) })

    package mutating func start() -> PrerecordedStep {
        guard !order.credential.secret.isEmpty else { return .failed(.unauthorized("Deepgram needs a key, and no key is configured.")) }
        guard let raw = rawParameters else {
            return .failed(.undecodable("Deepgram does not accept recordings of this encoding without a container."))
        }
        var query = query
        for (name, value) in raw { query.add(name, value) }
        var headers: HTTPHeaders = ["Authorization": "Token " + order.credential.secret]
        // Without this header the driver sends the file's own type.
        if !raw.isEmpty { headers.set("Content-Type", "audio/raw") }
        // The vendor answers when everything is recognized, after ten minutes at most.
        return .request(
            VendorRequest(
                .post, "/v1/listen?" + query.encoded, headers: headers, body: .file, repetition: .ifNotActedOn, patience: .seconds(660),
                isOrder: true))
    }

    package mutating func answered(_ answer: VendorAnswer) -> PrerecordedStep {
        guard answer.isSuccess else {
            return .failed(
                DeepgramEngineErrors.rejected(status: answer.status, headers: answer.headers, body: answer.body, language: order.options.language)
                    .asRecording
            )
        }
        let errors = VendorEngineErrors(vendor: "Deepgram", credential: order.credential, language: order.options.language)
        guard let document = try? JSONDocument(parsing: answer.body, sizeLimit: 1 << 28), document.root["results"]["channels"].isArray else {
            return .failed(errors.violation("answers without results"))
        }
        let channels = document.root["results"]["channels"]
        let wanted = order.options.separateChannels ? max(1, min(channels.count, Self.maxChannels)) : 1
        guard (0..<wanted).allSatisfy({ channels[$0]["alternatives"].count > 0 }) else {
            return .failed(errors.violation("answers without an alternative"))
        }
        return .done(transcript(document.root))
    }

    package var askedModel: String? { model }

    /// The model that the vendor is asked for, and bills.
    private var model: String {
        let named = DeepgramOptions.Given(order.options.vendorOptions, .recorded).values("model").last { DeepgramModels.isKnown($0) }
        return named ?? order.options.model.flatMap { DeepgramModels.isKnown($0) ? $0.lowercased() : nil } ?? order.model ?? DeepgramModels.fallback
    }

    private var query: URLQuery {
        let options = order.options
        let given = DeepgramOptions.Given(options.vendorOptions, .recorded)
        var query: URLQuery = ["model": model, "punctuate": "true"]
        if !given.isNative, !given.has("smart_format") { query.add("smart_format", "true") }
        if let language = options.language {
            if !given.has("language") { query.add("language", language.rawValue) }
        } else if !given.asks(for: "detect_language") {
            query.add("detect_language", "true")
        }
        if options.diarize, !given.asks(for: "diarize"), !given.has("diarize_model") { query.add("diarize", "true") }
        if options.separateChannels { query.add("multichannel", "true") }
        query.add(keyterms: options.keyterms, model: model.lowercased(), beyond: given)
        if let fillerWords = options.shared.fillerWords, !given.has("filler_words") { query.add("filler_words", "\(fillerWords)") }
        if let redaction = options.redaction { query.add(redaction, beyond: given) }
        query.add(given, except: ["model"])
        return query
    }

    /// Parameters that describe the bytes; empty when the file describes itself, nil when Deepgram has no name for the encoding.
    private var rawParameters: [(String, String)]? {
        guard case .raw(let encoding, let rate, let channels) = order.format else { return [] }
        switch encoding {
        case .linear16, .mulaw, .amrNarrowband, .amrWideband, .opus, .speex, .g729, .linear32, .alaw:
            return [("encoding", encoding.rawValue), ("sample_rate", "\(rate.hertz)"), ("channels", "\(channels)")]
        case .flac, .oggOpus: return []
        default: return nil
        }
    }

    private func transcript(_ root: borrowing JSONView) -> Transcript {
        let channels = root["results"]["channels"]
        var words = RecordedWords(channels: order.options.separateChannels ? channels.count : 1)
        var language: String?
        for channel in 0..<min(channels.count, order.options.separateChannels ? Self.maxChannels : 1) {
            language = language ?? channels[channel]["detected_language"].string
            let list = channels[channel]["alternatives"][0]["words"]
            for index in 0..<list.count {
                let word = list[index]
                guard let text = word["punctuated_word"].string ?? word["word"].string, let start = word["start"].double, let end = word["end"].double
                else { continue }
                // The vendor numbers speakers from 0; a number of 1,000 or more is a mistake.
                let speaker = order.options.diarize ? word["speaker"].int.flatMap { (0..<1_000).contains($0) ? SpeakerLabel($0) : nil } : nil
                words.add(
                    text, start: start, end: end, confidence: word["confidence"].double, speaker: speaker,
                    speakerConfidence: speaker == nil ? nil : word["speaker_confidence"].double,
                    language: word["language"].string.map(LanguageTag.ofVendor), channel: channel)
            }
            words.keepBlanks(of: channels[channel]["alternatives"][0]["transcript"].string ?? "", channel: channel)
        }
        // The answer's own name of the model, such as `general-nova-3`, is not the one that prices have. It is a field for the vendor's own clients.
        var transcript = words.transcript(
            length: root["metadata"]["duration"].double,
            language: order.language(found: language),
            languageConfidence: channels[0]["language_confidence"].double, model: model)
        if let options = order.options.vendorOptions, options.vendor == DeepgramOptions.vendor {
            transcript.isNative = true
            transcript.vendorFields = DeepgramVendorFields.fields(of: root, answers: options.allowsAnswers)
        }
        return transcript
    }
}

extension EngineError {
    /// The error of a recording: narrower than the live protocol's error where Deepgram could not process the audio.
    fileprivate var asRecording: EngineError {
        switch self {
        case .badRequest(let said) where said.contains("failed to process audio"): .undecodable(said)
        case _: self
        }
    }
}
