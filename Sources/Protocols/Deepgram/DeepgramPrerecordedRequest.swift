package import Framing
package import Speech
import TextNormalization

/// The request of `POST /v1/listen`.
///
/// In addition to `DeepgramParameters`: `utterances`, `utt_split`, `paragraphs`, `detect_language`, `callback`, `callback_method`, and Harken's
/// own `track`. All others are for Deepgram's own engine: see `DeepgramOptions`.
///
/// Source: Deepgram "Pre-Recorded Audio" reference.
package struct DeepgramPrerecordedRequest: Sendable, Equatable {
    /// The address that gets the result when the client does not wait for it.
    package struct Callback: Sendable, Equatable {
        /// An `http` or `https` URL.
        package var address: String
        /// Method of the callback: `POST` or `PUT`.
        package var method: HTTPMethod
    }

    package var parameters: DeepgramParameters
    /// True if the body is JSON that names a URL; false if the body is audio.
    package var isRemote: Bool
    package var utterances: Bool
    /// Minimum silence between two utterances.
    package var utterancePause: Duration
    package var paragraphs: Bool
    package var detectsLanguage: Bool
    package var callback: Callback?
    package var engines: [EngineName]
    /// The sound tracks that are heard.
    package var tracks: TrackChoice
    /// The parameters that go to Deepgram as they are.
    package var vendorOptions: VendorOptions
    package var shared: SharedOptions

    private enum CallbackMethod: String, CaseIterable { case post, put }

    package static func parse(_ head: HTTPRequestHead, _ context: HandshakeContext) -> Result<DeepgramPrerecordedRequest, ErrorResponse> {
        do throws(QueryParameterError) {
            var request = try DeepgramPrerecordedRequest(head)
            request.parameters.formatting.rules.profanity = context.profanity
            let model = request.parameters.model
            guard DeepgramModels.isKnown(model) || context.models.contains(model.lowercased()) else {
                return .failure(DeepgramErrorResponse.make(.unknownModel(model), requestID: context.requestID))
            }
            return .success(request)
        } catch {
            return .failure(DeepgramErrorResponse.make(.badRequest(error.message), requestID: context.requestID))
        }
    }

    private init(_ head: HTTPRequestHead) throws(QueryParameterError) {
        let query = QueryParameters(query: head.query)
        parameters = try DeepgramParameters(query, .deepgramRecorded)
        isRemote = Self.isJSON(head.headers["Content-Type"] ?? "")
        utterances = try query.flag("utterances") ?? false
        utterancePause = .milliseconds(Int64((try query.number("utt_split", in: 0...3_600) ?? 0.8) * 1_000))
        let smart = try query.flag("smart_format") ?? false
        paragraphs = try query.flag("paragraphs") ?? false || smart
        if paragraphs { parameters.formatting.punctuates = true }
        parameters.formatting.speakerConfidences = parameters.diarizes
        let languages = try Self.languages(query)
        detectsLanguage = languages != nil || parameters.findsLanguage
        if parameters.findsLanguage { parameters.formatting.languages = false }
        callback = try Self.callback(query)
        engines = EngineChoice.engines(of: head)
        tracks = try query.tracks()
        vendorOptions = DeepgramOptions.table.options(in: head.query, .recorded)
        if parameters.keepsNumerals { vendorOptions.markOverruled("numerals") }
        vendorOptions.dropForeignLanguages(in: [LanguageParameter.deepgramRecorded.name], words: ["multi"]) { $0.rawValue == $0.usual.rawValue }
        vendorOptions.dropForeignLanguages(in: ["detect_language"], words: ["true", "false"]) { $0.rawValue == $0.usual.rawValue }
        shared = try DeepgramOptions.shared(query)
        shared.languages = languages ?? []
    }

    /// True if the media type is JSON; its parameters do not matter, as at the vendor.
    private static func isJSON(_ contentType: String) -> Bool {
        contentType.prefix { $0 != ";" }.trimmingBlanks.equalsIgnoringCase("application/json")
    }

    /// Reads `detect_language`: a flag, or the language codes among which to choose.
    ///
    /// - Returns: the languages; empty for all; nil when the language is not to be detected.
    private static func languages(_ query: QueryParameters) throws(QueryParameterError) -> [LanguageTag]? {
        let name = "detect_language", values = try query.list(name)
        if values.count == 1, values[0].equalsIgnoringCase("true") || values[0].equalsIgnoringCase("false") {
            return try query.flag(name) ?? false ? [] : nil
        }
        do throws(LanguageFault) {
            return values.isEmpty ? nil : try LanguageParameter.deepgramRecorded.choice(values, as: name)
        } catch {
            throw QueryParameterError(error)
        }
    }

    private static func callback(_ query: QueryParameters) throws(QueryParameterError) -> Callback? {
        let method: HTTPMethod = try query.choice("callback_method", CallbackMethod.self) == .put ? .put : .post
        guard let address = query.text("callback") else { return nil }
        let scheme = address.prefix { $0 != ":" }
        guard scheme.equalsIgnoringCase("https") || scheme.equalsIgnoringCase("http"), address.dropFirst(scheme.count).hasPrefix("://") else {
            throw query.wrong("callback", "…", "a URL that begins with http:// or https://")
        }
        return Callback(address: address, method: method)
    }

    package var options: RecognitionOptions {
        var options = RecognitionOptions(
            language: detectsLanguage ? nil : parameters.language, model: parameters.model, separateChannels: parameters.multichannel,
            diarize: parameters.diarizes, keyterms: parameters.keyterms)
        options.redaction = parameters.redaction
        options.vendorOptions = vendorOptions
        options.shared = shared
        options.tracks = tracks
        return options
    }

    /// Format of the audio in the body or at the URL.
    package var format: AudioFormat { parameters.format }

    /// Returns the address in a JSON body, `{"url": "https://…"}`.
    package static func remoteAddress(in body: [UInt8], _ context: HandshakeContext) -> Result<String, ErrorResponse> {
        func rejected(_ reason: String) -> Result<String, ErrorResponse> {
            .failure(DeepgramErrorResponse.make(.badRequest(reason), requestID: context.requestID))
        }
        let unreadable = "Content-type was application/json, but we could not process the JSON payload."
        guard let document = try? JSONDocument(parsing: body, sizeLimit: 65_536) else {
            return rejected("\(unreadable) It is not valid JSON. Audio must come with another content type.")
        }
        guard let address = document.root["url"].string else {
            return rejected("\(unreadable) Give the recording's address as {\"url\": \"https://…\"}.")
        }
        let scheme = address.prefix { $0 != ":" }
        guard scheme.equalsIgnoringCase("https") || scheme.equalsIgnoringCase("http") else {
            return rejected("url must begin with http:// or https://.")
        }
        return .success(address)
    }
}
