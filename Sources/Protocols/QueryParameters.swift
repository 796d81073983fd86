import Framing
import Speech

/// Reads the parameters of a request. Names are case-sensitive; the values of enumerations are not. Unknown names are ignored.
struct QueryParameters {
    let query: URLQuery

    func text(_ name: String) -> String? {
        query.first(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Returns all values of a repeated parameter; empty values are left out.
    func list(_ name: String, limit: Int = 100) throws(QueryParameterError) -> [String] {
        let values = query.all(name).filter { !$0.isEmpty }
        guard values.count <= limit else {
            throw QueryParameterError(message: "\(name) is given \(values.count) times; at most \(limit) are accepted.")
        }
        return values
    }

    func flag(_ name: String) throws(QueryParameterError) -> Bool? {
        guard let value = query.first(name) else { return nil }
        if value.equalsIgnoringCase("true") { return true }
        if value.equalsIgnoringCase("false") { return false }
        throw wrong(name, value, "true or false")
    }

    func whole(_ name: String, in range: ClosedRange<Int>) throws(QueryParameterError) -> Int? {
        guard let value = query.first(name) else { return nil }
        guard let number = Int(value), range.contains(number) else {
            throw wrong(name, value, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws(QueryParameterError) -> Double? {
        guard let value = query.first(name) else { return nil }
        guard let number = Double(value), number.isFinite, range.contains(number) else {
            throw wrong(name, value, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _: Choice.Type) throws(QueryParameterError) -> Choice?
    where Choice.RawValue == String {
        guard let value = query.first(name) else { return nil }
        if let known = Choice.allCases.first(where: { $0.rawValue.equalsIgnoringCase(value) }) { return known }
        throw wrong(name, value, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }

    /// Returns the language that the client names; what silence means where it names none.
    func language(_ parameter: LanguageParameter) throws(QueryParameterError) -> LanguageName? {
        do throws(LanguageFault) { return try parameter.read(query.first(parameter.name)) } catch { throw QueryParameterError(error) }
    }

    /// Returns the sound tracks that are heard.
    func tracks() throws(QueryParameterError) -> TrackChoice {
        guard let value = text("track") else { return .usual }
        guard let choice = TrackChoice(value) else { throw wrong("track", value, "all, or the number of a sound track from 1") }
        return choice
    }

    func wrong(_ name: String, _ value: String, _ wanted: String) -> QueryParameterError {
        QueryParameterError(message: "\(name) is \"\(value.prefix(bytes: 80))\"; it must be \(wanted).")
    }
}

/// An invalid parameter. The message says what is wrong and what would be right.
struct QueryParameterError: Error, Equatable {
    var message: String
}

extension QueryParameterError {
    init(_ fault: LanguageFault) { self.init(message: fault.message) }
}
