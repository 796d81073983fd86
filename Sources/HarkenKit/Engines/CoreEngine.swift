/// An engine of this library, which several engines may be made of.
protocol CoreEngine: SpeechToText {
    var core: EngineCore { get }
}
