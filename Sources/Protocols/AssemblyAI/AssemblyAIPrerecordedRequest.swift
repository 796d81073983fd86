import Framing
package import Speech

/// The request of `POST /v2/transcript`.
///
/// Applied: `audio_url`, `language_code`, `language_detection`, `language_confidence_threshold`, `speech_model`, `speech_models`, `punctuate`,
/// `format_text`, `speaker_labels`, `multichannel`, `dual_channel`, `audio_start_from`, `audio_end_at`, `keyterms_prompt`, `word_boost`,
/// `custom_spelling`, `speech_threshold`, `redact_pii`, `redact_pii_policies`, `redact_pii_sub`, `filter_profanity`, and the webhook. Checked, and then
/// left to the engine: `language_codes`, `expected_languages`, `disfluencies`, `speakers_expected`, `speaker_options`, `prompt`, `temperature`,
/// `boost_param`. Harken's own: `track`. Everything beyond transcription needs AssemblyAI's own engine: see `demands`. `AssemblyAIOptions` lists what that engine is sent.
///
/// Source: AssemblyAI "Submit a transcription job" API reference.
package struct AssemblyAIPrerecordedRequest: Sendable, Equatable {
    package var audioURL: String
    /// The code as the client wrote it; nil when the client gave none.
    package var languageCode: String?
    package var detectsLanguage: Bool
    package var languageThreshold: Double?
    package var speechModel: String?
    package var speechModels: [String]
    package var punctuates: Bool
    package var formats: Bool
    package var speakerLabels: Bool
    package var multichannel: Bool
    /// The sound tracks that are heard.
    package var tracks: TrackChoice
    package var dualChannel: Bool
    package var disfluencies: Bool
    /// Start of the wanted audio, in milliseconds; words before `startFrom` or after `endAt` are left out.
    package var startFrom: Int?
    package var endAt: Int?
    package var keyterms: [String]
    package var spelling: [WordReplacement]
    /// Minimum share of speech, 0…1: the job fails when its audio has less.
    package var speechThreshold: Double?
    package var webhook: JobWebhook?
    /// Rule for hiding sensitive words in all texts; nil: nothing is hidden.
    package var redaction: AssemblyAIRedaction?
    package var hidesProfanity: Bool
    /// The operator's own profane words.
    package var profanity: [String] = []
    /// Names of the fields that only AssemblyAI's own engine can do, and without which the client must not get a transcript.
    package var demands: [String]
    /// The fields that go to AssemblyAI as they are.
    package var vendorOptions: VendorOptions
    package var shared: SharedOptions

    /// Maximum size of a request's body, in bytes.
    package static let limit = 1 << 20
    private static let usualLanguage = "en_us"

    /// - Parameter isNative: true if AssemblyAI's own engine serves the request, or may be chosen for it; false: a request with `demands` is rejected.
    /// - Throws: `badRequest`.
    package init(_ body: [UInt8], isNative: Bool = false) throws(RequestError) {
        guard let document = try? JSONDocument(parsing: body, sizeLimit: Self.limit), document.root.isObject else {
            throw .badRequest("The body must be a JSON object.")
        }
        let fields = AssemblyAIFields(document.root)
        demands = try fields.demands(isNative: isNative)
        vendorOptions = try fields.vendorOptions()
        vendorOptions.dropForeignLanguages(in: [LanguageParameter.assemblyAIRecorded.name]) { $0.rawValue == AssemblyAILanguage.code(of: $0) }
        guard let address = try fields.text("audio_url", longest: 8_192) else { throw .badRequest("audio_url is required.") }
        guard Self.isHTTP(address) else { throw .badRequest("audio_url should start with http") }
        audioURL = address
        let named = try fields.language()
        languageCode = named?.named?.rawValue
        // Other vendors' words for this vendor's detection are `auto` and `multi`.
        let languages = try fields.languages(), hasCodes = try fields.texts("language_codes")?.isEmpty == false
        detectsLanguage = try fields.flag("language_detection") ?? false || (named == nil ? hasCodes : named?.named == nil)
        languageThreshold = try fields.number("language_confidence_threshold", in: 0...1)
        speechModel = try fields.text("speech_model", longest: 40)
        if let speechModel, !Self.closedModels.contains(speechModel) {
            throw .badRequest("speech_model must be one of \(Self.closedModels.joined(separator: ", ")); other names go into speech_models.")
        }
        speechModels = try fields.texts("speech_models") ?? []
        punctuates = try fields.flag("punctuate") ?? true
        formats = try fields.flag("format_text") ?? true
        disfluencies = try fields.flag("disfluencies") ?? false
        speakerLabels = try fields.flag("speaker_labels") ?? false
        multichannel = try fields.flag("multichannel") ?? false
        tracks = try fields.tracks()
        dualChannel = try fields.flag("dual_channel") ?? false
        startFrom = try fields.whole("audio_start_from", in: 0...1 << 40)
        endAt = try fields.whole("audio_end_at", in: 0...1 << 40)
        if let startFrom, let endAt, endAt <= startFrom { throw .badRequest("audio_end_at must be greater than audio_start_from.") }
        keyterms = try (fields.texts("keyterms_prompt") ?? []) + (fields.texts("word_boost") ?? [])
        shared = try fields.shared()
        if shared.prompt != nil, try fields.texts("keyterms_prompt") != nil {
            throw .badRequest("prompt and keyterms_prompt cannot be used together.")
        }
        shared.languages = detectsLanguage && languageCode == nil ? languages : []
        spelling = try fields.spelling()
        speechThreshold = try fields.number("speech_threshold", in: 0...1)
        webhook = try fields.webhook()
        hidesProfanity = try fields.flag("filter_profanity") ?? false
        redaction = try fields.redaction(language: Self.language(languageCode, isDetected: detectsLanguage))
    }

    /// The values that `speech_model` may have, in requests and in answers.
    static let closedModels = ["best", "nano", "slam-1", "universal"]

    static func isHTTP(_ address: String) -> Bool {
        ["http://", "https://"].contains { address.lowercased().hasPrefix($0) }
    }

    /// The language code of an answer before a language was detected.
    package var echoedLanguage: String? { languageCode ?? (detectsLanguage ? nil : Self.usualLanguage) }

    package var separatesChannels: Bool { multichannel || dualChannel || tracks == .all }

    package var language: LanguageTag? { Self.language(languageCode, isDetected: detectsLanguage) }

    private static func language(_ code: String?, isDetected: Bool) -> LanguageTag? {
        guard let code else { return isDetected ? nil : LanguageParameter.assemblyAIRecorded.standard?.named }
        if code == "en_uk" { return LanguageTag("en-GB") }
        return LanguageTag.ofVendor(code)
    }

    package var options: RecognitionOptions {
        var options = RecognitionOptions(
            language: language, model: speechModels.first ?? speechModel, separateChannels: separatesChannels, diarize: speakerLabels,
            keyterms: keyterms)
        options.redaction = redaction?.rule
        options.vendorOptions = vendorOptions
        options.shared = shared
        options.tracks = tracks
        return options
    }
}
