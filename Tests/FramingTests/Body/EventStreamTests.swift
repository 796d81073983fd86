import Framing
import Testing

@Suite struct `Event stream` {
    @Test(
        arguments: [
            ("{}", nil, nil, "data: {}\n\n"), ("a\nb\r\nc\rd\n", "delta", "7", "event: delta\nid: 7\ndata: a\ndata: b\ndata: c\ndata: d\ndata: \n\n"),
            ("", "a\nb\0", nil, "event: a b \ndata: \n\n"),
        ] as [(String, String?, String?, String)])
    func `writes events`(data: String, event: String?, id: String?, text: String) {
        var output: [UInt8] = []
        EventStream.append(data: Array(data.utf8), event: event, id: id, to: &output)
        #expect(String(decoding: output, as: UTF8.self) == text)
    }

    @Test func `writes comments`() {
        var output: [UInt8] = []
        EventStream.appendComment(to: &output)
        EventStream.appendComment("a\nb", to: &output)
        #expect(String(decoding: output, as: UTF8.self) == ": \n\n: a b\n\n")
    }
}
