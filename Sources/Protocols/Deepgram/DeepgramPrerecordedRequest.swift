package import Framing
package import Speech

/// What `POST /v1/listen` asks for.
///
/// Beside `DeepgramParameters`: `utterances`, `utt_split`, `paragraphs`, `detect_language`, `callback`, `callback_method`. Without effect, because
/// nothing here can do it: `summarize`, `topics`, `intents`, `sentiment` and their kin.
///
/// Source: Deepgram "Pre-Recorded Audio" reference.
package struct DeepgramPrerecordedRequest: Sendable, Equatable {
    /// Where the result goes when the client does not wait for it.
    package struct Callback: Sendable, Equatable {
        /// `http` or `https`.
        package var address: String
        /// `POST` or `PUT`.
        package var method: HTTPMethod
    }

    package var parameters: DeepgramParameters
    /// The body is JSON that names a URL, not audio.
    package var isRemote: Bool
    package var utterances: Bool
    /// Silence that ends an utterance.
    package var utterancePause: Duration
    package var paragraphs: Bool
    package var detectsLanguage: Bool
    package var callback: Callback?
    package var engines: [EngineName]

    private enum CallbackMethod: String, CaseIterable { case post, put }

    package static func parse(_ head: HTTPRequestHead, _ context: HandshakeContext) -> Result<DeepgramPrerecordedRequest, Refusal> {
        do throws(QueryParameters.Fault) {
            let request = try DeepgramPrerecordedRequest(head)
            let model = request.parameters.model
            guard DeepgramModels.isKnown(model) || context.models.contains(model.lowercased()) else {
                return .failure(DeepgramRefusal.make(.unknownModel(model), requestID: context.requestID))
            }
            return .success(request)
        } catch {
            return .failure(DeepgramRefusal.make(.badRequest(error.message), requestID: context.requestID))
        }
    }

    private init(_ head: HTTPRequestHead) throws(QueryParameters.Fault) {
        let query = QueryParameters(query: head.query)
        parameters = try DeepgramParameters(query)
        isRemote = Self.isJSON(head.headers["Content-Type"] ?? "")
        utterances = try query.flag("utterances") ?? false
        utterancePause = .milliseconds(Int64((try query.number("utt_split", in: 0...3_600) ?? 0.8) * 1_000))
        let smart = try query.flag("smart_format") ?? false
        paragraphs = try query.flag("paragraphs") ?? false || smart
        if paragraphs { parameters.formatting.punctuates = true }
        parameters.formatting.speakerConfidences = parameters.diarizes
        detectsLanguage = try Self.detectsLanguage(query)
        callback = try Self.callback(query)
        engines = EngineChoice.engines(of: head)
    }

    /// The media type alone decides, as at the vendor.
    private static func isJSON(_ contentType: String) -> Bool {
        contentType.prefix { $0 != ";" }.trimmingBlanks.equalsIgnoringCase("application/json")
    }

    /// A flag, or the codes among which to choose.
    private static func detectsLanguage(_ query: QueryParameters) throws(QueryParameters.Fault) -> Bool {
        let values = try query.list("detect_language")
        if values.count == 1, values[0].utf8.count > 3 { return try query.flag("detect_language") ?? false }
        for value in values where !LanguageTag(value).isWellFormed {
            throw query.wrong("detect_language", value, "true, false or language codes")
        }
        return !values.isEmpty
    }

    private static func callback(_ query: QueryParameters) throws(QueryParameters.Fault) -> Callback? {
        let method: HTTPMethod = try query.choice("callback_method", CallbackMethod.self) == .put ? .put : .post
        guard let address = query.text("callback") else { return nil }
        let scheme = address.prefix { $0 != ":" }
        guard scheme.equalsIgnoringCase("https") || scheme.equalsIgnoringCase("http"), address.dropFirst(scheme.count).hasPrefix("://") else {
            throw query.wrong("callback", "…", "a URL that begins with http:// or https://")
        }
        return Callback(address: address, method: method)
    }

    package var options: RecognitionOptions {
        RecognitionOptions(
            language: detectsLanguage ? nil : parameters.language, model: parameters.model, separateChannels: parameters.multichannel,
            diarize: parameters.diarizes, keyterms: parameters.keyterms)
    }

    /// Of the audio in the body or behind the URL.
    package var format: AudioFormat { parameters.format }

    /// The address in a JSON body, `{"url": "https://…"}`.
    package static func remoteAddress(in body: [UInt8], _ context: HandshakeContext) -> Result<String, Refusal> {
        func refused(_ reason: String) -> Result<String, Refusal> {
            .failure(DeepgramRefusal.make(.badRequest(reason), requestID: context.requestID))
        }
        let unreadable = "Content-type was application/json, but we could not process the JSON payload."
        guard let document = try? JSONDocument(parsing: body, sizeLimit: 65_536) else {
            return refused("\(unreadable) It is not valid JSON. Audio must come with another content type.")
        }
        guard let address = document.root["url"].string else {
            return refused("\(unreadable) Give the recording's address as {\"url\": \"https://…\"}.")
        }
        let scheme = address.prefix { $0 != ":" }
        guard scheme.equalsIgnoringCase("https") || scheme.equalsIgnoringCase("http") else {
            return refused("url must begin with http:// or https://.")
        }
        return .success(address)
    }
}
