internal import Conversations
internal import Framing
internal import Speech
internal import Store

extension JSONWriter {
    /// Writes a position or a length in seconds, exactly to the nanosecond.
    mutating func member(_ name: StaticString, exact duration: Duration) { member(name, duration / .seconds(1), decimals: 9) }

    /// Writes a list of numbers, exactly.
    mutating func member(_ name: StaticString, exact values: [Float]) {
        key(name)
        beginArray()
        for value in values { self.value(exact: value) }
        endArray()
    }
}

extension JSONView {
    /// Longest duration that a document may name, in seconds: a hundred days, in which a number of seconds is exact to the nanosecond.
    private static var maxSeconds: Double { 8_640_000 }
    /// Maximum number of values in a voiceprint, more than any model has.
    private static var maxDimensions: Int { 512 }

    func id<Of>(_ name: String, as: Of.Type = Of.self) -> ID<Of>? { self[name].string.map { ID($0) } }

    /// The time of a member in the form of RFC 3339; nil for any other value.
    func time(_ name: String) -> UnixTime? { self[name].string.flatMap { UnixTime(rfc3339: $0) } }

    /// The value as seconds; nil when it is not a number, negative, or too large.
    var seconds: Duration? { seconds(least: 0) }

    /// - Parameter least: the smallest number of seconds that is accepted.
    func seconds(least: Double) -> Duration? {
        guard let seconds = double, seconds >= least, seconds <= Self.maxSeconds else { return nil }
        return .nanoseconds(Int64((seconds * 1e9).rounded()))
    }

    /// The value as a list of numbers; nil for any other value, and for a list that is longer than a voiceprint may be.
    var floats: [Float]? {
        guard isArray, count <= Self.maxDimensions else { return nil }
        var values: [Float] = []
        for index in 0..<count {
            guard let value = self[index].double, Float(value).isFinite else { return nil }
            values.append(Float(value))
        }
        return values
    }

    /// The owner that the members `person_id` and `is_user` name.
    var owner: Voice.Owner {
        if let person = id("person_id", as: Person.self) { return .person(person) }
        return self["is_user"].bool == true ? .user : .nobody
    }
}

extension ID {
    /// The id for a message.
    var shown: String { rawValue.shown }
}
