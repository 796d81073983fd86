import Store
import Testing

@testable import harken

@Suite struct `The end of a search on the command line` {
    @Test(
        arguments: [
            (nil, false, nil), ("k", false, "0 hits are shown, and there are more: --limit shows them"),
            ("k", true, "0 hits are shown, and there are more: --limit shows them"),
            (nil, true, "these are the first 100 hits: more words, --from or --person find others"),
        ] as [(String?, Bool, String?)])
    func `tells hits that are not shown`(next: String?, isCapped: Bool, note: String?) {
        #expect(Search.note(on: SearchPage(hits: [], next: next, isCapped: isCapped)) == note)
    }
}
