package import Speech

/// A vendor's service for recordings.
package struct PrerecordedService: Sendable {
    package var capabilities: Capabilities
    /// The service's default address, such as `https://api.openai.com/v1`. The machine's targets are appended.
    package var address: String
    /// Time between two requests for the state of a recording.
    package var pollInterval: Duration
    /// Time limit for one recording, including upload and waiting.
    package var timeLimit: Duration
    /// True if the service answers a recording in one request, so that it can recognise live audio segment by segment.
    package var recognizesSegments: Bool
    /// Returns the features of an order that the vendor bills apart, by what the vendor is sent.
    package var billed: @Sendable (RecognitionOptions) -> Set<BilledFeature>
    /// Returns false if a model is sent nothing of an option of another vendor's protocol, although other models of the vendor take it. The model is the one
    /// that the vendor is asked for; nil: its name is not known.
    package var takes: @Sendable (VendorOption, String?) -> Bool
    package var recognize: @Sendable (PrerecordedOrder) -> any PrerecordedClientMachine

    package init(
        capabilities: Capabilities, address: String, pollInterval: Duration = .seconds(3), timeLimit: Duration = .seconds(900),
        recognizesSegments: Bool = false,
        billed: @escaping @Sendable (RecognitionOptions) -> Set<BilledFeature> = { $0.billedFeatures },
        takes: @escaping @Sendable (VendorOption, String?) -> Bool = { _, _ in true },
        recognize: @escaping @Sendable (PrerecordedOrder) -> any PrerecordedClientMachine
    ) {
        self.capabilities = capabilities
        self.address = address
        self.pollInterval = pollInterval
        self.timeLimit = timeLimit
        self.recognizesSegments = recognizesSegments
        self.billed = billed
        self.takes = takes
        self.recognize = recognize
    }
}

/// The input for one recording's machine.
package struct PrerecordedOrder: Sendable, Equatable {
    package var options: RecognitionOptions
    /// Format of the recording.
    package var format: AudioFormat
    package var credential: Credential
    /// The operator's model, for clients that name none of the vendor's models.
    package var model: String?
    /// A name that no other order has, by which the order can be found at the vendor; empty: none.
    package var reference: String

    package init(
        _ options: RecognitionOptions, format: AudioFormat = .container, credential: Credential, model: String? = nil, reference: String = ""
    ) {
        self.options = options
        self.format = format
        self.credential = credential
        self.model = model
        self.reference = reference
    }

    /// Returns the language of the speech: the vendor's, else the client's, else English.
    ///
    /// - Parameter found: the vendor's language code; nil when the vendor reports none. `multi` is not a language and is never returned.
    func language(found: String?) -> LanguageTag { language(heard: found.map(LanguageTag.ofVendor)) }

    /// Returns the language of the speech: the one that was heard, else the client's, else English.
    ///
    /// - Parameter heard: nil when the vendor reports none.
    func language(heard: LanguageTag?) -> LanguageTag {
        [heard, options.language].compactMap(\.self).first { !$0.isMulti } ?? .english
    }

    /// Returns the client's model if it is in `known`, else the operator's model, else `standard`.
    func model(among known: [String], standard: String?) -> String? {
        if let asked = options.model, let same = known.first(where: { $0 == asked.lowercased() }) { return same }
        return model ?? standard
    }
}
