import Framing

extension JSONWriter {
    mutating func nullMember(_ name: StaticString) {
        key(name)
        null()
    }

    mutating func member(_ name: StaticString, orNull text: String?) {
        if let text { member(name, text) } else { nullMember(name) }
    }
}
