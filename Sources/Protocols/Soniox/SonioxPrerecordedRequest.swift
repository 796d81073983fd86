import Framing
package import Speech

/// The request of `POST /v1/transcriptions`.
///
/// `null` means absent. Members that no line here reads are left to Soniox's own engine: see `SonioxOptions`. `translation` is rejected.
///
/// Source: Soniox API reference, "Create transcription".
package struct SonioxPrerecordedRequest: Sendable, Equatable {
    package enum Audio: Sendable, Equatable {
        /// The id of an uploaded file.
        case file(String)
        /// A URL of HTTP or HTTPS.
        case address(String)
    }

    package var audio: Audio
    package var model: String
    /// The hints as the answer repeats them; nil: the client gave none.
    package var languageHints: [String]?
    package var diarizes: Bool
    package var identifiesLanguage: Bool
    package var terms: [String]
    /// The text of `context`, or all of it when it is a string; nil: none.
    package var prompt: String?
    /// The sound tracks that are heard.
    package var tracks: TrackChoice
    package var webhook: JobWebhook?
    package var reference: String?
    /// Name of the recording's file. A stored order has it as a member of its own, because a file may be deleted before its transcription.
    package var fileName: String
    /// The language to ask an engine for; nil: the engine finds it.
    package var language: LanguageTag?
    /// The languages of the hints, where there are several; empty: there are fewer, or one leaves the choice to the engine.
    package var expectedLanguages: [LanguageTag]
    /// True if the languages of the hints are the only ones that are possible.
    package var isStrict: Bool
    /// The members that go to Soniox as they are.
    package var vendorOptions: VendorOptions

    /// Maximum size of a request's body, in bytes.
    package static let limit = 65_536
    private static let maxAddress = 4_096
    private static let maxWebhook = 256
    private static let maxModel = 32
    private static let nameField = "filename"

    package init(_ body: [UInt8]) throws(SonioxAPIError) {
        guard let document = try? JSONDocument(parsing: body, sizeLimit: Self.limit * 2, depthLimit: 16), document.root.isObject else {
            throw .invalidBody("The body must be a JSON object.")
        }
        let fields = SonioxFields(document.root)
        guard let model = try fields.text("model", longest: Self.maxModel) else { throw .member("model", "Field required", type: "missing") }
        self.model = model
        let file = try fields.text("file_id", longest: 100), address = try fields.text("audio_url", longest: Self.maxAddress)
        switch (file, address) {
        case (let file?, nil):
            guard let id = UUIDText.canonical(file) else { throw .member("file_id", "Input should be a valid UUID.", type: "uuid_parsing") }
            audio = .file(id)
            fileName = ""
        case (nil, let address?):
            guard Self.isAddress(address) else { throw .member("audio_url", "Input should be a URL that begins with http:// or https://.") }
            audio = .address(address)
            fileName = Self.fileName(of: address)
        case (.some, .some): throw .member("audio_url", "Only one of audio_url and file_id can be given.")
        case (nil, nil): throw .member("audio_url", "Either audio_url or file_id must be given.", type: "missing")
        }
        if let stored = try fields.text(Self.nameField, longest: 4_096) { fileName = stored }
        let hints = try fields.hints()
        languageHints = hints.map { $0.map(\.tag.rawValue) }
        language = Self.language(hints ?? [])
        expectedLanguages = SonioxConfiguration.expected(hints ?? [])
        diarizes = try fields.flag("enable_speaker_diarization")
        identifiesLanguage = try fields.flag("enable_language_identification")
        isStrict = try fields.flag("language_hints_strict")
        (terms, prompt) = try fields.context()
        tracks = try fields.tracks()
        webhook = try fields.webhook(longest: Self.maxWebhook)
        reference = try fields.text("client_reference_id", longest: SonioxFile.maxReference)
        try fields.checkTranslation()
        vendorOptions = fields.vendorOptions()
        vendorOptions.options.removeAll { $0.name == Self.nameField }
    }

    /// Returns the order's body with the name of its file, as it is stored.
    package static func naming(_ name: String, in body: [UInt8]) -> [UInt8]? {
        guard case .object(var members)? = try? JSONValue(parsing: body) else { return nil }
        members.removeAll { $0.name == nameField }
        members.append(.init(name: nameField, value: .string(name)))
        var json = JSONWriter(capacity: body.count + name.utf8.count + 20)
        json.value(.object(members))
        return json.bytes
    }

    /// True if the name follows the vendor's names of models for recordings.
    private var namesVendorModel: Bool { model.lowercased().hasPrefix("stt-async-") }

    /// - Parameter models: names of models that the engines have.
    /// - Throws: an error when neither the vendor nor an engine has the model.
    package func checkModel(among models: Set<String>) throws(SonioxAPIError) {
        guard namesVendorModel || models.contains(model.lowercased()) else { throw .member("model", "Invalid model") }
    }

    package var options: RecognitionOptions {
        var options = RecognitionOptions(language: language, model: model, diarize: diarizes, keyterms: terms)
        options.vendorOptions = vendorOptions
        options.tracks = tracks
        options.shared = SharedOptions(prompt: prompt)
        options.shared.expect(expectedLanguages, isStrict: isStrict)
        return options
    }

    private static func language(_ hints: [LanguageName]) -> LanguageTag? {
        guard let first = hints.first else { return LanguageParameter.sonioxRecorded.standard?.ofRecording }
        // With several hints, the engine chooses the language.
        return hints.count > 1 ? .multi : first.ofRecording
    }

    static func isAddress(_ address: String) -> Bool {
        let lower = address.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else { return false }
        return address.utf8.count > scheme.utf8.count && !address.contains(where: \.isWhitespace)
    }

    /// Returns the name of a URL's file: the last part of the path, or the host where there is none.
    private static func fileName(of address: String) -> String {
        let path = address.prefix { $0 != "?" && $0 != "#" }
        let last = path.split(separator: "/").last.map(String.init) ?? address
        return SonioxFile.name((try? PercentCoding.decode(last, plusIsSpace: false)) ?? last)
    }
}
