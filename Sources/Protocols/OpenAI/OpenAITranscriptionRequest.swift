package import Framing
package import Speech

/// The request of `POST /v1/audio/transcriptions`: all fields of the form except the file.
///
/// Applied: `model`, `language` or `languages[]`, `keywords[]`, `prompt` (its key terms), `include[]` (for `json`, `diarized_json` and streams),
/// `response_format`, `temperature` (echoed), `timestamp_granularities[]` (for `verbose_json`), `stream`, `known_speaker_names[]` with
/// `known_speaker_references[]` (for `diarized_json`), Harken's own `track`, and `engine` in the query. All other fields are left to OpenAI's own
/// engine: see `OpenAIOptions`.
///
/// Source: OpenAI API reference, "Create transcription".
package struct OpenAITranscriptionRequest: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package enum Format: String, Sendable, CaseIterable {
        case json, text, srt, vtt
        case verboseJSON = "verbose_json"
        case diarizedJSON = "diarized_json"
    }

    package enum Granularity: String, Sendable, CaseIterable {
        case word, segment
    }

    package var model: String
    /// True if no engine here has the model, so that another engine serves it.
    package var isAliased = false
    package var language: LanguageTag?
    /// The key terms: the client's keywords, and the terms of its prompt.
    package var keyterms: [String]
    package var format: Format
    package var temperature: Double
    package var granularities: Set<Granularity>
    package var streams: Bool
    package var includesLogprobs: Bool
    package var engines: [EngineName]
    /// Voices whose names the speakers get; empty unless the answer tells speakers apart.
    package var references: [OpenAISpeakerReference]
    /// The names of the form's fields about references.
    private var referenceFields: [String]
    /// The names of the form's fields for which the answer has no place in this format, whatever engine serves.
    package private(set) var unusedFields: [String] = []
    /// The sound tracks that are heard.
    package var tracks: TrackChoice
    /// The fields that go to OpenAI's own engine as they are.
    package var vendorOptions: VendorOptions
    package var shared: SharedOptions

    /// - Parameters:
    ///   - fields: the fields in the order in which they came, without the value of `file`.
    ///   - hasFile: true if a part with the name `file` came, of any length.
    ///   - aliases: engines for unknown models, unless the request names engines.
    package static func parse(
        _ fields: [Field], hasFile: Bool, _ head: HTTPRequestHead, _ context: HandshakeContext,
        aliases: ModelAliases = .standard
    ) -> Result<OpenAITranscriptionRequest, ErrorResponse> {
        do throws(OpenAIFieldError) {
            var request = try OpenAITranscriptionRequest(OpenAIForm(fields: fields), engines: EngineChoice.engines(of: head))
            guard hasFile else { throw OpenAIFieldError("A file is needed: the recording, as the multipart field 'file'.", "file") }
            guard !OpenAIModels.isKnown(request.model, context) else { return .success(request) }
            guard let engine = aliases.engine(for: request.model) else {
                return .failure(OpenAIErrorResponse.make(.unknownModel(request.model), requestID: context.requestID))
            }
            request.isAliased = true
            if request.engines.isEmpty { request.engines = [engine] }
            return .success(request)
        } catch {
            return .failure(OpenAIErrorResponse.invalid(error.message, parameter: error.parameter, code: error.code, requestID: context.requestID))
        }
    }

    private init(_ form: OpenAIForm, engines: [EngineName]) throws(OpenAIFieldError) {
        model = form.text("model") ?? OpenAIModels.standard
        guard model.utf8.count <= OpenAIModels.maxNameByteCount else {
            throw OpenAIFieldError("The model's name is longer than \(OpenAIModels.maxNameByteCount) bytes.", "model")
        }
        self.engines = engines
        tracks = try Self.tracks(form)
        let languages = try Self.languages(form)
        language = languages.tag
        keyterms = form.list("keywords")
        for term in PromptTerms.terms(of: form.text("prompt")) where !keyterms.contains(term) { keyterms.append(term) }
        format = try form.choice("response_format", Format.self) ?? .json
        temperature = try Self.temperature(form)
        vendorOptions = OpenAIOptions.options(in: form)
        vendorOptions.dropForeignLanguages(in: ["language", "languages", "languages[]"])
        // The one language counts. OpenAI's own engine is sent both, and decides.
        if form.text("language") != nil { for name in form.names(of: "languages") { vendorOptions.markUnread(name) } }
        shared = SharedOptions(prompt: form.text("prompt"), temperature: form.text("temperature") == nil ? nil : temperature)
        shared.languages = languages.choice
        streams = try form.flag("stream") ?? false
        granularities = try Self.granularities(form, format)
        includesLogprobs = form.list("include").contains("logprobs")
        references = format == .diarizedJSON ? try OpenAISpeakerReference.list(form) : []
        referenceFields = OpenAISpeakerReference.fields(of: form)
        for value in form.list("include") where value != "logprobs" {
            throw OpenAIFieldError("'\(value.prefix(bytes: 80))' is not a value of include[]. Use logprobs.", "include")
        }
        if streams && ![.json, .text, .diarizedJSON].contains(format) {
            throw OpenAIFieldError("stream works with response_format json, text or diarized_json, not with \(format.rawValue).", "stream")
        }
        if !streams, ![.json, .diarizedJSON].contains(format) { unusedFields += form.names(of: "include") }
        if format != .verboseJSON { unusedFields += form.names(of: "timestamp_granularities") }
    }

    /// Returns the language, and the candidates. Several leave the choice to the engine.
    private static func languages(_ form: OpenAIForm) throws(OpenAIFieldError) -> (tag: LanguageTag?, choice: [LanguageTag]) {
        let candidates = form.text("language") == nil ? form.list("languages") : []
        let name = candidates.isEmpty ? "language" : "languages"
        do throws(LanguageFault) {
            let parameter = LanguageParameter.openAIRecorded
            guard candidates.isEmpty else { return (try parameter.read(candidates, as: name), try parameter.choice(candidates, as: name)) }
            return (try parameter.read(form.text("language"))?.ofRecording, [])
        } catch {
            throw OpenAIFieldError(
                "Invalid language '\(error.value ?? "")'. Language parameter must be specified in ISO-639-1 format, such as en. \(error.message)",
                name, code: "invalid_language_format")
        }
    }

    private static func tracks(_ form: OpenAIForm) throws(OpenAIFieldError) -> TrackChoice {
        guard let value = form.text("track") else { return .usual }
        guard let choice = TrackChoice(value) else {
            throw OpenAIFieldError("track is '\(value.prefix(bytes: 80))'; it must be all, or the number of a sound track from 1.", "track")
        }
        return choice
    }

    private static func temperature(_ form: OpenAIForm) throws(OpenAIFieldError) -> Double {
        guard let value = form.text("temperature") else { return 0 }
        guard let number = Double(value), (0...1).contains(number) else {
            throw OpenAIFieldError("temperature is '\(value.prefix(bytes: 80))'; it must be a number from 0 to 1.", "temperature")
        }
        return number
    }

    /// Returns the granularities, as measured at the vendor: no value or `segment` gives segments, `word` alone gives words, both values give both.
    private static func granularities(_ form: OpenAIForm, _ format: Format) throws(OpenAIFieldError) -> Set<Granularity> {
        var granularities: Set<Granularity> = []
        for value in form.list("timestamp_granularities") {
            guard let granularity = Granularity.allCases.first(where: { $0.rawValue.equalsIgnoringCase(value) }) else {
                let shown = value.prefix(bytes: 80)
                throw OpenAIFieldError("'\(shown)' is not a timestamp granularity. Use word, segment or both.", "timestamp_granularities")
            }
            granularities.insert(granularity)
        }
        if granularities.contains(.word) && format != .verboseJSON {
            throw OpenAIFieldError("Word timestamps need response_format=verbose_json.", "timestamp_granularities")
        }
        return granularities.isEmpty ? [.segment] : granularities
    }

    package var options: RecognitionOptions {
        var options = RecognitionOptions(
            language: language, model: isAliased ? nil : model, diarize: format == .diarizedJSON, keyterms: keyterms,
            wordTimes: format != .json && format != .text)
        options.vendorOptions = vendorOptions
        options.shared = shared
        options.tracks = tracks
        return options
    }

    /// Returns the names of the options that have no effect on the answer: those that the engine ignored, those for which the format has no place, and
    /// the references of speakers when no speaker has a name by them.
    ///
    /// - Parameters:
    ///   - ignored: the options that the engine ignores.
    ///   - transcript: the answer's transcript; nil while recognition goes on.
    package func ignored(_ ignored: [String], in transcript: Transcript? = nil) -> [String] {
        let isNamed = transcript.map { $0.channels.contains { !$0.speakerNames.isEmpty } } ?? !references.isEmpty
        let unused = isNamed ? unusedFields : unusedFields + referenceFields
        return ignored + unused.filter { !ignored.contains($0) }
    }

    /// Returns texts about the options that turned out to have no effect on a streamed answer, each once.
    ///
    /// - Parameters:
    ///   - ignored: the options that the engine ignored.
    ///   - told: the names that the header of the answer has.
    package func warnings(of ignored: [String], in transcript: Transcript, besides told: [String]) -> [String] {
        self.ignored(ignored, in: transcript).filter { !told.contains($0) }.map { name in
            referenceFields.contains(name) && !ignored.contains(name)
                ? "\(name) has no effect: no voice of the recording is known by a reference." : IgnoredOptions.warning(name)
        }
    }

    /// The answer to `POST /v1/audio/translations`: no engine here translates.
    package static func translationError(_ context: HandshakeContext) -> ErrorResponse {
        OpenAIErrorResponse.invalid(
            "The engines of this gateway do not translate. Use /v1/audio/transcriptions for the text in the language that is spoken.",
            parameter: "model", code: "unsupported_operation", requestID: context.requestID)
    }
}

/// An invalid field of a transcription request's form.
struct OpenAIFieldError: Error {
    var message: String
    var parameter: String
    var code: String?

    init(_ message: String, _ parameter: String, code: String? = "invalid_value") {
        self.message = message
        self.parameter = parameter
        self.code = code
    }
}
