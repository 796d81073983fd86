extension JSONWriter {
    /// Writes the member `error` of Harken's own form of an error: `"error":{"code","message"}`.
    package mutating func error(code: String, message: String) {
        key("error")
        beginObject()
        member("code", code)
        member("message", message)
        endObject()
    }
}
