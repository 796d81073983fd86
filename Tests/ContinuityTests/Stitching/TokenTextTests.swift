import Testing

@testable import Continuity

@Suite struct `Texts of tokens` {
    @Test func `equals a text with the same letters`() {
        #expect(TokenText("weekend") == TokenText("weekend"))
        #expect(TokenText("weekend") != TokenText("week"))
    }

    @Test func `equals a text whose letters are written in another way`() {
        #expect(TokenText("caf\u{E9}") == TokenText("cafe\u{301}"))
        #expect(TokenText("k") == TokenText("\u{212A}".lowercased()))
        #expect(TokenText("caf\u{E9}") != TokenText("cafe"))
    }

    @Test func `equals two tokens written as one`() {
        #expect(TokenText.Joined(TokenText("week"), TokenText("end")).equals(TokenText("weekend")))
        #expect(!TokenText.Joined(TokenText("end"), TokenText("week")).equals(TokenText("weekend")))
        #expect(TokenText.Joined(TokenText("caf"), TokenText("\u{E9}s")).equals(TokenText("cafe\u{301}s")))
    }
}
