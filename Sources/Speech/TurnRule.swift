/// A client's rules for the end of turns. For a rule that is nil the engine decides.
public struct TurnRule: Hashable, Sendable {
    /// Confidence that the engine's model needs to end a turn, 0…1.
    public var confidence: Float?
    /// Silence that ends a turn when the model has that confidence.
    public var minimumSilence: Duration?
    /// Silence that ends a turn, whatever the model says.
    public var maximumSilence: Duration?
    /// Silence that the client named for finals, however long. The local engine only heeds that there is one: its words become final by the length of
    /// the silence and the end of the turn, whatever the stream's earlier pauses were. An endpointing has the same effect only up to `longestHold`. nil:
    /// the endpointing alone counts.
    package var finalSilence: Duration?
    /// Time after the end of a word within which the client wants the word to be final, though its sentence may go on; nil: it named none. The local engine
    /// alone heeds it: it leaves sentences open for a shorter time.
    package var longestDelay: Duration?
    /// Probability of speech, 0…1, from which audio counts as speech; below, it counts as silence.
    public var voice: Float?

    public init(confidence: Float? = nil, minimumSilence: Duration? = nil, maximumSilence: Duration? = nil, voice: Float? = nil) {
        self.confidence = confidence
        self.minimumSilence = minimumSilence
        self.maximumSilence = maximumSilence
        self.voice = voice
    }
}

extension TurnRule {
    /// Maximum silence for which the local engine holds final words back, however long a pause the client asks for. A protocol whose turns may go on
    /// over longer silences keeps them open itself.
    package static let longestHold: Duration = .seconds(2)

    /// The least minimum silence that ends a turn where silence alone ends it, or Harken's own detector hears it: a shorter one stands for this one. A
    /// maximum silence may be shorter.
    package static let leastMinimumSilence: Duration = .milliseconds(300)

    /// Endpointing from which the local engine takes it that the client wants words soon. A shorter one, such as the protocols' defaults of 10 to 25 ms, is
    /// meant for engines that weigh the text too: the words are captions, as if the client had named none.
    package static let leastMeantEndpointing: Duration = .milliseconds(100)

    package init(finalSilence: Duration?) {
        self.init()
        self.finalSilence = finalSilence
    }

    package init(longestDelay: Duration?) {
        self.init()
        self.longestDelay = longestDelay
    }

    /// Silence that alone ends turns, because no model may: the confidence is 1. nil: the model ends turns too, or no longest silence is set.
    package var soleSilence: Duration? { confidence == 1 ? maximumSilence : nil }
}
