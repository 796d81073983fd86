import Speech
import Testing

@Suite struct `The words of an engine's error` {
    @Test(arguments: [
        (EngineError.undecodable("the file is empty"), "not audio that can be decoded: the file is empty"),
        (.badRequest("Give a model."), "Give a model."),
        (.unsupportedLanguage(LanguageTag("de")), "no available engine has the language de"),
        (.rateLimited(retryAfter: .seconds(3)), "too many requests; try again in 3 s"), (.cancelled, "interrupted"),
    ])
    func `stand in messages in place of the Swift value`(error: EngineError, words: String) {
        #expect("\(error)" == words)
        #expect(error.explanation == words)
    }

    @Test func `do not change the form that traces compare`() {
        #expect(String(describing: EngineError.undecodable("x")) == #"undecodable("x")"#)
    }
}
