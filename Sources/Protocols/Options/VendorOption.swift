package import Speech

/// An option of a vendor's protocol, as the vendor documents it, and what Harken does with it.
package struct VendorOption: Sendable, Equatable {
    package enum Service: String, Sendable, CaseIterable {
        case live, recorded
    }

    /// The part that Harken takes in an option.
    package enum Handling: Sendable, Equatable {
        /// The client's value applies between the client and Harken. Harken decides what the vendor is sent: the encoding, for example, because
        /// Harken decodes the audio.
        case gateway
        /// Harken sees to the option with every engine, or with those that heed its `turns`: in the engine's own words, or by its own means. The option's
        /// own vendor is sent the client's words. The aspect is the option of the session that may change while audio flows; nil: none.
        case session(StreamAspect? = nil)
        /// Another vendor may have the same option.
        case shared(SharedOption)
        /// Only the vendor's own engine can do it. Other engines ignore the option, and the answer says so.
        case own
        /// Only the vendor's own engine can do it, and a client must not go on without it. Requests that this engine may not serve are rejected.
        case demanded
        /// Harken rejects the option.
        case refused
    }

    package let name: String
    package let services: Set<Service>
    /// The only model with which the option has an effect; nil: it has one with all.
    package let model: String?
    package let handling: Handling
    /// The members of an object, or of a list's objects, that Harken reads; the others are for the vendor's own engine. nil: Harken reads all.
    package let readMembers: Set<String>?
    /// True if the option adds fields to the vendor's answer, and has no other effect.
    package let answers: Bool
    /// True if the vendor sends texts past Harken, which redacts nothing there.
    package let bypasses: Bool
    /// True if Harken decides for a gateway's clients only: a program that uses the engine without a gateway may give the option.
    package let isFreeForPrograms: Bool
    /// The parts of the rule of turns that the option sets: it has an effect with the engines that heed one of them. Empty: the option is not about
    /// turns, or Harken's server does it.
    package let turns: Set<TurnPart>
    /// The silences for which words among the option's values stand; a number is a silence in milliseconds. Empty: there are no such words.
    package let silences: [String: Duration]
    /// The least silence that engines are asked for, but for the vendor's own where it is sent the option: this one stands for a shorter one, which is
    /// named. nil: there is none.
    package let leastSilence: Duration?
    /// A value that clients may give: the text of a parameter, or the JSON text of a member.
    package let example: String

    init(
        _ name: String, _ handling: Handling, _ example: String = "true", in services: Set<Service> = [.live, .recorded],
        with model: String? = nil, reading readMembers: Set<String>? = nil, answers: Bool = false, bypasses: Bool = false,
        isFreeForPrograms: Bool = false, turns: Set<TurnPart> = [], silences: [String: Duration] = [:],
        leastSilence: Duration? = nil
    ) {
        self.name = name
        self.services = services
        self.model = model
        self.handling = handling
        self.readMembers = readMembers
        self.answers = answers
        self.bypasses = bypasses
        self.isFreeForPrograms = isFreeForPrograms
        self.turns = turns
        self.silences = silences
        self.leastSilence = leastSilence
        self.example = example
    }

    /// Returns the silence for which a value of the option stands; nil: the value is none.
    func silence(of value: VendorOptions.Option.Value) -> Duration? {
        let text = value.text
        if let silence = silences[text] { return silence }
        guard let milliseconds = Double(text), (0...3_600_000).contains(milliseconds) else { return nil }
        return .milliseconds(Int64(milliseconds))
    }
}

/// An option that several engines have under names of their own: the members of `SharedOptions`, the voices of known speakers, and the region in whose
/// spelling words are written.
package enum SharedOption: Sendable, CaseIterable {
    case fillerWords, knownSpeakers, languages, locale, prompt, speakerCount, temperature

    /// The engines that are asked for the option in their own words.
    package func engines(_ service: VendorOption.Service) -> Set<String> {
        switch (self, service) {
        case (.fillerWords, .live): ["deepgram", "speechmatics"]
        case (.fillerWords, .recorded): ["assemblyai", "deepgram", "speechmatics"]
        case (.knownSpeakers, .live): []
        case (.knownSpeakers, .recorded): ["local", "openai"]
        case (.languages, .live), (.languages, .recorded): ["local"]
        case (.locale, .live): ["deepgram"]
        case (.locale, .recorded): []
        // AssemblyAI's models that report word by word take none: see `Catalogue.isPromptTaken`.
        case (.prompt, .live): ["openai", "soniox"]
        case (.prompt, .recorded): ["assemblyai", "openai", "soniox"]
        case (.speakerCount, .live): ["assemblyai", "speechmatics"]
        case (.speakerCount, .recorded): ["assemblyai"]
        case (.temperature, .live): []
        case (.temperature, .recorded): ["assemblyai", "openai"]
        }
    }
}

/// The effect of an option with one engine.
package enum OptionEffect: String, Sendable, CaseIterable {
    /// The engine does it.
    case native
    /// Harken does it, or asks the engine in the engine's own words.
    case harken
    /// The option has no effect, and the answer says so.
    case ignored
    /// The request is rejected.
    case refused
}
