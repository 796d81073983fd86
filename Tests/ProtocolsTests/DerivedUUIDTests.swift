import Testing

@testable import Protocols

@Suite struct `A derived UUID` {
    @Test(arguments: ["", "model/base", "00000000-0000-4000-8000-000000000000"])
    func `is text of version 8, whatever its bits`(name: String) {
        let text = DerivedUUID(name).description
        #expect(text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
    }
}
