import Speech
import Testing

@testable import LocalEngine

@Suite struct `The complaint of a starved stream` {
    @Test func `has the code by which sessions know that final words come late`() {
        #expect(EngineComplaint.starved.isAboutLateness)
        #expect(!EngineComplaint(code: "gap", message: "late").isAboutLateness)
    }
}
