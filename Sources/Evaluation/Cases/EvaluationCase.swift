public import Speech

/// A recording, or a pair of stored answers, on which engines are compared.
public struct EvaluationCase: Sendable, Equatable {
    public var id: String
    /// Name of the scenario. The cases of one scenario are judged together.
    public var scenario: String
    public var language: LanguageTag?
    /// Path of the recording; nil when the case has only answers.
    public var audio: String?
    public var reference: ReferenceTranscript
    /// Answers from the manifest.
    public var answers: [EngineName: EngineAnswer]
    /// The engine that recognizes such audio in production today.
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
