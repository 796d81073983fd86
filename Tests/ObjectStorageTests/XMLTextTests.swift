import Testing

@testable import ObjectStorage

@Suite struct `An answer in XML` {
    private let text = XMLText(Array("<R><A><K>a&amp;b</K></A><A><K>&quot;c&quot;</K></A><Empty/><K>last</K></R>".utf8))

    @Test func `has the contents of elements by name`() {
        #expect(text.contents(of: "A").map { $0.content(of: "K") } == ["a&b", "\"c\""])
        #expect(text.content(of: "K") == "a&b")
        #expect(text.content(of: "Empty") == nil)
        #expect(text.content(of: "Code") == nil)
    }

    @Test(arguments: ["", "<K>", "<K>a", "</K>", "<K", "<<K>>", "a<K>b<K"])
    func `that is cut off has no such element`(text: String) {
        #expect(XMLText(Array(text.utf8)).content(of: "K") == nil)
    }
}
