package import Speech

/// A vendor's recognition of recordings.
package struct PrerecordedService: Sendable {
    package var capabilities: Capabilities
    /// Where it is by default: `https://api.openai.com/v1`. The machine's targets are appended.
    package var address: String
    /// Between two questions whether a recording is done.
    package var pollInterval: Duration
    /// For one recording, upload and waiting included.
    package var timeLimit: Duration
    package var recognize: @Sendable (PrerecordedOrder) -> any PrerecordedClientMachine

    package init(
        capabilities: Capabilities, address: String, pollInterval: Duration = .seconds(3), timeLimit: Duration = .seconds(900),
        recognize: @escaping @Sendable (PrerecordedOrder) -> any PrerecordedClientMachine
    ) {
        self.capabilities = capabilities
        self.address = address
        self.pollInterval = pollInterval
        self.timeLimit = timeLimit
        self.recognize = recognize
    }
}

/// What one recording's machine is made with.
package struct PrerecordedOrder: Sendable, Equatable {
    package var options: RecognitionOptions
    /// Of the recording.
    package var format: AudioFormat
    package var credential: Credential
    /// The operator's model, for clients that name none of the vendor's.
    package var model: String?
    /// A name that no other order has, by which it can be found at the vendor; empty: none.
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

    /// The language that was heard.
    ///
    /// - Parameter found: the vendor's code; nil: it says none. `multi` is no language, and never said to be one.
    func language(found: String?) -> LanguageTag {
        [found.map(LanguageTag.ofVendor), options.language].compactMap { $0 }.first { $0.primary != "multi" } ?? .english
    }

    /// The client's model when it is one of `known`, else the operator's, else `standard`.
    func model(among known: [String], standard: String?) -> String? {
        if let asked = options.model, let same = known.first(where: { $0 == asked.lowercased() }) { return same }
        return model ?? standard
    }
}
