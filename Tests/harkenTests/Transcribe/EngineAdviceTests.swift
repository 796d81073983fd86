import Speech
import Testing

@testable import harken

@Suite struct `A refused key` {
    private let refusal = EngineError.unauthorized("Deepgram refused the key: Invalid credentials.")

    @Test func `of a vendor that the command asks itself is in the environment`() {
        #expect(refusal.advice(on: EngineName("deepgram")) == "Deepgram refused the key: Invalid credentials; correct DEEPGRAM_API_KEY")
        #expect(refusal.advice == "Deepgram refused the key: Invalid credentials; give a valid key with --key or HARKEN_KEY")
        #expect(EngineError.timedOut("no answer").advice(on: EngineName("deepgram")) == EngineError.timedOut("no answer").advice)
    }
}
