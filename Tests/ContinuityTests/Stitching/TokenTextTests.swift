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
        #expect(TokenText("weekend").joins(TokenText("week"), TokenText("end")))
        #expect(!TokenText("weekend").joins(TokenText("end"), TokenText("week")))
        #expect(!TokenText("weekends").joins(TokenText("week"), TokenText("end")))
        #expect(TokenText("cafe\u{301}s").joins(TokenText("caf"), TokenText("\u{E9}s")))
    }
}
