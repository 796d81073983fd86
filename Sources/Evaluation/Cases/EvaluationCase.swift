public import Speech

/// One recording, or one stored pair of answers, that engines are compared on.
public struct EvaluationCase: Sendable, Equatable {
    public var id: String
    /// Cases of one scenario are judged together.
    public var scenario: String
    public var language: LanguageTag?
    /// The recording's path; nil when there are only answers.
    public var audio: String?
    public var reference: ReferenceTranscript
    /// Answers that the manifest brings along.
    public var answers: [EngineName: EngineAnswer]
    /// Which engine serves such audio today.
    public var currentPolicy: EngineName?

    public init(
        id: String, scenario: String = "unspecified", language: LanguageTag? = nil, audio: String? = nil,
        reference: ReferenceTranscript = ReferenceTranscript(), answers: [EngineName: EngineAnswer] = [:], currentPolicy: EngineName? = nil
    ) {
        self.id = id
        self.scenario = scenario
        self.language = language
        self.audio = audio
        self.reference = reference
        self.answers = answers
        self.currentPolicy = currentPolicy
    }
}
