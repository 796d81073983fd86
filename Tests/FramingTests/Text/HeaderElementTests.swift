import Framing
import Testing

@Suite struct `Header element` {
    @Test func `takes value and parameters apart`() throws {
        let element = try #require(HeaderElement(parsing: #" form-data ; name="a\"b;c" ;filename="C:\dir\x.wav"; flag ; Empty=; x = y z ;"#))
        #expect(element.value == "form-data")
        #expect(element["NAME"] == #"a"b;c"#)
        #expect(element["filename"] == #"C:\dir\x.wav"#)
        #expect(element["empty"] == "")
        #expect(element["x"] == "y z")
        #expect(element.parameters.map(\.name) == ["name", "filename", "flag", "Empty", "x"])
    }

    @Test func `takes lists apart, commas in quotes kept`() throws {
        let list = try #require(HeaderElement.list(parsing: #"a; p="x,y", , b;q=1,c"#))
        #expect(list.map(\.value) == ["a", "b", "c"])
        #expect(list[0]["p"] == "x,y")
        #expect(list[1]["q"] == "1")
        #expect(HeaderElement.list(parsing: "") == [])
    }

    @Test(arguments: [#"a; b="c"#, #"a; b=""#, #"a; b="\""#])
    func `an open quote is rejected`(text: String) {
        #expect(HeaderElement(parsing: text) == nil)
        #expect(HeaderElement.list(parsing: text) == nil)
    }
}
