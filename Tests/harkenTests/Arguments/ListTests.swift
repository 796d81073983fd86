import Testing

@testable import harken

@Suite struct `A list in words` {
    @Test(arguments: [([], ""), (["a"], "a"), (["a", "b", "c"], "a, b and c"), (["a", "b", "c", "d", "e"], "a, b, c and 2 more")])
    func `ends with the number of the rest when it is long`(list: [String], text: String) {
        #expect(list.abridged(to: 3) == text)
    }

    @Test func `has at most ten names of two hundred`() {
        #expect((1...200).map { "user\($0)" }.abridged().hasSuffix("user9, user10 and 190 more"))
    }
}
